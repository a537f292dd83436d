import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropOfShape, growCrop, largestCrop, moveCrop, resizeCrop, shapeOf } from '../../frontend/js/crop.js';

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

test('a shape gives the largest box of it, and is known again', () => {
  const image = { width: 300, height: 200 };
  assert.deepEqual(cropOfShape('Square', image), { x: 50, y: 0, width: 200, height: 200 });
  assert.deepEqual(cropOfShape('Whole', image), { x: 0, y: 0, width: 300, height: 200 });
  assert.deepEqual(cropOfShape('2 : 1', image), { x: 0, y: 25, width: 300, height: 150 });
  assert.equal(shapeOf(cropOfShape('2 : 3', image), image), '2 : 3');
  assert.equal(shapeOf({ x: 0, y: 0, width: 170, height: 100 }, image), null);
});

test('a box is at most four times as long as wide', () => {
  assert.equal(cropOfShape('Whole', { width: 1000, height: 100 }).width, 400);
  assert.equal(cropOfShape('Whole', { width: 100, height: 1000 }).height, 400);
});
