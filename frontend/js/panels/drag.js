/**
 * Dragging something on a picture that is shown larger or smaller than it is.
 */

/** @type {Record<string, [number, number]>} */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @template T
 * @param {HTMLElement} handle
 * @param {() => T|null} begin what is dragged, as it is when the drag begins; null: nothing
 * @param {(begun: T) => number} scaleOf pixels of the picture for one on the screen
 * @param {(begun: T, by: {dx: number, dy: number}) => void} move by so many pixels of the picture since it began
 */
export function drag(handle, begin, scaleOf, move) {
  handle.addEventListener('pointerdown', (down) => {
    const begun = begin();
    if (begun === null || down.button !== 0) return;
    down.stopPropagation();
    handle.setPointerCapture(down.pointerId);
    handle.classList.add('is-dragged');
    const scale = scaleOf(begun);
    const watch = new AbortController();
    const { signal } = watch;
    const onMove = (/** @type {PointerEvent} */ { clientX, clientY }) =>
      move(begun, { dx: (clientX - down.clientX) * scale, dy: (clientY - down.clientY) * scale });
    handle.addEventListener('pointermove', onMove, { signal });
    const drop = () => {
      watch.abort();
      handle.classList.remove('is-dragged');
      handle.dispatchEvent(new CustomEvent('dropped', { bubbles: true }));
    };
    handle.addEventListener('pointerup', drop, { signal });
    handle.addEventListener('pointercancel', drop, { signal });
  });
}
