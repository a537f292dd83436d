/**
 * Masks as grey PNG files of 8 bits (PNG, second edition), made at once and the same in every browser. Pure.
 */

import { zlib } from './deflate.js';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const GREY = [8, 0, 0, 0, 0]; // bits, colour, compression, filters, interlace
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** @param {import('./mask.js').Mask} mask @returns {Uint8Array<ArrayBuffer>} white is 1 */
export function greyPng({ width, height, values }) {
  const rows = new Uint8Array(height * (width + 1)); // each after a 0: no filter, as brushes repeat their levels and seldom differences
  for (let y = 0; y < height; y++) {
    const begin = y * (width + 1);
    for (let x = 0; x < width; x++) rows[begin + 1 + x] = Math.round(255 * values[y * width + x]);
  }
  const header = [...word(width), ...word(height), ...GREY];
  return joined(Uint8Array.from(SIGNATURE), chunk('IHDR', Uint8Array.from(header)), chunk('IDAT', zlib(rows)), chunk('IEND', new Uint8Array()));
}

/** @param {string} name @param {Uint8Array} data */
function chunk(name, data) {
  const body = joined(Uint8Array.from(name, (letter) => letter.charCodeAt(0)), data);
  return joined(Uint8Array.from(word(data.length)), body, Uint8Array.from(word(crc32(body))));
}

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** 32 bits, the highest first. @param {number} value */
function word(value) {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** @param {...Uint8Array} parts @returns {Uint8Array<ArrayBuffer>} */
function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
