/**
 * A globe out of its map: which place of a plate carrée every pixel of a ball shows. Pure.
 */

/** @typedef {{data: Uint8ClampedArray, width: number, height: number}} Picture RGBA */
/**
 * @typedef {object} Ball
 * @property {number} side of its picture
 * @property {Int32Array} index where in the picture each of its pixels is
 * @property {Float32Array} u how far east of the middle it looks, in turns
 * @property {Float32Array} v how far south of the north pole, of the way to the south pole
 * @property {Float32Array} light
 */

const DARKEST = 0.45; // light at the rim

/**
 * What the pixels of a ball look at, seen from far away.
 * @param {number} side of its picture
 * @param {number} tilt of its north pole towards whoever looks, in radians
 * @returns {Ball}
 */
export function ball(side, tilt) {
  const [radius, middle] = [side / 2 - 1, (side - 1) / 2];
  const [sine, cosine] = [Math.sin(tilt), Math.cos(tilt)];
  /** @type {number[][]} */
  const seen = [];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, up] = [(column - middle) / radius, (middle - row) / radius];
      const near = 1 - x * x - up * up;
      if (near < 0) continue;
      const z = Math.sqrt(near);
      const [north, towards] = [up * cosine + z * sine, z * cosine - up * sine];
      const u = Math.atan2(x, towards) / (2 * Math.PI);
      const v = 0.5 - Math.asin(Math.max(-1, Math.min(1, north))) / Math.PI;
      seen.push([row * side + column, u, v, DARKEST + (1 - DARKEST) * Math.sqrt(z)]);
    }
  }
  const of = (/** @type {number} */ k) => Float32Array.from(seen, (each) => each[k]);
  return { side, index: Int32Array.from(seen, ([at]) => at), u: of(1), v: of(2), light: of(3) };
}

/**
 * Draw a ball.
 * @param {Ball} ball
 * @param {Picture} map of all of it: twice as wide as high
 * @param {number} turn which meridian is in the middle, in turns east of the map's left edge
 * @param {Uint8ClampedArray} into RGBA, of the ball's picture
 */
export function drawBall({ index, u, v, light }, { data, width, height }, turn, into) {
  for (let k = 0; k < index.length; k++) {
    const x = (((u[k] + turn) % 1) + 1) % 1 * width - 0.5;
    const y = Math.max(0, Math.min(height - 1, v[k] * height - 0.5));
    const [left, top] = [Math.floor(x), Math.min(height - 2, Math.floor(y))];
    const [right, down] = [x - left, y - top];
    const [west, east] = [((left + width) % width) * 4, ((left + 1) % width) * 4];
    const [north, south] = [top * width * 4, (top + 1) * width * 4];
    for (let c = 0; c < 3; c++) {
      const upper = data[north + west + c] * (1 - right) + data[north + east + c] * right;
      const lower = data[south + west + c] * (1 - right) + data[south + east + c] * right;
      into[index[k] * 4 + c] = (upper * (1 - down) + lower * down) * light[k];
    }
    into[index[k] * 4 + 3] = 255;
  }
}
