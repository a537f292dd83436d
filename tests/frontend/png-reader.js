/**
 * What a page's PNG says, read without the code that writes it.
 */

import { inflateSync } from 'node:zlib';

/** @param {Uint8Array|string} png or its base64 @returns {import('../../frontend/js/mask.js').Mask} */
export function readGreyPng(png) {
  const file = Buffer.from(/** @type {any} */ (png), 'base64');
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const length = file.readUInt32BE(33);
  const rows = inflateSync(file.subarray(41, 41 + length));
  const values = Float32Array.from({ length: width * height }, (_, i) => rows[i + 1 + Math.floor(i / width)] / 255);
  return { width, height, values };
}
