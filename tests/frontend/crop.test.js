import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, cropOfShape, cropOfSquare, growCrop, isSameCrop, largestCrop, moveCrop, quadOf, quadOfCrop, resizeCrop, shapeOf, snapped, squareOf, turnCrop, upright } from '../../frontend/js/crop.js';

const WIDE = { width: 900, height: 600 };

test('the largest crop is centred', () => {
  assert.deepEqual(largestCrop(WIDE), { x: 150, y: 0, width: 600, height: 600 });
  assert.deepEqual(largestCrop({ width: 600, height: 900 }), { x: 0, y: 150, width: 600, height: 600 });
  assert.deepEqual(largestCrop(WIDE, 2), { x: 0, y: 75, width: 900, height: 450 });
});

test('a square picture is its own crop', () => {
  assert.deepEqual(largestCrop({ width: 64, height: 64 }), { x: 0, y: 0, width: 64, height: 64 });
});

const BOX = { x: 100, y: 100, width: 300, height: 200 }; // no square

/** @param {import('../../frontend/js/crop.js').Crop} crop */
const square = (crop) => {
  const found = squareOf(crop);
  assert.ok(found);
  return found;
};

test('a box stops at the edges', () => {
  assert.equal(moveCrop(BOX, -9999, 50, WIDE).x, 0);
  assert.equal(moveCrop(BOX, 9999, 50, WIDE).x, 600);
  assert.equal(moveCrop(BOX, 10, -150, WIDE).y, 0);
});

test('a square goes beyond the edges, as long as its middle is on the picture', () => {
  const crop = moveCrop(largestCrop(WIDE), -9999, 50, WIDE);
  assert.deepEqual(square(crop), { x: 0, y: 350, side: 600, angle: 0 });
  assert.deepEqual(crop.quad, [[-300, 50], [-300, 650], [300, 650], [300, 50]]);
  assert.deepEqual([crop.x, crop.y, crop.width, crop.height], [0, 50, 300, 550], 'what it reaches of the picture');
  const back = moveCrop(crop, 300, -50, WIDE);
  assert.deepEqual(back, { x: 0, y: 0, width: 600, height: 600 }, 'inside it is a plain box again');
});

test('a square that is dragged hardly over the edge, or is hardly turned, snaps', () => {
  const crop = largestCrop(WIDE);
  assert.deepEqual(snapped(moveCrop(crop, -160, 0, WIDE), WIDE), { x: 0, y: 0, width: 600, height: 600 });
  assert.ok(snapped(moveCrop(crop, -200, 0, WIDE), WIDE).quad);
  assert.deepEqual(upright(turnCrop(crop, 0.04, WIDE), WIDE), crop);
  assert.ok(upright(turnCrop(crop, 0.2, WIDE), WIDE).quad);
  const turned = turnCrop(crop, 0.04, WIDE);
  assert.equal(squareOf(snapped(moveCrop(turned, 30, 10, WIDE), WIDE))?.angle.toFixed(6), '0.040000', 'a drag turns nothing');
  assert.deepEqual(turnCrop(turnCrop(crop, 0.4, WIDE), -0.4, WIDE), crop, 'there and back');
});

test('a square turns about its middle, and all the way round', () => {
  const crop = { x: 300, y: 200, width: 200, height: 200 };
  const turned = turnCrop(crop, Math.PI / 6, WIDE);
  assert.deepEqual(square(turned), { x: 400, y: 300, side: square(turned).side, angle: square(turned).angle });
  assert.ok(Math.abs(square(turned).side - 200) < 1e-9 && Math.abs(square(turned).angle - Math.PI / 6) < 1e-9);
  const [topLeft, bottomLeft, , topRight] = quadOf({ x: 0, y: 0, side: 2, angle: Math.PI / 2 });
  const near = (/** @type {number[]} */ a, /** @type {number[]} */ b) => assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-9);
  near(topLeft, [1, -1]);
  near(topRight, [1, 1]);
  near(bottomLeft, [-1, -1]);
  assert.deepEqual(turnCrop(BOX, 1, WIDE), BOX, 'no other box turns');
  assert.equal(shapeOf(turned, WIDE), 'Square');
});

test('a corner keeps the opposite one and the proportion', () => {
  const crop = { x: 200, y: 100, width: 300, height: 300 };
  assert.deepEqual(resizeCrop(crop, 'se', -100, -100, WIDE), { x: 200, y: 100, width: 200, height: 200 });
  assert.deepEqual(resizeCrop(crop, 'nw', 100, 100, WIDE), { x: 300, y: 200, width: 200, height: 200 });
  const small = resizeCrop(crop, 'se', -9999, -9999, WIDE);
  assert.deepEqual([small.width, small.height], [16, 16]);
  assert.deepEqual(resizeCrop(BOX, 'ne', 9999, -9999, WIDE), { x: 100, y: 0, width: 450, height: 300 }, 'a box stays inside');
  const turned = turnCrop(crop, 0.3, WIDE);
  const smaller = resizeCrop(turned, 'se', -50, -20, WIDE);
  const [before, after] = [quadOfCrop(turned)[0], quadOfCrop(smaller)[0]];
  assert.ok(Math.hypot(before[0] - after[0], before[1] - after[1]) < 1e-9);
  assert.ok(square(smaller).side < 300);
});

test('growing keeps the centre', () => {
  assert.deepEqual(growCrop({ x: 200, y: 100, width: 300, height: 300 }, 20, WIDE), { x: 190, y: 90, width: 320, height: 320 });
  assert.deepEqual(growCrop({ x: 0, y: 0, width: 300, height: 300 }, 20, WIDE), { x: 0, y: 0, width: 320, height: 320 }, 'or inside');
  assert.deepEqual(growCrop(BOX, 9999, WIDE), { x: 0, y: 0, width: 900, height: 600 });
  assert.equal(square(growCrop(largestCrop(WIDE), 99999, WIDE)).side, 1800);
});

test('boxes are whole pixels inside the picture', () => {
  const odd = { width: 101, height: 77 };
  let crop = largestCrop(odd, 1.3);
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

test('a place in one crop is found in another', () => {
  const whole = quadOfCrop({ x: 0, y: 0, width: 400, height: 200 });
  const turned = quadOf({ x: 100, y: 100, side: 100, angle: Math.PI / 2 });
  const place = between(turned, whole);
  const near = (/** @type {{x: number, y: number}} */ a, /** @type {number[]} */ b) => assert.ok(Math.hypot(a.x - b[0], a.y - b[1]) < 1e-9, JSON.stringify(a));
  near(place({ x: 0.5, y: 0.5 }), [0.25, 0.5]);
  near(place({ x: 0, y: 0 }), [150 / 400, 50 / 200]);
  const back = between(whole, turned);
  const there = back(place({ x: 0.3, y: 0.8 }));
  near(there, [0.3, 0.8]);
});

test('crops that show the same are the same', () => {
  const image = { width: 100, height: 100 };
  assert.ok(isSameCrop(null, { x: 0, y: 0, ...image }, image));
  const crop = cropOfSquare({ x: 50, y: 50, side: 60, angle: 0.2 }, image);
  assert.ok(isSameCrop(crop, { ...crop }, image));
  assert.ok(!isSameCrop(crop, null, image));
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
