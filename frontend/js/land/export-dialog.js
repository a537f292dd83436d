/**
 * What of a land is written to a file, and as what.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { segmented, slider } from '../panels/controls.js';
import { dialog } from '../panels/dialogs.js';
import { largestOf, pixelsText } from './export-size.js';

/** @typedef {[number, number, number, number]} Box x, y, width and height in pixels of the land */
/** @typedef {{box: Box, format: 'png'|'webp'|'tiff', quality: number}} Wanted */

/** @param {(wanted: Wanted) => void} onExport */
export function exportDialog(onExport) {
  /** @type {Wanted} */
  let wanted = { box: [0, 0, 1, 1], format: 'png', quality: 90 };
  /** @type {number|null} */
  let around = null;
  const fields = [t('From the left, px'), t('From the top, px'), t('Width, px'), t('Height, px')].map(numberField);
  const all = el('button', { type: 'button', class: 'button', onclick: () => around && change({ box: [0, 0, around, around / 2] }) }, t('All of the globe'));
  const format = segmented(
    t('Format'),
    [
      { value: 'png', text: 'PNG' },
      { value: 'webp', text: 'WebP' },
      { value: 'tiff', text: 'TIFF', hint: t('In tiles; of all of the globe with its coordinates, as a GeoTIFF') },
    ],
    (value) => change({ format: /** @type {Wanted['format']} */ (value) }),
  );
  const quality = slider({ label: t('Quality'), min: 40, max: 100, step: 1, unit: '%', onInput: (value) => change({ quality: value }) });
  const about = el('p', { class: 'quiet' });
  const problem = el('p', { class: 'dialog-problem', role: 'alert' });
  const save = el('button', { type: 'button', class: 'button is-primary is-large', onclick: () => (dom.close(), onExport(wanted)) }, t('Export'));
  const dom = dialog(
    t('Export'),
    'dialog-small',
    el('div', { class: 'export-fields' }, ...fields.map((each) => each.dom)),
    format.dom,
    quality.dom,
    about,
    problem,
    el('div', { class: 'dialog-actions' }, all, el('div', { class: 'spring' }), save),
  );

  /** @param {string} label @param {number} k which of the four */
  function numberField(label, k) {
    const input = el('input', { type: 'number', class: 'number', step: 1, 'aria-label': label });
    input.addEventListener('change', () => {
      const value = Math.round(Number(input.value));
      if (input.value === '' || !Number.isSafeInteger(value)) return show();
      const box = /** @type {Box} */ ([...wanted.box]);
      box[k] = k < 2 ? value : Math.max(1, value);
      change({ box });
    });
    const dom = el('label', { class: 'export-field' }, el('span', { class: 'slider-label' }, label), el('span', { class: 'number-field' }, input));
    return { dom, input };
  }

  function show() {
    for (const [k, { input }] of fields.entries()) input.value = String(wanted.box[k]);
    all.hidden = around === null;
    format.set(wanted.format);
    quality.set(wanted.quality);
    quality.dom.hidden = wanted.format !== 'webp';
    about.textContent = pixelsText(wanted.box);
    const complaint = largestOf(wanted);
    problem.textContent = complaint ?? '';
    save.disabled = complaint !== null;
  }

  /** @param {Partial<Wanted>} part */
  function change(part) {
    wanted = { ...wanted, ...part };
    show();
  }

  return {
    dom,
    /** @param {Box} box what is proposed @param {number|null} aroundPx of a globe */
    open(box, aroundPx) {
      around = aroundPx;
      change({ box });
      dom.showModal();
      save.focus();
    },
  };
}
