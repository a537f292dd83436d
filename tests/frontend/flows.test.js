import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { begin } from '../../frontend/js/history.js';
import { Cropper } from '../../frontend/js/flows/crop.js';
import { Entry } from '../../frontend/js/flows/entry.js';
import { Masks } from '../../frontend/js/flows/masks.js';
import { Opener } from '../../frontend/js/flows/open.js';
import { PartMaker } from '../../frontend/js/flows/part-maker.js';
import { Work } from '../../frontend/js/flows/work.js';
import { Renderer } from '../../frontend/js/flows/render.js';
import { fresh } from '../../frontend/js/keeping.js';
import { constantMask } from '../../frontend/js/mask.js';
import { Problem } from '../../frontend/js/problem.js';
import { INITIAL } from '../../frontend/js/state.js';
import { saveSession } from '../../frontend/js/storage.js';
import { Store } from '../../frontend/js/store.js';
import { job } from './wire.js';

/** @typedef {import('../../frontend/js/types.js').Job} Job */

/** @type {any} nothing is kept from before */
const EMPTY_STORAGE = { getItem: () => null, setItem: () => {}, removeItem: () => {} };

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** @param {string} id @param {Job['status']} [status] @returns {Job} */
const jobOf = (id, status = 'succeeded') => job({ job_id: id, status, result: status === 'succeeded' ? { image_id: `${id}-image`, changed_box: [0, 0, 1, 1] } : null });

/** A server whose answers the test gives, one by one; like a cut connection it may ignore that nobody waits. */
class FakeServer {
  /** @type {{call: string, answer: (value: any) => void, refuse: (error: any) => void}[]} */
  open = [];
  /** @type {string[]} jobs that were deleted */
  canceled = [];

  /** @param {string} call */
  #ask(call) {
    return new Promise((answer, refuse) => this.open.push({ call, answer, refuse }));
  }

  session = (/** @type {string} */ id) => this.#ask(`session ${id}`);
  latent = (/** @type {string} */ id) => this.#ask(`latent ${id}`);
  edit = (/** @type {import('../../frontend/js/parts.js').PartsWire} */ { latent_id, edits, others = [] }) =>
    this.#ask([`edit ${latent_id} ${edits.length}`, ...others.map((other) => `+${other.latent_id}`)].join(' '));
  generate = () => this.#ask('generate');
  job = async (/** @type {string} */ id) => jobOf(id);
  cancelJob = async (/** @type {string} */ id) => this.canceled.push(id);
  url = (/** @type {string} */ path) => path;
  numMasks = 0; // that were sent
  putMask = async () => ({ mask_id: `msk_${this.numMasks++}` });

  /** @param {string} call */
  #take(call) {
    const at = this.open.findIndex((each) => each.call === call);
    assert.ok(at >= 0, `${call} was not asked; open: ${this.open.map((each) => each.call)}`);
    return this.open.splice(at, 1)[0];
  }

  /** @param {string} call @param {unknown} value */
  async answer(call, value) {
    this.#take(call).answer(value);
    await settled();
  }

  /** @param {string} call @param {unknown} error */
  async refuse(call, error) {
    this.#take(call).refuse(error);
    await settled();
  }
}

/** @type {FakeServer} */
let server;
/** @type {Store} */
let store;
/** @type {string[]} the latents that came into the editor */
let opened;
/** @type {any} */
const pictures = { peek: (/** @type {string} */ id) => ({ id }), load: async () => ({ width: 64, height: 64 }) };
let effect = 255; // of the edits, in levels
/** @type {() => any} */
const api = () => server;

beforeEach(() => {
  globalThis.localStorage = EMPTY_STORAGE;
  server = new FakeServer();
  store = new Store(INITIAL);
  opened = [];
  store.subscribe((state, before) => {
    if (state.source && state.source !== before.source) opened.push(state.source.latentId);
  });
});

/** Who opens, with what it works with. */
function opening() {
  const work = new Work(store, api(), pictures);
  const maker = new PartMaker(store, api(), pictures, work, new Masks(store, api()));
  const entry = new Entry(store, api(), maker);
  return { work, maker, opener: new Opener(store, api(), pictures, work, maker, entry), cropper: new Cropper(store, pictures, work, maker, entry) };
}

/** @param {string} id */
const info = (id) => ({ latent_id: id, model: 'm', grid: [8, 8] });

/** @param {string} id */
const sessionOf = (id) => ({
  session_id: id,
  revision: 3,
  name: 'A',
  latent_id: 'a',
  edits: [],
  snapshots: [],
  latent: { ...info('a'), crop: [0, 0, 64, 64], image_id: 'i', reconstruction_id: 'r' },
  picture: { image_id: 'i', width: 64, height: 64 },
});

/** @returns {any} a storage whose keys are its own, as a browser's are */
function memoryStorage() {
  const storage = {};
  const hidden = (/** @type {any} */ value) => ({ value, enumerable: false });
  return Object.defineProperties(storage, {
    getItem: hidden((/** @type {string} */ key) => /** @type {any} */ (storage)[key] ?? null),
    setItem: hidden((/** @type {string} */ key, /** @type {string} */ value) => Object.assign(storage, { [key]: value })),
    removeItem: hidden((/** @type {string} */ key) => delete (/** @type {any} */ (storage)[key])),
  });
}

/** @param {string} id */
const sessionFile = (id) =>
  new File([JSON.stringify({ latent_id: id, edits: [] })], 'a.json', { type: 'application/json' });

test('an open that is canceled at its last step does not open', async () => {
  const { opener, work } = opening();
  void opener.restore('a');
  await server.answer('latent a', info('a'));
  work.cancel();
  await server.answer('edit a 0', jobOf('a'));
  assert.deepEqual(opened, []);
  assert.equal(store.state.phase, 'start');
});

test('an open that a newer one overtakes stays away', async () => {
  const { opener } = opening();
  void opener.restore('a');
  await server.answer('latent a', info('a'));
  void opener.openFile(sessionFile('b'));
  await settled();
  await server.answer('latent b', info('b'));
  await server.answer('edit b 0', jobOf('b'));
  await server.answer('edit a 0', jobOf('a'));
  assert.deepEqual(opened, ['b']);
  assert.equal(store.state.source?.latentId, 'b');
});

test('a session file that is overtaken stays away', async () => {
  const { opener } = opening();
  void opener.openFile(sessionFile('a'));
  await settled();
  void opener.restore('b');
  await server.answer('latent a', info('a'));
  await server.answer('edit a 0', jobOf('a'));
  await server.answer('latent b', info('b'));
  await server.answer('edit b 0', jobOf('b'));
  assert.deepEqual(opened, ['b']);
});

test('that an overtaken picture is gone does not close the newer one', async () => {
  const { opener } = opening();
  void opener.restore('a');
  void opener.restore('b');
  await server.answer('latent b', info('b'));
  await server.answer('edit b 0', jobOf('b'));
  await server.refuse('latent a', new Problem({ status: 404 }));
  assert.equal(store.state.source?.latentId, 'b');
  assert.equal(store.state.problem, null);
});

test('new work takes the older job off the server', async () => {
  const { opener } = opening();
  void opener.generate();
  await server.answer('generate', jobOf('g', 'running'));
  void opener.restore('b');
  assert.deepEqual(server.canceled, ['g']);
});

test('a name and a snapshot that did not reach the server are not lost', async () => {
  globalThis.localStorage = memoryStorage();
  const { opener } = opening();
  void opener.restore('ses_1');
  await server.answer('session ses_1', sessionOf('ses_1'));
  await server.answer('edit a 0', jobOf('first'));
  store.dispatch({ type: 'sessionNamed', name: 'Renamed' });
  store.dispatch({ type: 'snapshotTaken', name: 'Precious', savedAt: '2026-01-01T00:00:00Z' });
  saveSession(store.state); // and the server did not hear of it

  store = new Store(INITIAL);
  void opening().opener.restore('ses_1');
  await server.answer('session ses_1', sessionOf('ses_1'));
  await server.answer('edit a 0', jobOf('again'));
  assert.equal(store.state.keeping?.name, 'Renamed');
  assert.deepEqual(store.state.keeping?.snapshots.map(({ name }) => name), ['Precious']);
  assert.equal(store.state.keeping?.saving, 'failed', 'so it is sent again');
});

test('a copy that says what the server says is as good as kept', async () => {
  globalThis.localStorage = memoryStorage();
  for (const each of ['first', 'again']) {
    store = new Store(INITIAL);
    void opening().opener.restore('ses_1');
    const snapshots = [{ name: 'One', edits: [], saved_at: '2026-01-01T00:00:00+00:00' }];
    await server.answer('session ses_1', { ...sessionOf('ses_1'), snapshots });
    await server.answer('edit a 0', jobOf(each));
    assert.equal(store.state.keeping?.saving, 'saved');
    store.dispatch({ type: 'saveStarted' }); // and the page was closed before the answer came
    saveSession(store.state);
  }
});

/** The editor with an open picture and one edit under way. */
async function editing() {
  new Renderer(store, api(), pictures, new Masks(store, api()), () => effect);
  const source = { latentId: 'a', modelId: 'm', grid: /** @type {[number, number]} */ ([8, 8]), originalId: 'i' };
  store.dispatch({
    type: 'opened',
    keeping: fresh('A'),
    parts: [
      {
        source: { ...source, width: 64, height: 64, upload: null, crop: null, fit: null, drawnId: null, readings: {} },
        history: begin({ latent_id: 'a', edits: [edit('e1')] }),
      },
    ],
  });
  await settled();
}

/** @param {string} key @returns {import('../../frontend/js/session.js').Edit} */
const edit = (key) => ({
  key,
  enabled: true,
  mask: null,
  hue: 0,
  name: null,
  layers: null,
  type: 'attribute',
  attribute: 'smile',
  strength: 1,
});

const change = () => store.dispatch({ type: 'editWeighted', key: 'e1', strength: 2 });

test('an edit that is superseded while it is sent is deleted at once', async () => {
  await editing();
  change();
  assert.deepEqual(server.canceled, [], 'the job has no name yet');
  await server.answer('edit a 1', jobOf('first', 'running'));
  assert.deepEqual(server.canceled, ['first']);
  await server.answer('edit a 1', jobOf('second'));
  assert.equal(store.state.result?.imageId, 'second-image');
});

test('an edit that is superseded while it runs is deleted', async () => {
  await editing();
  await server.answer('edit a 1', jobOf('first', 'running'));
  change();
  await settled();
  assert.deepEqual(server.canceled, ['first']);
});

test('an edit that has ended is shown and not deleted', async () => {
  await editing();
  change();
  await server.answer('edit a 1', jobOf('first'));
  assert.equal(store.state.result?.imageId, 'first-image');
  await server.answer('edit a 1', jobOf('second'));
  assert.equal(store.state.result?.imageId, 'second-image');
  assert.deepEqual(server.canceled, []);
});

test('masks that the server has lost are sent again, and the edit is asked for once more', async () => {
  await editing();
  await server.answer('edit a 1', jobOf('first'));
  store.dispatch({ type: 'attributeChosen', id: 'smile' });
  store.dispatch({ type: 'stroked', mode: 'paint', coverage: constantMask(64, 64, 0.5), start: { cellX: 0, cellY: 0 } });
  await settled();
  assert.equal(server.numMasks, 1);
  await server.refuse('edit a 2', new Problem({ status: 404, code: 'unknown_mask' }));
  assert.equal(server.numMasks, 2);
  await server.answer('edit a 2', jobOf('second'));
  assert.equal(store.state.result?.imageId, 'second-image');
  assert.equal(store.state.problem, null);
});

test('edits that can hardly be seen are told', async () => {
  await editing();
  await server.answer('edit a 1', jobOf('first'));
  assert.equal(store.state.status, '', 'as it was opened: nothing was changed');
  change();
  await server.answer('edit a 1', jobOf('second'));
  assert.match(store.state.status, /Changed by up to 100 %/);
  effect = 4;
  store.dispatch({ type: 'attributeChosen', id: 'smile' });
  store.dispatch({ type: 'wholePainted' });
  await settled();
  await server.answer('edit a 2', jobOf('third'));
  assert.match(store.state.status, /Hardly anything changed: “Where it shows”/);
});

test('a second face is drawn with the first one around it, and back again at once', async () => {
  await editing();
  await server.answer('edit a 1', jobOf('first'));
  const source = { ...store.state.source, latentId: 'b', originalId: 'i2' };
  const part = { source: /** @type {any} */ (source), history: begin({ latent_id: 'b', edits: [] }) };
  store.dispatch({ type: 'partsAdded', parts: [part], index: 1 });
  await settled();
  assert.equal(store.state.source?.latentId, 'b');
  await server.answer('edit b 0 +a', jobOf('second'));
  assert.equal(store.state.result?.imageId, 'second-image');
  store.dispatch({ type: 'partChosen', index: 0 });
  await settled();
  assert.equal(store.state.result?.imageId, 'first-image', 'nothing around it has changed');
  store.dispatch({ type: 'partRemoved', index: 0 });
  assert.equal(store.state.source?.latentId, 'b');
  assert.equal(store.state.parts.length, 1);
});
