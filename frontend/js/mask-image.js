/**
 * Masks as grey pictures: white is where the edit happens.
 */

import { context2d, el } from './dom.js';
import { greyPng } from './png.js';

/** @typedef {import('./mask.js').Mask} Mask */

/** A mask as a file. @param {Mask} mask */
export function maskFile(mask) {
  return new Blob([greyPng(mask)], { type: 'image/png' });
}

/**
 * A picture as a mask of a size; as `decode_selection` in models/pictures/decoding.py reads it.
 * @param {CanvasImageSource} picture
 * @param {import('./geometry.js').Size} size
 * @returns {Mask}
 */
export function readMask(picture, { width, height }) {
  return { width, height, values: selection(scaled(picture, width, height)) };
}

/**
 * How far each pixel is selected, from 0 to 1: by its alpha where the picture hides anything, whatever the colour; else by
 * its brightness.
 * @param {Uint8ClampedArray} pixels RGBA
 * @returns {Float32Array}
 */
export function selection(pixels) {
  const isClear = pixels.some((value, i) => i % 4 === 3 && value < 255);
  const share = (/** @type {number} */ i) =>
    isClear ? pixels[i + 3] : 0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2];
  return Float32Array.from({ length: pixels.length / 4 }, (_, i) => share(4 * i) / 255);
}

/**
 * How opaque a picture is, as a mask of a size.
 * @param {CanvasImageSource} picture
 * @param {import('./geometry.js').Size} size
 * @returns {Mask}
 */
export function readAlpha(picture, { width, height }) {
  const pixels = scaled(picture, width, height);
  return { width, height, values: Float32Array.from({ length: width * height }, (_, i) => pixels[4 * i + 3] / 255) };
}

/** @param {CanvasImageSource} picture @param {number} width @param {number} height */
function scaled(picture, width, height) {
  const context = context2d(el('canvas', { width, height }), { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}
