/**
 * The drop zone's ground: a grid of cells with a stroke through it, which the pointer paints on. An ornament.
 */

import { context2d, el, wantsLessMotion } from '../dom.js';

const CELL_PX = 22;
const GAP_PX = 2;
const FADE_PER_FRAME = 0.012;
const GROUND = 0.07; // the opacity of a cell that nothing was painted on

/** @returns {{dom: HTMLCanvasElement, paintAt: (event: PointerEvent) => void, setActive: (isActive: boolean) => void}} */
export function paintedCells() {
  const canvas = el('canvas', { class: 'cells', 'aria-hidden': 'true' });
  let columns = 0;
  let rows = 0;
  let fresh = new Float32Array(0); // what the pointer painted, fading
  let isActive = false;
  let isScheduled = false;

  const draw = () => {
    isScheduled = false;
    const context = context2d(canvas);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = getComputedStyle(canvas).color;
    let isFading = false;
    for (let i = 0; i < fresh.length; i++) {
      const column = i % columns;
      const row = Math.floor(i / columns);
      context.globalAlpha = Math.max(
        GROUND,
        strokeAt((column + 0.5) / columns, (row + 0.5) / rows),
        fresh[i],
      );
      context.beginPath();
      context.roundRect(column * CELL_PX, row * CELL_PX, CELL_PX - GAP_PX, CELL_PX - GAP_PX, 4);
      context.fill();
      if (fresh[i] > 0) {
        fresh[i] = Math.max(0, fresh[i] - FADE_PER_FRAME);
        isFading = true;
      }
    }
    if (isFading && isActive) schedule();
  };
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(draw);
  };

  new ResizeObserver(() => {
    const { width, height } = canvas.getBoundingClientRect();
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    columns = Math.ceil(width / CELL_PX);
    rows = Math.ceil(height / CELL_PX);
    fresh = new Float32Array(columns * rows);
    draw();
  }).observe(canvas);
  new MutationObserver(schedule).observe(document.documentElement, { attributeFilter: ['data-theme'] });

  return {
    dom: canvas,
    paintAt(event) {
      if (!isActive || wantsLessMotion()) return;
      const box = canvas.getBoundingClientRect();
      const x = (event.clientX - box.left) / CELL_PX;
      const y = (event.clientY - box.top) / CELL_PX;
      for (let i = 0; i < fresh.length; i++) {
        const distance = Math.hypot((i % columns) + 0.5 - x, Math.floor(i / columns) + 0.5 - y);
        fresh[i] = Math.max(fresh[i], 0.8 * Math.max(0, 1 - distance / 2.4));
      }
      schedule();
    },
    setActive(next) {
      isActive = next;
    },
  };
}

/** The opacity of the resting stroke: a swing from the lower left to the upper right. @param {number} x @param {number} y both in [0, 1] */
function strokeAt(x, y) {
  const centre = 0.86 - 0.72 * x + 0.13 * Math.sin(x * 7.2 + 0.4);
  const width = 0.05 + 0.09 * Math.sin(Math.PI * x);
  const distance = Math.abs(y - centre) / width;
  return 0.95 * Math.max(0, 1 - distance * 0.62) * (0.3 + 0.7 * x);
}
