import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Masks } from '../../frontend/js/flows/masks.js';
import { begin } from '../../frontend/js/history.js';
import { fresh } from '../../frontend/js/keeping.js';
import { constantMask } from '../../frontend/js/mask.js';
import { maskToWire, toBase64 } from '../../frontend/js/mask-wire.js';
import { greyPng } from '../../frontend/js/png.js';
import { addEdit, toWire } from '../../frontend/js/session.js';
import { INITIAL } from '../../frontend/js/state.js';
import { Store } from '../../frontend/js/store.js';
import { Problem } from '../../frontend/js/problem.js';
import { readGreyPng } from './png-reader.js';

const SIZE = { width: 8, height: 8 };
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** @type {Uint8Array[]} masks that were sent */
let sent;
/** @type {Map<string, Uint8Array<ArrayBuffer>>} those that the server has */
let kept;
/** @type {boolean} */
let isAway;
/** @type {any} */
const api = {
  async putMask(/** @type {Uint8Array<ArrayBuffer>} */ png) {
    if (isAway) throw new Problem({ code: 'unreachable' });
    sent.push(png);
    const id = `msk_${toBase64(png).length}_${toBase64(png).slice(-32, -16)}`;
    kept.set(id, png);
    return { mask_id: id };
  },
  async mask(/** @type {string} */ id) {
    const png = kept.get(id);
    if (!png) throw new Problem({ status: 404, code: 'unknown_mask' });
    return new Blob([png]);
  },
};

beforeEach(() => {
  sent = [];
  kept = new Map();
  isAway = false;
  const browser = /** @type {any} */ (globalThis);
  /** A canvas that is as large as the picture. */
  browser.createImageBitmap = async (/** @type {Blob} */ blob) => ({ ...readGreyPng(new Uint8Array(await blob.arrayBuffer())), close() {} });
  browser.document = {
    createElement: () => {
      /** @type {any} */
      let drawn;
      const context = {
        drawImage: (/** @type {any} */ picture) => (drawn = picture),
        getImageData: () => ({ data: Uint8ClampedArray.from([...drawn.values].flatMap((value) => [255 * value, 255 * value, 255 * value, 255])) }),
      };
      return { getContext: () => context, setAttribute() {}, append() {} };
    },
  };
});

/** @param {number} value @returns {import('../../frontend/js/session.js').Session} */
function painted(value) {
  const content = /** @type {const} */ ({ type: 'attribute', attribute: 'smile', strength: 1, layers: null });
  return addEdit({ latent_id: 'a', edits: [] }, content, constantMask(8, 8, value)).session;
}

test('a mask goes whole until the server has it, then by its id, and is sent once', async () => {
  const masks = new Masks(new Store(INITIAL), api);
  const [one, same] = [painted(0.5), painted(0.5)];
  assert.equal(toWire(one).edits[0].mask.kind, 'png');
  await Promise.all([masks.send([one]), masks.send([one, same])]);
  await masks.send([same]);
  assert.equal(sent.length, 1);
  assert.equal(toWire(one).edits[0].mask.kind, 'stored');
  assert.deepEqual(toWire(same).edits[0].mask, toWire(one).edits[0].mask);
});

test('what rests is sent by itself', async () => {
  const store = new Store({ ...INITIAL, attribute: 'smile' });
  new Masks(store, api);
  const source = /** @type {any} */ ({ latentId: 'a', modelId: 'm', grid: [8, 8], width: 64, height: 64, fit: null });
  store.dispatch({ type: 'opened', parts: [{ source, history: begin(painted(0.3)) }], keeping: fresh('A') });
  await settled();
  assert.equal(sent.length, 1);
});

test('where the server is away masks go whole, and are sent when it is back', async () => {
  const masks = new Masks(new Store(INITIAL), api);
  const session = painted(0.4);
  isAway = true;
  await masks.send([session]);
  assert.equal(toWire(session).edits[0].mask.kind, 'png');
  isAway = false;
  await masks.send([session]);
  assert.equal(toWire(session).edits[0].mask.kind, 'stored');
});

test('masks that the server has lost are sent again', async () => {
  const masks = new Masks(new Store(INITIAL), api);
  const session = painted(0.6);
  await masks.send([session]);
  kept.clear();
  await masks.sendAgain([session]);
  assert.equal(kept.size, 1);
  assert.ok(kept.has(/** @type {any} */ (toWire(session).edits[0].mask).mask_id));
});

test('masks of every kind are read alike and can be painted on', async () => {
  const masks = new Masks(new Store(INITIAL), api);
  const png = greyPng(constantMask(8, 8, 0.2));
  const { mask_id } = await api.putMask(png);
  const rows = Array.from({ length: 8 }, () => Array(8).fill(0.2));
  const wires = [{ kind: 'grid', rows }, { kind: 'png', data: toBase64(png) }, { kind: 'stored', mask_id }];
  const edits = await masks.edits(wires.map((mask) => ({ type: 'attribute', attribute: 'smile', strength: 1, mask })), SIZE);
  for (const edit of edits) {
    assert.equal(edit.type, 'attribute');
    assert.ok(edit.mask?.values.every((value) => Math.abs(value - 0.2) < 0.002));
  }
  assert.deepEqual(maskToWire(edits[1].mask), wires[1]);
  assert.deepEqual(maskToWire(edits[2].mask), wires[2]);
});

test('a mask that is not there any more is kept as it came', async () => {
  const mask = { kind: 'stored', mask_id: 'msk_gone' };
  const wire = { type: 'attribute', attribute: 'smile', strength: 1, mask, enabled: true };
  const [edit] = await new Masks(new Store(INITIAL), api).edits([wire], SIZE);
  assert.equal(edit.type, 'other');
  assert.deepEqual(toWire({ latent_id: 'a', edits: [edit] }).edits[0], wire);
});
