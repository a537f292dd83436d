/**
 * The name of the open session: in the bar on top, or, where that has no room for it, in the history.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';

const NARROW = '(max-width: 720px)';

/**
 * @param {import('../store.js').Store} store
 * @param {{wide: HTMLElement, narrow: HTMLElement}} homes where it is the first element
 */
export function sessionName({ dispatch }, { wide, narrow }) {
  const dom = el('input', {
    type: 'text',
    class: 'session-name',
    maxLength: 80,
    'aria-label': t('Name of this session'),
    title: t('Name of this session'),
    onchange: () => dispatch({ type: 'sessionNamed', name: dom.value }),
    onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && dom.blur(),
  });
  const width = matchMedia(NARROW);
  const settle = () => {
    dom.blur(); // a moved element loses what is being typed
    (width.matches ? narrow : wide).prepend(dom);
  };
  width.addEventListener('change', settle);
  settle();
  return {
    /** @param {import('../state.js').State} state */
    syncState({ keeping }) {
      if (keeping && document.activeElement !== dom) dom.value = keeping.name;
    },
  };
}
