/**
 * A button that opens a short list of actions: a popover, so that Escape and a click elsewhere close it.
 */

import { el, uniqueId } from '../dom.js';
import { iconButton } from './controls.js';

const EDGE_PX = 8; // between the list and the window

/**
 * @param {string} label
 * @param {{text: string, run: () => void}[]} actions
 */
export function menuButton(label, actions) {
  const id = uniqueId('menu');
  const items = actions.map(({ text, run }) =>
    el('button', { type: 'button', class: 'menu-item', role: 'menuitem', onclick: () => (list.hidePopover(), run()) }, text),
  );
  const list = el('div', { class: 'menu', id, role: 'menu', popover: 'auto' }, ...items);
  const dom = iconButton('more', label, () => {});
  dom.setAttribute('popovertarget', id);
  dom.setAttribute('aria-haspopup', 'menu');
  list.addEventListener('toggle', () => {
    if (!list.matches(':popover-open')) return;
    const { right, bottom, top } = dom.getBoundingClientRect();
    const { width, height } = list.getBoundingClientRect();
    const isBelow = bottom + height + EDGE_PX < innerHeight;
    list.style.left = `${Math.max(EDGE_PX, right - width)}px`;
    list.style.top = `${isBelow ? bottom : top - height}px`;
    items[0].focus();
  });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    items[(at + step + items.length) % items.length].focus();
  });
  return { dom, list };
}
