/**
 * Masks as grey pictures: white is where the edit happens.
 */

/** @typedef {import('./mask.js').Mask} Mask */

/**
 * A mask as the API takes it, in a few kilobytes whatever its size; 255 levels.
 * @param {Mask} mask
 * @returns {{kind: 'png', data: string}}
 */
export function pngMask({ width, height, values }) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const image = context.createImageData(width, height);
  values.forEach((value, i) => {
    const level = Math.round(255 * value);
    image.data.set([level, level, level, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return { kind: 'png', data: canvas.toDataURL('image/png').split(',')[1] };
}
