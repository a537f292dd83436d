/**
 * Masks on the server: each is sent once, as soon as its stroke rests, and goes by its id from then on; those that come by
 * id, or as a PNG, are read. Where sending fails they go whole, and nothing is lost.
 */

import { gridReader, forget, fromBase64, maskToWire, remember } from '../mask-wire.js';
import { readMask } from '../mask-image.js';
import { sessionsOf } from '../parts.js';
import { asProblem } from '../problem.js';
import { editsFromWire } from '../session.js';

/** @typedef {import('../mask.js').Mask} Mask */
/** @typedef {import('../geometry.js').Size} Size */
/** @typedef {import('../session.js').Session} Session */

export class Masks {
  #api;
  /** @type {Map<string, Promise<string>>} the ids of masks that were sent, or are on their way, by their bytes */
  #sent = new Map();
  /** @type {Map<string, Promise<Mask|null>>} masks that were read, by what they are and their size */
  #read = new Map();

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   */
  constructor(store, api) {
    this.#api = api;
    store.subscribe((state, before) => {
      const isPainted = state.history?.present.edits !== before.history?.present.edits || state.parts !== before.parts;
      if (isPainted) void this.send(sessionsOf(state));
    });
  }

  /** Have the server keep all masks of sessions. @param {readonly Session[]} sessions */
  async send(sessions) {
    await Promise.all([...masksOf(sessions)].map((mask) => this.#send(mask)));
  }

  /** The server does not know a mask that was sent: they are sent anew. @param {readonly Session[]} sessions */
  sendAgain(sessions) {
    this.#sent.clear();
    forget(masksOf(sessions));
    return this.send(sessions);
  }

  /**
   * Edits as the server, a file or a copy in this browser has them, with masks that can be painted on.
   * @param {Record<string, any>[]} edits
   * @param {Size} size of the masks here
   */
  async edits(edits, size) {
    const found = await Promise.all(edits.map(({ mask }) => mask && this.#find(mask, size)));
    const grids = gridReader(size);
    const known = new Map(edits.map(({ mask }, i) => [mask, found[i]]));
    return editsFromWire(edits, (wire) => known.get(wire) ?? grids(wire));
  }

  /** @param {Mask} mask */
  async #send(mask) {
    const wire = maskToWire(mask);
    if (wire.kind !== 'png') return;
    const sending = this.#sent.get(wire.data) ?? this.#api.putMask(fromBase64(wire.data)).then(({ mask_id }) => mask_id);
    this.#sent.set(wire.data, sending);
    try {
      remember(mask, { kind: 'stored', mask_id: await sending });
    } catch {
      this.#sent.delete(wire.data); // it goes whole, and is sent again with the next change
    }
  }

  /** @param {any} wire @param {Size} size @returns {Promise<Mask|null>} null: not a picture, or no longer there */
  #find(wire, size) {
    if (wire.kind !== 'png' && wire.kind !== 'stored') return Promise.resolve(null);
    const key = `${size.width}×${size.height} ${wire.mask_id ?? wire.data}`;
    const reading = this.#read.get(key) ?? this.#load(wire, size);
    this.#read.set(key, reading);
    const forget = () => this.#read.delete(key);
    reading.then((mask) => mask ?? forget(), forget);
    return reading;
  }

  /** @param {any} wire @param {Size} size @returns {Promise<Mask|null>} */
  async #load(wire, size) {
    const file = wire.kind === 'stored' ? await this.#fetch(wire.mask_id) : new Blob([fromBase64(wire.data)], { type: 'image/png' });
    const bitmap = file && (await createImageBitmap(file).catch(() => null));
    if (!bitmap) return null;
    const mask = readMask(bitmap, size);
    bitmap.close();
    remember(mask, wire.kind === 'stored' ? { kind: 'stored', mask_id: wire.mask_id } : { kind: 'png', data: wire.data });
    return mask;
  }

  /** @param {string} maskId */
  async #fetch(maskId) {
    return this.#api.mask(maskId).catch((error) => {
      if (asProblem(error).status !== 404) throw error;
      return null;
    });
  }
}

/** Every painted mask, each once. @param {readonly Session[]} sessions @returns {Set<Mask>} */
function masksOf(sessions) {
  const masks = sessions.flatMap(({ edits }) => edits.map(({ mask }) => mask));
  return new Set(masks.filter((mask) => mask !== null));
}
