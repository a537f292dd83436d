/**
 * Masks as they cross the wire. A mask is never changed, so what is known of it stays known: its PNG, or the id that the
 * server has it by. One that was read and not painted on goes back as it came.
 */

import { carried, fromRows } from './mask.js';
import { greyPng } from './png.js';

/** @typedef {import('./mask.js').Mask} Mask */
/** @typedef {import('./geometry.js').Size} Size */
/** @typedef {{kind: 'all'}|{kind: 'grid', rows: number[][]}|{kind: 'png', data: string}|{kind: 'stored', mask_id: string}} WireMask data: base64 */
/** @typedef {(wire: any) => Mask|null} ReadMask a wire mask as a value; null: it cannot be read here */

/** @type {WeakMap<Mask, WireMask>} */
const wires = new WeakMap();

/** @param {Mask|null} mask null: the whole picture @returns {WireMask} */
export function maskToWire(mask) {
  if (!mask) return { kind: 'all' };
  return wires.get(mask) ?? remember(mask, { kind: 'png', data: toBase64(greyPng(mask)) });
}

/** From now on a mask goes like this. @template {WireMask} T @param {Mask} mask @param {T} wire */
export function remember(mask, wire) {
  wires.set(mask, wire);
  return wire;
}

/** The server may not have these masks any more: they go whole again. @param {Iterable<Mask>} masks */
export function forget(masks) {
  for (const mask of masks) wires.delete(mask);
}

/** Reads masks that are numbers; another size is brought to the page's. @param {Size} size @returns {ReadMask} */
export function gridReader(size) {
  return (wire) => {
    if (wire.kind !== 'grid') return null;
    const read = fromRows(wire.rows);
    if (read.width === size.width && read.height === size.height) return read;
    const mask = carried(read, size, (place) => place);
    remember(mask, wire);
    return mask;
  };
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** @param {string} data base64 */
export function fromBase64(data) {
  return Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
}
