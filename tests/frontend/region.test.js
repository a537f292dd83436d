import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constantMask } from '../../frontend/js/mask.js';
import { feathered, grown, inverted, polygon, rectangle } from '../../frontend/js/region.js';

/** @param {import('../../frontend/js/mask.js').Mask} mask */
const sum = ({ values }) => values.reduce((total, value) => total + value, 0);
/** @param {import('../../frontend/js/mask.js').Mask} mask @param {number} x @param {number} y */
const at = ({ values, width }, x, y) => values[y * width + x];

test('a rectangle covers its cells, and parts of those that it cuts', () => {
  const mask = rectangle(8, 6, { x: 5.5, y: 4 }, { x: 2, y: 1 });
  assert.equal(sum(mask), 3.5 * 3);
  assert.equal(at(mask, 2, 1), 1);
  assert.equal(at(mask, 5, 3), 0.5);
  assert.equal(at(mask, 1, 1) + at(mask, 2, 0) + at(mask, 2, 4), 0);
});

test('a region that leaves the picture is cut off there', () => {
  assert.equal(sum(rectangle(4, 4, { x: -9, y: -9 }, { x: 99, y: 2 }, 0.5)), 4);
});

test('a lasso has the area of its triangle, whichever way round', () => {
  const corners = [{ x: 1, y: 1 }, { x: 9, y: 1 }, { x: 1, y: 9 }];
  const [one, other] = [corners, [...corners].reverse()].map((each) => polygon(12, 12, each));
  assert.ok(Math.abs(sum(one) - 32) < 1.5);
  assert.deepEqual(one.values, other.values);
});

test('a lasso that crosses itself leaves out what it encloses twice', () => {
  const bow = [{ x: 0, y: 0 }, { x: 8, y: 8 }, { x: 8, y: 0 }, { x: 0, y: 8 }];
  const mask = polygon(8, 8, bow);
  assert.equal(at(mask, 4, 0), 0);
  assert.ok(at(mask, 7, 4) > 0.9);
});

test('a point or a line encloses nothing', () => {
  assert.equal(sum(polygon(4, 4, [{ x: 1, y: 1 }])), 0);
  assert.equal(sum(polygon(4, 4, [{ x: 1, y: 1 }, { x: 3, y: 3 }])), 0);
});

test('inverting twice is doing nothing', () => {
  const mask = rectangle(5, 5, { x: 1, y: 1 }, { x: 3.5, y: 3 });
  assert.deepEqual(inverted(inverted(mask)).values, mask.values);
  assert.equal(sum(inverted(mask)) + sum(mask), 25);
});

test('growing and shrinking move the rim by whole cells', () => {
  const mask = rectangle(9, 9, { x: 3, y: 3 }, { x: 6, y: 6 });
  assert.equal(sum(grown(mask, 1)), 25);
  assert.equal(sum(grown(mask, -1)), 1);
  assert.deepEqual(grown(grown(mask, 2), -2).values, mask.values);
});

test('a feather keeps the amount, softens the rim, and leaves a whole mask whole', () => {
  const mask = rectangle(21, 21, { x: 7, y: 7 }, { x: 14, y: 14 });
  const soft = feathered(mask, 1);
  assert.ok(Math.abs(sum(soft) - sum(mask)) < 0.01);
  assert.ok(at(soft, 6, 10) > 0.1 && at(soft, 7, 10) < 0.9);
  assert.equal(at(soft, 10, 10), 1);
  assert.ok(feathered(constantMask(6, 6, 1), 2).values.every((value) => Math.abs(value - 1) < 1e-6));
});
