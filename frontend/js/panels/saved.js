/**
 * A list of what the server keeps by name, the latest first: one row of it, until all are asked for.
 */

import { el, replaceRows } from '../dom.js';
import { language, t } from '../i18n.js';
import { iconButton } from './controls.js';

const NUM_SHOWN = 3; // one row, before "all of them"

/**
 * @template Saved
 * @param {string} heading
 * @param {(saved: Saved) => HTMLElement} rowOf
 * @returns {{dom: HTMLElement, set: (next: readonly Saved[]) => void}}
 */
export function savedList(heading, rowOf) {
  const list = el('ul', { class: 'gallery sessions' });
  const all = el('button', { type: 'button', class: 'button', onclick: () => ((isWhole = true), show()) });
  const dom = el('section', { class: 'start-sessions', 'aria-label': heading, hidden: true }, el('h2', {}, heading), list, all);
  let isWhole = false;
  /** @type {readonly Saved[]} */
  let saved = [];

  function show() {
    replaceRows(list, (isWhole ? saved : saved.slice(0, NUM_SHOWN)).map(rowOf));
    all.textContent = t('Show all {count}', { count: saved.length });
    all.hidden = isWhole || saved.length <= NUM_SHOWN;
    dom.hidden = saved.length === 0;
  }

  return {
    dom,
    set(next) {
      if (next === saved) return;
      saved = next;
      show();
    },
  };
}

/**
 * What is in the card of one of them, below its picture.
 * @param {{name: string, updated_at: string}} saved
 */
export function captionOf({ name, updated_at }) {
  const when = new Date(updated_at).toLocaleString(language, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });
  return [el('span', { class: 'sample-title' }, name), el('time', { class: 'session-time', dateTime: updated_at }, when)];
}

/** @param {string} url of the picture to know it by */
export function coverOf(url) {
  return el('img', { class: 'sample-picture', src: url, alt: '', loading: 'lazy' });
}

/** @param {string} label @param {() => void} onDelete */
export function deleteButton(label, onDelete) {
  return iconButton('bin', label, onDelete, { class: 'session-delete' });
}
