/**
 * What a brush paints: attributes, and their opposites where those have a name. Pure.
 */

import { t } from '../i18n.js';

/** @typedef {import('../types.js').Attribute} Attribute */
/** @typedef {{attribute: string, sign: 1|-1, title: string, min: number}} Paint least amount: of what is only put on it is 0 */

/** @param {readonly Attribute[]} attributes @returns {Paint[]} */
export function paintsOf(attributes) {
  return attributes.flatMap(({ id, title, opposite, min }) => [
    /** @type {Paint} */ ({ attribute: id, sign: 1, title: t(title), min: opposite ? 0 : min }),
    ...(opposite ? [/** @type {Paint} */ ({ attribute: id, sign: -1, title: t(opposite), min: 0 })] : []),
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
 * @returns {{title: string, sign: 1|-1, min: number}} and the least amount under that name
 */
export function nameOf(paints, edit) {
  const paint = paintOf(paints, edit);
  return { title: paint?.title ?? edit.attribute, sign: paint?.sign ?? 1, min: Math.min(paint?.min ?? -3, (paint?.sign ?? 1) * edit.strength) };
}
