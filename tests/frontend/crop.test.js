import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growCrop, largestCrop, moveCrop, resizeCrop } from '../../frontend/js/crop.js';

const WIDE = { width: 900, height: 600 };

test('the largest crop is centred', () => {
  assert.deepEqual(largestCrop(WIDE), { x: 150, y: 0, width: 600, height: 600 });
  assert.deepEqual(largestCrop({ width: 600, height: 900 }), { x: 0, y: 150, width: 600, height: 600 });
  assert.deepEqual(largestCrop(WIDE, 2), { x: 0, y: 75, width: 900, height: 450 });
});

test('a square picture is its own crop', () => {
  assert.deepEqual(largestCrop({ width: 64, height: 64 }), { x: 0, y: 0, width: 64, height: 64 });
});

test('moving stops at the edges', () => {
  const crop = largestCrop(WIDE);
  assert.equal(moveCrop(crop, -9999, 50, WIDE).x, 0);
  assert.equal(moveCrop(crop, 9999, 50, WIDE).x, 300);
  assert.equal(moveCrop(crop, 10, 50, WIDE).y, 0);
});

test('a corner keeps the opposite one, the proportion and the picture’s bounds', () => {
  const crop = { x: 200, y: 100, width: 300, height: 300 };
  assert.deepEqual(resizeCrop(crop, 'se', -100, -100, WIDE), { x: 200, y: 100, width: 200, height: 200 });
  assert.deepEqual(resizeCrop(crop, 'nw', 100, 100, WIDE), { x: 300, y: 200, width: 200, height: 200 });
  assert.deepEqual(resizeCrop(crop, 'ne', 9999, -9999, WIDE), { x: 200, y: 0, width: 400, height: 400 });
  const small = resizeCrop(crop, 'se', -9999, -9999, WIDE);
  assert.deepEqual([small.width, small.height], [16, 16]);
});

test('growing keeps the centre where there is room', () => {
  const crop = { x: 200, y: 100, width: 300, height: 300 };
  assert.deepEqual(growCrop(crop, 20, WIDE), { x: 190, y: 90, width: 320, height: 320 });
  assert.deepEqual(growCrop(crop, 9999, WIDE), { x: 50, y: 0, width: 600, height: 600 });
});

test('crops are whole pixels inside the picture', () => {
  const odd = { width: 101, height: 77 };
  let crop = largestCrop(odd);
  for (const [dx, dy] of [
    [-3.3, 7.7],
    [50.5, -2.2],
    [0.4, 0.4],
  ]) {
    crop = resizeCrop(moveCrop(crop, dx, dy, odd), 'nw', dx, dy, odd);
    for (const value of Object.values(crop)) assert.ok(Number.isInteger(value));
    assert.ok(crop.x >= 0 && crop.y >= 0 && crop.x + crop.width <= 101 && crop.y + crop.height <= 77);
  }
});
