/**
 * Below the picture: what just happened (read aloud too), whether it is saved, and the zoom.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { findEdit } from '../session.js';
import { fitButton } from './fit.js';

/** @typedef {import('../state.js').State} State */

/**
 * @param {import('../store.js').Store} store
 * @param {import('../canvas/stage.js').Stage} stage
 */
export function statusbar(store, stage) {
  const text = el('span', { class: 'status-text' });
  const hint = el('span', { class: 'status-hint' });
  const fit = fitButton(store);
  const zoom = el('span', { class: 'status-zoom' });
  const connection = el('span', { class: 'status-live', role: 'status' });
  const dom = el('footer', { class: 'statusbar' }, text, hint, el('span', { class: 'spring' }), fit.dom, connection, zoom);
  const showZoom = () => {
    zoom.textContent = `${Math.round(stage.view.scale * devicePixelRatio * 100)} %`;
  };
  stage.onView = showZoom;
  return {
    dom,
    /** @param {State} state */
    syncState(state) {
      text.textContent = state.status;
      hint.textContent = hintFor(state);
      fit.syncState(state);
      const said = connectionText(state);
      if (connection.textContent !== said) connection.textContent = said;
      connection.classList.toggle('is-lost', state.isLive === false);
      showZoom();
    },
  };
}

/** @param {State} state */
function connectionText({ isLive }) {
  if (isLive === null) return '';
  return isLive ? t('Live') : t('Connection lost: what you paint is kept. Reconnecting…');
}

/** What a stroke would do now. @param {State} state */
function hintFor({ history, openKey, tool, isComparing, layers }) {
  if (isComparing) return t('Original');
  const session = history?.present;
  if (!session) return '';
  if (layers.heat) return t('Bright: where it shows. Painting elsewhere does little');
  const edit = findEdit(session, openKey);
  if (tool === 'eraser') return edit ? t('Erases from the chosen edit') : t('Choose an edit to erase from');
  if (!session.edits.length) return t('Paint where the attribute should change');
  return edit?.mask ? t('Strokes add to this edit') : t('The next stroke makes a new edit');
}
