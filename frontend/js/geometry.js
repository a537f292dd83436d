/**
 * The only place where coordinate frames convert. Origin top left, pixel centres at +0.5.
 *
 * screen  CSS pixels from the stage's corner
 * image   pixels of the shown picture (the encoded crop)
 * mask    cells of the fine mask that strokes are painted on
 * cell    cells of the model's grid
 */

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{scale: number, screenX: number, screenY: number}} View scale: screen px per image px; screenX/Y: where the image's corner is */

const MASK_LONG_SIDE = 64; // finer than any model's grid so far, and a stroke under way is a kilobyte or two
const MIN_SCREEN_PX = 48; // the picture never gets smaller than this, nor leaves less than this in sight
const MAX_SCALE = 64;

/**
 * The view that shows the whole picture, centred.
 * @param {Size} image
 * @param {Size} stage
 * @param {number} [marginPx]
 * @returns {View}
 */
export function fitView(image, stage, marginPx = 24) {
  const scale = Math.max(
    Math.min((stage.width - 2 * marginPx) / image.width, (stage.height - 2 * marginPx) / image.height),
    MIN_SCREEN_PX / Math.max(image.width, image.height),
  );
  return centredView(image, stage, scale);
}

/**
 * @param {Size} image
 * @param {Size} stage
 * @param {number} scale
 * @returns {View}
 */
export function centredView(image, stage, scale) {
  return {
    scale,
    screenX: (stage.width - image.width * scale) / 2,
    screenY: (stage.height - image.height * scale) / 2,
  };
}

/**
 * @param {View} view
 * @param {Point} screen
 * @returns {Point} in the image frame
 */
export function screenToImage(view, screen) {
  return { x: (screen.x - view.screenX) / view.scale, y: (screen.y - view.screenY) / view.scale };
}

/**
 * @param {View} view
 * @param {Point} image
 * @returns {Point} in the screen frame
 */
export function imageToScreen(view, image) {
  return { x: view.screenX + image.x * view.scale, y: view.screenY + image.y * view.scale };
}

/**
 * @param {Point} image
 * @param {Size} imageSize
 * @param {Size} maskSize
 * @returns {Point} in the mask frame
 */
export function imageToMask(image, imageSize, maskSize) {
  return {
    x: (image.x / imageSize.width) * maskSize.width,
    y: (image.y / imageSize.height) * maskSize.height,
  };
}

/**
 * The smallest box, x, y, w, h, that holds both.
 * @param {readonly number[]|null} a
 * @param {readonly number[]|null} b
 * @returns {number[]|null}
 */
export function unionBox(a, b) {
  if (!a || !b) return a || b ? [...(a ?? b ?? [])] : null;
  const [x, y] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return [x, y, Math.max(a[0] + a[2], b[0] + b[2]) - x, Math.max(a[1] + a[3], b[1] + b[3]) - y];
}

/**
 * The grid cell under an image point, clamped to the grid.
 * @param {Point} image
 * @param {Size} imageSize
 * @param {readonly [number, number]} grid [h, w]
 * @returns {{cellX: number, cellY: number}}
 */
export function imageToCell(image, imageSize, [gridHeight, gridWidth]) {
  const cellX = Math.floor((image.x / imageSize.width) * gridWidth);
  const cellY = Math.floor((image.y / imageSize.height) * gridHeight);
  return {
    cellX: Math.min(gridWidth - 1, Math.max(0, cellX)),
    cellY: Math.min(gridHeight - 1, Math.max(0, cellY)),
  };
}

/**
 * The centre of a grid cell.
 * @param {{cellX: number, cellY: number}} cell
 * @param {Size} imageSize
 * @param {readonly [number, number]} grid [h, w]
 * @returns {Point} in the image frame
 */
export function cellToImage({ cellX, cellY }, imageSize, [gridHeight, gridWidth]) {
  return {
    x: ((cellX + 0.5) / gridWidth) * imageSize.width,
    y: ((cellY + 0.5) / gridHeight) * imageSize.height,
  };
}

/**
 * The fine mask's size for a model's grid: a whole number of mask cells per grid cell.
 * @param {readonly [number, number]} grid [h, w]
 * @returns {Size}
 */
export function maskSizeFor([gridHeight, gridWidth]) {
  const perCell = Math.max(1, Math.ceil(MASK_LONG_SIDE / Math.max(gridHeight, gridWidth)));
  return { width: gridWidth * perCell, height: gridHeight * perCell };
}

/**
 * Change the scale while the image point under `screen` stays there.
 * @param {View} view
 * @param {Point} screen
 * @param {number} factor
 * @param {Size} image
 * @returns {View}
 */
export function zoomAt(view, screen, factor, image) {
  const minScale = MIN_SCREEN_PX / Math.max(image.width, image.height);
  const scale = Math.min(MAX_SCALE, Math.max(minScale, view.scale * factor));
  const anchor = screenToImage(view, screen);
  return { scale, screenX: screen.x - anchor.x * scale, screenY: screen.y - anchor.y * scale };
}

/**
 * Move the picture, keeping a part of it in sight.
 * @param {View} view
 * @param {Point} screenDelta
 * @param {Size} image
 * @param {Size} stage
 * @returns {View}
 */
export function panBy(view, screenDelta, image, stage) {
  /** @type {(corner: number, extent: number, room: number) => number} */
  const clamp = (corner, extent, room) =>
    Math.min(room - MIN_SCREEN_PX, Math.max(MIN_SCREEN_PX - extent, corner));
  return {
    scale: view.scale,
    screenX: clamp(view.screenX + screenDelta.x, image.width * view.scale, stage.width),
    screenY: clamp(view.screenY + screenDelta.y, image.height * view.scale, stage.height),
  };
}

/**
 * A brush's radius in image pixels, from its size as a percentage of the picture's short side.
 * @param {number} sizePercent
 * @param {Size} image
 */
export function brushRadiusImagePx(sizePercent, image) {
  return ((sizePercent / 100) * Math.min(image.width, image.height)) / 2;
}
