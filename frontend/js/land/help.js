/**
 * What the land page is and which keys it has.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { dialog } from '../panels/dialogs.js';
import { gestureCaps, keyGroup, keycaps } from '../panels/keycaps.js';
import { GESTURES, KEYS } from './keys.js';

const WORDS = [
  t('The land has no end: the model draws every place of it from the seed, whenever it is looked at.'),
  t('Choose an attribute and drag over the land to have more of it there, or less with a negative amount. The tiles that the stroke reaches are drawn again.'),
  t('Point at an edit in the list to see where it lies; choose it to go there and change its amount.'),
  t('A globe is a map that comes round: what is painted across one edge goes on at the other. Exported whole as a TIFF, it says where it lies.'),
  t('A painted land is kept under its name, as it changes: it stands on the start page, and as a file it goes to others.'),
  t('The address of this page is the land: opened on this server, with the same key if it has keys, it shows the same place with the same edits.'),
];

/** @returns {HTMLDialogElement} */
export function landHelp() {
  const rows = [
    ...KEYS.map(({ group, combos, does }) => ({ group, keys: keycaps(combos[0]), does })),
    ...GESTURES.map(({ group, shown, does }) => ({ group, keys: gestureCaps(shown), does })),
  ];
  const groups = [...new Set(rows.map(({ group }) => group))];
  const lists = groups.map((name) => keyGroup(name, rows.filter(({ group }) => group === name)));
  const words = el('div', { class: 'help-words' }, ...WORDS.map((text) => el('p', {}, text)));
  return dialog(t('Help'), 'dialog-help', words, el('div', { class: 'key-columns' }, ...lists));
}
