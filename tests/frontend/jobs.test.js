import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultOf } from '../../frontend/js/jobs.js';
import { LatestWins } from '../../frontend/js/latest.js';
import { job as wireJob } from './wire.js';

/** @typedef {import('../../frontend/js/types.js').Job} Job */

/** @param {Job['status']} status @param {Partial<Job>} [more] @returns {Job} */
const job = (status, more = {}) => wireJob({ status, ...more });

/** @param {Job[]} answers in turn */
function sourceOf(...answers) {
  return { url: (/** @type {string} */ path) => path, job: async () => answers.shift() ?? job('failed') };
}

/** An event stream that the test speaks through. */
class FakeEvents extends EventTarget {
  /** @type {FakeEvents[]} */
  static all = [];
  isClosed = false;

  constructor() {
    super();
    FakeEvents.all.push(this);
  }

  /** @param {string} type @param {unknown} [data] */
  say(type, data) {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data) }));
  }

  close() {
    this.isClosed = true;
  }
}
const events = /** @type {any} */ (FakeEvents);
const latestStream = () => FakeEvents.all[FakeEvents.all.length - 1];

test('a finished job is answered without asking', async () => {
  assert.deepEqual(await resultOf(sourceOf(), job('succeeded', { result: { a: 1 } })), { a: 1 });
});

test('a failed job throws its own words', async () => {
  const failed = job('failed', { error: { code: 'model_unavailable', message: 'Out of memory.' } });
  await assert.rejects(resultOf(sourceOf(), failed), { code: 'model_unavailable', detail: 'Out of memory.' });
});

test('without events it asks until the end', async () => {
  /** @type {number[]} */
  const steps = [];
  const progress = (/** @type {number} */ step) => ({ progress: { step, steps: 9, message: '' } });
  const source = sourceOf(
    job('running', progress(1)),
    job('running', progress(5)),
    job('succeeded', { result: 'r', ...progress(9) }),
  );
  const result = await resultOf(source, job('queued'), {
    events: null,
    pollMs: 1,
    onProgress: ({ step }) => steps.push(step),
  });
  assert.equal(result, 'r');
  assert.deepEqual(steps, [1, 5, 9]);
});

test('events bring progress, previews and the end', async () => {
  /** @type {string[]} */
  const seen = [];
  const waiting = resultOf(sourceOf(), job('queued'), {
    events,
    onProgress: ({ step }) => seen.push(`step ${step}`),
    onPreview: (imageId, errorId) => seen.push(`${imageId} ${errorId}`),
  });
  const stream = latestStream();
  stream.say('progress', { step: 3, steps: 9, message: '' });
  stream.say('preview', { image_id: 'p1', error_id: 'e1' });
  stream.say('preview', { image_id: 'p2' });
  stream.say('done', job('succeeded', { result: 'r' }));
  assert.equal(await waiting, 'r');
  assert.deepEqual(seen, ['step 3', 'p1 e1', 'p2 null']);
  assert.ok(stream.isClosed);
});

test('a broken event stream falls back to asking', async () => {
  const waiting = resultOf(sourceOf(job('succeeded', { result: 'r' })), job('queued'), { events, pollMs: 1 });
  latestStream().say('error');
  assert.equal(await waiting, 'r');
});

test('waiting can be given up', async () => {
  const controller = new AbortController();
  const waiting = resultOf(sourceOf(), job('queued'), { events, signal: controller.signal });
  controller.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  assert.ok(latestStream().isClosed);
});

test('latest wins: one under way, the newest next, the rest dropped', async () => {
  /** @type {number[]} */
  const started = [];
  /** @type {(() => void)[]} */
  const finish = [];
  /** @type {AbortSignal[]} */
  const signals = [];
  const latest = new LatestWins((/** @type {number} */ value, signal) => {
    started.push(value);
    signals.push(signal);
    return new Promise((resolve) => finish.push(() => resolve()));
  });
  for (const value of [1, 2, 3, 4]) latest.push(value);
  assert.deepEqual(started, [1]);
  assert.ok(signals[0].aborted, 'the run is told that a newer value waits');
  finish[0]();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(started, [1, 4]);
  assert.ok(latest.isBusy);
  finish[1]();
  await new Promise((resolve) => setTimeout(resolve));
  assert.ok(!latest.isBusy);
});
