import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin } from '../../frontend/js/history.js';
import { amountOf, attributesOf, editName } from '../../frontend/js/editing.js';
import { fresh } from '../../frontend/js/keeping.js';
import { constantMask, dab } from '../../frontend/js/mask.js';
import { Problem } from '../../frontend/js/problem.js';
import { INITIAL, reduce } from '../../frontend/js/state.js';
import { attribute, model } from './wire.js';

/** @typedef {import('../../frontend/js/state.js').State} State */
/** @typedef {import('../../frontend/js/state.js').Action} Action */

const MODEL = model({
  grid: [16, 16],
  attributes: [attribute('smile', 'Smile', { default: 1.5 }), attribute('hair', 'Hair', { default: 1 })],
});
/** @type {import('../../frontend/js/state.js').Source} */
const SOURCE = {
  latentId: 'abc',
  modelId: 'm',
  grid: [16, 16],
  originalId: 'i',
  width: 64,
  height: 64,
  upload: null,
  crop: null,
  fit: null,
  drawnId: null,
  readings: {},
};

/** @param {State} state @param {...Action} actions */
const run = (state, ...actions) => actions.reduce(reduce, state);

const opened = () =>
  run(
    INITIAL,
    { type: 'modelsLoaded', models: [MODEL] },
    { type: 'opened', parts: [{ source: SOURCE, history: begin({ latent_id: 'abc', edits: [] }) }], keeping: fresh('A') },
  );

/** @param {'paint'|'erase'} [mode] @param {number} [x] @returns {Action} */
function stroke(mode = 'paint', x = 20) {
  const coverage = constantMask(64, 64);
  dab(coverage, { x, y: 20 }, { radius: 5, softness: 0, strength: 1 });
  return { type: 'stroked', mode, coverage, start: { cellX: 0, cellY: 0 } };
}

/** @param {State} state */
const edits = (state) => state.history?.present.edits ?? [];

/** @param {State} state @param {number} i @param {number} x */
const maskAt = (state, i, x) => edits(state)[i].mask?.values[20 * 64 + x];

test('opening shows the editor with the first attribute', () => {
  const state = opened();
  assert.equal(state.phase, 'editor');
  assert.equal(state.attribute, 'smile');
  assert.equal(amountOf(state, 'smile'), 1.5);
});

test('strokes with one attribute make one edit, and one undo step each', () => {
  const state = run(opened(), stroke('paint', 20), stroke('paint', 40));
  assert.equal(edits(state).length, 1);
  assert.deepEqual([maskAt(state, 0, 20), maskAt(state, 0, 40)], [1, 1]);
  const undone = run(state, { type: 'undone' });
  assert.deepEqual([maskAt(undone, 0, 20), maskAt(undone, 0, 40)], [1, 0]);
  assert.equal(edits(run(undone, { type: 'undone' })).length, 0);
  assert.equal(maskAt(run(undone, { type: 'redone' }), 0, 40), 1);
});

test('another attribute, or “New edit”, starts another edit', () => {
  const other = run(opened(), stroke(), { type: 'attributeChosen', id: 'hair' }, stroke());
  assert.deepEqual(
    edits(other).map((edit) => edit.type === 'attribute' && edit.attribute),
    ['smile', 'hair'],
  );
  assert.equal(edits(run(opened(), stroke(), { type: 'editClosed' }, stroke())).length, 2);
  assert.equal(edits(run(opened(), stroke(), { type: 'attributeChosen', id: 'smile' }, stroke())).length, 1);
});

test('the eraser takes from the open edit, or the latest of the attribute', () => {
  const state = run(opened(), stroke(), { type: 'editClosed' }, stroke('erase'));
  assert.equal(edits(state).length, 1);
  assert.equal(maskAt(state, 0, 20), 0);
  assert.equal(state.openKey, 'e1');
});

test('with nothing to erase it says so and changes nothing', () => {
  const state = run(opened(), stroke('erase'));
  assert.equal(edits(state).length, 0);
  assert.match(state.status, /Nothing to erase/);
});

test('a drag of the amount is one undo step and follows the open edit', () => {
  const state = run(
    opened(),
    stroke(),
    { type: 'amountChanged', amount: 2 },
    { type: 'amountChanged', amount: -1 },
    { type: 'settled' },
  );
  assert.equal(/** @type {any} */ (edits(state)[0]).strength, -1);
  const undone = run(state, { type: 'undone' });
  assert.equal(/** @type {any} */ (edits(undone)[0]).strength, 1.5);
  assert.equal(amountOf(undone, 'smile'), 1.5);
});

test('two drags are two steps', () => {
  const state = run(
    opened(),
    stroke(),
    { type: 'editWeighted', key: 'e1', strength: 2 },
    { type: 'settled' },
    { type: 'editWeighted', key: 'e1', strength: 3 },
    { type: 'settled' },
    { type: 'undone' },
  );
  assert.equal(/** @type {any} */ (edits(state)[0]).strength, 2);
});

test('without an open edit the amount is only for the next one', () => {
  const state = run(opened(), { type: 'amountChanged', amount: -2 });
  assert.equal(state.history?.past.length, 0);
  assert.equal(/** @type {any} */ (edits(run(state, stroke()))[0]).strength, -2);
});

test('the whole picture is an edit of its own; painting after it makes another', () => {
  const state = run(opened(), { type: 'wholePainted' }, stroke());
  assert.deepEqual(
    edits(state).map((edit) => edit.mask === null),
    [true, false],
  );
});

test('choosing an edit brings its attribute and amount', () => {
  const state = run(
    opened(),
    stroke(),
    { type: 'amountChanged', amount: 2.5 },
    { type: 'attributeChosen', id: 'hair' },
    { type: 'editChosen', key: 'e1' },
  );
  assert.deepEqual([state.attribute, amountOf(state, 'smile'), state.openKey], ['smile', 2.5, 'e1']);
});

test('deleting the open edit closes it, and undo brings the edit back', () => {
  const state = run(opened(), stroke(), { type: 'editRemoved', key: 'e1' });
  assert.deepEqual([edits(state).length, state.openKey], [0, null]);
  assert.equal(edits(run(state, { type: 'undone' })).length, 1);
});

test('a failed or canceled encode returns to the crop, the open picture or the start', () => {
  const upload = { imageId: 'i', width: 9, height: 6, name: 'a' };
  const crop = { x: 0, y: 0, width: 6, height: 6 };
  const cropping = run(
    INITIAL,
    { type: 'cropStarted', upload, crop },
    { type: 'workStarted', kind: 'encode' },
    { type: 'workStopped' },
  );
  assert.equal(cropping.phase, 'crop');
  assert.equal(
    run(opened(), { type: 'workStarted', kind: 'upload' }, { type: 'workStopped' }).phase,
    'editor',
  );
  assert.equal(run(INITIAL, { type: 'workStarted', kind: 'upload' }, { type: 'workStopped' }).phase, 'start');
  assert.equal(run(opened(), { type: 'cropStarted', upload, crop }, { type: 'cropLeft' }).phase, 'editor');
});

test('a problem loses nothing', () => {
  const before = run(opened(), stroke());
  const after = run(
    before,
    { type: 'problemFound', problem: new Problem({ title: 'x' }) },
    { type: 'problemDismissed' },
  );
  assert.equal(after.history, before.history);
});

test('the brush stays within its bounds', () => {
  const { brush } = run(INITIAL, { type: 'brushChanged', brush: { size: 900, softness: -4, strength: 0 } });
  assert.deepEqual(brush, { size: 100, softness: 0, strength: 5 });
});

test('a chosen model that is gone gives way to the first', () => {
  const state = run({ ...INITIAL, modelId: 'old' }, { type: 'modelsLoaded', models: [MODEL] });
  assert.equal(state.modelId, 'm');
});

test('comparisons are chosen, called off and walked through', () => {
  const chosen = run(INITIAL, { type: 'comparisonChosen', comparison: 'side' });
  assert.equal(chosen.comparison, 'side');
  assert.equal(run(chosen, { type: 'comparisonChosen', comparison: 'side' }).comparison, 'off');

  assert.equal(run(INITIAL, { type: 'comparisonCycled' }).comparison, 'slider');
  assert.equal(run(run(chosen, { type: 'comparisonCycled' }), { type: 'comparisonCycled' }).comparison, 'off');
  assert.equal(run(INITIAL, { type: 'splitMoved', percent: 140 }).splitPercent, 100);
});

test('what is newer than the last save is never called saved', () => {
  const saved = { type: /** @type {const} */ ('saved'), sessionId: 'ses_1', revision: 1 };
  const saving = (/** @type {State} */ state) => state.keeping?.saving;
  const painted = run(opened(), stroke());
  assert.equal(saving(painted), 'changed');
  const sent = run(painted, { type: 'saveStarted' });
  assert.equal(saving(run(sent, saved)), 'saved');
  const newer = run(sent, stroke('paint', 50), saved);
  assert.deepEqual([saving(newer), newer.keeping?.revision], ['changed', 1]);
  assert.equal(saving(run(newer, { type: 'saveConflicted' }, stroke('paint', 9))), 'conflict');
});

test('another picture has a clone source of its own', () => {
  const cloning = run(opened(), { type: 'kindChosen', kind: 'transplant' }, { type: 'sourceChosen', from: { cellX: 1, cellY: 1 } });
  assert.deepEqual(cloning.clone.from, { cellX: 1, cellY: 1 });
  const other = run(cloning, { type: 'opened', parts: [{ source: { ...SOURCE, latentId: 'other' }, history: begin({ latent_id: 'other', edits: [] }) }], keeping: fresh('B') });
  assert.deepEqual(other.clone, { donor: null, from: null });
  assert.equal(edits(run(other, stroke())).length, 0);
});

test('what a session moves stays in the list, though it is offered no more', () => {
  const edit = { key: 'e1', enabled: true, mask: null, hue: 0, name: null, type: /** @type {const} */ ('attribute'), attribute: 'hair_curl', strength: -1, layers: null };
  const history = begin({ latent_id: 'abc', edits: [edit] });
  const state = run(opened(), { type: 'opened', parts: [{ source: SOURCE, history }], keeping: fresh('A') });
  assert.equal(editName(state, edit), 'Hair curl');
  assert.deepEqual(attributesOf(state).map(({ id }) => id), ['smile', 'hair', 'hair_curl']);
  assert.equal(attributesOf(state), attributesOf(run(state, { type: 'editChosen', key: 'e1' })), 'the same list');
  assert.deepEqual(attributesOf(opened()).map(({ id }) => id), ['smile', 'hair']);
});

test('a picture that the model does not know is told, and nothing that is read of it is shown', () => {
  const fit = { verdict: /** @type {const} */ ('stranger'), reason: 'because' };
  const history = begin({ latent_id: 'abc', edits: [] });
  const before = run(opened(), { type: 'layerToggled', layer: 'heat' });
  assert.equal(before.layers.heat, true);
  const state = run(before, { type: 'opened', parts: [{ source: { ...SOURCE, fit }, history }], keeping: fresh('A') });
  assert.equal(state.isFitShown, true);
  assert.equal(state.layers.heat, false);
  assert.equal(run(state, { type: 'layerToggled', layer: 'heat' }).layers.heat, false);
  assert.equal(run(state, { type: 'fitShown', on: false }).isFitShown, false);
  const close = { ...SOURCE, fit: { ...fit, verdict: /** @type {const} */ ('close') } };
  assert.equal(run(state, { type: 'opened', parts: [{ source: close, history }], keeping: fresh('A') }).isFitShown, false);
});
