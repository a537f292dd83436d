/**
 * What the brush paints: an attribute, cells of a picture, or something new; and the panel of each.
 */

import { el } from '../dom.js';
import { segmented } from './controls.js';
import { t } from '../i18n.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../editing.js').Kind} Kind */

/**
 * @param {import('../store.js').Store} store
 * @param {Record<Kind, import('../store.js').Component>} panels
 */
export function kindsPanel({ dispatch }, panels) {
  const choice = segmented(
    t('Paint with'),
    [
      { value: 'attribute', text: t('Attribute'), hint: t('Move an attribute where you paint') },
      { value: 'transplant', text: t('Clone'), hint: t('Copy from this or another picture') },
      { value: 'resample', text: t('New content'), hint: t('Let the model draw something else there') },
    ],
    (kind) => dispatch({ type: 'kindChosen', kind: /** @type {Kind} */ (kind) }),
  );
  const dom = el('div', { class: 'kinds' }, choice.dom, ...Object.values(panels).map((panel) => panel.dom));
  return {
    dom,
    /** @param {State} state */
    syncState(state) {
      choice.set(state.paints);
      for (const [kind, panel] of Object.entries(panels)) {
        panel.dom.hidden = kind !== state.paints;
        panel.syncState(state);
      }
    },
  };
}
