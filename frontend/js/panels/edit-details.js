/**
 * What can be said of an edit beyond its amount: where a clone comes from, which style layers an attribute moves.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';

/** @typedef {import('../session.js').Edit} Edit */
/** @typedef {import('../session.js').Content} Content */

const FURTHEST_CELLS = 1024; // as the API takes it

/** Where a clone comes from. @param {(content: Content) => void} onContent */
export function offsetFields(onContent) {
  /** @type {Edit|null} */
  let shown = null;
  const change = () => {
    if (shown?.type !== 'transplant') return;
    const [dx, dy] = fields.map((field) => Math.round(Number(field.value)));
    if (!Number.isFinite(dx + dy)) return;
    onContent({ type: 'transplant', donor: shown.donor, offset: [bounded(dx), bounded(dy)] });
  };
  const fields = [t('Offset, cells to the right'), t('Offset, cells to the bottom')].map((label) => numberField(label, change));
  const dom = el('div', { class: 'edit-fields' }, el('span', { class: 'slider-label' }, t('Offset')), ...fields);
  return {
    dom,
    /** @param {Edit} edit */
    sync(edit) {
      shown = edit;
      dom.hidden = edit.type !== 'transplant';
      if (edit.type === 'transplant') edit.offset.forEach((value, axis) => (fields[axis].value = String(value)));
    },
  };
}

/** Which layers an attribute moves; out of the way until somebody asks. @param {(content: Content) => void} onContent */
export function layerFields(onContent) {
  /** @type {Edit|null} */
  let shown = null;
  let numLayers = 1;
  let isAsked = false;
  const change = () => {
    if (shown?.type !== 'attribute') return;
    const { type, attribute, strength } = shown;
    onContent({ type, attribute, strength, layers: rangeOf(first.value, last.value, numLayers, shown.layers !== null) });
  };
  const [first, last] = [t('First style layer'), t('Last style layer')].map((label) => numberField(label, change));
  first.placeholder = '1';
  const dom = el(
    'div',
    { class: 'edit-fields', title: t('Coarse layers move shapes, fine ones colours; empty: as the attribute was found') },
    el('span', { class: 'slider-label' }, t('Layers')),
    first,
    last,
  );
  return {
    dom,
    open() {
      isAsked = true;
      dom.hidden = shown?.type !== 'attribute';
      first.focus();
    },
    /** @param {Edit} edit @param {number} all layers of the model */
    sync(edit, all) {
      [shown, numLayers] = [edit, all];
      last.placeholder = String(numLayers);
      dom.hidden = edit.type !== 'attribute' || (edit.layers === null && !isAsked);
      if (edit.type !== 'attribute') return;
      first.value = edit.layers ? String(edit.layers[0] + 1) : '';
      last.value = edit.layers ? String(edit.layers[1]) : '';
    },
  };
}

/**
 * What two fields ask for: layers from ≤ l < to, from 0. A field that was emptied asks for the attribute's own.
 * @param {string} first counted from 1
 * @param {string} last
 * @param {number} numLayers
 * @param {boolean} wasLimited
 * @returns {[number, number]|null}
 */
export function rangeOf(first, last, numLayers, wasLimited) {
  if (wasLimited ? !first || !last : !first && !last) return null;
  const within = (/** @type {string} */ text) => Math.min(numLayers, Math.max(1, Math.round(Number(text))));
  const [from, to] = [within(first || '1'), within(last || String(numLayers))].sort((a, b) => a - b);
  return [from - 1, to];
}

/** @param {string} label @param {() => void} onchange */
function numberField(label, onchange) {
  return el('input', { type: 'number', class: 'number', step: 1, title: label, 'aria-label': label, onchange });
}

/** @param {number} cells */
function bounded(cells) {
  return Math.min(FURTHEST_CELLS, Math.max(-FURTHEST_CELLS, cells));
}
