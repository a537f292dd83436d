/**
 * Combinations of keys as they are printed: “Ctrl+Shift+Z” as three keycaps, each named as on a keyboard of the page's language; and lists of
 * what they do.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';

/** What is printed on keys, where it differs by language. @type {Record<string, string>} */
const KEY_NAMES = { Ctrl: t('Ctrl'), Shift: t('Shift'), Delete: t('Del'), Space: t('Space'), Enter: t('Enter'), drag: t('drag'), click: t('click'), wheel: t('wheel') };

/** @param {string} key */
function keyName(key) {
  return KEY_NAMES[key] ?? key;
}

/** @param {string} combo */
export function shownCombo(combo) {
  return keysOf(combo).map(keyName).join('+');
}

/** @param {string} combo @returns {(Node|string)[]} */
export function keycaps(combo) {
  if (!combo) return [el('kbd', { class: 'is-none' }, '–')];
  const keys = keysOf(combo);
  return keys.flatMap((key, i) => (i ? ['+', el('kbd', {}, keyName(key))] : [el('kbd', {}, keyName(key))])); // as its name is read
}

/** Keys and gestures side by side, “Shift drag”. @param {string} shown @returns {Node[]} */
export function gestureCaps(shown) {
  return shown.split(' ').map((key) => el('kbd', {}, keyName(key)));
}

/** What keys do, under a heading. @param {string} title @param {{keys: (Node|string)[], does: string}[]} rows */
export function keyGroup(title, rows) {
  const list = rows.flatMap(({ keys, does }) => [el('dt', {}, ...keys), el('dd', {}, does)]);
  return el('section', { class: 'key-group' }, el('h3', {}, title), el('dl', {}, ...list));
}

/** @param {string} combo */
function keysOf(combo) {
  return combo === '+' ? ['+'] : combo.split(/\+(?=.)/);
}
