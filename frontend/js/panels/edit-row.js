/**
 * One row of the edit list.
 */

import { context2d, el } from '../dom.js';
import { cssOf, rgbOf } from '../hues.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { iconButton, setPressed, signed, slider } from './controls.js';
import { layerFields, offsetFields } from './edit-details.js';
import { menuButton } from './menu.js';

/** @typedef {import('../session.js').Edit} Edit */
/** @typedef {import('../types.js').Attribute} Attribute */
/**
 * @typedef {object} RowEvents
 * @property {() => void} onChoose
 * @property {() => void} onToggle
 * @property {(strength: number) => void} onWeigh
 * @property {() => void} onSettle
 * @property {() => void} onRemove
 * @property {(by: number) => void} onMove
 * @property {() => void} onDuplicate
 * @property {() => void} onSolo
 * @property {(name: string) => void} onRename
 * @property {(content: import('../session.js').Content) => void} onContent what it does from now on
 * @property {(clientY: number) => void} onDrag
 * @property {(clientY: number) => void} onDrop
 */

const THUMB_CELLS = 32;
const DOUBLE_CLICK_MS = 220;

/** @param {RowEvents} events */
export function editRow(events) {
  const { onChoose, onToggle, onWeigh, onSettle, onRemove, onMove, onDuplicate, onSolo, onRename, onContent, onDrag, onDrop } = events;
  /** @type {Edit|null} */
  let shown = null;
  let shownOpen = false;
  const thumb = el('canvas', {
    class: 'thumb',
    width: THUMB_CELLS,
    height: THUMB_CELLS,
    'aria-hidden': 'true',
  });
  const title = el('span', { class: 'edit-title' });
  const value = el('span', { class: 'edit-value' });
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let choosing;
  /** To choose an edit moves what is below it, so a second click is waited for before. @param {MouseEvent} event */
  const onClick = ({ detail }) => {
    clearTimeout(choosing);
    if (detail === 0 || shownOpen) onChoose();
    else if (detail === 1) choosing = setTimeout(onChoose, DOUBLE_CLICK_MS);
  };
  const choose = el(
    'button',
    { type: 'button', class: 'edit-choose', onclick: onClick },
    thumb,
    title,
    value,
  );
  const grip = el('span', { class: 'grip', title: t('Drag to reorder'), 'aria-hidden': 'true' }, icon('grip'));
  const toggle = iconButton('shown', t('On'), onToggle);
  const remove = iconButton('bin', t('Delete'), onRemove);
  const weight = slider({
    label: t('Amount'),
    min: -3,
    max: 3,
    step: 0.05,
    unit: 'σ',
    origin: 0,
    isCompact: true,
    onInput: onWeigh,
    onSettle,
  });
  const up = iconButton('up', t('Apply earlier'), () => onMove(-1));
  const down = iconButton('down', t('Apply later'), () => onMove(1));
  const field = el('input', { type: 'text', class: 'edit-name', maxLength: 80, hidden: true, 'aria-label': t('Name of this edit') });
  const rename = () => {
    field.value = title.textContent ?? '';
    field.hidden = false;
    field.focus();
    field.select();
  };
  field.addEventListener('change', () => onRename(field.value));
  field.addEventListener('blur', () => (field.hidden = true));
  field.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') field.value = title.textContent ?? '';
    if (key === 'Enter' || key === 'Escape') choose.focus();
  });
  choose.addEventListener('dblclick', rename);
  choose.addEventListener('keydown', ({ key }) => key === 'F2' && rename());
  const offset = offsetFields(onContent);
  const layers = layerFields(onContent);
  const menu = menuButton(t('More for this edit'), [
    { text: t('Rename'), run: rename },
    { text: t('Duplicate'), run: onDuplicate },
    { text: t('Only this one, or all again'), run: onSolo },
    { text: t('Limit to style layers'), run: layers.open },
  ]);
  const more = el('div', { class: 'edit-more' }, weight.dom, up, down, menu.dom, menu.list, offset.dom, layers.dom);
  const dom = el(
    'li',
    { class: 'edit' },
    el('div', { class: 'edit-main' }, grip, choose, field, toggle, remove),
    more,
  );
  followDrag(grip, onDrag, onDrop);

  return {
    dom,
    /**
     * @param {Edit} edit
     * @param {Attribute|undefined} attribute
     * @param {{name: string, isOpen: boolean, isFirst: boolean, isLast: boolean, numLayers: number}} place
     */
    sync(edit, attribute, { name, isOpen, isFirst, isLast, numLayers }) {
      if (edit !== shown) {
        if (edit.mask !== shown?.mask || !shown) drawThumb(thumb, edit);
        title.textContent = name;
        value.textContent = valueOf(edit);
        dom.style.setProperty('--hue', cssOf(edit.hue));
        dom.classList.toggle('is-off', !edit.enabled);
        toggle.replaceChildren(icon(edit.enabled ? 'shown' : 'hidden'));
        toggle.title = edit.enabled ? t('Switch off') : t('Switch on');
        toggle.setAttribute('aria-label', t('{name} on', { name }));
        setPressed(toggle, edit.enabled);
        remove.setAttribute('aria-label', t('Delete {name}', { name }));
        weight.rename(t('Amount of {name}', { name }));
        shown = edit;
      }
      if (attribute) weight.bound(attribute.min, attribute.max);
      if (edit.type === 'attribute') weight.set(edit.strength);
      weight.dom.hidden = edit.type !== 'attribute';
      offset.sync(edit);
      layers.sync(edit, numLayers);
      shownOpen = isOpen;
      dom.classList.toggle('is-open', isOpen);
      choose.setAttribute('aria-pressed', String(isOpen));
      more.hidden = !isOpen;
      up.disabled = isFirst;
      down.disabled = isLast;
    },
  };
}

/** How much, or how far. @param {Edit} edit */
function valueOf(edit) {
  if (edit.type === 'attribute') return `${signed(edit.strength)} σ`;
  if (edit.type === 'resample') return `${Math.round(edit.amount * 100)} %`;
  return '';
}

/** Where it is painted, in its colour. @param {HTMLCanvasElement} canvas @param {Edit} edit */
function drawThumb(canvas, { mask, hue, type }) {
  const context = context2d(canvas);
  const [red, green, blue] = rgbOf(hue);
  const pixels = new ImageData(THUMB_CELLS, THUMB_CELLS);
  for (let i = 0; i < THUMB_CELLS * THUMB_CELLS; i++) {
    let value = type === 'other' ? 0.4 : 1;
    if (mask) {
      const x = Math.floor(((i % THUMB_CELLS) * mask.width) / THUMB_CELLS);
      const y = Math.floor((Math.floor(i / THUMB_CELLS) * mask.height) / THUMB_CELLS);
      value = mask.values[y * mask.width + x];
    }
    pixels.data.set([red, green, blue, 255 * value], i * 4);
  }
  context.putImageData(pixels, 0, 0);
}

/**
 * @param {HTMLElement} handle
 * @param {(clientY: number) => void} onDrag
 * @param {(clientY: number) => void} onDrop
 */
function followDrag(handle, onDrag, onDrop) {
  handle.addEventListener('pointerdown', (down) => {
    if (down.button !== 0) return;
    down.preventDefault();
    handle.setPointerCapture(down.pointerId);
    const watch = new AbortController();
    const { signal } = watch;
    handle.addEventListener('pointermove', (event) => onDrag(event.clientY), { signal });
    handle.addEventListener('pointerup', (event) => (watch.abort(), onDrop(event.clientY)), { signal });
    handle.addEventListener('pointercancel', () => (watch.abort(), onDrop(down.clientY)), { signal });
  });
}
