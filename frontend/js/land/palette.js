/**
 * What a brush paints: attributes, and their opposites where those have a name. Pure.
 */

import { t } from '../i18n.js';

/** @typedef {import('../types.js').Attribute} Attribute */
/** @typedef {{attribute: string, sign: 1|-1, title: string}} Paint */

/** @param {readonly Attribute[]} attributes @returns {Paint[]} */
export function paintsOf(attributes) {
  return attributes.flatMap(({ id, title, opposite }) => [
    /** @type {Paint} */ ({ attribute: id, sign: 1, title: t(title) }),
    ...(opposite ? [/** @type {Paint} */ ({ attribute: id, sign: -1, title: t(opposite) })] : []),
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
