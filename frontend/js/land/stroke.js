/**
 * From a brush stroke on the map to an edit of the land. Pure; all coordinates in pixels of the land.
 */

import { constantMask, dab, line } from '../mask.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('../mask.js').Mask} Mask */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {{type: 'attribute', attribute: string, strength: number, box: number[], mask: object, enabled: boolean}} LandEdit */

export const MAX_CELLS = 1024; // a side of a mask
export const MAX_BOX_PX = 4096;
export const SMALLEST_BRUSH = 8; // pixels of radius
export const LARGEST_BRUSH = 200;
const CELL_PX = 4; // as fine as an edit moves the land

/**
 * The box that a stroke covers, on whole cells.
 * @param {Point[]} points
 * @param {number} radius
 * @returns {Box}
 */
export function boxOf(points, radius) {
  const along = (/** @type {number[]} */ places) => {
    const begin = Math.floor((Math.min(...places) - radius) / CELL_PX) * CELL_PX;
    const end = Math.ceil((Math.max(...places) + radius) / CELL_PX) * CELL_PX;
    return { begin, length: Math.max(CELL_PX, end - begin) };
  };
  const [x, y] = [along(points.map((point) => point.x)), along(points.map((point) => point.y))];
  return { x: x.begin, y: y.begin, width: x.length, height: y.length };
}

/**
 * Whether a stroke is still small enough for one edit.
 * @param {Point[]} points
 * @param {number} radius
 * @param {number|null} around of a globe, which no edit reaches round
 */
export function fits(points, radius, around) {
  const { width, height } = boxOf(points, radius);
  return Math.max(width, height) <= MAX_BOX_PX && width <= (around ?? width);
}

/**
 * What a stroke covers: a mask, and the box of the land that it lies on.
 * @param {Point[]} points at least one
 * @param {number} radius
 * @param {number} softness 0: a hard edge; 1: soft from the middle on
 * @returns {{box: [number, number, number, number], mask: Mask}}
 */
export function painted(points, radius, softness) {
  const box = boxOf(points, radius);
  const cell = Math.max(CELL_PX, Math.ceil(Math.max(box.width, box.height) / MAX_CELLS));
  const mask = constantMask(Math.ceil(box.width / cell), Math.ceil(box.height / cell));
  const tip = { radius: radius / cell, softness, strength: 1 };
  const inCells = points.map(({ x, y }) => ({ x: (x - box.x) / cell, y: (y - box.y) / cell }));
  dab(mask, inCells[0], tip);
  for (let i = 1; i < inCells.length; i++) line(mask, inCells[i - 1], inCells[i], tip);
  return { box: [box.x, box.y, mask.width * cell, mask.height * cell], mask };
}

/**
 * A rectangle by two of its corners, as whole pixels.
 * @param {Point} a
 * @param {Point} b
 * @returns {[number, number, number, number]} x, y, width, height
 */
export function rectangle(a, b) {
  const [x, y] = [Math.floor(Math.min(a.x, b.x)), Math.floor(Math.min(a.y, b.y))];
  return [x, y, Math.max(1, Math.ceil(Math.max(a.x, b.x)) - x), Math.max(1, Math.ceil(Math.max(a.y, b.y)) - y)];
}
