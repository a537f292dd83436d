import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selection } from '../../frontend/js/mask-image.js';
import { areAlike, constantMask, dab, erase, fromRows, isEmpty, line, paint } from '../../frontend/js/mask.js';

const HARD = { radius: 4, softness: 0, strength: 1 };

/** @param {import('../../frontend/js/mask.js').Mask} mask @param {number} x @param {number} y */
const at = (mask, x, y) => mask.values[y * mask.width + x];

test('a dab at the upper left paints the upper left', () => {
  const mask = constantMask(32, 16);
  dab(mask, { x: 2, y: 1 }, HARD);
  assert.equal(at(mask, 1, 0), 1);
  assert.equal(at(mask, 1, 12), 0);
  assert.equal(at(mask, 30, 0), 0);
});

test('a dab is round, full inside and nothing outside', () => {
  const mask = constantMask(32, 32);
  dab(mask, { x: 16, y: 16 }, { radius: 8, softness: 0.5, strength: 0.8 });
  assert.ok(Math.abs(at(mask, 15, 15) - 0.8) < 1e-6);
  assert.ok(at(mask, 10, 16) > 0 && at(mask, 10, 16) < 0.8);
  assert.equal(at(mask, 7, 16), 0);
  assert.equal(at(mask, 12, 10), at(mask, 10, 12)); // symmetric
});

test('a brush smaller than a cell still paints', () => {
  const mask = constantMask(8, 8);
  dab(mask, { x: 3.5, y: 3.5 }, { radius: 0.2, softness: 1, strength: 1 });
  assert.ok(at(mask, 3, 3) > 0.5);
});

test('a fast stroke has no gaps', () => {
  const mask = constantMask(64, 64);
  line(mask, { x: 4, y: 32 }, { x: 60, y: 32 }, HARD);
  for (let x = 4; x < 60; x++) assert.equal(at(mask, x, 32), 1, `gap at ${x}`);
});

test('painting twice at the same strength does not pile up', () => {
  const mask = constantMask(16, 16);
  const tip = { radius: 4, softness: 0, strength: 0.5 };
  dab(mask, { x: 8, y: 8 }, tip);
  dab(mask, { x: 8, y: 8 }, tip);
  assert.equal(at(mask, 8, 8), 0.5);
});

test('erase takes out what paint put in, and leaves the arguments alone', () => {
  const stroke = constantMask(16, 16);
  dab(stroke, { x: 8, y: 8 }, HARD);
  const painted = paint(constantMask(16, 16), stroke);
  assert.equal(at(painted, 8, 8), 1);
  const erased = erase(painted, stroke);
  assert.ok(isEmpty(erased) || at(erased, 8, 8) === 0);
  assert.equal(at(painted, 8, 8), 1);
});

test('masks are alike when only how they were written differs', () => {
  const mask = { width: 2, height: 1, values: Float32Array.from([0.1234, 0.5]) };
  const rounded = { ...mask, values: Float32Array.from([0.123, 127 / 255]) };
  assert.ok(areAlike(mask, rounded));
  assert.ok(areAlike(null, null));
  assert.ok(!areAlike(mask, null));
  assert.ok(!areAlike(mask, { ...mask, values: Float32Array.from([0.13, 0.5]) }));
  assert.ok(!areAlike(mask, constantMask(1, 2)));
});

test('ragged rows and unequal sizes are refused with both sizes named', () => {
  assert.throws(() => fromRows([[0, 1], [0]]), /one length/);
  assert.throws(() => paint(constantMask(2, 2), constantMask(3, 2)), /2×2.*3×2/);
});

test('a picture selects by its alpha, or by its brightness where all of it is opaque', () => {
  const pixels = (/** @type {number[][]} */ ...rgba) => Uint8ClampedArray.from(rgba.flat());
  const shares = (/** @type {number[][]} */ ...rgba) => [...selection(pixels(...rgba))].map((share) => Math.round(10 * share));
  assert.deepEqual(shares([255, 255, 255, 255], [0, 0, 0, 255], [0, 0, 0, 255]), [10, 0, 0]);
  assert.deepEqual(shares([255, 255, 255, 255], [255, 255, 255, 0], [255, 255, 255, 51]), [10, 0, 2]);
  assert.deepEqual(shares([0, 0, 0, 255], [0, 0, 0, 0], [0, 0, 0, 51]), [10, 0, 2]);
});
