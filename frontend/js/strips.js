/**
 * Strips of directions. A worker draws one when it is first asked for, so those in sight are asked for one after the
 * other: however many there are, one connection waits, and brushes have the others.
 */

import { pause } from './jobs.js';

const REST_MS = 3000; // after a drag: the next stroke mostly comes by then

/**
 * @param {(url: string) => Promise<unknown>} load
 * @param {() => Promise<unknown>} quiet comes when nobody paints: a stroke does not wait for a strip
 * @returns {(url: string, isWanted: () => boolean, show: () => void) => Promise<void>}
 */
export function oneByOne(load, quiet) {
  let last = Promise.resolve();
  return (url, isWanted, show) => {
    last = last.then(async () => {
      if (!isWanted()) return;
      await quiet();
      if (!isWanted()) return;
      try {
        await load(url);
        show();
      } catch { /* there is none: the direction has its name */ }
    });
    return last;
  };
}

/** Fetch a picture, so that it can be shown. @param {string} url */
function fetched(url) {
  const image = new Image();
  image.src = url;
  return image.decode();
}

let draggedAt = -Infinity;
globalThis.document?.addEventListener('pointermove', ({ buttons }) => buttons && (draggedAt = performance.now()), { capture: true, passive: true });

/** When nobody has dragged anything for a while. */
async function quiet() {
  for (let left = 1; left > 0; ) {
    left = draggedAt + REST_MS - performance.now();
    if (left > 0) await pause(left);
  }
}

const inTurn = oneByOne(fetched, quiet);
/** What to do once an element is seen. @type {WeakMap<Element, () => void>} */
const awaited = new WeakMap();
const observer = globalThis.IntersectionObserver && new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    observer.unobserve(target);
    awaited.get(target)?.();
  }
});

/**
 * Show a picture once its place is in sight and its turn has come.
 * @param {HTMLElement} dom
 * @param {string} url
 * @param {() => void} show
 */
export function showAtSight(dom, url, show) {
  awaited.set(dom, () => inTurn(url, () => dom.isConnected, show));
  observer.observe(dom);
}
