/**
 * A button that opens a short list of actions: a popover, so that Escape and a click elsewhere close it.
 */

import { el, uniqueId } from '../dom.js';
import { icon } from '../icons.js';
import { iconButton } from './controls.js';

const EDGE_PX = 8; // between the list and the window

/**
 * @typedef {object} Action
 * @property {string} text
 * @property {() => void} run
 * @property {string} [icon]
 * @property {string} [hint] more words, for who rests on it
 * @property {boolean} [isRepeated] the list stays open: who does it once may do it again
 * @property {() => boolean} [isOffered] at the moment; always if it is not told
 */

/**
 * @param {string} label
 * @param {Action[]} actions
 * @param {HTMLButtonElement} [dom] the button
 */
export function menuButton(label, actions, dom = iconButton('more', label, () => {})) {
  const id = uniqueId('menu');
  const items = actions.map(({ text, run, icon: name, hint, isRepeated }) => {
    const onclick = () => {
      if (!isRepeated) list.hidePopover();
      run();
      sync();
    };
    const look = { type: 'button', class: 'menu-item', role: 'menuitem', title: hint ?? '', onclick };
    return el('button', look, name ? icon(name) : null, text);
  });
  const list = el('div', { class: 'menu', id, role: 'menu', popover: 'auto' }, ...items);
  /** Offer what can be done now. */
  const sync = () => {
    for (const [i, { isOffered }] of actions.entries()) items[i].disabled = isOffered?.() === false;
  };
  dom.setAttribute('popovertarget', id);
  dom.setAttribute('aria-haspopup', 'menu');
  list.addEventListener('toggle', () => {
    if (!list.matches(':popover-open')) return;
    sync();
    const { right, bottom, top } = dom.getBoundingClientRect();
    const { width, height } = list.getBoundingClientRect();
    const isBelow = bottom + height + EDGE_PX < innerHeight;
    list.style.left = `${Math.max(EDGE_PX, right - width)}px`;
    list.style.top = `${isBelow ? bottom : top - height}px`;
    items.find((item) => !item.disabled)?.focus();
  });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const offered = items.filter((item) => !item.disabled);
    const at = offered.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    offered[(at + step + offered.length) % offered.length].focus();
  });
  return { dom, list };
}
