/**
 * Pictures to clone from: another session's, or a file that is encoded while the open picture stays.
 */

import { largestCrop } from '../crop.js';
import { ENCODINGS, possible } from '../encoding.js';
import { t } from '../i18n.js';
import { resultOf } from '../jobs.js';
import { nameOfFile } from '../keeping.js';
import { asProblem } from '../problem.js';

/** @typedef {import('../state.js').SessionSummary} SessionSummary */

export class Donors {
  #store;
  #api;
  #pictures;
  #asked = 0; // the latest choice wins, however long it takes

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

  /** @param {SessionSummary} session */
  async useSession({ latent_id, name }) {
    await this.#use(async () => ({ latentId: latent_id, name }));
  }

  /** Encode a picture in the shape of the open one. @param {File} file */
  async useFile(file) {
    await this.#use(async () => {
      const { source, encodeMode, models } = this.#store.state;
      if (!source) throw new DOMException('closed meanwhile', 'AbortError');
      this.#store.dispatch({ type: 'said', text: t('The source is being encoded…') });
      const upload = await this.#api.uploadImage(file);
      const crop = largestCrop(upload, source.grid[1] / source.grid[0]);
      const hasEncoder = models.find(({ id }) => id === source.modelId)?.has_encoder !== false;
      const { asked } = ENCODINGS[possible(encodeMode, hasEncoder)];
      const job = await this.#api.encode({ imageId: upload.image_id, modelId: source.modelId, crop, ...asked });
      const { latent_id } = await resultOf(this.#api, job);
      return { latentId: latent_id, name: nameOfFile(file.name) };
    });
  }

  /** @param {() => Promise<{latentId: string, name: string}>} find */
  async #use(find) {
    const { source } = this.#store.state;
    const number = ++this.#asked;
    const isLatest = () => this.#store.state.source === source && number === this.#asked;
    try {
      const found = await find();
      const job = await this.#api.edit({ latent_id: found.latentId, edits: [] }, { format: 'png', frame: 'crop' });
      const { image_id } = await resultOf(this.#api, job);
      await this.#pictures.load(image_id);
      if (!isLatest()) return;
      this.#store.dispatch({ type: 'donorChosen', donor: { ...found, imageId: image_id } });
      this.#store.dispatch({ type: 'said', text: t('Cloning from {name}: click where to copy from', { name: found.name }) });
    } catch (error) {
      if (isLatest()) this.#store.dispatch({ type: 'problemFound', problem: asProblem(error) });
    }
  }
}
