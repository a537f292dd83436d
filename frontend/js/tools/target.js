/**
 * What a gesture on the picture paints into: the mask below it, and how its coverage is shown, followed and kept.
 */

import { editToErase, editToPaint, newContent } from '../editing.js';
import { imageToCell, imageToMask, maskSizeFor, screenToImage } from '../geometry.js';
import { constantMask } from '../mask.js';

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
 * @param {Point} screen where it begins
 * @param {import('../flows/live.js').LivePainter} [live]
 * @returns {Target|null} null when there is nothing to paint or erase
 */
export function targetOf(stage, store, mode, screen, live) {
  const { source, history } = store.state;
  if (!source || !history) return null;
  const session = history.present;
  const size = maskSizeFor(source.grid);
  const start = imageToCell(screenToImage(stage.view, screen), stage.imageSize, source.grid);
  const open = mode === 'erase' ? editToErase(store.state) : editToPaint(store.state);
  if (!open && (mode === 'erase' || !newContent(store.state, start))) {
    store.dispatch({ type: 'stroked', mode, coverage: constantMask(size.width, size.height), start }); // it says what to do first
    return null;
  }
  const base = open?.mask ?? constantMask(size.width, size.height, open ? 1 : 0);
  const hue = open ? open.hue : Math.max(0, ...session.edits.map((edit) => Number(edit.key.slice(1))));
  return {
    size,
    toMask: (screen) => imageToMask(screenToImage(stage.view, screen), stage.imageSize, size),
    show(coverage) {
      stage.setDraft({ base, coverage, mode, hue });
      live?.follow({ type: 'stroked', mode, coverage, start });
    },
    keep(coverage) {
      live?.rest();
      stage.settleDraft();
      store.dispatch({ type: 'stroked', mode, coverage, start });
    },
    drop() {
      live?.rest();
      stage.setDraft(null);
    },
  };
}
