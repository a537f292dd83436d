/**
 * What the land page is and which keys it has.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { dialog } from '../panels/dialogs.js';
import { keycaps } from '../panels/keycaps.js';
import { KEYS, MAP_KEYS } from './keys.js';

const WORDS = [
  t('The land has no end: the model draws every place of it from the seed, whenever it is looked at.'),
  t('Choose an attribute and drag over the land to have more of it there, or less with a negative amount. The tiles that the stroke reaches are drawn again.'),
  t('The address of this page is the land: whoever opens it on this server sees the same place with the same edits.'),
];

/** @returns {HTMLDialogElement} */
export function landHelp() {
  const keys = [...KEYS, ...MAP_KEYS].flatMap(({ combo, does }) => [el('dt', {}, ...keycaps(combo)), el('dd', {}, does)]);
  return dialog(
    t('Help'),
    'dialog-help',
    ...WORDS.map((text) => el('p', {}, text)),
    el('div', { class: 'key-columns' }, el('section', { class: 'key-group' }, el('h3', {}, t('Keys')), el('dl', {}, ...keys))),
  );
}
