/**
 * The lands of a session, one after the other: undo is the land before. Pure.
 */

/** @typedef {import('./stroke.js').LandEdit} LandEdit */
/** @typedef {{land_id: string, model: string, model_version: string, seed: number, coherence: number|null, truncation: number, edits: LandEdit[], tile_px: number, min_zoom: number, max_zoom: number}} Land */
/** @typedef {{lands: readonly Land[], at: number}} Lands */

/** @param {Land} land @returns {Lands} */
export function begin(land) {
  return { lands: [land], at: 0 };
}

/** A new land; what was undone is gone. @param {Lands} history @param {Land} land @returns {Lands} */
export function add({ lands, at }, land) {
  return { lands: [...lands.slice(0, at + 1), land], at: at + 1 };
}

/** @param {Lands} history @param {number} by @returns {Lands} */
export function step({ lands, at }, by) {
  return { lands, at: Math.min(lands.length - 1, Math.max(0, at + by)) };
}

/** @param {Lands} history */
export function present({ lands, at }) {
  return lands[at];
}

/**
 * What POST /lands takes, with other edits.
 * @param {Land} land
 * @param {LandEdit[]} edits
 */
export function withEdits({ model, seed, coherence, truncation }, edits) {
  return { model, seed, coherence, truncation, edits };
}
