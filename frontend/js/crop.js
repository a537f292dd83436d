/**
 * The crop box of a picture, in its upright pixels: pure functions that keep it inside and in proportion.
 */

/** @typedef {import('./geometry.js').Size} Size */
/** @typedef {[number, number][]} Quad a square’s corners, top left, bottom left, bottom right, top right; it may be turned, and reach beyond the picture */
/** @typedef {{x: number, y: number, width: number, height: number, quad?: Quad}} Crop whole image pixels; of a square, the box around what it reaches of the picture */
/** @typedef {'nw'|'ne'|'sw'|'se'} Corner */

const MIN_SIDE_PX = 16;

/**
 * The largest centred box of an aspect (width / height).
 * @param {Size} image
 * @param {number} [aspect]
 * @returns {Crop}
 */
export function largestCrop(image, aspect = 1) {
  const width = Math.min(image.width, image.height * aspect);
  const height = width / aspect;
  return whole({ x: (image.width - width) / 2, y: (image.height - height) / 2, width, height }, image);
}

/** Width over height of the shapes that a crop box can have; null: the picture's own. */
export const SHAPES = { Square: 1, '3 : 2': 1.5, '2 : 3': 2 / 3, '2 : 1': 2, Whole: null };
const MAX_ASPECT = 4; // the server takes no longer ones

/** @param {keyof typeof SHAPES} shape @param {Size} image @returns {Crop} the largest centred box of a shape */
export function cropOfShape(shape, image) {
  const own = image.width / image.height;
  return largestCrop(image, SHAPES[shape] ?? Math.min(MAX_ASPECT, Math.max(1 / MAX_ASPECT, own)));
}

/** @param {Crop} crop @param {Size} image @returns {keyof typeof SHAPES|null} the shape of a box, if it has one of these */
export function shapeOf(crop, image) {
  const shapes = /** @type {(keyof typeof SHAPES)[]} */ (['Square', 'Whole', ...Object.keys(SHAPES)]); // the plainer name first
  const aspect = crop.width / crop.height;
  const fits = (/** @type {keyof typeof SHAPES} */ shape) => {
    const box = cropOfShape(shape, image);
    return Math.abs(Math.log((aspect * box.height) / box.width)) < 0.02;
  };
  return shapes.find(fits) ?? null;
}

/**
 * @param {Crop} crop
 * @param {number} dx
 * @param {number} dy
 * @param {Size} image
 * @returns {Crop}
 */
export function moveCrop(crop, dx, dy, image) {
  return whole({ ...crop, x: crop.x + dx, y: crop.y + dy }, image);
}

/**
 * Drag one corner; the opposite one stays.
 * @param {Crop} crop
 * @param {Corner} corner
 * @param {number} dx
 * @param {number} dy
 * @param {Size} image
 * @returns {Crop}
 */
export function resizeCrop(crop, corner, dx, dy, image) {
  const aspect = crop.width / crop.height;
  const isWest = corner.endsWith('w');
  const isNorth = corner.startsWith('n');
  const anchorX = isWest ? crop.x + crop.width : crop.x;
  const anchorY = isNorth ? crop.y + crop.height : crop.y;
  const wanted = crop.width + ((isWest ? -dx : dx) + (isNorth ? -dy : dy) * aspect) / 2;
  const roomX = isWest ? anchorX : image.width - anchorX;
  const roomY = isNorth ? anchorY : image.height - anchorY;
  const most = Math.min(roomX, roomY * aspect);
  const width = Math.min(most, Math.max(Math.min(MIN_SIDE_PX, most), wanted));
  const height = width / aspect;
  return whole(
    { x: isWest ? anchorX - width : anchorX, y: isNorth ? anchorY - height : anchorY, width, height },
    image,
  );
}

/**
 * Grow or shrink about the centre.
 * @param {Crop} crop
 * @param {number} pixels added to the width
 * @param {Size} image
 * @returns {Crop}
 */
export function growCrop(crop, pixels, image) {
  const aspect = crop.width / crop.height;
  const most = Math.min(image.width, image.height * aspect);
  const width = Math.min(most, Math.max(Math.min(MIN_SIDE_PX, most), crop.width + pixels));
  const height = width / aspect;
  const x = crop.x + (crop.width - width) / 2;
  const y = crop.y + (crop.height - height) / 2;
  return whole({ x, y, width, height }, image);
}

/**
 * Round to whole pixels and push the box back inside.
 * @param {Crop} crop
 * @param {Size} image
 * @returns {Crop}
 */
function whole(crop, image) {
  const width = Math.min(image.width, Math.max(1, Math.round(crop.width)));
  const height = Math.min(image.height, Math.max(1, Math.round(crop.height)));
  const x = Math.min(image.width - width, Math.max(0, Math.round(crop.x)));
  const y = Math.min(image.height - height, Math.max(0, Math.round(crop.y)));
  return { x, y, width, height };
}

/**
 * The crop of a square.
 * @param {Quad} quad
 * @param {Size} image
 * @returns {Crop}
 */
export function cropOfQuad(quad, image) {
  const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(most, Math.max(0, value));
  const [xs, ys] = [quad.map(([x]) => x), quad.map(([, y]) => y)];
  const x = within(Math.floor(Math.min(...xs)), image.width);
  const y = within(Math.floor(Math.min(...ys)), image.height);
  return { x, y, width: within(Math.ceil(Math.max(...xs)), image.width) - x, height: within(Math.ceil(Math.max(...ys)), image.height) - y, quad };
}

const NEARLY = 0.15; // of its side

/**
 * Whether a square is nearly the largest centred one: the face is where the model wants it.
 * @param {Quad} quad
 * @param {Size} image
 */
export function isNearlyWhole(quad, image) {
  const { x, y, width } = largestCrop(image);
  const corners = [[x, y], [x, y + width], [x + width, y + width], [x + width, y]];
  return quad.every(([left, top], i) => Math.max(Math.abs(left - corners[i][0]), Math.abs(top - corners[i][1])) < NEARLY * width);
}
