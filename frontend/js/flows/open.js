/**
 * Every way a picture comes into the editor: a file, a sample, a generated one, a session kept from before.
 */

import { cropOfQuad, isNearlyWhole, largestCrop } from '../crop.js';
import { t } from '../i18n.js';
import { fresh, nameOfFile, unsaved } from '../keeping.js';
import { snapshotFromWire, wiresOf } from '../parts.js';
import { Problem, asProblem } from '../problem.js';
import { doTheSame } from '../session.js';
import { forgetSteps, loadSteps } from '../steps.js';
import { forgetSession, isSame, loadSession } from '../storage.js';

/** @typedef {import('../state.js').Upload} Upload */
/** @typedef {import('../crop.js').Crop} Crop */
/** @typedef {import('../types.js').LatentInfo} LatentInfo */
/** @typedef {import('../parts.js').PartsWire} PartsWire */

export class Opener {
  #store;
  #api;
  #pictures;
  #work;
  #maker;

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   * @param {import('../pictures.js').Pictures} pictures
   * @param {import('./work.js').Work} work
   * @param {import('./part-maker.js').PartMaker} maker
   */
  constructor(store, api, pictures, work, maker) {
    this.#store = store;
    this.#api = api;
    this.#pictures = pictures;
    this.#work = work;
    this.#maker = maker;
  }

  /** One file is opened; several pictures become sessions, to be opened from the start. @param {readonly File[]} files */
  async openFiles(files) {
    if (files.length === 1) await this.openFile(files[0]);
    else await this.#work.run('several', (signal) => this.#encodeSeveral(files, signal));
  }

  /** A picture to encode, or a saved session. @param {File} file */
  async openFile(file) {
    if (file.type === 'application/json') return this.#openEditList(file);
    if (file.name.endsWith('.latentbrush')) return this.#openSessionFile(file);
    await this.#work.run('upload', async (signal) => {
      const upload = await this.#maker.upload(file, nameOfFile(file.name), signal);
      this.#store.dispatch({ type: 'uploaded', upload });
      const faces = await this.#maker.faces(upload, this.#maker.modelId, signal);
      if (this.#maker.obvious(upload, faces)) return this.#encode(upload, null, signal);
      await this.#pictures.load(upload.imageId, signal);
      signal.throwIfAborted();
      this.#store.dispatch({ type: 'cropStarted', upload, crop: largestCrop(upload, this.#maker.aspect) });
      this.#store.dispatch({ type: 'facesFound', imageId: upload.imageId, faces });
    });
  }

  /** @param {{file: string, title: string}} sample one of samples/index.json */
  async openSample({ file, title }) {
    await this.#work.run('upload', async (signal) => {
      const response = await fetch(this.#api.url(`samples/${encodeURIComponent(file)}`), { signal });
      if (!response.ok) throw new Problem({ title: t('The sample is missing'), status: response.status });
      const upload = { ...(await this.#maker.upload(await response.blob(), title, signal)), isSample: true };
      this.#store.dispatch({ type: 'uploaded', upload });
      const crop = largestCrop(upload, this.#maker.aspect);
      const isWhole = crop.width === upload.width && crop.height === upload.height;
      await this.#encode(upload, isWhole ? null : crop, signal);
    });
  }

  async generate() {
    await this.#work.run('generate', async (signal) => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const job = await this.#api.generate(this.#maker.modelId, seed, signal);
      await this.#enter([{ info: await this.#work.follow(job, signal) }], fresh(t('Seed {seed}', { seed })), signal);
    });
  }

  /** Go on with what was open before. @param {string} id as in the address bar: of a session or of a latent */
  async restore(id) {
    if (id.startsWith('ses_')) await this.openSession(id);
    else await this.#work.run('open', (signal) => this.#enterSaved(loadSession(id), id, signal));
  }

  /** @param {string} sessionId */
  async openSession(sessionId) {
    await this.#work.run('open', async (signal) => {
      const saved = loadSession(sessionId);
      const asked = this.#api.session(sessionId, signal);
      if (!saved || saved.isKept) return this.#enterSession(await this.#found(asked, sessionId, signal), signal);
      const session = await asked.catch((error) => {
        if (asProblem(error).status === 404) return null; // deleted elsewhere: here it is worth keeping
        throw error;
      });
      if (session) await this.#enterSession(session, signal);
      else await this.#enterSaved(saved, saved.wire.latent_id, signal, sessionId);
    });
  }

  /**
   * Encode pictures one after the other and keep each as a session; one that fails does not stop the others.
   * @param {readonly File[]} files
   * @param {AbortSignal} signal
   */
  async #encodeSeveral(files, signal) {
    const { modelId, encoding } = this.#maker;
    /** @type {string[]} */
    const failed = [];
    for (const [step, file] of files.entries()) {
      this.#store.dispatch({ type: 'workProgressed', step, steps: files.length, message: file.name });
      try {
        const upload = await this.#maker.upload(file, nameOfFile(file.name), signal);
        const [face] = await this.#maker.faces(upload, modelId, signal);
        const isElsewhere = face && !isNearlyWhole(face.quad, upload);
        const crop = isElsewhere ? cropOfQuad(face.quad, upload) : largestCrop(upload, this.#maker.aspect);
        const job = await this.#api.encode({ imageId: upload.imageId, modelId, crop, ...encoding }, signal);
        const { latent_id } = await this.#work.follow(job, signal);
        await this.#api.makeSession({ name: upload.name || t('Picture'), latent_id, edits: [] });
      } catch (error) {
        if (signal.aborted || asProblem(error).code === 'unreachable') throw error;
        failed.push(file.name);
      }
    }
    this.#store.dispatch({ type: 'startedOver' });
    this.#store.dispatch({ type: 'said', text: t('{count} pictures are among your sessions', { count: files.length - failed.length }) });
    if (failed.length) throw new Problem({ title: t('{count} of {all} could not be opened', { count: failed.length, all: files.length }), detail: failed.join(', '), code: 'some_failed' });
  }

  /**
   * A latent as this browser knows it; what was painted on it is not on the server yet.
   * @param {import('../storage.js').Saved|null} saved
   * @param {string} latentId
   * @param {AbortSignal} signal
   * @param {string} [stepsId] that its steps are kept under
   */
  async #enterSaved(saved, latentId, signal, stepsId = latentId) {
    const wires = saved ? wiresOf(saved.wire) : [{ latent_id: latentId, edits: [] }];
    const infos = [];
    for (const { latent_id } of wires) infos.push(await this.#found(this.#api.latent(latent_id, signal), latent_id, signal));
    const isPainted = wires.length > 1 || wires[0].edits.length > 0;
    const keeping = saved && isPainted ? unsaved(saved.name) : fresh(saved?.name ?? '');
    const found = infos.map((info, i) => ({
      info: { model: saved?.modelId, ...info },
      upload: saved?.upload,
      crop: i === 0 ? saved?.crop : cropOf(info, saved?.upload ?? null),
      edits: wires[i].edits,
    }));
    await this.#enter(found, keeping, signal, { snapshots: saved?.snapshots, steps: await loadSteps(stepsId) });
  }

  /**
   * What the server has, or the start and a word on what became of it.
   * @template T
   * @param {Promise<T>} asked
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {Promise<T>}
   */
  #found(asked, id, signal) {
    return asked.catch((error) => {
      signal.throwIfAborted();
      if (![404, 422].includes(asProblem(error).status)) throw error;
      forgetSession(id);
      void forgetSteps(id);
      this.#store.dispatch({ type: 'startedOver' });
      throw new Problem({
        title: t('That picture is no longer on the server'),
        detail: t('It may have been cleaned up. Open it again to start anew.'),
        code: 'unknown_latent_at_start',
      });
    });
  }

  /**
   * A session as the server has it; or as this browser has it, when the latest changes did not get through.
   * @param {import('../types.js').SessionInfo} session
   * @param {AbortSignal} signal
   */
  async #enterSession(session, signal) {
    const { session_id, revision, name, latent, other_latents = [], picture } = session;
    const saved = loadSession(session_id);
    const isKept = saved === null || saved.isKept || (await this.#isAsOnServer(saved, session));
    const local = isKept ? null : saved;
    const isDrawn = latent.reconstruction_id === latent.image_id; // by the model: there is no upload
    const upload = isDrawn ? null : { imageId: picture.image_id, width: picture.width, height: picture.height, name };
    const infos = new Map([latent, ...other_latents].map((info) => [info.latent_id, info]));
    const found = [];
    for (const { latent_id, edits } of wiresOf(local?.wire ?? session)) {
      const info = infos.get(latent_id) ?? (await this.#api.latent(latent_id, signal));
      found.push({ info, upload, crop: cropOf(info, upload), edits });
    }
    /** @type {import('../keeping.js').Keeping} */
    const keeping = { sessionId: session_id, revision, name: local?.name ?? name, snapshots: [], saving: local ? 'failed' : 'saved' };
    await this.#enter(found, keeping, signal, { snapshots: local?.snapshots ?? session.snapshots, steps: await loadSteps(session_id) });
    if (local && local.revision !== revision) this.#store.dispatch({ type: 'keptApart' }); // both are worth keeping
  }

  /**
   * Whether the server has all of a copy in this browser.
   * @param {import('../storage.js').Saved} copy
   * @param {import('../types.js').SessionInfo} session
   */
  async #isAsOnServer(copy, session) {
    const read = (/** @type {import('../parts.js').Wire} */ wire) => this.#maker.session(wire, session.latent.grid);
    const states = (/** @type {PartsWire} */ wire, /** @type {import('../storage.js').SavedSnapshot[]} */ snapshots) =>
      Promise.all([wire, ...snapshots.map((each) => ({ ...each, latent_id: wire.latent_id }))].flatMap(wiresOf).map(read));
    const said = (/** @type {{name: string, snapshots: import('../storage.js').SavedSnapshot[]}} */ { name, snapshots }) => [
      name,
      snapshots.map((each) => [each.name, Date.parse(each.saved_at), each.others?.length ?? 0]),
    ];
    if (!isSame(said(copy), said(session))) return false;
    const [here, there] = await Promise.all([states(copy.wire, copy.snapshots), states(session, session.snapshots)]);
    return here.length === there.length && here.every(({ latent_id, edits }, i) => latent_id === there[i].latent_id && doTheSame(edits, there[i].edits));
  }

  /** @param {File} file */
  async #openSessionFile(file) {
    await this.#work.run('open', async (signal) => {
      await this.#enterSession(await this.#api.importSession(file, signal), signal);
    });
  }

  /** @param {File} file */
  async #openEditList(file) {
    await this.#work.run('open', async (signal) => {
      const wire = await file.text().then(JSON.parse).catch(() => null);
      if (typeof wire?.latent_id !== 'string' || !Array.isArray(wire.edits)) {
        throw new Problem({
          title: t('This file is no edit list'),
          detail: t('Expected {"latent_id": …, "edits": […]}.'),
        });
      }
      const info = await this.#api.latent(wire.latent_id, signal);
      await this.#enter([{ info, edits: wire.edits }], unsaved(nameOfFile(file.name)), signal);
    });
  }

  /** @param {Upload} upload @param {Crop|null} crop @param {AbortSignal} signal */
  async #encode(upload, crop, signal) {
    const info = await this.#maker.encode(upload, crop, signal);
    const left = loadSession(info.latent_id);
    const isLeft = left !== null && !left.isKept && left.wire.edits.length > 0; // painted on this very picture while the server was away
    const keeping = isLeft ? unsaved(left.name) : upload.isSample ? fresh(upload.name) : unsaved(upload.name);
    await this.#enter([{ info, upload, crop, edits: isLeft ? left.wire.edits : [] }], keeping, signal);
  }

  /**
   * Open the editor.
   * @param {{info: LatentInfo, upload?: Upload|null, crop?: Crop|null, edits?: Record<string, any>[]}[]} found the parts of the picture
   * @param {import('../keeping.js').Keeping} keeping
   * @param {AbortSignal} signal
   * @param {{snapshots?: import('../storage.js').SavedSnapshot[], steps?: import('../steps.js').Steps[]}} [kept] in the session, and in this browser
   */
  async #enter(found, keeping, signal, { snapshots = [], steps = [] } = {}) {
    /** @type {import('../parts.js').Part[]} */
    const parts = [];
    for (const each of found) {
      const own = steps.find(({ present }) => present.latent_id === each.info.latent_id);
      parts.push(await this.#maker.part({ ...each, steps: own }, signal));
    }
    const [first] = parts;
    const gridOf = (/** @type {string} */ id) => (parts.find(({ source }) => source.latentId === id) ?? first).source.grid;
    const read = (/** @type {import('../parts.js').Wire} */ wire) => this.#maker.session(wire, gridOf(wire.latent_id));
    const kept = await Promise.all(snapshots.map((each) => snapshotFromWire(each, first.source.latentId, read)));
    signal.throwIfAborted();
    this.#store.dispatch({ type: 'opened', parts, keeping: { ...keeping, snapshots: kept } });
  }
}

/**
 * The part of the upload that a latent is of; null for all of it.
 * @param {LatentInfo} info
 * @param {{width: number, height: number}|null} upload
 * @returns {Crop|null}
 */
function cropOf({ crop, quad }, upload) {
  if (!upload || !crop) return null;
  const [x, y, width, height] = crop;
  if (quad) return { x, y, width, height, quad };
  return width === upload.width && height === upload.height ? null : { x, y, width, height };
}
