/**
 * Masks as grey pictures: white is where the edit happens.
 */

import { context2d, el } from './dom.js';

/** @typedef {import('./mask.js').Mask} Mask */

/**
 * A mask as the API takes it, in a few kilobytes whatever its size; 255 levels.
 * @param {Mask} mask
 * @returns {{kind: 'png', data: string}}
 */
export function pngMask(mask) {
  return { kind: 'png', data: drawn(mask).toDataURL('image/png').split(',')[1] };
}

/** A mask as a file. @param {Mask} mask @returns {Promise<Blob>} */
export function maskFile(mask) {
  return new Promise((resolve, reject) =>
    drawn(mask).toBlob((blob) => (blob ? resolve(blob) : reject(new Error('this browser writes no PNG'))), 'image/png'),
  );
}

/**
 * A picture as a mask of a size: its brightness, nothing where it is clear.
 * @param {CanvasImageSource} picture
 * @param {import('./geometry.js').Size} size
 * @returns {Mask}
 */
export function readMask(picture, { width, height }) {
  const pixels = scaled(picture, width, height);
  const luminance = (/** @type {number} */ i) =>
    (0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2]) * (pixels[i + 3] / 255);
  return { width, height, values: Float32Array.from({ length: width * height }, (_, i) => luminance(4 * i) / 255) };
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

/** @param {Mask} mask */
function drawn({ width, height, values }) {
  const canvas = el('canvas', { width, height });
  const image = new ImageData(width, height);
  values.forEach((value, i) => {
    const level = Math.round(255 * value);
    image.data.set([level, level, level, 255], 4 * i);
  });
  context2d(canvas).putImageData(image, 0, 0);
  return canvas;
}
