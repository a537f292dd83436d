/**
 * Dragging the line between the original and the edited picture.
 */

import { imageToScreen, screenToImage } from '../geometry.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('./target.js').Gesture} Gesture */

const REACH_PX = { mouse: 6, pen: 10, touch: 18 };

/**
 * Whether a place is on the line.
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {import('../state.js').State} state
 * @param {Point} screen
 * @param {string} pointerType
 */
export function isOnSplit(stage, { comparison, splitPercent, isComparing }, screen, pointerType) {
  if (comparison !== 'slider' || isComparing) return false;
  const { width, height } = stage.imageSize;
  const line = imageToScreen(stage.view, { x: (width * splitPercent) / 100, y: 0 });
  const end = imageToScreen(stage.view, { x: 0, y: height });
  const reach = REACH_PX[/** @type {keyof typeof REACH_PX} */ (pointerType)] ?? REACH_PX.mouse;
  return Math.abs(screen.x - line.x) <= reach && screen.y >= line.y && screen.y <= end.y;
}

/**
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {import('../store.js').Store} store
 * @returns {Gesture}
 */
export function startSplit(stage, { dispatch, state }) {
  const before = state.splitPercent;
  return {
    move: (screen) =>
      dispatch({ type: 'splitMoved', percent: (screenToImage(stage.view, screen).x / stage.imageSize.width) * 100 }),
    end() {},
    cancel: () => dispatch({ type: 'splitMoved', percent: before }),
  };
}
