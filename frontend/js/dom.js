/**
 * Making elements: `el('button', {class: 'x', onclick: f}, 'text', child)`. Text is always text, never HTML.
 */

/** @typedef {Node|string|null|false} Child */

let numIds = 0;

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [props] `on…` become listeners, `class` and dashed or ARIA names attributes, the rest properties
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class' || name === 'role' || name.includes('-')) node.setAttribute(name, value);
    else /** @type {any} */ (node)[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== false));
  return node;
}

/** An id that no other element has. @param {string} stem */
export function uniqueId(stem) {
  numIds += 1;
  return `${stem}-${numIds}`;
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string|number>} attributes
 * @param {...SVGElement} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/**
 * The 2D context of a canvas; every browser that runs modules has one.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function context2d(canvas, settings) {
  const context = canvas.getContext('2d', settings);
  if (!context) throw new Error('this browser gives no 2D canvas');
  return context;
}

/** Replace an element's children only where the list really differs. @param {Element} parent @param {Element[]} children */
export function setChildren(parent, children) {
  const isSame =
    parent.children.length === children.length && children.every((child, i) => parent.children[i] === child);
  if (!isSame) parent.replaceChildren(...children);
}

/**
 * Make the rows of a list anew; whoever was on one of its controls is on the one in its place.
 * @param {Element} list
 * @param {Element[]} rows
 */
export function replaceRows(list, rows) {
  const controls = () => [...list.querySelectorAll('button, input')].map((each) => /** @type {HTMLElement} */ (each));
  const at = controls().findIndex((each) => each === document.activeElement);
  list.replaceChildren(...rows);
  if (at < 0) return;
  const next = controls();
  next[Math.min(at, next.length - 1)]?.focus();
}

/** Scroll a list, and nothing around it, until a row of it can be seen. @param {Element} list @param {Element} row */
export function reveal(list, row) {
  const room = list.getBoundingClientRect();
  const { top, bottom } = row.getBoundingClientRect();
  if (top < room.top) list.scrollTop -= room.top - top;
  else if (bottom > room.bottom) list.scrollTop += bottom - room.bottom;
}

/** @param {File|Blob} blob @param {string} name */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = el('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function wantsLessMotion() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** A name without what file systems dislike. @param {string} name */
export function fileName(name) {
  return name.replace(/[^\p{L}\p{N} ._-]+/gu, '-').trim() || 'session';
}
