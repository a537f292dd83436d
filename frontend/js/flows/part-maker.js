/**
 * From a picture, or a latent, to a part that can be edited.
 */

import { isNearlyWhole, largestCrop } from '../crop.js';
import { ENCODINGS, possible } from '../encoding.js';
import { maskSizeFor } from '../geometry.js';
import { begin, commit } from '../history.js';
import { resultOf } from '../jobs.js';
import { maskToWire, remember } from '../mask-wire.js';
import { doTheSame } from '../session.js';
import { currentModel } from '../state.js';

/** @typedef {import('../state.js').Upload} Upload */
/** @typedef {import('../crop.js').Crop} Crop */
/** @typedef {import('../parts.js').Part} Part */
/** @typedef {import('../session.js').Session} Session */
/** @typedef {import('../types.js').LatentInfo} LatentInfo */

export class PartMaker {
  #store;
  #api;
  #pictures;
  #work;
  #masks;

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   * @param {import('../pictures.js').Pictures} pictures
   * @param {import('./work.js').Work} work
   * @param {import('./masks.js').Masks} masks
   */
  constructor(store, api, pictures, work, masks) {
    this.#store = store;
    this.#api = api;
    this.#pictures = pictures;
    this.#work = work;
    this.#masks = masks;
  }

  /** The model that the next picture is opened with. */
  get modelId() {
    return this.#store.state.modelId ?? '';
  }

  /** The width of that model's pictures for each unit of height. */
  get aspect() {
    const { state } = this.#store;
    const model = state.models.find(({ id }) => id === this.modelId) ?? currentModel(state);
    return model ? model.grid[1] / model.grid[0] : 1;
  }

  /** What the chosen way of encoding asks for. */
  get encoding() {
    const { encodeMode } = this.#store.state;
    const hasEncoder = currentModel(this.#store.state)?.has_encoder !== false;
    return ENCODINGS[possible(encodeMode, hasEncoder)].asked;
  }

  /** @param {Blob} file @param {string} name @param {AbortSignal} signal @returns {Promise<Upload>} */
  async upload(file, name, signal) {
    const { image_id, width, height } = await this.#api.uploadImage(file, signal);
    return { imageId: image_id, width, height, name };
  }

  /**
   * The faces of a picture, for a model that wants faces; none where it does not, or the server cannot say.
   * @param {Upload} upload
   * @param {string} modelId
   * @param {AbortSignal} [signal]
   */
  async faces(upload, modelId, signal) {
    if (!this.#store.state.models.find(({ id }) => id === modelId)?.aligned) return [];
    return this.#api.faces(upload.imageId, modelId, signal).catch((error) => {
      if (signal?.aborted) throw error;
      return [];
    });
  }

  /** The part of a picture that needs no choosing: null if it does. @param {Upload} upload @param {readonly import('../types.js').Face[]} faces */
  obvious(upload, faces) {
    const crop = largestCrop(upload, this.aspect);
    const isWhole = crop.width === upload.width && crop.height === upload.height;
    return isWhole && faces.every(({ quad }) => isNearlyWhole(quad, upload)) ? crop : null;
  }

  /**
   * Encode a part of a picture, while it is shown.
   * @param {Upload} upload
   * @param {Crop|null} crop all of it if null
   * @param {AbortSignal} signal
   * @param {{modelId: string, asked: import('../encoding.js').Asked}} [how] as chosen for the next picture, if not given
   * @returns {Promise<LatentInfo>}
   */
  async encode(upload, crop, signal, how = { modelId: this.modelId, asked: this.encoding }) {
    this.#store.dispatch({ type: 'workStarted', kind: 'encode' });
    await this.#pictures.load(upload.imageId, signal).catch(() => null);
    signal.throwIfAborted();
    this.#store.dispatch({ type: 'workPreviewed', imageId: upload.imageId, crop, errorId: null });
    const job = await this.#api.encode({ imageId: upload.imageId, modelId: how.modelId, crop, ...how.asked }, signal);
    return this.#work.follow(job, signal);
  }

  /**
   * A part to be edited. Its original is what the server renders without edits: the crop itself.
   * @param {object} found
   * @param {LatentInfo} found.info
   * @param {Upload|null} [found.upload] none: it was drawn by the model
   * @param {Crop|null} [found.crop] none: all of the upload
   * @param {Record<string, any>[]} [found.edits] as the server has them
   * @param {import('../steps.js').Steps} [found.steps] that led to the edits, as this browser knows them
   * @param {AbortSignal} signal
   * @returns {Promise<Part>}
   */
  async part({ info, upload = null, crop = null, edits = [], steps }, signal) {
    const job = await this.#api.edit({ latent_id: info.latent_id, edits: [] }, { format: 'png', frame: 'crop' }, signal);
    const { image_id } = await resultOf(this.#api, job, { signal });
    const { width, height } = await this.#pictures.load(image_id, signal);
    signal.throwIfAborted();
    const source = {
      latentId: info.latent_id,
      modelId: info.model ?? this.modelId,
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
    const session = await this.session({ latent_id: info.latent_id, edits }, info.grid);
    signal.throwIfAborted();
    return { source, history: goOn(steps, session) };
  }

  /** What is painted on a part. @param {import('../parts.js').Wire} wire @param {[number, number]} grid of its latent @returns {Promise<Session>} */
  async session({ latent_id, edits }, grid) {
    return { latent_id, edits: await this.#masks.edits(edits, maskSizeFor(grid)) };
  }
}

/**
 * The steps up to a session; what was changed elsewhere since is one more.
 * @param {import('../steps.js').Steps|undefined} steps
 * @param {Session} session
 * @returns {import('../steps.js').Steps}
 */
function goOn(steps, session) {
  if (steps?.present.latent_id !== session.latent_id) return begin(session);
  const { edits } = steps.present;
  if (!doTheSame(edits, session.edits)) return commit(steps, session);
  edits.forEach(({ mask }, i) => mask && remember(mask, maskToWire(session.edits[i].mask))); // the server has them
  return steps;
}
