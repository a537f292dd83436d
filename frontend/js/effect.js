/**
 * How much a picture has changed at its strongest place: whether there is anything to see.
 */

import { context2d, el } from './dom.js';

const SIDE_PX = 64; // that pictures are compared at: what is smaller than a cell is not seen

/**
 * @param {ImageBitmap} before
 * @param {ImageBitmap} after
 * @returns {number} in levels of 255
 */
export function effectOf(before, after) {
  const [a, b] = [before, after].map((bitmap) => {
    const context = context2d(el('canvas', { width: SIDE_PX, height: SIDE_PX }), { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0, SIDE_PX, SIDE_PX);
    return context.getImageData(0, 0, SIDE_PX, SIDE_PX).data;
  });
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
