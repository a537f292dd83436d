import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin } from '../../frontend/js/history.js';
import { fresh } from '../../frontend/js/keeping.js';
import { MAX_PARTS, drawnToWire, partsOf, partsToWire, sessionsOf, snapshotFromWire, snapshotToWire, wiresOf } from '../../frontend/js/parts.js';
import { gridReader } from '../../frontend/js/mask-wire.js';
import { editsFromWire } from '../../frontend/js/session.js';
import { INITIAL, reduce } from '../../frontend/js/state.js';
import { attribute, model } from './wire.js';

/** @typedef {import('../../frontend/js/state.js').State} State */
/** @typedef {import('../../frontend/js/state.js').Action} Action */

/** @param {string} id @returns {import('../../frontend/js/parts.js').Part} */
const part = (id) => ({
  source: { latentId: id, modelId: 'm', grid: [8, 8], originalId: `${id}-image`, width: 64, height: 64, upload: null, crop: null, fit: null, drawnId: null, readings: {} },
  history: begin({ latent_id: id, edits: [] }),
});

const MODEL = model({ attributes: [attribute('hat', 'Hat')] });

/** @param {State} state @param {...Action} actions */
const run = (state, ...actions) => actions.reduce(reduce, state);

/** The editor on parts a and b. */
const opened = () =>
  run({ ...INITIAL, models: [MODEL] }, { type: 'opened', parts: [part('a'), part('b')], keeping: { ...fresh('Two'), sessionId: 'ses', saving: 'saved' } });

/** @type {Action} */
const PAINT = { type: 'wholePainted' };
/** @type {(index: number) => Action} */
const choose = (index) => ({ type: 'partChosen', index });
/** @type {Action} */
const SNAPSHOT = { type: 'snapshotTaken', name: 'S', savedAt: '2026-01-01T00:00:00Z' };
const counts = (/** @type {State} */ state) => sessionsOf(state).map(({ edits }) => edits.length);

test('each part has its own edits and undo', () => {
  const both = run(opened(), PAINT, choose(1), PAINT, PAINT);
  assert.deepEqual(counts(both), [1, 2]);
  const undone = run(both, { type: 'undone' });
  assert.deepEqual(counts(undone), [1, 1]);
  assert.deepEqual(counts(run(undone, choose(0), { type: 'undone' })), [0, 1]);
  assert.deepEqual(counts(run(undone, choose(0), choose(1), { type: 'redone' })), [1, 2]);
});

test('what is painted on one part is to be saved, going to another is not', () => {
  assert.equal(run(opened(), choose(1)).keeping?.saving, 'saved');
  assert.equal(run(opened(), choose(1), PAINT).keeping?.saving, 'changed');
  assert.equal(run(opened(), { type: 'partRemoved', index: 1 }).keeping?.saving, 'changed');
});

test('a part is drawn with what is painted around it', () => {
  const state = run(opened(), PAINT, choose(1));
  assert.ok(state.history);
  const wire = drawnToWire(state, state.history.present);
  assert.deepEqual([wire.latent_id, wire.others?.map(({ latent_id }) => latent_id)], ['b', ['a']]);
  const off = run(state, choose(0), { type: 'editToggled', key: 'e1' }, choose(1));
  assert.ok(off.history);
  assert.ok(!('others' in drawnToWire(off, off.history.present)), 'nothing is on there');
});

test('a snapshot has all parts, and brings back those that changed since', () => {
  const kept = run(opened(), PAINT, SNAPSHOT, choose(1), PAINT);
  const back = run(kept, { type: 'snapshotRestored', index: 0 });
  assert.deepEqual(counts(back), [1, 0]);
  const [first, second] = partsOf(back);
  assert.deepEqual([first.history.past.length, second.history.past.length], [1, 2], 'no step where nothing changed');
});

test('the first part can go, and snapshots stay true', async () => {
  const kept = run(opened(), PAINT, SNAPSHOT, choose(1), PAINT, choose(0), { type: 'partRemoved', index: 0 });
  assert.deepEqual(sessionsOf(kept).map(({ latent_id }) => latent_id), ['b']);
  const [snapshot] = kept.keeping?.snapshots ?? [];
  const wire = snapshotToWire(snapshot, 'b');
  assert.deepEqual([wire.edits.length, wire.others?.map(({ latent_id }) => latent_id)], [0, ['a']], 'not another part’s edits');
  const read = await snapshotFromWire(wire, 'b', async ({ latent_id, edits }) => ({
    latent_id,
    edits: editsFromWire(edits, gridReader({ width: 64, height: 64 })),
  }));
  assert.deepEqual(read.parts.map(({ latent_id, edits }) => [latent_id, edits.length]), [['b', 0], ['a', 1]]);
  const restored = run(kept, { type: 'snapshotRestored', index: 0 });
  assert.match(restored.status, /no longer edited/);
});

test('removing keeps the open part open', () => {
  const third = run(opened(), { type: 'partsAdded', parts: [part('c')], index: 2 });
  assert.equal(third.source?.latentId, 'c');
  assert.equal(run(third, { type: 'partRemoved', index: 0 }).source?.latentId, 'c');
  assert.equal(run(third, { type: 'partRemoved', index: 2 }).source?.latentId, 'b');
  const one = run(third, { type: 'partRemoved', index: 0 }, { type: 'partRemoved', index: 0 }, { type: 'partRemoved', index: 0 });
  assert.equal(one.parts.length, 1, 'the last one stays');
});

test('parts on the wire are those that the API takes', () => {
  const sessions = ['a', 'b'].map((latent_id) => ({ latent_id, edits: [] }));
  assert.deepEqual(partsToWire(sessions.slice(0, 1)), { latent_id: 'a', edits: [] });
  assert.deepEqual(wiresOf(partsToWire(sessions)), sessions);
  assert.equal(MAX_PARTS, 16);
});
