import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLOURS, FULL_SCALE, colourOf } from '../../frontend/js/canvas/comparison.js';

test('differences go from the first colour to the last, and no further', () => {
  assert.deepEqual(colourOf(0), [...COLOURS[0]]);
  assert.deepEqual(colourOf(FULL_SCALE / 2), [...COLOURS[2]]);
  assert.deepEqual(colourOf(FULL_SCALE), [...COLOURS[4]]);
  assert.deepEqual(colourOf(255), colourOf(FULL_SCALE));
});

test('a larger difference is never darker', () => {
  const light = (/** @type {number} */ levels) => colourOf(levels).reduce((sum, value) => sum + value);
  for (let levels = 1; levels <= FULL_SCALE; levels++) assert.ok(light(levels) >= light(levels - 1));
});
