/**
 * Regions as masks, and what can be done with a mask as a whole. Pure; all coordinates in the mask frame.
 */

import { constantMask } from './mask.js';

/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {import('./mask.js').Mask} Mask */

const SAMPLES = 4; // per cell and axis: how smooth the rim of a region is
const BLURS = 2; // box blurs that a feather is made of: nearly a bell curve

/**
 * What a closed line encloses (even–odd), as the share of each cell.
 * @param {number} width
 * @param {number} height
 * @param {readonly Point[]} corners
 * @param {number} [strength] in [0, 1]
 * @returns {Mask}
 */
export function polygon(width, height, corners, strength = 1) {
  const mask = constantMask(width, height);
  const share = strength / SAMPLES ** 2;
  for (let row = 0; row < height * SAMPLES; row++) {
    const crossings = crossingsAt(corners, (row + 0.5) / SAMPLES);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const first = Math.max(0, Math.ceil(crossings[i] * SAMPLES - 0.5));
      const last = Math.min(width * SAMPLES, Math.ceil(crossings[i + 1] * SAMPLES - 0.5));
      for (let column = first; column < last; column++) {
        mask.values[Math.floor(row / SAMPLES) * width + Math.floor(column / SAMPLES)] += share;
      }
    }
  }
  return mask;
}

/**
 * @param {number} width
 * @param {number} height
 * @param {Point} a a corner
 * @param {Point} b the one across
 * @param {number} [strength]
 */
export function rectangle(width, height, a, b, strength = 1) {
  return polygon(width, height, [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }], strength);
}

/** Painted where it was not. @param {Mask} mask @returns {Mask} */
export function inverted(mask) {
  return { ...mask, values: mask.values.map((value) => 1 - value) };
}

/**
 * Larger by so many cells on every side, or smaller by a negative number.
 * @param {Mask} mask
 * @param {number} cells
 * @returns {Mask}
 */
export function grown(mask, cells) {
  const pick = cells > 0 ? Math.max : Math.min;
  return alongBothAxes(mask, (line) =>
    line.map((_, i) => pick(...line.subarray(Math.max(0, i - Math.abs(cells)), i + Math.abs(cells) + 1))),
  );
}

/**
 * With a softer rim.
 * @param {Mask} mask
 * @param {number} cells over which it falls, each way
 * @returns {Mask}
 */
export function feathered(mask, cells) {
  let soft = mask;
  for (let i = 0; i < BLURS; i++) soft = alongBothAxes(soft, (line) => blurred(line, cells));
  return soft;
}

/** @param {readonly Point[]} corners @param {number} y @returns {number[]} where the line crosses a row, in order */
function crossingsAt(corners, y) {
  const found = [];
  for (let i = 0; i < corners.length; i++) {
    const [a, b] = [corners[i], corners[(i + 1) % corners.length]];
    if (a.y <= y !== b.y <= y) found.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
  }
  return found.sort((p, q) => p - q);
}

/** @param {Mask} mask @param {(line: Float32Array) => Float32Array} change @returns {Mask} */
function alongBothAxes({ width, height, values }, change) {
  const across = new Float32Array(values.length);
  for (let y = 0; y < height; y++) across.set(change(values.subarray(y * width, (y + 1) * width)), y * width);
  const both = new Float32Array(values.length);
  for (let x = 0; x < width; x++) {
    const column = change(Float32Array.from({ length: height }, (_, y) => across[y * width + x]));
    for (let y = 0; y < height; y++) both[y * width + x] = column[y];
  }
  return { width, height, values: both };
}

/** The mean over `cells` on either side, the ends repeated. @param {Float32Array} line @param {number} cells */
function blurred(line, cells) {
  const at = (/** @type {number} */ i) => line[Math.min(line.length - 1, Math.max(0, i))];
  return line.map((_, i) => {
    let sum = 0;
    for (let k = -cells; k <= cells; k++) sum += at(i + k);
    return sum / (2 * cells + 1);
  });
}

/**
 * The middle of what a mask covers; of an empty one, the middle of all.
 * @param {Mask} mask
 * @returns {Point}
 */
export function centreOf({ width, height, values }) {
  let [sum, x, y] = [0, 0, 0];
  values.forEach((value, i) => {
    sum += value;
    x += value * ((i % width) + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  });
  return sum ? { x: x / sum, y: y / sum } : { x: width / 2, y: height / 2 };
}
