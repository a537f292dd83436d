/**
 * The parts of the picture that are edited, to go from one to the other; and the whole picture with all that is painted.
 */

import { el, setChildren } from '../dom.js';
import { t } from '../i18n.js';
import { MAX_PARTS, partsOf } from '../parts.js';
import { iconButton } from './controls.js';

/** @typedef {import('../state.js').State} State */

/**
 * @param {import('../store.js').Store} store
 * @param {{imageUrl: (imageId: string) => string, onAdd: () => void, onWhole: () => void}} parts
 */
export function partsPanel(store, { imageUrl, onAdd, onWhole }) {
  const list = el('ol', { class: 'parts-list' });
  const add = iconButton('plus', t('Edit another part of the picture, too'), onAdd);
  const whole = iconButton('fit', t('See all of the picture'), onWhole);
  const dom = el('nav', { class: 'parts', 'aria-label': t('Parts of the picture') }, list, add, whole);
  /** @type {unknown[]} */
  let shown = [];
  /** @type {Map<string, string>} what each part looks like by now, by its latent */
  const results = new Map();
  return {
    dom,
    /** @param {State} state */
    syncState(state) {
      const { source, partIndex, result } = state;
      if (source && result) results.set(source.latentId, result.imageId);
      dom.hidden = !source?.upload || (!source.crop && state.parts.length < 2);
      if (dom.hidden || [state.parts, partIndex, result].every((each, i) => each === shown[i])) return;
      shown = [state.parts, partIndex, result];
      add.disabled = state.parts.length >= MAX_PARTS;
      const parts = partsOf(state);
      setChildren(list, parts.map((part, i) => el('li', {}, ...partButtons(part, i))));
    },
  };

  /** @param {import('../parts.js').Part} part @param {number} i */
  function partButtons({ source }, i) {
    const isOpen = shown[1] === i;
    const name = t('Part {number}', { number: i + 1 });
    const picture = el('img', { src: imageUrl(results.get(source.latentId) ?? source.originalId), alt: '' });
    const open = el('button', { type: 'button', class: 'part', title: name, 'aria-label': name, onclick: () => store.dispatch({ type: 'partChosen', index: i }) }, picture);
    open.setAttribute('aria-current', String(isOpen));
    if (!isOpen || /** @type {unknown[]} */ (shown[0]).length < 2) return [open];
    const remove = iconButton('close', t('Remove this part'), () => {
      const { history } = partsOf(store.state)[i]; // as it is by now
      const count = history.present.edits.length;
      const isPainted = count > 0 || history.past.length > 0;
      if (isPainted && !confirm(t('Remove this part of the session, with its edits ({count})? That cannot be undone.', { count }))) return;
      store.dispatch({ type: 'partRemoved', index: i });
    }, { class: 'part-remove' });
    return [open, remove];
  }
}
