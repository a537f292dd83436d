/**
 * Ragged edges, as coasts have them: a mask whose places are taken from beside themselves, by noise
 * of the land's own coordinates. Pure.
 */

/** @typedef {import('../mask.js').Mask} Mask */

const OCTAVES = 5; // each half as long as the one before
const SHARE = 0.6; // and so much as far
const LONGEST = 2; // in radii of the brush
const FAR = 1.1; // how far a place is moved at most, in radii; about a fifth as far on average
const SEEDS = [0x2545f491, 0x6c078965]; // across and down

/**
 * What a place of the lattice has, from −1 to 1: the same on every visit.
 * @param {number} x
 * @param {number} y whole numbers
 * @param {number} seed
 */
function hashed(x, y, seed) {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x7fffffff - 1;
}

/** Between the four places of the lattice around, smoothly. @param {number} x @param {number} y @param {number} seed */
function smooth(x, y, seed) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const ease = (/** @type {number} */ t) => t * t * (3 - 2 * t);
  const [across, down] = [ease(x - left), ease(y - top)];
  const row = (/** @type {number} */ j) => hashed(left, j, seed) * (1 - across) + hashed(left + 1, j, seed) * across;
  return row(top) * (1 - down) + row(top + 1) * down;
}

/** Of all lengths, from −1 to 1. @param {number} x @param {number} y @param {number} length of the longest @param {number} seed */
function noise(x, y, length, seed) {
  let [sum, most] = [0, 0];
  for (let k = 0; k < OCTAVES; k++) {
    const share = SHARE ** k;
    sum += share * smooth((x / length) * 2 ** k, (y / length) * 2 ** k, seed + k);
    most += share;
  }
  return sum / most;
}

/** A mask between its cells; 0 beyond it. @param {Mask} mask @param {number} x @param {number} y in cells, counted from the middle of the first */
function at({ width, height, values }, x, y) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const cell = (/** @type {number} */ i, /** @type {number} */ j) => (i < 0 || j < 0 || i >= width || j >= height ? 0 : values[j * width + i]);
  const row = (/** @type {number} */ j) => cell(left, j) * (1 - (x - left)) + cell(left + 1, j) * (x - left);
  return row(top) * (1 - (y - top)) + row(top + 1) * (y - top);
}

/** How far an edge is moved at most, in pixels. @param {number} radius of the brush @param {number} amount from 0 to 1 */
export function margin(radius, amount) {
  return amount * FAR * radius;
}

/**
 * A mask with ragged edges. What is painted twice at one place is moved alike.
 * @param {Mask} mask
 * @param {{x: number, y: number, cell: number}} place of its first cell, and its cells' side, in pixels of the land
 * @param {number} radius of the brush, in pixels
 * @param {number} amount from 0 to 1
 * @returns {Mask}
 */
export function ragged(mask, { x, y, cell }, radius, amount) {
  if (amount === 0) return mask;
  const values = new Float32Array(mask.values.length);
  const far = margin(radius, amount) / cell;
  for (let j = 0; j < mask.height; j++) {
    for (let i = 0; i < mask.width; i++) {
      const [right, down] = SEEDS.map((seed) => far * noise(x + i * cell, y + j * cell, LONGEST * radius, seed));
      values[j * mask.width + i] = at(mask, i + right, j + down);
    }
  }
  return { ...mask, values };
}
