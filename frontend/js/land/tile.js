/**
 * The tile that lies around a place. Pure.
 */

/**
 * @param {string} url with places for z, x and y
 * @param {{x: number, y: number, zoom: number}} place in pixels of the land
 * @param {{tile_px: number, min_zoom: number, max_zoom: number}} land
 */
export function tileAt(url, { x, y, zoom }, { tile_px: side, min_zoom: least, max_zoom: most }) {
  const z = Math.min(most, Math.max(least, zoom));
  const at = (/** @type {number} */ px) => String(Math.floor(px / (side << (most - z))));
  return url.replace('{z}', String(z)).replace('{x}', at(x)).replace('{y}', at(y));
}
