/**
 * What survives a refresh, in localStorage: the open session until the server has it. All reads forgive.
 */

import { readJson, writeJson } from './preferences.js';
import { partsToWire, sessionsOf, snapshotToWire, wiresOf } from './parts.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {{name: string, edits: Record<string, any>[], others?: import('./parts.js').Wire[], saved_at: string}} SavedSnapshot */
/**
 * @typedef {object} Saved
 * @property {import('./parts.js').PartsWire} wire
 * @property {string} modelId
 * @property {import('./state.js').Upload|null} upload
 * @property {import('./crop.js').Crop|null} crop
 * @property {number} savedAt ms
 * @property {string} name
 * @property {SavedSnapshot[]} snapshots
 * @property {string|null} sessionId
 * @property {number} revision
 * @property {boolean} isKept by the server, all of it
 */

const PREFIX = 'latentbrush.session.';
const MAX_KEPT = 6; // that the server has, too. A browser gives about 5 MB; masks that the server has are in it by their ids

/** @param {State} state @returns {boolean} false when the browser has no room */
export function saveSession(state) {
  const { keeping } = state;
  const [first] = state.parts;
  if (!first || !keeping) return true;
  const { source } = first;
  /** @type {Saved} */
  const saved = {
    wire: partsToWire(sessionsOf(state)),
    modelId: source.modelId,
    upload: source.upload,
    crop: source.crop,
    savedAt: Date.now(),
    name: keeping.name,
    snapshots: keeping.snapshots.map((each) => snapshotToWire(each, source.latentId)),
    sessionId: keeping.sessionId,
    revision: keeping.revision,
    isKept: keeping.saving === 'saved',
  };
  try {
    localStorage.setItem(PREFIX + (keeping.sessionId ?? source.latentId), JSON.stringify(saved));
    for (const { id } of savedSessions().filter(({ isKept }) => isKept).slice(MAX_KEPT)) forgetSession(id);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} id of the session, or of its latent while the server has no session of it @returns {Saved|null} */
export function loadSession(id) {
  return readJson(PREFIX + id);
}

/** @param {string} id */
export function forgetSession(id) {
  localStorage.removeItem(PREFIX + id);
}

/**
 * The server has a session that is no longer open; its copy says so, if it is of the same edits.
 * @param {string} id that the copy has
 * @param {import('./parts.js').PartsWire} wire
 * @param {string} sessionId
 * @param {number} revision
 */
export function confirmSaved(id, wire, sessionId, revision) {
  const saved = loadSession(id);
  if (!saved || !isSame(wiresOf(saved.wire), wiresOf(wire))) return;
  forgetSession(id);
  writeJson(PREFIX + sessionId, { ...saved, sessionId, revision, isKept: true });
}

/** Whether two values of the wire are the same. @param {unknown} value @param {unknown} other */
export function isSame(value, other) {
  return JSON.stringify(value) === JSON.stringify(other);
}

/** The copies of sessions, the latest first. @returns {{id: string, savedAt: number, isKept: boolean}[]} */
export function savedSessions() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  const sessions = keys.map((key) => ({
    id: key.slice(PREFIX.length),
    savedAt: readJson(key)?.savedAt ?? 0,
    isKept: readJson(key)?.isKept === true,
  }));
  return sessions.sort((a, b) => b.savedAt - a.savedAt);
}

/** The session that the address bar names, `#session=…`, or the latent, `#latent=…`. */
export function idInAddress() {
  const address = new URLSearchParams(location.hash.slice(1));
  return address.get('session') ?? address.get('latent');
}

/** @param {string|null} id */
export function putIdInAddress(id) {
  if (id === idInAddress()) return;
  const kind = id?.startsWith('ses_') ? 'session' : 'latent';
  window.history.replaceState(null, '', id ? `#${kind}=${id}` : location.pathname + location.search);
}
