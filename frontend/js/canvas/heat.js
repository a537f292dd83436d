/**
 * The heat maps of the open picture: fetched once each, coloured once each.
 */

import { asProblem } from '../problem.js';
import { readAlpha } from '../mask-image.js';
import { heated } from './layers.js';

export class HeatMaps {
  #api;
  /** @type {Map<string, HTMLCanvasElement|null>} null: on its way, or not to be had */
  #maps = new Map();
  #latentId = '';

  /** @param {import('../api.js').Api} api */
  constructor(api) {
    this.#api = api;
  }

  /**
   * The map if it is here; otherwise fetch it and call back.
   * @param {string} latentId
   * @param {string} attribute
   * @param {() => void} onReady
   * @param {(problem: import('../problem.js').Problem) => void} onProblem
   * @returns {HTMLCanvasElement|null}
   */
  get(latentId, attribute, onReady, onProblem) {
    if (latentId !== this.#latentId) {
      this.#maps.clear();
      this.#latentId = latentId;
    }
    const known = this.#maps.get(attribute);
    if (known !== undefined) return known;
    this.#maps.set(attribute, null);
    this.#fetch(latentId, attribute).then(onReady, (error) => {
      this.#maps.delete(attribute); // the next switch of the layer asks again
      onProblem(asProblem(error));
    });
    return null;
  }

  /**
   * The map as a mask: 1 where the attribute shows most.
   * @param {string} latentId
   * @param {string} attribute
   * @param {import('../geometry.js').Size} size
   * @returns {Promise<import('../mask.js').Mask>}
   */
  async mask(latentId, attribute, size) {
    const bitmap = await createImageBitmap(await this.#api.heatMap(latentId, attribute));
    const mask = readAlpha(bitmap, size);
    bitmap.close();
    return mask;
  }

  /** @param {string} latentId @param {string} attribute */
  async #fetch(latentId, attribute) {
    const bitmap = await createImageBitmap(await this.#api.heatMap(latentId, attribute));
    if (latentId === this.#latentId) this.#maps.set(attribute, heated(bitmap));
  }
}
