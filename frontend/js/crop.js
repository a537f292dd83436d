/**
 * The crop box of a picture, in its upright pixels: pure functions that keep it in proportion and on the picture. A box
 * lies along the picture's edges and inside of it; a square may also be turned, and reach beyond.
 */

/** @typedef {import('./geometry.js').Size} Size */
/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {[number, number][]} Quad a square’s corners, top left, bottom left, bottom right, top right; it may be turned, and reach beyond the picture */
/** @typedef {{x: number, y: number, width: number, height: number, quad?: Quad}} Crop whole image pixels; of a square that is turned or reaches beyond, the box around what it reaches of the picture */
/** @typedef {{x: number, y: number, side: number, angle: number}} Square x, y: its middle; angle in radians, clockwise */
/** @typedef {'nw'|'ne'|'sw'|'se'} Corner */

const MIN_SIDE_PX = 16;
const MAX_SIDE = 2; // of a square, in the picture's longer sides
const SNAP = 0.03; // of a square's side: nearer to the border, it snaps to it
const NEARLY_UPRIGHT = 0.06; // radians: nearer to upright, it is meant so

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
  if (squareOf(crop) && image.width !== image.height) return 'Square';
  const shapes = /** @type {(keyof typeof SHAPES)[]} */ (['Square', 'Whole', ...Object.keys(SHAPES)]); // the plainer name first
  const aspect = crop.width / crop.height;
  const fits = (/** @type {keyof typeof SHAPES} */ shape) => {
    const box = cropOfShape(shape, image);
    return Math.abs(Math.log((aspect * box.height) / box.width)) < 0.02;
  };
  return shapes.find(fits) ?? null;
}

/** A crop as a square, if it is one. @param {Crop} crop @returns {Square|null} */
export function squareOf({ x, y, width, height, quad }) {
  if (!quad) return width === height ? { x: x + width / 2, y: y + height / 2, side: width, angle: 0 } : null;
  const [across, down] = [quad[3][0] - quad[0][0], quad[3][1] - quad[0][1]];
  return {
    x: (quad[0][0] + quad[2][0]) / 2,
    y: (quad[0][1] + quad[2][1]) / 2,
    side: Math.hypot(across, down),
    angle: Math.atan2(down, across),
  };
}

/** The corners of a square. @param {Square} square @returns {Quad} */
export function quadOf({ x, y, side, angle }) {
  const [across, down] = [(Math.cos(angle) * side) / 2, (Math.sin(angle) * side) / 2];
  return [
    [x - across + down, y - down - across],
    [x - across - down, y - down + across],
    [x + across - down, y + down + across],
    [x + across + down, y + down - across],
  ];
}

/** The crop of a square: a plain box where that is the same. @param {Square} square @param {Size} image @returns {Crop} */
export function cropOfSquare(square, image) {
  const { x, y, side, angle } = square;
  const [left, top] = [x - side / 2, y - side / 2];
  const isInside = left > -0.5 && top > -0.5 && left + side < image.width + 0.5 && top + side < image.height + 0.5;
  return Math.abs(angle) < 1e-6 && isInside ? whole({ x: left, y: top, width: side, height: side }, image) : cropOfQuad(quadOf(square), image);
}

/**
 * The crop of a square by its corners.
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

/**
 * Move a box; a square also beyond the picture, as long as its middle is on it.
 * @param {Crop} crop
 * @param {number} dx
 * @param {number} dy
 * @param {Size} image
 * @returns {Crop}
 */
export function moveCrop(crop, dx, dy, image) {
  const square = squareOf(crop);
  if (!square) return whole({ ...crop, x: crop.x + dx, y: crop.y + dy }, image);
  const x = Math.min(image.width, Math.max(0, square.x + dx));
  const y = Math.min(image.height, Math.max(0, square.y + dy));
  return cropOfSquare({ ...square, x, y }, image);
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
  const isWest = corner.endsWith('w');
  const isNorth = corner.startsWith('n');
  const square = squareOf(crop);
  if (square) {
    const { side, angle } = square;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [right, down] = [cos * dx + sin * dy, cos * dy - sin * dx];
    const grown = boundedSide(side + ((isWest ? -right : right) + (isNorth ? -down : down)) / 2, image) - side;
    const [across, along] = [((isWest ? -1 : 1) * grown) / 2, ((isNorth ? -1 : 1) * grown) / 2];
    const middle = { x: square.x + cos * across - sin * along, y: square.y + sin * across + cos * along };
    return cropOfSquare({ ...middle, side: side + grown, angle }, image);
  }
  const aspect = crop.width / crop.height;
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
 * Grow or shrink about the centre; what was inside the picture stays inside as long as it can.
 * @param {Crop} crop
 * @param {number} pixels added to the width
 * @param {Size} image
 * @returns {Crop}
 */
export function growCrop(crop, pixels, image) {
  const square = squareOf(crop);
  if (square) {
    const side = boundedSide(square.side + pixels, image);
    const isPushed = !crop.quad && side <= Math.min(image.width, image.height);
    if (!isPushed) return cropOfSquare({ ...square, side }, image);
  }
  const aspect = crop.width / crop.height;
  const most = Math.min(image.width, image.height * aspect);
  const width = Math.min(most, Math.max(Math.min(MIN_SIDE_PX, most), crop.width + pixels));
  const height = width / aspect;
  const x = crop.x + (crop.width - width) / 2;
  const y = crop.y + (crop.height - height) / 2;
  return whole({ x, y, width, height }, image);
}

/** Turn a square about its middle; other boxes stay as they are. @param {Crop} crop @param {number} by radians, clockwise @param {Size} image @returns {Crop} */
export function turnCrop(crop, by, image) {
  const square = squareOf(crop);
  if (!square) return crop;
  const angle = square.angle + by;
  return cropOfSquare({ ...square, angle: Math.atan2(Math.sin(angle), Math.cos(angle)) }, image);
}

/** A crop that is hardly turned, as if it were not. @param {Crop} crop @param {Size} image @returns {Crop} */
export function upright(crop, image) {
  const square = squareOf(crop);
  return square && Math.abs(square.angle) < NEARLY_UPRIGHT ? cropOfSquare({ ...square, angle: 0 }, image) : crop;
}

/** An upright crop that reaches hardly beyond the picture, as if it did not. @param {Crop} crop @param {Size} image @returns {Crop} */
export function snapped(crop, image) {
  const square = squareOf(crop);
  if (!square || !crop.quad || Math.abs(square.angle) > 1e-6) return crop;
  const near = SNAP * square.side;
  const half = square.side / 2;
  const settle = (/** @type {number} */ middle, /** @type {number} */ extent) => {
    if (square.side > extent + near) return middle;
    if (middle < half && middle > half - near) return half;
    return middle > extent - half && middle < extent - half + near ? extent - half : middle;
  };
  return cropOfSquare({ ...square, x: settle(square.x, image.width), y: settle(square.y, image.height), angle: 0 }, image);
}

/** @param {number} side of a square @param {Size} image */
function boundedSide(side, { width, height }) {
  return Math.min(MAX_SIDE * Math.max(width, height), Math.max(Math.min(MIN_SIDE_PX, width, height), side));
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

const NEARLY = 0.15; // of its side

/**
 * Whether a square is nearly the largest centred one: the face is where the model wants it.
 * @param {Quad} quad
 * @param {Size} image
 */
export function isNearlyWhole(quad, image) {
  return isNear(quad, quadOfCrop(largestCrop(image)), NEARLY);
}

/** Whether two crops show nearly the same. @param {Crop|null} crop all if null @param {Crop|null} other @param {Size} image */
export function isSameCrop(crop, other, image) {
  return isNear(quadOfCrop(crop ?? { x: 0, y: 0, ...image }), quadOfCrop(other ?? { x: 0, y: 0, ...image }), 0.005);
}

/** @param {Quad} quad @param {Quad} other @param {number} share of its side */
function isNear(quad, other, share) {
  const side = Math.hypot(other[3][0] - other[0][0], other[3][1] - other[0][1]);
  return quad.every(([x, y], i) => Math.max(Math.abs(x - other[i][0]), Math.abs(y - other[i][1])) < share * side);
}

/** The corners of any crop. @param {Crop} crop @returns {Quad} */
export function quadOfCrop({ x, y, width, height, quad }) {
  return quad ?? [[x, y], [x, y + height], [x + width, y + height], [x + width, y]];
}

/**
 * Where a place in one crop is in another of the same picture; both from 0 to 1, across and down.
 * @param {Quad} from
 * @param {Quad} to
 * @returns {(place: Point) => Point}
 */
export function between(from, to) {
  const [x, y] = [0, 1].map((k) => from[0][k] - to[0][k]);
  const [across, down] = [3, 1].map((corner) => [0, 1].map((k) => from[corner][k] - from[0][k]));
  const [toAcross, toDown] = [3, 1].map((corner) => [0, 1].map((k) => to[corner][k] - to[0][k]));
  const area = toAcross[0] * toDown[1] - toAcross[1] * toDown[0];
  return (place) => {
    const [dx, dy] = [x + place.x * across[0] + place.y * down[0], y + place.x * across[1] + place.y * down[1]];
    return { x: (dx * toDown[1] - dy * toDown[0]) / area, y: (dy * toAcross[0] - dx * toAcross[1]) / area };
  };
}
