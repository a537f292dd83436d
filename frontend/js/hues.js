/**
 * The colours that tell edits apart, in the list and over the picture. None is a skin, leaf or water colour.
 */

/** @type {readonly [number, number, number][]} */
const HUES = [
  [24, 178, 200],
  [220, 72, 152],
  [130, 176, 20],
  [128, 108, 240],
  [240, 132, 32],
  [52, 128, 232],
];

/** @param {number} hue @returns {readonly [number, number, number]} red, green, blue */
export function rgbOf(hue) {
  return HUES[hue % HUES.length];
}

/** @param {number} hue */
export function cssOf(hue) {
  return `rgb(${rgbOf(hue).join(' ')})`;
}
