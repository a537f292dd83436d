/**
 * The edited picture against the original: a split, one beside the other, or how much each pixel changed.
 */

import { context2d, el } from '../dom.js';
import { drawOver, outlined } from './layers.js';

/** @typedef {import('../geometry.js').View} View */
/** @typedef {import('../geometry.js').Size} Size */
/** @typedef {'off'|'slider'|'side'|'difference'} Comparison */

const EFFECT_PX = 64; // that an effect is looked for at: what is smaller than a cell is not seen
export const FULL_SCALE = 64; // levels of 255 that are shown as the brightest colour

/** @type {readonly (readonly [number, number, number])[]} from no difference to the full scale, evenly apart */
export const COLOURS = [
  [12, 12, 14],
  [88, 32, 96],
  [214, 74, 52],
  [246, 176, 64],
  [255, 250, 214],
];

/**
 * The original left of a line down the picture.
 * @param {CanvasRenderingContext2D} context in screen pixels
 * @param {ImageBitmap} original
 * @param {View} view
 * @param {Size} image
 * @param {number} fraction of the picture's width, where the line is
 */
export function drawSplit(context, original, view, image, fraction) {
  const [width, height] = [image.width * view.scale, image.height * view.scale];
  const x = view.screenX + fraction * width;
  context.save();
  context.beginPath();
  context.rect(view.screenX, view.screenY, fraction * width, height);
  context.clip();
  drawOver(context, original, view, image);
  context.restore();
  outlined(context, new Path2D(`M${x} ${view.screenY}v${height}`));
}

/**
 * The original in the left half of the stage, as the picture is in the right one.
 * @param {CanvasRenderingContext2D} context in screen pixels
 * @param {ImageBitmap} original
 * @param {View} view of the right half
 * @param {Size} image
 * @param {Size} stage
 */
export function drawBeside(context, original, view, image, stage) {
  const half = stage.width / 2;
  context.clearRect(0, 0, half, stage.height);
  context.save();
  context.beginPath();
  context.rect(0, 0, half, stage.height);
  context.clip();
  drawOver(context, original, { ...view, screenX: view.screenX - half }, image);
  context.restore();
  context.fillStyle = 'rgb(128 128 128 / 60%)';
  context.fillRect(half - 0.5, 0, 1, stage.height);
}

/**
 * The largest difference of a pixel's colours as a colour.
 * @param {ImageBitmap} original
 * @param {ImageBitmap} edited of the same size
 * @returns {HTMLCanvasElement}
 */
export function differenceOf(original, edited) {
  const { width, height } = edited;
  const [a, b] = [original, edited].map((bitmap) => pixelsOf(bitmap, width, height));
  const [before, after] = [a.data, b.data];
  for (let i = 0; i < after.length; i += 4) {
    let levels = 0;
    for (let k = i; k < i + 3; k++) levels = Math.max(levels, Math.abs(before[k] - after[k]));
    for (let k = 0; k < 3; k++) after[i + k] = RAMP[3 * levels + k];
    after[i + 3] = 255;
  }
  const canvas = el('canvas', { width, height });
  context2d(canvas).putImageData(b, 0, 0);
  return canvas;
}

/**
 * How much a picture has changed at its strongest place: whether there is anything to see.
 * @param {ImageBitmap} original
 * @param {ImageBitmap} edited
 * @returns {number} in levels of 255
 */
export function effectOf(original, edited) {
  const [before, after] = [original, edited].map((bitmap) => pixelsOf(bitmap, EFFECT_PX, EFFECT_PX).data);
  return before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i])), 0);
}

/** @param {ImageBitmap} bitmap @param {number} width @param {number} height @returns {ImageData} */
function pixelsOf(bitmap, width, height) {
  const context = context2d(el('canvas', { width, height }), { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** The colours of all 256 differences. */
const RAMP = Uint8Array.from({ length: 3 * 256 }, (_, i) => colourOf(Math.floor(i / 3))[/** @type {0|1|2} */ (i % 3)]);

/** @param {number} levels of 255 @returns {[number, number, number]} */
export function colourOf(levels) {
  const place = Math.min(1, levels / FULL_SCALE) * (COLOURS.length - 1);
  const below = Math.min(COLOURS.length - 2, Math.floor(place));
  const mix = (/** @type {0|1|2} */ k) =>
    Math.round(COLOURS[below][k] + (place - below) * (COLOURS[below + 1][k] - COLOURS[below][k]));
  return [mix(0), mix(1), mix(2)];
}
