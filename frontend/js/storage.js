/**
 * What survives a refresh, in localStorage: the session under its latent's id, and the brush. All reads forgive.
 */

import { toWire } from './session.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {{wire: ReturnType<typeof toWire>, modelId: string, upload: import('./state.js').Upload|null, crop: import('./crop.js').Crop|null, savedAt: number}} Saved */

const PREFIX = 'latentbrush.session.';
const MAX_SESSIONS = 6; // a browser gives about 5 MB; a session with ten painted edits takes 250 kB

/** @param {State} state @returns {boolean} false when the browser has no room */
export function saveSession({ history, source }) {
  if (!history || !source) return true;
  /** @type {Saved} */
  const saved = {
    wire: toWire(history.present),
    modelId: source.modelId,
    upload: source.upload,
    crop: source.crop,
    savedAt: Date.now(),
  };
  try {
    localStorage.setItem(PREFIX + source.latentId, JSON.stringify(saved));
    for (const { id } of savedSessions().slice(MAX_SESSIONS)) forgetSession(id);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} latentId @returns {Saved|null} */
export function loadSession(latentId) {
  return readJson(PREFIX + latentId);
}

/** @param {string} latentId */
export function forgetSession(latentId) {
  localStorage.removeItem(PREFIX + latentId);
}

/** The kept sessions, the latest first. @returns {{id: string, savedAt: number}[]} */
export function savedSessions() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  const sessions = keys.map((key) => ({
    id: key.slice(PREFIX.length),
    savedAt: readJson(key)?.savedAt ?? 0,
  }));
  return sessions.sort((a, b) => b.savedAt - a.savedAt);
}

/** @param {string} name @param {unknown} value */
export function savePreference(name, value) {
  try {
    localStorage.setItem(`latentbrush.${name}`, JSON.stringify(value));
  } catch {
    // A full or closed storage only costs the preference.
  }
}

/** @param {string} name @returns {any} null when there is none */
export function loadPreference(name) {
  return readJson(`latentbrush.${name}`);
}

/** The latent that the address bar names: `#latent=…`. */
export function latentInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get('latent');
}

/** @param {string|null} latentId */
export function putLatentInAddress(latentId) {
  if (latentId === latentInAddress()) return;
  window.history.replaceState(
    null,
    '',
    latentId ? `#latent=${latentId}` : location.pathname + location.search,
  );
}

/** @param {string} key @returns {any} */
function readJson(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}
