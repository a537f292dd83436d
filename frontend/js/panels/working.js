/**
 * While a picture is uploaded, encoded or generated: the latest preview, uncovered cell by cell as the work goes on.
 */

import { context2d, el } from '../dom.js';
import { t } from '../i18n.js';
import { currentModel } from '../state.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../state.js').Work} Work */

/** @type {Record<Work['kind'], string>} */
const TITLES = { upload: t('Uploading…'), encode: t('Encoding…'), generate: t('Generating…'), open: t('Opening…'), several: t('Encoding several…') };
const PREVIEW_PX = 512;

/**
 * @param {import('../pictures.js').Pictures} pictures
 * @param {{onCancel: () => void}} events
 */
export function workingScreen(pictures, { onCancel }) {
  const canvas = el('canvas', {
    class: 'work-picture',
    width: PREVIEW_PX,
    height: PREVIEW_PX,
    'aria-hidden': 'true',
  });
  const error = el('canvas', { class: 'work-error', 'aria-hidden': 'true' });
  const off = el('figure', { class: 'work-off', hidden: true }, error, el('figcaption', {}, t('Still off here')));
  const title = el('h1', {});
  const note = el('p', { class: 'lead' });
  const progress = el('progress', { 'aria-label': t('Progress') });
  const cancel = el('button', { type: 'button', class: 'button', onclick: onCancel }, t('Cancel'));
  const dom = el(
    'section',
    { class: 'working', 'aria-label': t('Work in progress') },
    el('div', { class: 'work-frame' }, canvas),
    el('div', { class: 'work-words' }, title, progress, note, off, cancel),
  );
  return {
    dom,
    /** @param {State} state */
    syncState(state) {
      const { work } = state;
      if (state.phase !== 'working' || !work) return;
      title.textContent = progressText(work);
      note.textContent = t(work.message);
      if (work.steps > 0) Object.assign(progress, { max: work.steps, value: work.step });
      else progress.removeAttribute('value');
      const map = pictures.peek(work.errorId);
      off.hidden = !map;
      if (map) {
        Object.assign(error, { width: map.width, height: map.height });
        context2d(error).drawImage(map, 0, 0);
      }
      const grid = currentModel({ ...state, source: null })?.grid ?? [16, 16];
      drawWork(canvas, pictures.peek(work.previewId), work.previewCrop, grid, work.steps > 0 ? work.step / work.steps : 0);
    },
  };
}

/** @param {Work} work */
export function progressText({ kind, step, steps }) {
  return steps > 1 ? t('{work} {step} of {steps}', { work: TITLES[kind], step, steps }) : TITLES[kind];
}

/**
 * The preview under the cells that are still to come, in an order that looks like none.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap|null} bitmap
 * @param {import('../crop.js').Crop|null} crop the part of it to show, all if null
 * @param {readonly [number, number]} grid [h, w]
 * @param {number} done in [0, 1]
 */
function drawWork(canvas, bitmap, crop, [gridHeight, gridWidth], done) {
  const context = context2d(canvas);
  const part = { x: 0, y: 0, width: bitmap?.width ?? 1, height: bitmap?.height ?? 1, ...crop };
  const aspect = part.width / part.height;
  Object.assign(canvas, { width: PREVIEW_PX * Math.min(1, aspect), height: PREVIEW_PX / Math.max(1, aspect) });
  const { width, height } = canvas;
  if (bitmap) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, part.x, part.y, part.width, part.height, 0, 0, width, height);
  }
  context.fillStyle = getComputedStyle(canvas).backgroundColor;
  const columns = Math.round(gridWidth * Math.max(1, aspect));
  const rows = Math.round(gridHeight / Math.min(1, aspect));
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const turn = (x * 0.7548776662 + y * 0.569840291) % 1; // the R2 sequence: spread evenly, never in rows
      context.globalAlpha = turn < done ? 0 : 0.6;
      context.fillRect(x * cellWidth + 1, y * cellHeight + 1, cellWidth - 2, cellHeight - 2);
    }
  }
  context.globalAlpha = 1;
}
