/**
 * The square that a model wants a face in, from eyes and mouth: as `models/faces/alignment.py` has it, for points that are
 * being dragged. `tests/fakes/alignment.json` holds both to the same squares.
 */

import { quadOf } from './crop.js';

/** @typedef {[number, number]} Place x, y in pixels of the upright picture */
/** @typedef {{eye_left: Place, eye_right: Place, mouth_left: Place, mouth_right: Place}} Points left and right as seen */

/** @type {readonly (keyof Points)[]} */
export const POINTS = ['eye_left', 'eye_right', 'mouth_left', 'mouth_right'];

/** Where they are in a drawn portrait, as shares of its side. @type {readonly Place[]} */
const PORTRAITS = [
  [0.404, 0.4915],
  [0.596, 0.4915],
  [0.4145, 0.681],
  [0.5855, 0.681],
];

/**
 * The square of a model, around a face with these points.
 * @param {Points} points
 * @param {string} aligned how the model wants faces
 * @returns {import('./crop.js').Quad}
 */
export function alignedQuad(points, aligned) {
  return aligned === 'portraits' ? portraitsQuad(points) : ffhqQuad(points);
}

/** Points where a face would have them whose square this is. @param {import('./crop.js').Square} square @returns {Points} */
export function pointsIn({ x, y, side, angle }) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const at = (/** @type {Place} */ [across, down]) => {
    const [dx, dy] = [(across - 0.5) * side, (down - 0.5) * side];
    return /** @type {Place} */ ([x + cos * dx - sin * dy, y + sin * dx + cos * dy]);
  };
  const [eye_left, eye_right, mouth_left, mouth_right] = PORTRAITS.map(at);
  return { eye_left, eye_right, mouth_left, mouth_right };
}

/** FFHQ's (Karras et al. 2019, appendix A). @param {Points} points */
function ffhqQuad({ eye_left, eye_right, mouth_left, mouth_right }) {
  const between = minus(eye_right, eye_left);
  const middle = mean([eye_left, eye_right]);
  const down = minus(mean([mouth_left, mouth_right]), middle);
  const across = /** @type {Place} */ ([between[0] + down[1], between[1] - down[0]]);
  return quadOf({
    x: middle[0] + 0.1 * down[0],
    y: middle[1] + 0.1 * down[1],
    side: 2 * Math.max(2 * Math.hypot(...between), 1.8 * Math.hypot(...down)),
    angle: Math.atan2(across[1], across[0]),
  });
}

/** The one in which eyes and mouth come nearest to those of drawn portraits, by least squares. @param {Points} points */
function portraitsQuad(points) {
  const places = POINTS.map((name) => points[name]);
  const [centre, wantedCentre] = [mean(places), mean(PORTRAITS)];
  let [cos, sin, norm] = [0, 0, 0];
  places.forEach((place, i) => {
    const [x, y] = minus(place, centre);
    const [u, v] = minus(PORTRAITS[i], wantedCentre);
    cos += x * u + y * v;
    sin += y * u - x * v;
    norm += u * u + v * v;
  });
  const [a, b] = [cos / norm, sin / norm]; // the square's edge to the right
  const [u, v] = minus(wantedCentre, [0.5, 0.5]);
  return quadOf({ x: centre[0] - (a * u - b * v), y: centre[1] - (b * u + a * v), side: Math.hypot(a, b), angle: Math.atan2(b, a) });
}

/** @param {Place} a @param {Place} b @returns {Place} */
function minus(a, b) {
  return [a[0] - b[0], a[1] - b[1]];
}

/** @param {readonly Place[]} places @returns {Place} */
function mean(places) {
  return [places.reduce((sum, [x]) => sum + x, 0) / places.length, places.reduce((sum, [, y]) => sum + y, 0) / places.length];
}
