/**
 * Decoded pictures by id. Ids are content addresses, so a picture never changes and can be kept.
 */

/** @typedef {import('./api.js').Api} Api */

const MAX_KEPT = 24; // at 1024 px a decoded picture takes 4 MiB

export class Pictures {
  #api;
  /** @type {Map<string, ImageBitmap>} oldest use first */
  #bitmaps = new Map();

  /** @param {Api} api */
  constructor(api) {
    this.#api = api;
  }

  /**
   * The picture if it is here already.
   * @param {string|null|undefined} imageId
   * @returns {ImageBitmap|null}
   */
  peek(imageId) {
    return (imageId && this.#bitmaps.get(imageId)) || null;
  }

  /**
   * Fetch and decode.
   * @param {string} imageId
   * @param {AbortSignal} [signal]
   * @returns {Promise<ImageBitmap>}
   */
  async load(imageId, signal) {
    const bitmap = this.peek(imageId) ?? (await createImageBitmap(await this.#api.image(imageId, signal)));
    this.#bitmaps.delete(imageId);
    this.#bitmaps.set(imageId, bitmap);
    for (const id of [...this.#bitmaps.keys()].slice(0, -MAX_KEPT)) this.#bitmaps.delete(id);
    return bitmap;
  }
}
