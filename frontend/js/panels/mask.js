/**
 * What can be done with the chosen edit's mask as a whole, and masks from elsewhere: a file, or where the attribute shows.
 */

import { el, saveBlob } from '../dom.js';
import { imageToCell, maskSizeFor } from '../geometry.js';
import { t } from '../i18n.js';
import { constantMask, isEmpty } from '../mask.js';
import { maskFile, readMask } from '../mask-image.js';
import { centreOf, feathered, grown, inverted } from '../region.js';
import { findEdit } from '../session.js';
import { isStranger } from '../state.js';
import { iconButton } from './controls.js';
import { menuButton } from './menu.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../mask.js').Mask} Mask */

const STEP_CELLS = 2; // of the mask: half a cell of the finest grid so far

/** @type {[string, string, string, (mask: Mask) => Mask][]} */
const CHANGES = [
  ['invert', t('Invert'), t('Paint what is not painted, and the reverse'), inverted],
  ['plus', t('Larger'), t('Make the painted part larger'), (mask) => grown(mask, STEP_CELLS)],
  ['minus', t('Smaller'), t('Make the painted part smaller'), (mask) => grown(mask, -STEP_CELLS)],
  ['feather', t('Softer edge'), t('Make its edge softer'), (mask) => feathered(mask, STEP_CELLS)],
];

/**
 * @param {import('../store.js').Store} store
 * @param {(state: State) => Promise<Mask|null>} whereItShows the chosen attribute's own heat map
 */
export function maskTools(store, whereItShows) {
  const { dispatch } = store;
  /** The cell in the middle of what a mask covers. @param {Mask} coverage */
  const middleCell = (coverage) =>
    imageToCell(centreOf(coverage), coverage, store.state.source?.grid ?? [1, 1]);
  const size = () => maskSizeFor(store.state.source?.grid ?? [1, 1]);
  const current = () => {
    const { history, openKey } = store.state;
    const edit = history && findEdit(history.present, openKey);
    if (!edit || edit.type === 'other') return null;
    return edit.mask ?? constantMask(size().width, size().height, 1);
  };
  /** @param {Mask} coverage @param {string} complaint when there is nothing in it */
  const add = (coverage, complaint) => {
    if (isEmpty(coverage)) dispatch({ type: 'said', text: complaint });
    else dispatch({ type: 'stroked', mode: 'paint', coverage, start: middleCell(coverage) });
  };
  const changes = CHANGES.map(([icon, text, hint, change]) => ({
    icon,
    text,
    hint,
    isRepeated: true,
    isOffered: () => current() !== null,
    run: () => {
      const mask = current();
      if (mask) dispatch({ type: 'maskChanged', mask: change(mask) });
    },
  }));
  const fill = {
    icon: 'fill',
    text: t('Add where the attribute shows'),
    hint: t('Paint where this attribute shows in the picture'),
    isOffered: () => store.state.attribute !== null && store.state.paints === 'attribute' && !isStranger(store.state),
    run: async () => {
      const before = store.state;
      const coverage = await whereItShows(before);
      const { source, attribute, openKey } = store.state;
      const isSame = source === before.source && attribute === before.attribute && openKey === before.openKey;
      if (coverage && isSame) add(coverage, t('This attribute shows nowhere in the picture'));
    },
  };
  const input = el('input', { type: 'file', accept: 'image/*', class: 'visually-hidden', tabIndex: -1, 'aria-hidden': 'true' });
  input.addEventListener('change', async () => {
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) return dispatch({ type: 'said', text: t('This file is no picture that can be read as a mask') });
    const coverage = readMask(bitmap, size());
    bitmap.close();
    add(coverage, t('This mask is black all over: nothing is painted'));
  });
  const load = {
    icon: 'open',
    text: t('From a grey picture'),
    hint: t('Paint a mask from a grey picture: white is painted'),
    run: () => input.click(),
  };
  const save = {
    icon: 'download',
    text: t('Save as a grey picture'),
    hint: t('Save this mask as a grey picture'),
    isOffered: () => current() !== null,
    run: async () => {
      const mask = current();
      if (mask) saveBlob(maskFile(mask), 'mask.png');
    },
  };
  const label = t('The painted part as a whole');
  const opener = iconButton('fill', label, () => {}, { text: t('Mask') });
  const menu = menuButton(label, [fill, ...changes, load, save], opener);
  const dom = el('div', { class: 'mask-tools' }, opener, menu.list, input);
  return dom;
}
