/**
 * What a gesture on the picture paints into: the mask below it, and how its coverage is shown, followed and kept.
 */

import { editToErase } from '../editing.js';
import { imageToMask, maskSizeFor, screenToImage } from '../geometry.js';
import { constantMask } from '../mask.js';
import { findEdit } from '../session.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('../mask.js').Mask} Mask */
/** @typedef {{move: (screen: Point, pressure: number) => void, end: () => void, cancel: () => void}} Gesture */
/**
 * @typedef {object} Target
 * @property {import('../geometry.js').Size} size of the mask
 * @property {(screen: Point) => Point} toMask
 * @property {(coverage: Mask) => void} show while the gesture goes on
 * @property {(coverage: Mask) => void} keep at its end: the state hears of it here, once
 * @property {() => void} drop
 */

/**
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {import('../store.js').Store} store
 * @param {'paint'|'erase'} mode
 * @param {import('../flows/live.js').LivePainter} [live]
 * @returns {Target|null} null when there is nothing to paint or erase
 */
export function targetOf(stage, store, mode, live) {
  const { source, history, attribute, openKey } = store.state;
  if (!source || !history || !attribute) return null;
  const session = history.present;
  const size = maskSizeFor(source.grid);
  const erased = mode === 'erase' ? editToErase(store.state) : null;
  if (mode === 'erase' && !erased) {
    store.dispatch({ type: 'stroked', mode, coverage: constantMask(size.width, size.height) }); // it says what to do first
    return null;
  }
  const open = erased ?? findEdit(session, openKey);
  const isContinued = open?.type === 'attribute' && (mode === 'erase' || open.mask);
  const base = (isContinued && open.mask) || constantMask(size.width, size.height, isContinued ? 1 : 0);
  const hue = isContinued ? open.hue : Math.max(0, ...session.edits.map((edit) => Number(edit.key.slice(1))));
  return {
    size,
    toMask: (screen) => imageToMask(screenToImage(stage.view, screen), stage.imageSize, size),
    show(coverage) {
      stage.setDraft({ base, coverage, mode, hue });
      live?.follow(mode, coverage);
    },
    keep(coverage) {
      live?.rest();
      stage.settleDraft();
      store.dispatch({ type: 'stroked', mode, coverage });
    },
    drop() {
      live?.rest();
      stage.setDraft(null);
    },
  };
}
