/**
 * The list of what has been painted: a line each, and of the one that is open its amount.
 */

import { el, setChildren } from '../dom.js';
import { t } from '../i18n.js';
import { iconButton, setPressed, signed, slider } from '../panels/controls.js';

/** @typedef {import('./stroke.js').LandEdit} LandEdit */
/** @typedef {{enabled?: boolean, strength?: number}|null} Change null: delete it */
/** @typedef {{onEdit: (index: number, change: Change) => void, onPoint: (edit: LandEdit|null) => void}} EditEvents */

/** @param {EditEvents} events */
export function editList({ onEdit, onPoint }) {
  const none = el('p', { class: 'quiet' }, t('Nothing painted yet. Choose an attribute and drag over the land.'));
  const list = el('ol', { class: 'land-edits' });
  /** @type {readonly LandEdit[]} */
  let edits = [];
  let open = -1; // none
  /** @type {(id: string) => string} */
  let titleOf = (id) => id;

  /** @param {LandEdit} edit @param {number} i */
  function row(edit, i) {
    const dom = editRow(edit, titleOf(edit.attribute), i === open, {
      onOpen() {
        open = i === open ? -1 : i;
        show();
      },
      onChange: (change) => onEdit(i, change),
    });
    for (const type of ['pointerenter', 'focusin']) dom.addEventListener(type, () => onPoint(edit));
    for (const type of ['pointerleave', 'focusout']) dom.addEventListener(type, () => onPoint(null));
    return dom;
  }

  function show() {
    none.hidden = edits.length > 0;
    const [at, part] = placeOf(document.activeElement);
    setChildren(list, edits.map(row));
    if (at >= 0) partsOf(list.children[at])[part]?.focus();
  }

  /** Which row has an element, and which of its parts it is. @param {Element|null} element */
  function placeOf(element) {
    const at = [...list.children].findIndex((child) => child.contains(element));
    return [at, at < 0 ? -1 : partsOf(list.children[at]).indexOf(/** @type {any} */ (element))];
  }

  return {
    parts: [none, list],
    /** A stroke that is new is open. @param {readonly LandEdit[]} next @param {(id: string) => string} titles */
    show(next, titles) {
      if (next.length > edits.length) open = next.length - 1;
      else if (open >= next.length) open = -1;
      [edits, titleOf] = [next, titles];
      onPoint(null);
      show();
    },
  };
}

/** What of a row takes the focus. @param {Element|undefined} row @returns {HTMLElement[]} */
function partsOf(row) {
  return [...(row?.querySelectorAll('button, input') ?? [])].map((part) => /** @type {HTMLElement} */ (part));
}

/**
 * @param {LandEdit} edit
 * @param {string} title
 * @param {boolean} isOpen
 * @param {{onOpen: () => void, onChange: (change: Change) => void}} events
 */
function editRow(edit, title, isOpen, { onOpen, onChange }) {
  const toggle = iconButton(edit.enabled ? 'shown' : 'hidden', edit.enabled ? t('Hide {title}', { title }) : t('Show {title}', { title }), () =>
    onChange({ enabled: !edit.enabled }),
  );
  setPressed(toggle, edit.enabled);
  return el(
    'li',
    { class: edit.enabled ? 'land-edit' : 'land-edit is-off' },
    el('button', { type: 'button', class: 'edit-title', 'aria-expanded': String(isOpen), title: t('Change the amount'), onclick: onOpen }, title),
    el('span', { class: 'edit-value' }, `${signed(edit.strength)} σ`),
    toggle,
    iconButton('bin', t('Delete {name}', { name: title }), () => onChange(null)),
    isOpen ? amount(edit, title, onChange) : null,
  );
}

/** @param {LandEdit} edit @param {string} title @param {(change: Change) => void} onChange */
function amount(edit, title, onChange) {
  let chosen = edit.strength;
  const { dom, set } = slider({
    label: t('Amount of {name}', { name: title }),
    min: -3,
    max: 3,
    step: 0.1,
    unit: 'σ',
    origin: 0,
    isCompact: true,
    onInput: (value) => {
      chosen = value;
      set(value);
    },
    onSettle: () => chosen !== edit.strength && onChange({ strength: chosen }),
  });
  set(edit.strength);
  return dom;
}
