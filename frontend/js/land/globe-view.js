/**
 * The globe beside its map: turns by itself, and by hand.
 */

import { context2d, el, wantsLessMotion } from '../dom.js';
import { t } from '../i18n.js';
import { iconButton } from '../panels/controls.js';
import { ball, drawBall } from './globe.js';

/** @typedef {import('./history.js').Land} Land */

const SIDE = 220;
const TILT = 0.35; // radians
const TURN_S = 40; // once round
const KEY_TURN = 1 / 36;

/** @param {(land: Land) => string} urlOf with places for z, x and y */
export function globeView(urlOf) {
  const canvas = el('canvas', { class: 'globe-ball', width: SIDE, height: SIDE, tabIndex: 0, role: 'slider', 'aria-label': t('The globe; turn it with ← and →'), 'aria-valuemin': 0, 'aria-valuemax': 360, title: t('Drag it to hold and turn it; a double click lets it turn by itself') });
  const context = context2d(canvas);
  const shown = context.createImageData(SIDE, SIDE);
  const round = ball(SIDE, TILT);
  const map = el('canvas');
  /** @type {ImageData|null} */
  let pixels = null;
  let turn = 0;
  let isHeld = wantsLessMotion();
  let last = 0;
  /** @type {HTMLImageElement[]} what is being loaded */
  let tiles = [];
  const waiting = el('figcaption', { class: 'globe-waiting quiet', role: 'status' }, t('Drawing the globe…'));
  const fold = iconButton('down', t('The globe'), () => {
    canvas.hidden = !canvas.hidden;
    waiting.hidden = canvas.hidden || pixels !== null;
    fold.setAttribute('aria-expanded', String(!canvas.hidden));
  });
  fold.setAttribute('aria-expanded', 'true');
  const dom = el('figure', { class: 'globe', hidden: true }, fold, canvas, waiting);

  function draw() {
    if (!pixels) return;
    drawBall(round, pixels, turn, shown.data);
    context.putImageData(shown, 0, 0);
    canvas.dataset.turn = turn.toFixed(3);
    if (isHeld) canvas.setAttribute('aria-valuenow', String(Math.round(360 * turn)));
    waiting.hidden = true;
  }

  /** @param {number} now */
  function spin(now) {
    if (dom.hidden) return;
    if (!isHeld && !canvas.hidden && pixels) {
      turn = (turn + Math.min(100, now - last) / 1000 / TURN_S) % 1;
      draw();
    }
    last = now;
    requestAnimationFrame(spin);
  }

  canvas.addEventListener('pointerdown', (event) => {
    isHeld = true;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    turn = (turn - event.movementX / SIDE / Math.PI + 1) % 1;
    draw();
  });
  canvas.addEventListener('dblclick', () => (isHeld = false));
  canvas.addEventListener('keydown', (event) => {
    const { key } = event;
    const by = key === 'ArrowLeft' ? -KEY_TURN : key === 'ArrowRight' ? KEY_TURN : 0;
    if (by === 0) return;
    event.preventDefault();
    isHeld = true;
    turn = (turn + by + 1) % 1;
    draw();
  });

  return {
    dom,
    /** Show a land that comes round; another one, none. @param {Land|null} land */
    show(land) {
      for (const tile of tiles) tile.src = ''; // the server need not draw it any more
      tiles = [];
      const wasHidden = dom.hidden;
      dom.hidden = !land?.around;
      if (!land?.around) return;
      const far = 2 ** (land.max_zoom - land.min_zoom); // pixels of the land for one here
      const [width, height] = [land.around / far, land.around / far / 2];
      if (map.width !== width || map.height !== height) {
        Object.assign(map, { width, height });
        pixels = null;
        waiting.hidden = canvas.hidden;
        context.clearRect(0, 0, SIDE, SIDE);
      }
      const url = urlOf(land);
      for (let y = 0; y < height / land.tile_px; y++) {
        for (let x = 0; x < width / land.tile_px; x++) {
          const tile = new Image();
          tile.onload = () => {
            if (!tiles.includes(tile)) return;
            const onMap = context2d(map, { willReadFrequently: true });
            onMap.drawImage(tile, x * land.tile_px, y * land.tile_px);
            pixels = onMap.getImageData(0, 0, width, height);
            draw();
          };
          tile.onerror = () => tiles.includes(tile) && (waiting.textContent = t('Some tiles did not come'));
          tiles.push(tile);
          tile.src = url.replace('{z}', String(land.min_zoom)).replace('{x}', String(x)).replace('{y}', String(y));
        }
      }
      if (wasHidden) requestAnimationFrame(spin);
    },
  };
}
