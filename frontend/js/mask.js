/**
 * Masks as plain arrays, and the brush that paints them. Pure; all coordinates in the mask frame.
 */

/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {{width: number, height: number, values: Float32Array}} Mask values in [0, 1], row-major, 1 = edit here; never changed once shared */
/** @typedef {{radius: number, softness: number, strength: number}} Tip radius in mask cells; softness and strength in [0, 1] */

const LEVEL = 1 / 255; // as far as masks are told apart once they are written
const SPACING = 0.25; // dabs per stroke length, in radii: closer is not visible, wider shows beads

/**
 * @param {number} width
 * @param {number} height
 * @param {number} [value]
 * @returns {Mask}
 */
export function constantMask(width, height, value = 0) {
  return { width, height, values: new Float32Array(width * height).fill(value) };
}

/**
 * Raise `coverage` to one round dab of the brush, in place.
 * The rim is at least one cell wide, so that a hard brush stays smooth and a small one is not lost.
 * @param {Mask} coverage
 * @param {Point} at
 * @param {Tip} tip
 */
export function dab(coverage, at, { radius, softness, strength }) {
  const inner = Math.min(radius * (1 - softness), radius - 0.5);
  const outer = Math.max(radius, inner + 1);
  const [x0, x1] = span(at.x, outer, coverage.width);
  const [y0, y1] = span(at.y, outer, coverage.height);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const distance = Math.hypot(x + 0.5 - at.x, y + 0.5 - at.y);
      const t = Math.min(1, Math.max(0, (outer - distance) / (outer - inner)));
      const value = strength * t * t * (3 - 2 * t);
      const i = y * coverage.width + x;
      if (value > coverage.values[i]) coverage.values[i] = value;
    }
  }
}

/**
 * Dab along a line, in place: both ends included, however far apart the pointer's events are.
 * @param {Mask} coverage
 * @param {Point} from
 * @param {Point} to
 * @param {Tip} tip
 */
export function line(coverage, from, to, tip) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const steps = Math.max(1, Math.ceil(length / Math.max(0.25, tip.radius * SPACING)));
  for (let i = 0; i <= steps; i++) {
    const t = i / steps;
    dab(coverage, { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t }, tip);
  }
}

/**
 * Add a stroke to a mask: the larger of the two in each cell.
 * @param {Mask} base
 * @param {Mask} coverage
 * @returns {Mask}
 */
export function paint(base, coverage) {
  return combine(base, coverage, (b, c) => Math.max(b, c));
}

/**
 * Take a stroke out of a mask.
 * @param {Mask} base
 * @param {Mask} coverage
 * @returns {Mask}
 */
export function erase(base, coverage) {
  return combine(base, coverage, (b, c) => b * (1 - c));
}

/** @param {Mask} mask */
export function isEmpty(mask) {
  return mask.values.every((value) => value < LEVEL / 2); // would be written as 0
}

/** Whether two masks are the same but for how they were written: 256 levels, or three decimals. @param {Mask|null} mask @param {Mask|null} other */
export function areAlike(mask, other) {
  if (!mask || !other || mask === other) return mask === other;
  const isSameSize = mask.width === other.width && mask.height === other.height;
  return isSameSize && mask.values.every((value, i) => Math.abs(value - other.values[i]) < LEVEL);
}

/**
 * A mask that came as rows of numbers.
 * @param {number[][]} rows
 * @returns {Mask}
 */
export function fromRows(rows) {
  const width = rows[0]?.length ?? 0;
  if (!width || rows.some((row) => row.length !== width)) {
    throw new TypeError(`a mask needs rows of one length, got ${rows.map((row) => row.length)}`);
  }
  return { width, height: rows.length, values: Float32Array.from(rows.flat()) };
}

/**
 * @param {Mask} base
 * @param {Mask} coverage
 * @param {(base: number, coverage: number) => number} rule
 * @returns {Mask}
 */
function combine(base, coverage, rule) {
  if (base.width !== coverage.width || base.height !== coverage.height) {
    throw new TypeError(
      `mask is ${base.width}×${base.height}, stroke is ${coverage.width}×${coverage.height}`,
    );
  }
  const values = base.values.map((value, i) => rule(value, coverage.values[i]));
  return { width: base.width, height: base.height, values };
}

/**
 * Cells whose centre may lie within `reach` of `at`, as a half-open range.
 * @param {number} at
 * @param {number} reach
 * @param {number} extent
 */
function span(at, reach, extent) {
  return [Math.max(0, Math.floor(at - reach)), Math.min(extent, Math.ceil(at + reach))];
}

/**
 * A mask in another place or with another number of cells.
 * @param {Mask} mask
 * @param {import('./geometry.js').Size} size of what comes out
 * @param {(place: Point) => Point} from where in the mask each place comes from, both from 0 to 1; beyond it there is nothing
 * @returns {Mask}
 */
export function carried(mask, { width, height }, from) {
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const place = from({ x: (x + 0.5) / width, y: (y + 0.5) / height });
      values[y * width + x] = at(mask, place.x * mask.width - 0.5, place.y * mask.height - 0.5);
    }
  }
  return { width, height, values };
}

/** A mask's value between the middles of its cells. @param {Mask} mask @param {number} x @param {number} y */
function at({ width, height, values }, x, y) {
  if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) return 0;
  const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(most, Math.max(0, value));
  const [left, top] = [within(Math.floor(x), width - 1), within(Math.floor(y), height - 1)];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const [across, down] = [within(x - left, 1), within(y - top, 1)];
  const row = (/** @type {number} */ r) => values[r * width + left] * (1 - across) + values[r * width + right] * across;
  return row(top) * (1 - down) + row(bottom) * down;
}
