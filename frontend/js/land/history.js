/**
 * The lands of a browser, one after the other, also after a refresh: undo is the land before. Pure.
 */

/** @typedef {import('./stroke.js').LandEdit} LandEdit */
/** @typedef {{land_id: string, model: string, model_version: string, seed: number, coherence: number|null, truncation: number, around: number|null, edits: LandEdit[], tile_px: number, min_zoom: number, max_zoom: number}} Land */
/** @typedef {{ids: readonly string[], at: number, worldId?: string|null}} Lands their ids; the server keeps every land; and the name under which it keeps the present one */

const KEPT = 100;

/** @param {string} id @returns {Lands} */
export function begin(id) {
  return { ids: [id], at: 0 };
}

/** A new land; what was undone is gone. @param {Lands} history @param {string} id @returns {Lands} */
export function add({ ids, at }, id) {
  const next = [...ids.slice(0, at + 1), id].slice(-KEPT);
  return { ids: next, at: next.length - 1 };
}

/** @param {Lands} history @param {number} by @returns {Lands} */
export function step({ ids, at }, by) {
  return { ids, at: Math.min(ids.length - 1, Math.max(0, at + by)) };
}

/** @param {Lands} history */
export function present({ ids, at }) {
  return ids[at];
}

/** To an id: where it is in the history, else as what comes next. @param {Lands} history @param {string} id @returns {Lands} */
export function goTo(history, id) {
  const at = history.ids.indexOf(id);
  return at < 0 ? add(history, id) : { ids: history.ids, at };
}

/** What `JSON.stringify` made of a history, if it did. @param {string|null} text @returns {Lands|null} */
export function parse(text) {
  try {
    const { ids, at, worldId } = JSON.parse(text ?? '');
    const isOne = Array.isArray(ids) && ids.every((id) => typeof id === 'string') && typeof ids[at] === 'string';
    return isOne ? { ids, at, ...(typeof worldId === 'string' && { worldId }) } : null;
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
