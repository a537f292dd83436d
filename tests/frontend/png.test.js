import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import { zlib } from '../../frontend/js/deflate.js';
import { constantMask, dab, line } from '../../frontend/js/mask.js';
import { greyPng } from '../../frontend/js/png.js';
import { readGreyPng } from './png-reader.js';

/** Bytes as random as a seed. @param {number} length @param {number} levels */
function bytesOf(length, levels) {
  let seed = length * 7 + levels;
  return Uint8Array.from({ length }, () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % levels);
}

test('what is made small comes back as it was', () => {
  const runs = Uint8Array.from({ length: 70_000 }, (_, i) => (i % 999 < 600 ? 0 : i % 251));
  for (const bytes of [new Uint8Array(), Uint8Array.of(7), bytesOf(3, 2), bytesOf(1000, 256), bytesOf(50_000, 3), new Uint8Array(100_000), runs]) {
    assert.deepEqual(new Uint8Array(inflateSync(zlib(bytes))), bytes);
  }
});

test('a mask is a grey picture of 256 levels', () => {
  const mask = { width: 3, height: 2, values: Float32Array.from([0, 0.5, 1, 0.25, 0.0001, 0.9999]) };
  const png = greyPng(mask);
  assert.equal(Buffer.from(png.subarray(0, 8)).toString('latin1'), '\x89PNG\r\n\x1a\n');
  assert.deepEqual([...png.subarray(24, 29)], [8, 0, 0, 0, 0]);
  assert.equal(Buffer.from(png).readUInt32BE(29), crc32(png.subarray(12, 29)));
  const { width, height, values } = readGreyPng(png);
  assert.deepEqual([width, height], [3, 2]);
  assert.deepEqual([...values].map((value) => Math.round(255 * value)), [0, 128, 255, 64, 0, 255]);
});

test('the mask of a stroke takes a kilobyte or two', () => {
  const mask = constantMask(64, 64);
  const tip = { radius: 6, softness: 0.5, strength: 0.8 };
  dab(mask, { x: 20, y: 20 }, tip);
  line(mask, { x: 20, y: 20 }, { x: 50, y: 34 }, tip);
  const png = greyPng(mask);
  assert.ok(png.length < 1500, String(png.length));
  assert.ok(readGreyPng(png).values.every((value, i) => Math.abs(value - mask.values[i]) <= 0.5 / 255 + 1e-6));
  assert.deepEqual(greyPng(mask), png);
});
