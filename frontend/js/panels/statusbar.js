/**
 * Below the picture: what just happened (read aloud too), whether it is saved, and the zoom.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { findEdit } from '../session.js';

/** @typedef {import('../state.js').State} State */

const ROUGH_DB = 27; // fast encodings, and pictures of what the model has never drawn

/** @param {import('../canvas/stage.js').Stage} stage */
export function statusbar(stage) {
  const text = el('span', { class: 'status-text' });
  const hint = el('span', { class: 'status-hint' });
  const nearness = el('span', { class: 'status-nearness' });
  const zoom = el('span', { class: 'status-zoom' });
  const connection = el('span', { class: 'status-live', role: 'status' });
  const dom = el('footer', { class: 'statusbar' }, text, hint, el('span', { class: 'spring' }), nearness, connection, zoom);
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
      showNearness(nearness, state.source?.psnrDb ?? null);
      const said = connectionText(state);
      if (connection.textContent !== said) connection.textContent = said;
      connection.classList.toggle('is-lost', state.isLive === false);
      showZoom();
    },
  };
}

/**
 * How near the model's own drawing is to the picture: what edits change is that drawing.
 * @param {HTMLElement} dom
 * @param {number|null} psnrDb
 */
function showNearness(dom, psnrDb) {
  const isRough = psnrDb !== null && psnrDb < ROUGH_DB;
  dom.classList.toggle('is-rough', isRough);
  if (psnrDb === null) {
    dom.textContent = dom.title = '';
    return;
  }
  const db = psnrDb.toFixed(1);
  dom.textContent = isRough ? t('Roughly encoded, at {db} dB', { db }) : t('Encoded at {db} dB', { db });
  dom.title = isRough
    ? t('The model’s own drawing of this picture is rough: edits may miss what they should change, and cloned content looks like that drawing. A more faithful encoding, or a model of such pictures, comes nearer.')
    : t('How near the model’s own drawing of the picture is (PSNR); from 30 dB on, hardly told apart');
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
