/**
 * The parts of a picture that are edited: each has a latent, edits and undo of its own, and all are drawn into the one
 * picture. One of them is open: the state's `source` and `history` are its. Pure.
 */

import { commit } from './history.js';
import { editsToWire, toWire } from './session.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {{source: import('./state.js').Source, history: import('./history.js').History<Session>}} Part */
/** @typedef {{latent_id: string, edits: Record<string, any>[]}} Wire */
/** @typedef {Wire & {others?: Wire[]}} PartsWire the first part, and the others if there are any */

export const MAX_PARTS = 16; // of a picture, as the API takes them

/** All parts, in their order. @param {State} state @returns {readonly Part[]} */
export function partsOf({ source, history, parts, partIndex }) {
  if (!source || !history) return [];
  return parts.map((part, i) => (i === partIndex ? { source, history } : part));
}

/** What is painted on each part. @param {State} state @returns {Session[]} */
export function sessionsOf(state) {
  return partsOf(state).map(({ history }) => history.present);
}

/** What is painted on the parts that are not open, where anything is. @param {State} state @returns {Session[]} */
export function othersOf(state) {
  return sessionsOf(state).filter(({ edits }, i) => i !== state.partIndex && edits.some((edit) => edit.enabled));
}

/** The open part as it is drawn, with what is painted around it. @param {State} state @param {Session} session @returns {PartsWire} */
export function drawnToWire(state, session) {
  return partsToWire([session, ...othersOf(state)]);
}

/** @param {readonly Session[]} sessions the first part, and others @returns {PartsWire} */
export function partsToWire([first, ...others]) {
  return others.length ? { ...toWire(first), others: others.map(toWire) } : toWire(first);
}

/** @param {PartsWire} wire @returns {Wire[]} */
export function wiresOf({ latent_id, edits, others = [] }) {
  return [{ latent_id, edits }, ...others];
}

/**
 * On the wire a snapshot's own edits are those of the session's first part, whichever that is by now.
 * @param {import('./keeping.js').Snapshot} snapshot
 * @param {string} latentId of the session's first part
 * @returns {import('./storage.js').SavedSnapshot}
 */
export function snapshotToWire({ name, parts, savedAt }, latentId) {
  const edits = editsToWire(parts.find(({ latent_id }) => latent_id === latentId)?.edits ?? []);
  const others = parts.filter(({ latent_id }) => latent_id !== latentId).slice(0, MAX_PARTS - 1);
  return { name, edits, ...(others.length && { others: others.map(toWire) }), saved_at: savedAt };
}

/**
 * @param {import('./storage.js').SavedSnapshot} wire
 * @param {string} latentId of the first part
 * @param {(wire: Wire) => Promise<Session>} read
 * @returns {Promise<import('./keeping.js').Snapshot>}
 */
export async function snapshotFromWire({ name, edits, others = [], saved_at }, latentId, read) {
  const parts = await Promise.all([{ latent_id: latentId, edits }, ...others].map(read));
  return { name, parts, savedAt: saved_at };
}

/**
 * The parts with the edits that they had once; of a part that was not there then, none.
 * @param {readonly Part[]} parts
 * @param {readonly Session[]} before
 * @returns {Part[]}
 */
export function partsAsBefore(parts, before) {
  return parts.map((part) => {
    const { source, history } = part;
    const edits = before.find(({ latent_id }) => latent_id === source.latentId)?.edits ?? [];
    const isSame = edits === history.present.edits || (!edits.length && !history.present.edits.length);
    return isSame ? part : { source, history: commit(history, { ...history.present, edits }) };
  });
}
