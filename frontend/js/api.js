/**
 * The REST calls of the page, one method each. Errors are Problems; a 401 asks for the key once and repeats the call.
 */

import { t } from './i18n.js';
import { Problem, asProblem, isAbort, readProblem } from './problem.js';

/** @typedef {import('./types.js').Job} Job */
/** @typedef {import('./types.js').Output} Output */
/** @typedef {import('./crop.js').Crop} Crop */
/** @typedef {{json?: unknown, form?: FormData, png?: Uint8Array<ArrayBuffer>, signal?: AbortSignal}} Body */

const EDIT_WAIT_S = 5; // most edits end within it, so one call answers them

export class Api {
  #base;
  #fetch;
  #askForKey;
  /** @type {Promise<void>|null} one dialog, however many calls were refused */
  #unlocking = null;

  /** @param {{base: string, fetch: typeof fetch, askForKey: (complaint: string) => Promise<string>}} parts */
  constructor({ base, fetch, askForKey }) {
    this.#base = base;
    this.#fetch = fetch;
    this.#askForKey = askForKey;
  }

  /** @param {string} path */
  url(path) {
    return new URL(path, this.#base).href;
  }

  /** @returns {Promise<import('./types.js').Health>} */
  health() {
    return this.#json('GET', 'health');
  }

  /** @returns {Promise<{models: import('./types.js').Model[]}>} */
  models() {
    return this.#json('GET', 'models');
  }

  /** @returns {Promise<{kits: import('./types.js').Kit[], installation: import('./types.js').Installation|null}>} nothing for who does not run the server */
  kits() {
    return this.#json('GET', 'kits');
  }

  /** Fetch a model whose licence is accepted. @param {string} name @returns {Promise<import('./types.js').Installation>} */
  fetchKit(name) {
    return this.#json('POST', `kits/${encodeURIComponent(name)}`, { json: { accept_license: true } });
  }

  /** @param {string} name */
  async cancelKit(name) {
    await this.#call('DELETE', `kits/${encodeURIComponent(name)}`);
  }

  /** @param {string} modelId */
  previewUrl(modelId) {
    return this.url(`models/${modelId}/preview`);
  }

  /** @param {string} modelId @param {string} attribute */
  stripUrl(modelId, attribute) {
    return this.url(`models/${modelId}/attributes/${attribute}/strip`);
  }

  /**
   * @param {string} modelId
   * @param {string} attribute
   * @param {{title?: string, flipped?: boolean, drop?: boolean}} change
   * @returns {Promise<import('./types.js').Model>}
   */
  changeAttribute(modelId, attribute, change) {
    return this.#json('PATCH', `models/${modelId}/attributes/${attribute}`, { json: change });
  }

  /** @returns {Promise<{file: string, title: string, model: string}[]>} */
  samples() {
    return this.#json('GET', 'samples/index.json');
  }

  /**
   * @param {Blob} file
   * @param {AbortSignal} [signal]
   * @returns {Promise<import('./types.js').UploadInfo>}
   */
  uploadImage(file, signal) {
    const form = new FormData();
    form.append('image', file, 'picture');
    return this.#json('POST', 'images', { form, signal });
  }

  /**
   * @param {string} imageId
   * @param {string} modelId that wants them in its squares
   * @param {AbortSignal} [signal]
   * @returns {Promise<import('./types.js').Face[]>} the largest first
   */
  async faces(imageId, modelId, signal) {
    const { faces } = await this.#json('GET', `images/${imageId}/faces?model=${encodeURIComponent(modelId)}`, { signal });
    return faces;
  }

  /**
   * @param {{imageId: string, modelId: string, crop: Crop|null, steps: number|null, regulariser: number|null}} request null: the server's choice
   * @param {AbortSignal} [signal]
   * @returns {Promise<Job>}
   */
  encode({ imageId, modelId, crop, steps, regulariser }, signal) {
    const form = new FormData();
    form.append('image_id', imageId);
    form.append('model', modelId);
    if (crop?.quad) form.append('quad', crop.quad.flat().join(','));
    else if (crop) form.append('crop', [crop.x, crop.y, crop.width, crop.height].join(','));
    if (steps !== null) form.append('steps', String(steps));
    if (regulariser !== null) form.append('regulariser', String(regulariser));
    return this.#json('POST', 'encode', { form, signal });
  }

  /**
   * @param {string} modelId
   * @param {number} seed
   * @param {AbortSignal} [signal]
   * @returns {Promise<Job>}
   */
  generate(modelId, seed, signal) {
    return this.#json('POST', 'generate?wait=1', { json: { model: modelId, seed }, signal });
  }

  /**
   * @param {Record<string, unknown>} wanted as POST /lands takes it
   * @returns {Promise<import('./land/history.js').Land>}
   */
  makeLand(wanted) {
    return this.#json('POST', 'lands', { json: wanted });
  }

  /**
   * @param {string} landId
   * @returns {Promise<import('./land/history.js').Land>}
   */
  land(landId) {
    return this.#json('GET', `lands/${landId}`);
  }

  /** @returns {Promise<{worlds: import('./land/world-keeper.js').World[]}>} */
  worlds() {
    return this.#json('GET', 'worlds');
  }

  /**
   * @param {string} worldId
   * @returns {Promise<import('./land/world-keeper.js').World>}
   */
  world(worldId) {
    return this.#json('GET', `worlds/${worldId}`);
  }

  /**
   * @param {import('./land/world-keeper.js').Draft} draft
   * @returns {Promise<import('./land/world-keeper.js').World>}
   */
  addWorld(draft) {
    return this.#json('POST', 'worlds', { json: draft });
  }

  /**
   * @param {string} worldId
   * @param {import('./land/world-keeper.js').Draft & {revision: number}} draft
   * @returns {Promise<import('./land/world-keeper.js').World>}
   */
  changeWorld(worldId, draft) {
    return this.#json('PUT', `worlds/${worldId}`, { json: draft });
  }

  /** @param {string} worldId */
  async deleteWorld(worldId) {
    await this.#call('DELETE', `worlds/${worldId}`);
  }

  /** A world with its land and masks. @param {string} worldId @returns {Promise<Blob>} */
  async worldFile(worldId) {
    return (await this.#call('GET', `worlds/${worldId}/file`)).blob();
  }

  /**
   * @param {Blob} file
   * @param {AbortSignal} [signal]
   * @returns {Promise<import('./land/world-keeper.js').World>}
   */
  importWorld(file, signal) {
    const form = new FormData();
    form.append('world', file, 'world');
    return this.#json('POST', 'worlds/file', { form, signal });
  }

  /** With the places that Leaflet fills in. @param {string} landId */
  tileUrl(landId) {
    return `${this.url(`tiles/${landId}`)}/{z}/{x}/{y}.png`;
  }

  /**
   * @param {string} landId
   * @param {import('./land/export-dialog.js').Wanted} wanted
   * @returns {Promise<Job>}
   */
  exportLand(landId, wanted) {
    return this.#json('POST', `lands/${landId}/export`, { json: wanted });
  }

  /**
   * @param {import('./parts.js').PartsWire} session as drawnToWire makes it
   * @param {Output} output
   * @param {AbortSignal} [signal]
   * @returns {Promise<Job>}
   */
  edit(session, output, signal) {
    return this.#json('POST', `edit?wait=${EDIT_WAIT_S}`, { json: { ...session, output }, signal });
  }

  /** Have the server keep a mask. @param {Uint8Array<ArrayBuffer>} png @returns {Promise<{mask_id: string}>} */
  putMask(png) {
    return this.#json('PUT', 'masks', { png });
  }

  /** @param {string} maskId @returns {Promise<Blob>} */
  async mask(maskId) {
    return (await this.#call('GET', `masks/${encodeURIComponent(maskId)}`)).blob();
  }

  /** @returns {Promise<{sessions: import('./state.js').SessionSummary[]}>} */
  sessions() {
    return this.#json('GET', 'sessions');
  }

  /**
   * @param {string} sessionId
   * @param {AbortSignal} [signal]
   * @returns {Promise<import('./types.js').SessionInfo>}
   */
  session(sessionId, signal) {
    return this.#json('GET', `sessions/${sessionId}`, { signal });
  }

  /**
   * @param {Record<string, unknown>} session
   * @returns {Promise<import('./types.js').SessionInfo>}
   */
  makeSession(session) {
    return this.#json('POST', 'sessions', { json: session });
  }

  /**
   * @param {string} sessionId
   * @param {Record<string, unknown>} session with the revision that it changes
   * @returns {Promise<import('./types.js').SessionInfo>}
   */
  changeSession(sessionId, session) {
    return this.#json('PUT', `sessions/${sessionId}`, { json: session });
  }

  /** @param {string} sessionId */
  async deleteSession(sessionId) {
    await this.#call('DELETE', `sessions/${sessionId}`);
  }

  /**
   * The session as a file, pictures and latents included.
   * @param {string} sessionId
   * @returns {Promise<Blob>}
   */
  async sessionFile(sessionId) {
    return (await this.#call('GET', `sessions/${sessionId}/file`)).blob();
  }

  /**
   * @param {Blob} file
   * @param {AbortSignal} [signal]
   * @returns {Promise<import('./types.js').SessionInfo>}
   */
  importSession(file, signal) {
    const form = new FormData();
    form.append('session', file, 'session');
    return this.#json('POST', 'sessions/file', { form, signal });
  }

  /** @param {string} imageId for an element that shows it */
  imageUrl(imageId) {
    return this.url(`images/${imageId}`);
  }

  /** Where edits are answered as they are painted. */
  liveUrl() {
    return this.url('live').replace(/^http/, 'ws');
  }

  /**
   * @param {string} jobId
   * @param {AbortSignal} [signal]
   * @returns {Promise<Job>}
   */
  job(jobId, signal) {
    return this.#json('GET', `jobs/${jobId}`, { signal });
  }

  /**
   * @param {string} jobId
   * @returns {Promise<Job>}
   */
  cancelJob(jobId) {
    return this.#json('DELETE', `jobs/${jobId}`);
  }

  /**
   * @param {string} latentId
   * @param {AbortSignal} [signal]
   * @returns {Promise<import('./types.js').LatentInfo>}
   */
  latent(latentId, signal) {
    return this.#json('GET', `latents/${latentId}`, { signal });
  }

  /**
   * @param {string} imageId
   * @param {AbortSignal} [signal]
   * @returns {Promise<Blob>}
   */
  async image(imageId, signal) {
    return (await this.#call('GET', `images/${imageId}`, { signal })).blob();
  }

  /**
   * @param {string} latentId
   * @param {string} attribute
   * @returns {Promise<Blob>}
   */
  async heatMap(latentId, attribute) {
    return (await this.#call('GET', `latents/${latentId}/attributes/${attribute}`)).blob();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Body} [body]
   * @returns {Promise<any>}
   */
  async #json(method, path, body) {
    return (await this.#call(method, path, body)).json();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Body} [body]
   * @returns {Promise<Response>}
   */
  async #call(method, path, body = {}) {
    for (;;) {
      const response = await this.#send(method, path, body);
      if (response.ok) return response;
      if (response.status !== 401) throw await readProblem(response);
      this.#unlocking ??= this.#unlock().finally(() => (this.#unlocking = null));
      await this.#unlocking;
    }
  }

  /** Ask for the key until the server takes one. */
  async #unlock() {
    let complaint = '';
    for (;;) {
      const key = await this.#askForKey(complaint);
      const response = await this.#send('POST', 'session', { json: { key } });
      if (response.ok) return;
      const problem = await readProblem(response);
      if (![400, 401, 403, 422].includes(response.status)) throw problem;
      complaint = problem.detail || t('The server does not know this key.');
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Body} body
   * @returns {Promise<Response>}
   */
  async #send(method, path, { json, form, png, signal }) {
    /** @type {RequestInit} */
    const init = { method, signal, headers: { accept: 'application/json, image/*' } };
    if (form) init.body = form;
    if (png) {
      init.body = png;
      init.headers = { ...init.headers, 'content-type': 'image/png' };
    }
    if (json !== undefined) {
      init.body = JSON.stringify(json);
      init.headers = { ...init.headers, 'content-type': 'application/json' };
    }
    try {
      return await this.#fetch(this.url(path), init);
    } catch (error) {
      if (isAbort(error)) throw error;
      throw asProblem(error instanceof TypeError ? new TypeError(`network: ${error.message}`) : error);
    }
  }
}

export { Problem };
