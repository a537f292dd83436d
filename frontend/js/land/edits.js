/**
 * The list of what has been painted: a line each, and of the one that is open its amount.
 */

import { el, replaceRows } from '../dom.js';
import { t } from '../i18n.js';
import { iconButton, setPressed, signed, slider } from '../panels/controls.js';
import { nameOf as nameIn } from './palette.js';
import { names, openAfter, strokeAt } from './strokes.js';

/** @typedef {import('./stroke.js').LandEdit} LandEdit */
/** @typedef {import('./strokes.js').Change} Change */
/** @typedef {import('./strokes.js').Stroke} Stroke */
/** @typedef {ReturnType<typeof import('./palette.js').nameOf>} Name */
/**
 * @typedef {object} EditEvents
 * @property {(stroke: Stroke, change: Change) => void} onEdit
 * @property {(edit: LandEdit|null) => void} onPoint an edit that is pointed at; null: none is
 * @property {(edit: LandEdit) => void} onOpen
 */

const PAUSE_MS = 400;

/** @param {EditEvents} events */
export function editList({ onEdit, onPoint, onOpen }) {
  const none = el('p', { class: 'quiet', tabIndex: -1 }, t('Nothing painted yet. Choose an attribute and drag over the land.'));
  const list = el('ol', { class: 'land-edits' });
  /** @type {readonly LandEdit[]|null} */
  let edits = null;
  let open = -1; // none
  /** @type {(edit: LandEdit) => Name} */
  let nameOf = (edit) => nameIn([], edit);
  /** @type {{stroke: Stroke, strength: number, pause: ReturnType<typeof setTimeout>|undefined}|null} an amount that is being changed */
  let draft = null;
  /** @type {{pointed: LandEdit|null, focused: LandEdit|null}} */
  let at = { pointed: null, focused: null };

  /** @param {Partial<typeof at>} change */
  function point(change) {
    at = { ...at, ...change };
    onPoint(at.pointed ?? at.focused);
  }

  function settle() {
    if (!draft?.pause) return;
    clearTimeout(draft.pause);
    draft.pause = undefined;
    onEdit(draft.stroke, { strength: draft.strength });
  }

  /** @param {LandEdit} edit @param {string} name @param {Stroke} stroke */
  function amount(edit, name, stroke) {
    const { sign, min, max } = nameOf(edit);
    const { dom, set } = slider({
      label: t('Amount of {name}', { name }),
      min,
      max,
      step: 0.1,
      unit: 'σ',
      origin: 0,
      isCompact: true,
      onInput(value) {
        const strength = sign * value;
        set(value);
        clearTimeout(draft?.pause);
        draft = { stroke, strength, pause: undefined };
      },
      onSettle() {
        if (draft) draft.pause = setTimeout(settle, PAUSE_MS); // of several presses of a key the last one counts
      },
    });
    set(sign * (draft?.strength ?? edit.strength));
    return dom;
  }

  /** @param {LandEdit} edit @param {number} i @param {string} name */
  function row(edit, i, name) {
    const stroke = strokeAt(edits ?? [], i);
    const isOpen = i === open;
    const isOff = !edit.enabled;
    const toggle = iconButton(isOff ? 'hidden' : 'shown', t('{name} on', { name }), () => onEdit(stroke, { enabled: isOff }));
    setPressed(toggle, edit.enabled);
    const choose = el(
      'button',
      {
        type: 'button',
        class: 'edit-title',
        'aria-expanded': String(isOpen),
        title: t('Change the amount'),
        onclick() {
          settle();
          draft = null; // it was of the row that was open
          open = isOpen ? -1 : i;
          if (!isOpen) onOpen(edit);
          show();
        },
      },
      name,
    );
    const dom = el(
      'li',
      { class: isOff ? 'land-edit is-off' : 'land-edit' },
      choose,
      el('span', { class: 'edit-value' }, `${signed(nameOf(edit).sign * edit.strength)} σ`),
      toggle,
      iconButton('bin', t('Delete {name}', { name }), () => onEdit(stroke, null)),
      isOpen && amount(edit, name, stroke),
    );
    dom.addEventListener('pointerenter', () => point({ pointed: edit }));
    dom.addEventListener('pointerleave', () => point({ pointed: null }));
    dom.addEventListener('focusin', () => point({ focused: edit }));
    dom.addEventListener('focusout', () => point({ focused: null }));
    return dom;
  }

  function show() {
    const all = edits ?? [];
    const named = names(all, (edit) => nameOf(edit).title);
    const hadFocus = list.contains(document.activeElement);
    none.hidden = all.length > 0;
    replaceRows(list, all.map((edit, i) => row(edit, i, named[i])));
    if (hadFocus && all.length === 0) none.focus();
  }

  return {
    parts: [none, list],
    /** Have the amount drawn that is being changed, now. */
    settle,
    /** @param {readonly LandEdit[]} next @param {(edit: LandEdit) => Name} naming */
    show(next, naming) {
      const [was, isPainted] = [open, edits !== null && next.length > edits.length];
      open = openAfter(edits, next, open);
      if (draft && !draft.pause && (open < 0 || open !== was || next[open].strength === draft.strength)) draft = null;
      [edits, nameOf] = [next, naming];
      point({ pointed: null, focused: null });
      show();
      const isOpened = open >= 0 && open !== was && !isPainted; // who paints looks at the land, and at the brushes
      if (isOpened) list.children[open].scrollIntoView({ block: 'nearest' });
    },
  };
}
