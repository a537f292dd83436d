/**
 * The editor screen: tools, stage and status on the left, the panels on the right.
 */

import { el } from '../dom.js';
import { brushPanel } from './brush.js';
import { comparisonOverlay } from './comparison.js';
import { editsPanel } from './edits.js';
import { fitPanel } from './fit.js';
import { kindsPanel } from './kinds.js';
import { maskTools } from './mask.js';
import { partsPanel } from './parts.js';
import { toolRail } from './rail.js';
import { statusbar } from './statusbar.js';
import { t } from '../i18n.js';

/** @typedef {import('../state.js').State} State */

/**
 * @param {import('../store.js').Store} store
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {Record<import('../editing.js').Kind, import('../store.js').Component>} kinds the panel of each
 * @param {(state: State) => Promise<import('../mask.js').Mask|null>} whereItShows
 * @param {Parameters<typeof fitPanel>[1]} fitParts
 * @param {Parameters<typeof partsPanel>[1]} pictureParts
 */
export function editorScreen(store, stage, kinds, whereItShows, fitParts, pictureParts) {
  const parts = [
    toolRail(store, stage),
    stage,
    statusbar(store, stage),
    kindsPanel(store, kinds),
    brushPanel(store, stage, maskTools(store, whereItShows)),
    editsPanel(store),
    comparisonOverlay(store),
    fitPanel(store, fitParts),
    partsPanel(store, pictureParts),
  ];
  const [rail, , status, paints, brush, edits, comparison, fit, pieces] = parts;
  const busy = el('div', { class: 'busy', 'aria-hidden': 'true' });
  const badge = el('div', { class: 'original-badge', 'aria-hidden': 'true' }, t('Original'));
  const work = el(
    'div',
    { class: 'workbench' },
    rail.dom,
    fit.dom,
    el('div', { class: 'stage-room' }, stage.dom, comparison.dom, pieces.dom, busy, badge),
    status.dom,
  );
  const panel = el(
    'aside',
    { class: 'panel', 'aria-label': t('Editing') },
    paints.dom,
    brush.dom,
    edits.dom,
  );
  const heading = el('h1', { class: 'visually-hidden' }, t('Editor'));
  const dom = el('section', { class: 'editor', 'aria-label': t('Editor') }, heading, work, panel);
  return {
    dom,
    /** @param {State} state */
    syncState(state) {
      if (state.phase !== 'editor') return;
      for (const part of parts) part.syncState(state);
      dom.classList.toggle('is-busy', state.isRendering);
      dom.classList.toggle('is-comparing', state.isComparing);
    },
  };
}
