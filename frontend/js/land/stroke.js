/**
 * From a brush stroke on the map to an edit of the land. Pure; all coordinates in pixels of the land.
 */

import { constantMask, dab, line } from '../mask.js';
import { margin, ragged } from './ragged.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('../mask.js').Mask} Mask */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {{radius: number, softness: number, raggedness: number}} Tip radius in pixels; softness from 0, a hard edge, to 1, soft from the middle on; raggedness from 0 to 1 */
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
 * @param {Tip} tip
 * @param {number|null} around of a globe, which no edit reaches round
 */
export function fits(points, tip, around) {
  const { width, height } = boxOf(points, reach(tip));
  return Math.max(width, height) <= MAX_BOX_PX && width <= (around ?? width);
}

/**
 * What a stroke covers: a mask, and the box of the land that it lies on.
 * @param {Point[]} points at least one
 * @param {Tip} tip
 * @returns {{box: [number, number, number, number], mask: Mask}}
 */
export function painted(points, tip) {
  const box = boxOf(points, reach(tip));
  const cell = Math.max(CELL_PX, Math.ceil(Math.max(box.width, box.height) / MAX_CELLS));
  const mask = constantMask(Math.ceil(box.width / cell), Math.ceil(box.height / cell));
  const dabs = { radius: tip.radius / cell, softness: tip.softness, strength: 1 };
  const inCells = points.map(({ x, y }) => ({ x: (x - box.x) / cell, y: (y - box.y) / cell }));
  dab(mask, inCells[0], dabs);
  for (let i = 1; i < inCells.length; i++) line(mask, inCells[i - 1], inCells[i], dabs);
  const shown = ragged(mask, { x: box.x, y: box.y, cell }, tip.radius, tip.raggedness);
  return { box: [box.x, box.y, mask.width * cell, mask.height * cell], mask: shown };
}

/**
 * A box as far as there is land: all of a globe at most, from pole to pole.
 * @param {[number, number, number, number]} box
 * @param {number|null} around
 * @returns {[number, number, number, number]}
 */
export function onLand([x, y, width, height], around) {
  if (around === null) return [x, y, width, height];
  const top = Math.min(Math.max(y, 0), around / 2 - 1);
  const bottom = Math.min(Math.max(y + height, top + 1), around / 2);
  return width < around ? [x, top, width, bottom - top] : [0, top, around, bottom - top];
}

/**
 * The edits that lie wholly where a globe has no land.
 * @param {{around: number|null, edits: readonly LandEdit[]}} land
 */
export function beyondPoles({ around, edits }) {
  return edits.filter(({ box: [, y, , height] }) => around !== null && (y >= around / 2 || y + height <= 0));
}

/** How far from a stroke something is painted, in pixels. @param {Tip} tip */
function reach({ radius, raggedness }) {
  return radius + margin(radius, raggedness);
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
