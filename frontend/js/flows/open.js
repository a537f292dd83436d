/**
 * Every way a picture comes into the editor: a file, a sample, a generated one, a session kept from before.
 */

import { cropOfQuad, isNearlyWhole, largestCrop } from '../crop.js';
import { ENCODINGS, possible } from '../encoding.js';
import { maskSizeFor } from '../geometry.js';
import { begin, commit } from '../history.js';
import { t } from '../i18n.js';
import { isFinished, resultOf } from '../jobs.js';
import { Problem, asProblem, isAbort } from '../problem.js';
import { changed, fresh, nameOfFile, unsaved } from '../keeping.js';
import { editsFromWire, editsOnto, editsToWire, fromWire } from '../session.js';
import { currentModel } from '../state.js';
import { forgetSteps, loadSteps } from '../steps.js';
import { forgetSession, isSameList, loadSession } from '../storage.js';

/** @typedef {import('../state.js').Upload} Upload */
/** @typedef {import('../crop.js').Crop} Crop */
/** @typedef {import('../types.js').LatentInfo} LatentInfo */

export class Opener {
  #store;
  #api;
  #pictures;
  /** @type {AbortController} */
  #work = new AbortController();
  /** @type {string|null} the job under way, to cancel it */
  #jobId = null;

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   * @param {import('../pictures.js').Pictures} pictures
   */
  constructor(store, api, pictures) {
    this.#store = store;
    this.#api = api;
    this.#pictures = pictures;
  }

  /** One file is opened; several pictures become sessions, to be opened from the start. @param {readonly File[]} files */
  async openFiles(files) {
    if (files.length === 1) await this.openFile(files[0]);
    else await this.#run('several', (signal) => this.#encodeSeveral(files, signal));
  }

  /** A picture to encode, or a saved session. @param {File} file */
  async openFile(file) {
    if (file.type === 'application/json') return this.#openEditList(file);
    if (file.name.endsWith('.latentbrush')) return this.#openSessionFile(file);
    await this.#run('upload', async (signal) => {
      const { image_id, width, height } = await this.#api.uploadImage(file, signal);
      const upload = { imageId: image_id, width, height, name: nameOfFile(file.name) };
      this.#store.dispatch({ type: 'uploaded', upload });
      const crop = largestCrop(upload, this.#aspect());
      const faces = await this.#faces(upload, signal);
      const isWhole = crop.width === width && crop.height === height;
      if (isWhole && faces.every(({ quad }) => isNearlyWhole(quad, upload))) return this.#encode(upload, null, signal);
      await this.#pictures.load(image_id, signal);
      signal.throwIfAborted();
      this.#store.dispatch({ type: 'cropStarted', upload, crop });
      this.#store.dispatch({ type: 'facesFound', imageId: image_id, faces });
    });
  }

  /** @param {{file: string, title: string}} sample one of samples/index.json */
  async openSample({ file, title }) {
    await this.#run('upload', async (signal) => {
      const response = await fetch(this.#api.url(`samples/${encodeURIComponent(file)}`), { signal });
      if (!response.ok) throw new Problem({ title: t('The sample is missing'), status: response.status });
      const { image_id, width, height } = await this.#api.uploadImage(await response.blob(), signal);
      const upload = { imageId: image_id, width, height, name: title, isSample: true };
      this.#store.dispatch({ type: 'uploaded', upload });
      const crop = largestCrop(upload, this.#aspect());
      const isWhole = crop.width === width && crop.height === height;
      await this.#encode(upload, isWhole ? null : crop, signal);
    });
  }

  /** Encode the uploaded picture in the crop box as it stands. */
  async encodeCrop() {
    const { upload, crop } = this.#store.state;
    if (upload) await this.#run('encode', (signal) => this.#encode(upload, crop, signal));
  }

  /** Encode the open picture in another way; its edits are made on what is found then. @param {import('../encoding.js').EncodeMode} mode */
  async encodeAgain(mode) {
    const { source } = this.#store.state;
    if (!source?.upload) return;
    const { upload, modelId, latentId, grid } = source;
    const crop = source.crop ?? { x: 0, y: 0, width: upload.width, height: upload.height };
    await this.#run('encode', async (signal) => {
      await this.#preview(upload.imageId, crop, signal);
      const job = await this.#api.encode({ imageId: upload.imageId, modelId, crop, ...ENCODINGS[mode].asked }, signal);
      const info = await this.#follow(job, signal);
      const { history, keeping } = this.#store.state; // its last changes may have been saved meanwhile
      if (!history || !keeping) return;
      const change = { from: latentId, to: info.latent_id, before: maskSizeFor(grid), after: maskSizeFor(info.grid) };
      /** @param {import('../session.js').Session} session */
      const onto = ({ edits }) => ({ latent_id: info.latent_id, edits: editsOnto(edits, change) });
      const steps = { past: history.past.map(onto), present: onto(history.present), future: history.future.map(onto), tag: null };
      const snapshots = keeping.snapshots.map(({ name, edits, savedAt }) => ({ name, edits: editsToWire(editsOnto(edits, change)), saved_at: savedAt }));
      const wire = { latent_id: info.latent_id, edits: editsToWire(steps.present.edits) };
      await this.#enter({ info, upload, crop: source.crop, wire, keeping: keeping.saving === 'new' ? keeping : changed(keeping), snapshots, steps }, signal);
    });
  }

  /** Encode the square of a face. @param {import('../types.js').Face} face */
  async encodeFace({ quad }) {
    const { upload } = this.#store.state;
    if (upload) await this.#run('encode', (signal) => this.#encode(upload, cropOfQuad(quad, upload), signal));
  }

  /** The faces of a picture, for a model that wants faces; none where it does not, or the server cannot say. @param {Upload} upload @param {AbortSignal} [signal] */
  async #faces(upload, signal) {
    if (!currentModel({ ...this.#store.state, source: null })?.aligned) return [];
    return this.#api.faces(upload.imageId, this.#modelId(), signal).catch((error) => {
      if (signal?.aborted) throw error;
      return [];
    });
  }

  /** Back to the crop box of the open picture. */
  async cropAgain() {
    const { source } = this.#store.state;
    if (!source?.upload) return;
    const { upload, crop } = source;
    await this.#pictures.load(upload.imageId).catch(() => null);
    const box = crop && !crop.quad ? crop : largestCrop(upload, this.#aspect());
    this.#store.dispatch({ type: 'cropStarted', upload, crop: box });
    this.#store.dispatch({ type: 'facesFound', imageId: upload.imageId, faces: await this.#faces(upload) });
  }

  async generate() {
    await this.#run('generate', async (signal) => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const job = await this.#api.generate(this.#modelId(), seed, signal);
      await this.#enter({ info: await this.#follow(job, signal), keeping: fresh(t('Seed {seed}', { seed })) }, signal);
    });
  }

  /**
   * Encode pictures one after the other and keep each as a session; one that fails does not stop the others.
   * @param {readonly File[]} files
   * @param {AbortSignal} signal
   */
  async #encodeSeveral(files, signal) {
    /** @type {string[]} */
    const failed = [];
    for (const [step, file] of files.entries()) {
      this.#store.dispatch({ type: 'workProgressed', step, steps: files.length, message: file.name });
      try {
        const { image_id, width, height } = await this.#api.uploadImage(file, signal);
        const upload = { imageId: image_id, width, height, name: nameOfFile(file.name) };
        const [face] = await this.#faces(upload, signal);
        const isElsewhere = face && !isNearlyWhole(face.quad, upload);
        const crop = isElsewhere ? cropOfQuad(face.quad, upload) : largestCrop(upload, this.#aspect());
        const job = await this.#api.encode({ imageId: image_id, modelId: this.#modelId(), crop, ...this.#encoding() }, signal);
        this.#jobId = isFinished(job) ? null : job.job_id;
        const { latent_id } = await resultOf(this.#api, job, { signal });
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

  /** Go on with what was open before. @param {string} id as in the address bar: of a session or of a latent */
  async restore(id) {
    if (id.startsWith('ses_')) await this.openSession(id);
    else await this.#restoreLatent(id);
  }

  /** @param {string} sessionId */
  async openSession(sessionId) {
    await this.#run('open', async (signal) => {
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

  /** @param {string} latentId */
  async #restoreLatent(latentId) {
    await this.#run('open', (signal) => this.#enterSaved(loadSession(latentId), latentId, signal));
  }

  /**
   * A latent as this browser knows it; what was painted on it is not on the server yet.
   * @param {import('../storage.js').Saved|null} saved
   * @param {string} latentId
   * @param {AbortSignal} signal
   * @param {string} [stepsId] that its steps are kept under
   */
  async #enterSaved(saved, latentId, signal, stepsId = latentId) {
    const info = await this.#found(this.#api.latent(latentId, signal), latentId, signal);
    const opening = {
      info: { model: saved?.modelId, ...info },
      upload: saved?.upload,
      crop: saved?.crop,
      wire: saved?.wire,
      keeping: saved?.wire.edits.length ? unsaved(saved.name) : fresh(saved?.name ?? ''),
      snapshots: saved?.snapshots,
      steps: await loadSteps(stepsId),
    };
    await this.#enter(opening, signal);
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
  async #enterSession({ session_id, revision, name, latent_id, edits, snapshots, latent, picture }, signal) {
    const saved = loadSession(session_id);
    const isKept = saved === null || saved.isKept || isSame(saved, { name, edits, snapshots }, maskSizeFor(latent.grid));
    const local = isKept ? null : saved;
    const isDrawn = latent.reconstruction_id === latent.image_id; // by the model: there is no upload
    const [x, y, width, height] = latent.crop;
    const isWhole = width === picture.width && height === picture.height;
    /** @type {import('../keeping.js').Keeping} */
    const keeping = { sessionId: session_id, revision, name: local?.name ?? name, snapshots: [], saving: local ? 'failed' : 'saved' };
    await this.#enter(
      {
        info: latent,
        upload: isDrawn ? null : { imageId: picture.image_id, width: picture.width, height: picture.height, name },
        crop: latent.quad ? { x, y, width, height, quad: latent.quad } : isDrawn || isWhole ? null : { x, y, width, height },
        wire: local?.wire ?? { latent_id, edits },
        keeping,
        snapshots: local?.snapshots ?? snapshots,
        steps: await loadSteps(session_id),
      },
      signal,
    );
    if (local && local.revision !== revision) this.#store.dispatch({ type: 'keptApart' }); // both are worth keeping
  }

  /** Stop the work under way, on the server too. */
  cancel() {
    this.#abandon();
    this.#store.dispatch({ type: 'workStopped' });
    this.#store.dispatch({ type: 'said', text: t('Canceled') });
  }

  /** @param {File} file */
  async #openSessionFile(file) {
    await this.#run('open', async (signal) => {
      await this.#enterSession(await this.#api.importSession(file, signal), signal);
    });
  }

  /** @param {File} file */
  async #openEditList(file) {
    await this.#run('open', async (signal) => {
      const wire = await file.text().then(JSON.parse).catch(() => null);
      if (typeof wire?.latent_id !== 'string' || !Array.isArray(wire.edits)) {
        throw new Problem({
          title: t('This file is no edit list'),
          detail: t('Expected {"latent_id": …, "edits": […]}.'),
        });
      }
      const info = await this.#api.latent(wire.latent_id, signal);
      await this.#enter({ info, wire, keeping: unsaved(nameOfFile(file.name)) }, signal);
    });
  }

  /** @param {Upload} upload @param {Crop|null} crop @param {AbortSignal} signal */
  async #encode(upload, crop, signal) {
    this.#store.dispatch({ type: 'workStarted', kind: 'encode' });
    const request = { imageId: upload.imageId, modelId: this.#modelId(), crop, ...this.#encoding() };
    await this.#preview(upload.imageId, crop, signal);
    const job = await this.#api.encode(request, signal);
    const keeping = upload.isSample ? fresh(upload.name) : unsaved(upload.name);
    await this.#enter({ info: await this.#follow(job, signal), upload, crop, keeping }, signal);
  }

  /** Show the picture itself until the first preview comes. @param {string} imageId @param {Crop|null} crop @param {AbortSignal} signal */
  async #preview(imageId, crop, signal) {
    await this.#pictures.load(imageId, signal).catch(() => null);
    signal.throwIfAborted();
    this.#store.dispatch({ type: 'workPreviewed', imageId, crop, errorId: null });
  }

  /** @param {import('../types.js').Job} job @param {AbortSignal} signal @returns {Promise<any>} */
  async #follow(job, signal) {
    this.#jobId = isFinished(job) ? null : job.job_id;
    const result = await resultOf(this.#api, job, {
      signal,
      onProgress: ({ step, steps, message }) =>
        this.#store.dispatch({ type: 'workProgressed', step, steps, message }),
      onPreview: (imageId, errorId) => {
        const ids = errorId ? [imageId, errorId] : [imageId];
        Promise.all(ids.map((id) => this.#pictures.load(id, signal))).then(
          () => signal.aborted || this.#store.dispatch({ type: 'workPreviewed', imageId, crop: null, errorId }),
          () => null, // a preview that is gone already is no loss
        );
      },
    });
    this.#jobId = null;
    return result;
  }

  /**
   * Open the editor on a latent. The original is what the server renders without edits: the crop itself.
   * @param {object} opening
   * @param {LatentInfo} opening.info
   * @param {Upload|null} [opening.upload] none: it was drawn by the model
   * @param {Crop|null} [opening.crop] none: all of the upload
   * @param {{latent_id: string, edits: Record<string, any>[]}} [opening.wire] none: no edits yet
   * @param {import('../keeping.js').Keeping} opening.keeping
   * @param {import('../storage.js').SavedSnapshot[]} [opening.snapshots]
   * @param {import('../steps.js').Steps|null} [opening.steps] that led to the edits, as this browser knows them
   * @param {AbortSignal} signal
   */
  async #enter({ info, upload = null, crop = null, wire, keeping, snapshots = [], steps = null }, signal) {
    const job = await this.#api.edit(
      { latent_id: info.latent_id, edits: [] },
      { format: 'png', frame: 'crop' },
      signal,
    );
    const { image_id } = await resultOf(this.#api, job, { signal });
    const { width, height } = await this.#pictures.load(image_id, signal);
    signal.throwIfAborted();
    const source = {
      latentId: info.latent_id,
      modelId: info.model ?? this.#modelId(),
      grid: info.grid,
      originalId: image_id,
      width,
      height,
      upload,
      crop,
      fit: info.fit ?? null,
      drawnId: info.twin_id ?? info.reconstruction_id ?? null,
      readings: info.readings ?? {},
    };
    const size = maskSizeFor(info.grid);
    const left = wire ? null : loadSession(info.latent_id);
    if (left && !left.isKept && left.wire.edits.length) {
      wire = left.wire; // painted on this very picture while the server was away
      keeping = unsaved(left.name);
    }
    const session = fromWire(wire ?? { latent_id: info.latent_id, edits: [] }, size);
    const kept = snapshots.map((each) => ({ name: each.name, edits: editsFromWire(each.edits, size), savedAt: each.saved_at }));
    this.#store.dispatch({ type: 'opened', source, history: goOn(steps, session), keeping: { ...keeping, snapshots: kept } });
  }

  /**
   * One piece of work at a time; what it throws becomes the problem on the page.
   * @param {import('../state.js').Work['kind']} kind
   * @param {(signal: AbortSignal) => Promise<void>} work
   */
  async #run(kind, work) {
    this.#abandon();
    const { signal } = (this.#work = new AbortController());
    this.#store.dispatch({ type: 'workStarted', kind });
    try {
      await work(signal);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      this.#store.dispatch({ type: 'workStopped' });
      this.#store.dispatch({ type: 'problemFound', problem: asProblem(error) });
    }
  }

  /** Whatever is under way ends here and on the server. */
  #abandon() {
    this.#work.abort();
    if (this.#jobId) this.#api.cancelJob(this.#jobId).catch(() => null); // it may have just ended
    this.#jobId = null;
  }

  /** What the chosen way of encoding asks for. */
  #encoding() {
    const { encodeMode } = this.#store.state;
    const hasEncoder = currentModel(this.#store.state)?.has_encoder !== false;
    return ENCODINGS[possible(encodeMode, hasEncoder)].asked;
  }

  #modelId() {
    return this.#store.state.modelId ?? '';
  }

  /** The width of the model's pictures for each unit of height. */
  #aspect() {
    const model =
      this.#store.state.models.find(({ id }) => id === this.#modelId()) ?? currentModel(this.#store.state);
    return model ? model.grid[1] / model.grid[0] : 1;
  }
}

/**
 * The steps up to a session; what was changed elsewhere since is one more.
 * @param {import('../steps.js').Steps|null} steps
 * @param {import('../session.js').Session} session
 * @returns {import('../steps.js').Steps}
 */
function goOn(steps, session) {
  if (steps?.present.latent_id !== session.latent_id) return begin(session);
  const isSame = isSameList(editsToWire(steps.present.edits), editsToWire(session.edits));
  return isSame ? steps : commit(steps, session);
}

/**
 * Whether the server has all of a copy in this browser.
 * @param {import('../storage.js').Saved} copy
 * @param {{name: string, edits: Record<string, any>[], snapshots: import('../storage.js').SavedSnapshot[]}} onServer
 * @param {{width: number, height: number}} maskSize
 */
function isSame(copy, onServer, maskSize) {
  const asWritten = (/** @type {Record<string, any>[]} */ edits) => editsToWire(editsFromWire(edits, maskSize));
  const plain = (/** @type {import('../storage.js').SavedSnapshot[]} */ snapshots) =>
    snapshots.map(({ name, edits, saved_at }) => ({ name, edits: asWritten(edits), at: Date.parse(saved_at) }));
  return (
    copy.name === onServer.name &&
    isSameList(copy.wire.edits, asWritten(onServer.edits)) &&
    isSameList(plain(copy.snapshots), plain(onServer.snapshots))
  );
}
