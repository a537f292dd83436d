import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { begin } from '../../frontend/js/history.js';
import { LivePainter } from '../../frontend/js/flows/live.js';
import { fresh } from '../../frontend/js/keeping.js';
import { constantMask, dab } from '../../frontend/js/mask.js';
import { INITIAL } from '../../frontend/js/state.js';
import { Store } from '../../frontend/js/store.js';
import { remember } from '../../frontend/js/mask-wire.js';
import { readGreyPng } from './png-reader.js';

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** @type {any} */
let socket;
/** @type {Store} */
let store;
/** @type {any[]} */
let shown;
/** @type {number} */
let numClosed;
/** @type {LivePainter} */
let painter;

beforeEach(() => {
  shown = [];
  numClosed = 0;
  const browser = /** @type {any} */ (globalThis);
  browser.requestAnimationFrame = (/** @type {() => void} */ run) => setTimeout(run, 0);
  browser.createImageBitmap = async (/** @type {Blob} */ blob) => {
    const text = await blob.text();
    if (text === 'broken') throw new Error('no picture');
    return { text, close: () => numClosed++ };
  };
  socket = Object.assign(new EventTarget(), { sent: /** @type {any[]} */ ([]), close() {}, binaryType: '' });
  socket.send = (/** @type {string} */ text) => socket.sent.push(JSON.parse(text));
  const grid = /** @type {[number, number]} */ ([8, 8]);
  const source = { latentId: 'a', modelId: 'm', grid, originalId: 'i', width: 64, height: 64, upload: null, crop: null, fit: null, drawnId: null, readings: {} };
  store = new Store({ ...INITIAL, attribute: 'smile' });
  const dom = new EventTarget();
  const stage = { dom, setPreview: async (/** @type {any} */ preview) => shown.push(preview.bitmap.text) };
  painter = new LivePainter(store, /** @type {any} */ (stage), () => socket);
  store.dispatch({ type: 'opened', parts: [{ source, history: begin({ latent_id: 'a', edits: [] }) }], keeping: fresh('A') });
  store.dispatch({ type: 'attributeChosen', id: 'smile' });
  socket.dispatchEvent(new Event('open'));
});

/** @param {number} value */
async function paint(value) {
  painter.follow({ type: 'stroked', mode: 'paint', coverage: constantMask(64, 64, value), start: { cellX: 0, cellY: 0 } });
  await settled();
}

/** @param {number} seq @param {string} picture @param {number} ms that it took a worker */
async function answer(seq, picture, ms = 5) {
  const about = { seq, media_type: 'image/jpeg', changed_box: [0, 0, 1, 1], timings_ms: { total: ms } };
  const header = new TextEncoder().encode(JSON.stringify(about));
  const bytes = new TextEncoder().encode(picture);
  const data = new Uint8Array(4 + header.length + bytes.length);
  new DataView(data.buffer).setUint32(0, header.length);
  data.set(header, 4);
  data.set(bytes, 4 + header.length);
  socket.dispatchEvent(Object.assign(new Event('message'), { data: data.buffer }));
  await settled();
}

test('a stroke is asked for as the edit that it would make, small, and shown', async () => {
  await paint(0.5);
  const [{ seq, edit }] = socket.sent;
  assert.equal(Math.round(255 * readGreyPng(edit.edits[0].mask.data).values[0]), 128);
  assert.equal(edit.output.max_side, 512);
  await answer(seq, 'one');
  assert.deepEqual(shown, ['one']);
});

test('many events in a frame are one request', async () => {
  for (let i = 1; i <= 5; i++) painter.follow({ type: 'stroked', mode: 'paint', coverage: constantMask(64, 64, i / 10), start: { cellX: 0, cellY: 0 } });
  await settled();
  assert.equal(socket.sent.length, 1);
  assert.equal(Math.round(255 * readGreyPng(socket.sent[0].edit.edits[0].mask.data).values[0]), 128);
});

test('what comes after the stroke has ended is not shown, nor in the next stroke', async () => {
  await paint(0.5);
  painter.rest();
  await paint(0.7);
  await answer(1, 'late');
  assert.deepEqual(shown, []);
  assert.equal(numClosed, 1);
  await answer(2, 'now');
  assert.deepEqual(shown, ['now']);
});

test('a picture that cannot be read is passed over', async () => {
  await paint(0.5);
  await answer(1, 'broken');
  await paint(0.6);
  await answer(2, 'whole');
  assert.deepEqual(shown, ['whole']);
});

test('where previews take longer than a frame, the next ones are drafts', async () => {
  for (const [i, ms] of [90, 9, 30, 30, 30, 9, 9].entries()) {
    await paint((i + 1) / 10);
    await answer(i + 1, 'a preview', ms);
  }
  assert.deepEqual(
    socket.sent.map((/** @type {any} */ { edit }) => edit.output.detail),
    ['full', 'full', 'full', 'full', 'full', 'draft', 'draft'],
  );
});

test('of twenty strokes a frame has less than five kilobytes', async () => {
  for (let k = 0; k < 20; k++) {
    const mask = constantMask(64, 64);
    dab(mask, { x: 10 + 2 * k, y: 30 }, { radius: 6, softness: 0.5, strength: 0.8 });
    if (k === 19) painter.follow({ type: 'stroked', mode: 'paint', coverage: mask, start: { cellX: 0, cellY: 0 } });
    else {
      store.dispatch({ type: 'stroked', mode: 'paint', coverage: mask, start: { cellX: 0, cellY: 0 } });
      const settledMask = /** @type {any} */ (store.state.history?.present.edits.at(-1)?.mask);
      remember(settledMask, { kind: 'stored', mask_id: `msk_${String(k).padStart(32, '0')}` });
      store.dispatch({ type: 'editClosed' });
    }
  }
  await settled();
  const { edit } = socket.sent.at(-1);
  assert.equal(edit.edits.length, 20);
  assert.ok(JSON.stringify(socket.sent.at(-1)).length < 5000);
});
