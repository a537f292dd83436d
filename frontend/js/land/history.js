/**
 * The lands of a browser, one after the other, also after a refresh: undo is the land before. Pure.
 */

/** @typedef {import('./stroke.js').LandEdit} LandEdit */
/** @typedef {{land_id: string, model: string, model_version: string, seed: number, coherence: number|null, truncation: number, around: number|null, edits: LandEdit[], tile_px: number, min_zoom: number, max_zoom: number}} Land */
/** @typedef {{ids: readonly string[], at: number, firsts?: readonly string[], worlds?: Record<string, string>}} Lands their ids; the server keeps every land. firsts: those that have nothing to do with the one before; worlds: under which names those that begin with one are kept */

const KEPT = 100;

/** @param {string} id @returns {Lands} */
export function begin(id) {
  return { ids: [id], at: 0 };
}

/** A new land; what was undone is gone, and so is what was long ago. @param {Lands} history @param {string} id @returns {Lands} */
export function add({ ids, at, ...rest }, id) {
  const all = [...ids.slice(0, at + 1), id];
  const next = all.slice(-KEPT);
  const name = worldOf({ ...rest, ids: all, at: all.length - next.length }); // of the first that stays
  const worlds = name === null ? rest.worlds : { ...rest.worlds, [next[0]]: name };
  return { ...rest, ...(worlds && { worlds }), ids: next, at: next.length - 1 };
}

/** Another land, which has nothing to do with the one before. @param {Lands} history @param {string} id @returns {Lands} */
export function addFirst(history, id) {
  return { ...add(history, id), firsts: [...(history.firsts ?? []), id].slice(-KEPT) };
}

/** Where what is present began. @param {Lands} history */
function beginning({ ids, at, firsts = [] }) {
  return ids.slice(0, at + 1).reverse().find((id) => firsts.includes(id)) ?? ids[0];
}

/** The name under which what is present is kept, or null. @param {Lands} history */
export function worldOf(history) {
  return history.worlds?.[beginning(history)] ?? null;
}

/** @param {Lands} history @param {string} worldId @returns {Lands} */
export function withWorld(history, worldId) {
  return { ...history, worlds: { ...history.worlds, [beginning(history)]: worldId } };
}

/** @param {Lands} history @param {number} by @returns {Lands} */
export function step({ ids, at, ...rest }, by) {
  return { ...rest, ids, at: Math.min(ids.length - 1, Math.max(0, at + by)) };
}

/** @param {Lands} history */
export function present({ ids, at }) {
  return ids[at];
}

/** To an id: where it is in the history, else as what comes next. @param {Lands} history @param {string} id @returns {Lands} */
export function goTo(history, id) {
  const at = history.ids.indexOf(id);
  return at < 0 ? addFirst(history, id) : { ...history, at };
}

/** What `JSON.stringify` made of a history, if it did. @param {string|null} text @returns {Lands|null} */
export function parse(text) {
  try {
    const { ids, at, firsts, worlds } = JSON.parse(text ?? '');
    const isOne = Array.isArray(ids) && ids.every((id) => typeof id === 'string') && typeof ids[at] === 'string';
    const isNamed = Array.isArray(firsts) && typeof worlds === 'object';
    return isOne ? { ids, at, ...(isNamed && { firsts, worlds: worlds ?? {} }) } : null;
  } catch {
    return null;
  }
}

/**
 * What POST /lands takes, with other edits.
 * @param {Land} land
 * @param {LandEdit[]} edits
 */
export function withEdits({ model, seed, coherence, truncation, around }, edits) {
  return { model, seed, coherence, truncation, around, edits };
}
