/**
 * Strips of directions. A worker draws one when it is first asked for, so those in sight are asked for one after the
 * other: however many there are, one connection waits, and brushes have the others.
 */

/**
 * @param {(url: string) => Promise<unknown>} load
 * @returns {(url: string, isWanted: () => boolean, show: () => void) => Promise<void>}
 */
export function oneByOne(load) {
  let last = Promise.resolve();
  return (url, isWanted, show) => {
    last = last.then(async () => {
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

const inTurn = oneByOne(fetched);
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
