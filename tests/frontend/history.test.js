import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, commit, redo, seal, undo } from '../../frontend/js/history.js';

test('undo and redo walk the values that were committed', () => {
  const history = commit(commit(begin('a'), 'b'), 'c');
  assert.equal(undo(history).present, 'b');
  assert.equal(undo(undo(history)).present, 'a');
  assert.equal(redo(undo(history)).present, 'c');
});

test('at either end nothing happens, and the very same history comes back', () => {
  const history = begin('a');
  assert.equal(undo(history), history);
  assert.equal(redo(history), history);
  assert.equal(commit(history, 'a'), history);
});

test('a new value after an undo drops what was undone', () => {
  const history = commit(undo(commit(begin('a'), 'b')), 'c');
  assert.equal(redo(history), history);
  assert.deepEqual(history.past, ['a']);
});

test('equal tags in a row are one step, until sealed', () => {
  let history = commit(commit(begin(0), 1, 'drag'), 2, 'drag');
  assert.deepEqual([history.present, history.past], [2, [0]]);
  history = commit(seal(history), 3, 'drag');
  assert.deepEqual([history.present, history.past], [3, [0, 2]]);
});

test('undo ends the joining too', () => {
  const history = commit(undo(commit(commit(begin(0), 1, 'drag'), 2)), 5, 'drag');
  assert.deepEqual(history.past, [0, 1]);
});

test('the past is bounded', () => {
  let history = begin(0);
  for (let i = 1; i <= 500; i++) history = commit(history, i);
  assert.equal(history.past.length, 100);
  assert.equal(history.past[0], 400);
});
