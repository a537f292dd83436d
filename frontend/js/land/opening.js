/**
 * Where a land is seen first.
 */

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('../geometry.js').Size} Size */

/**
 * The place near the origin around which the fewest tiles fill the screen.
 * @param {Size} screen in pixels of the land
 * @param {number} tilePx
 * @returns {Point} in pixels of the land
 */
export function opening({ width, height }, tilePx) {
  const middle = (/** @type {number} */ length) => (Math.ceil(length / tilePx) % 2 ? tilePx / 2 : 0);
  return { x: middle(width), y: middle(height) };
}
