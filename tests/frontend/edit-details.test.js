import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangeOf } from '../../frontend/js/panels/edit-details.js';

test('two fields are a range of style layers', () => {
  assert.deepEqual(rangeOf('2', '5', 12, false), [1, 5]);
  assert.deepEqual(rangeOf('5', '2', 12, false), [1, 5]);
  assert.deepEqual(rangeOf('', '4', 12, false), [0, 4], 'from the first');
  assert.deepEqual(rangeOf('3', '', 12, false), [2, 12], 'to the last');
  assert.deepEqual(rangeOf('0', '99', 12, false), [0, 12], 'within what there is');
});

test('what is emptied is the attribute’s own again', () => {
  assert.equal(rangeOf('', '', 12, false), null);
  assert.equal(rangeOf('1', '', 12, true), null);
  assert.equal(rangeOf('', '5', 12, true), null);
});
