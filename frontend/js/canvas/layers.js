/**
 * What is drawn over the picture: painted masks, the heat map, the model's grid. Drawing only, no state.
 */

import { context2d, el } from '../dom.js';

/** @typedef {import('../geometry.js').View} View */
/** @typedef {import('../geometry.js').Size} Size */
/** @typedef {import('../mask.js').Mask} Mask */

const TINT_ALPHA = 0.62; // strong enough to see on any picture, weak enough to see the picture
const GRID_MIN_PX = 5; // closer lines are a grey veil

/**
 * A mask as a small tinted picture, one pixel per cell.
 * @param {Mask} mask
 * @param {readonly [number, number, number]} rgb
 * @returns {HTMLCanvasElement}
 */
export function tinted({ width, height, values }, [red, green, blue]) {
  const canvas = el('canvas', { width, height });
  const pixels = new ImageData(width, height);
  for (let i = 0; i < values.length; i++) {
    pixels.data.set([red, green, blue, values[i] * 255 * TINT_ALPHA], i * 4);
  }
  context2d(canvas).putImageData(pixels, 0, 0);
  return canvas;
}

/**
 * A grey heat map in the page's colours, clear where nothing changes; one that has colours already stays as it is.
 * @param {ImageBitmap} bitmap
 * @returns {HTMLCanvasElement}
 */
export function heated(bitmap) {
  const { width, height } = bitmap;
  const canvas = el('canvas', { width, height });
  const context = context2d(canvas, { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, width, height);
  const { data } = pixels;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return canvas;
  }
  for (let i = 0; i < data.length; i += 4) {
    const value = (data[i] / 255) * (data[i + 3] / 255);
    data.set([250 - 40 * (1 - value), 60 + 160 * value, 40 + 60 * value * value, 225 * Math.sqrt(value)], i);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/**
 * Stretch a small picture over the shown one.
 * @param {CanvasRenderingContext2D} context in screen pixels
 * @param {CanvasImageSource} source
 * @param {View} view
 * @param {Size} image
 */
export function drawOver(context, source, view, image) {
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, view.screenX, view.screenY, image.width * view.scale, image.height * view.scale);
}

/**
 * Stretch a box of a small picture over the same part of the shown one.
 * @param {CanvasRenderingContext2D} context in screen pixels
 * @param {ImageBitmap} source
 * @param {number[]} box x, y, w, h in pixels of the source
 * @param {View} view
 * @param {Size} image
 */
export function drawPart(context, source, [x, y, w, h], view, image) {
  const [across, down] = [(image.width * view.scale) / source.width, (image.height * view.scale) / source.height];
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, x, y, w, h, view.screenX + x * across, view.screenY + y * down, w * across, h * down);
}

/**
 * The cells of the model's grid.
 * @param {CanvasRenderingContext2D} context in screen pixels
 * @param {readonly [number, number]} grid [h, w]
 * @param {View} view
 * @param {Size} image
 */
export function drawGrid(context, [gridHeight, gridWidth], view, image) {
  const width = image.width * view.scale;
  const height = image.height * view.scale;
  if (width / gridWidth < GRID_MIN_PX) return;
  context.beginPath();
  for (let i = 0; i <= gridWidth; i++) {
    const x = Math.round(view.screenX + (width * i) / gridWidth) + 0.5;
    context.moveTo(x, view.screenY);
    context.lineTo(x, view.screenY + height);
  }
  for (let i = 0; i <= gridHeight; i++) {
    const y = Math.round(view.screenY + (height * i) / gridHeight) + 0.5;
    context.moveTo(view.screenX, y);
    context.lineTo(view.screenX + width, y);
  }
  context.lineWidth = 1;
  context.strokeStyle = 'rgb(0 0 0 / 28%)';
  context.stroke();
  context.translate(-1, -1); // a light line beside each dark one shows on any picture
  context.strokeStyle = 'rgb(255 255 255 / 34%)';
  context.stroke();
  context.translate(1, 1);
}

/**
 * Where a region begins or goes on.
 * @param {CanvasRenderingContext2D} context in screen pixels
 * @param {{x: number, y: number}} screen
 */
export function drawCross(context, { x, y }) {
  outlined(context, new Path2D(`M${x - 9} ${y}h18M${x} ${y - 9}v18`));
}

/**
 * A white line with a dark rim: it shows on any picture.
 * @param {CanvasRenderingContext2D} context in screen pixels
 * @param {Path2D} path
 */
export function outlined(context, path) {
  for (const [style, width] of /** @type {const} */ ([['rgb(0 0 0 / 65%)', 3], ['#fff', 1.25]])) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke(path);
  }
}

/**
 * The brush at its true size: outer ring where it ends, inner ring where it begins to fade, + or − in the middle.
 * @param {CanvasRenderingContext2D} context in screen pixels
 * @param {{x: number, y: number}} screen
 * @param {number} radius in screen pixels
 * @param {number} softness in [0, 1]
 * @param {'paint'|'erase'} mode
 */
export function drawCursor(context, screen, radius, softness, mode) {
  const outer = new Path2D();
  outer.arc(screen.x, screen.y, Math.max(2, radius), 0, 2 * Math.PI);
  const sign = new Path2D();
  const arm = 4;
  sign.moveTo(screen.x - arm, screen.y);
  sign.lineTo(screen.x + arm, screen.y);
  if (mode === 'paint') {
    sign.moveTo(screen.x, screen.y - arm);
    sign.lineTo(screen.x, screen.y + arm);
  }
  if (radius > 9) outer.addPath(sign);
  outlined(context, outer);
  const inner = radius * (1 - softness);
  if (inner < 4 || radius - inner < 3) return;
  context.beginPath();
  context.arc(screen.x, screen.y, inner, 0, 2 * Math.PI);
  context.setLineDash([3, 4]);
  context.strokeStyle = 'rgb(255 255 255 / 70%)';
  context.lineWidth = 1;
  context.stroke();
  context.setLineDash([]);
}
