/**
 * Every way a picture comes into the editor: a file, a sample, a generated one, a session kept from before.
 */

import { cropOfQuad, isNearlyWhole, largestCrop } from '../crop.js';
import { t } from '../i18n.js';
import { fresh, nameOfFile, unsaved } from '../keeping.js';
import { Problem, asProblem } from '../problem.js';
import { loadSession } from '../storage.js';

/** @typedef {import('../state.js').Upload} Upload */

export class Opener {
  #store;
  #api;
  #pictures;
  #work;
  #maker;
  #entry;

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   * @param {import('../pictures.js').Pictures} pictures
   * @param {import('./work.js').Work} work
   * @param {import('./part-maker.js').PartMaker} maker
   * @param {import('./entry.js').Entry} entry
   */
  constructor(store, api, pictures, work, maker, entry) {
    this.#store = store;
    this.#api = api;
    this.#pictures = pictures;
    this.#work = work;
    this.#maker = maker;
    this.#entry = entry;
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
    if (file.name.endsWith('.latentworld')) return this.#openWorldFile(file);
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
      await this.#entry.enter([{ info: await this.#work.follow(job, signal) }], fresh(t('Seed {seed}', { seed })), signal);
    });
  }

  /** Go on with what was open before. @param {string} id as in the address bar: of a session or of a latent */
  async restore(id) {
    if (id.startsWith('ses_')) await this.openSession(id);
    else await this.#work.run('open', (signal) => this.#entry.enterSaved(loadSession(id), id, signal));
  }

  /** @param {string} sessionId */
  async openSession(sessionId) {
    await this.#work.run('open', async (signal) => {
      const saved = loadSession(sessionId);
      const asked = this.#api.session(sessionId, signal);
      if (!saved || saved.isKept) return this.#entry.enterSession(await this.#entry.found(asked, sessionId, signal), signal);
      const session = await asked.catch((error) => {
        if (asProblem(error).status === 404) return null; // deleted elsewhere: here it is worth keeping
        throw error;
      });
      if (session) await this.#entry.enterSession(session, signal);
      else await this.#entry.enterSaved(saved, saved.wire.latent_id, signal, sessionId);
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

  /** @param {File} file */
  async #openSessionFile(file) {
    await this.#work.run('open', async (signal) => {
      await this.#entry.enterSession(await this.#api.importSession(file, signal), signal);
    });
  }

  /** To the page of lands. @param {File} file */
  async #openWorldFile(file) {
    await this.#work.run('open', async (signal) => {
      const { world_id } = await this.#api.importWorld(file, signal);
      location.assign(`land?world=${world_id}`);
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
      await this.#entry.enter([{ info, edits: wire.edits }], unsaved(nameOfFile(file.name)), signal);
    });
  }

  /** @param {Upload} upload @param {import('../crop.js').Crop|null} crop @param {AbortSignal} signal */
  async #encode(upload, crop, signal) {
    await this.#entry.enterEncoded(upload, [{ info: await this.#maker.encode(upload, crop, signal), crop }], signal);
  }
}
