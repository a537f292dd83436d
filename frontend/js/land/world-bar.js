/**
 * The name of the land in the bar on top, whether it is kept, and its file.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { iconButton } from '../panels/controls.js';

/** @param {{onName: (name: string) => void, onFile: () => void}} events */
export function worldBar({ onName, onFile }) {
  const input = el('input', {
    type: 'text',
    class: 'session-name',
    maxLength: 80,
    placeholder: t('Name this land'),
    'aria-label': t('Name of this land'),
    title: t('Name of this land: it is kept under it, and stands on the start page'),
    onchange: () => onName(input.value.trim()),
    onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && input.blur(),
  });
  const state = el('span', { class: 'keeping', role: 'status' });
  const file = iconButton('download', t('Save the land as a file'), onFile);
  return {
    dom: el('div', { class: 'world-bar' }, input, state, file),
    get name() {
      return input.value.trim();
    },
    /** @param {import('./world-keeper.js').World|null} world @param {boolean} isSaved */
    show(world, isSaved) {
      if (isSaved && document.activeElement !== input) input.value = world?.name ?? '';
      state.textContent = !isSaved ? t('Saving…') : world ? t('Saved') : '';
    },
  };
}
