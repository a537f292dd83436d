/**
 * What a brush paints: attributes, and their opposites where those have a name. Pure.
 */

import { t } from '../i18n.js';

/** @typedef {import('../types.js').Attribute} Attribute */
/** @typedef {{attribute: string, sign: 1|-1, title: string, min: number, max: number, usual: number}} Paint amounts: the least, which of what is only put on is 0, the most, and what a brush begins with */

export const LEAST = -3; // of an attribute that nobody knows any more
export const MOST = 3;

/** @param {readonly Attribute[]} attributes @returns {Paint[]} */
export function paintsOf(attributes) {
  return attributes.flatMap(({ id, title, opposite, min, max, default: usual }) => [
    /** @type {Paint} */ ({ attribute: id, sign: 1, title: t(title), min: opposite ? 0 : min, max, usual }),
    ...(opposite ? [/** @type {Paint} */ ({ attribute: id, sign: -1, title: t(opposite), min: 0, max: -min, usual })] : []),
  ]);
}

/** The one that an amount of an attribute is. @param {readonly Paint[]} paints @param {{attribute: string|null, strength: number}} painted */
export function paintOf(paints, { attribute, strength }) {
  const alike = paints.filter((paint) => paint.attribute === attribute);
  return alike.find(({ sign }) => sign === (strength < 0 ? -1 : 1)) ?? alike[0] ?? null;
}

/** Whether less of it has a name. @param {readonly Paint[]} paints @param {string|null} attribute */
export function hasOpposite(paints, attribute) {
  return paints.some((paint) => paint.attribute === attribute && paint.sign < 0);
}

/**
 * What an edit is called, and the sign of its amounts under that name: what has an opposite is either of two things.
 * @param {readonly Paint[]} paints
 * @param {{attribute: string, strength: number}} edit
 * @returns {{title: string, sign: 1|-1, min: number, max: number}} and the least and the most under that name
 */
export function nameOf(paints, edit) {
  const paint = paintOf(paints, edit);
  const sign = paint?.sign ?? 1;
  const amount = sign * edit.strength; // it may be from before the bounds were these
  return { title: paint?.title ?? edit.attribute, sign, min: Math.min(paint?.min ?? LEAST, amount), max: Math.max(paint?.max ?? MOST, amount) };
}
