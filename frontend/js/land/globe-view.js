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
const LARGEST_AT_ONCE = 4096; // pixels around: of a larger globe every tile is wanted first, so it is folded until it is asked for

/** Whether an unfolded globe would cover much of the map. */
function isNarrow() {
  return matchMedia('(max-width: 760px)').matches;
}

/** Copy a part of a picture into it. @param {ImageData} whole @param {ImageData} part @param {number} left @param {number} top */
function setRows(whole, part, left, top) {
  for (let y = 0; y < part.height; y++) {
    whole.data.set(part.data.subarray(4 * y * part.width, 4 * (y + 1) * part.width), 4 * ((top + y) * whole.width + left));
  }
}

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
  /** @type {HTMLImageElement[]} what is being loaded, or was */
  let tiles = [];
  let [arrived, failed] = [0, 0];
  /** @type {(() => void)|null} what is done once it is unfolded */
  let load = null;
  const waiting = el('figcaption', { class: 'globe-waiting quiet', role: 'status' });
  const fold = iconButton('down', t('The globe'), () => {
    setFolded(!canvas.hidden);
    load?.();
  });
  fold.setAttribute('aria-expanded', 'true');
  const dom = el('figure', { class: 'globe', hidden: true }, fold, canvas, waiting);

  /** @param {boolean} isFolded */
  function setFolded(isFolded) {
    canvas.hidden = isFolded;
    fold.setAttribute('aria-expanded', String(!isFolded));
    tellHowFar();
  }

  function tellHowFar() {
    waiting.hidden = canvas.hidden || arrived === tiles.length;
    const isOver = arrived + failed === tiles.length && failed > 0;
    waiting.textContent = isOver ? t('Some tiles did not come') : t('Drawing the globe… {arrived} of {all}', { arrived, all: tiles.length });
  }

  function draw() {
    if (!pixels) return;
    drawBall(round, pixels, turn, shown.data);
    context.putImageData(shown, 0, 0);
    canvas.dataset.turn = turn.toFixed(3);
    if (isHeld) canvas.setAttribute('aria-valuenow', String(Math.round(360 * turn)));
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

  /** @param {Land} land @param {number} width @param {number} height of its map here */
  function loadTiles(land, width, height) {
    const [url, side] = [urlOf(land), land.tile_px];
    const places = Array.from({ length: Math.ceil(height / side) }, (_, y) => Array.from({ length: Math.ceil(width / side) }, (_, x) => ({ x, y }))).flat();
    tiles = places.map(({ x, y }) => {
      const tile = new Image();
      tile.onload = () => {
        if (!tiles.includes(tile)) return;
        const onMap = context2d(map, { willReadFrequently: true });
        onMap.drawImage(tile, x * side, y * side);
        pixels ??= new ImageData(width, height);
        setRows(pixels, onMap.getImageData(x * side, y * side, Math.min(side, width - x * side), Math.min(side, height - y * side)), x * side, y * side);
        arrived += 1;
        tellHowFar();
        draw();
      };
      tile.onerror = () => {
        if (!tiles.includes(tile)) return;
        failed += 1;
        tellHowFar();
      };
      tile.src = url.replace('{z}', String(land.min_zoom)).replace('{x}', String(x)).replace('{y}', String(y));
      return tile;
    });
    tellHowFar();
  }

  return {
    dom,
    /** Show a land that comes round; another one, none. @param {Land|null} land */
    show(land) {
      for (const tile of tiles) tile.src = ''; // the server need not draw it any more
      [tiles, arrived, failed, load] = [[], 0, 0, null];
      const wasHidden = dom.hidden;
      dom.hidden = !land?.around;
      if (!land?.around) return;
      const far = 2 ** (land.max_zoom - land.min_zoom); // pixels of the land for one here
      const [width, height] = [land.around / far, land.around / far / 2];
      if (map.width !== width || map.height !== height) {
        Object.assign(map, { width, height });
        pixels = null;
        context.clearRect(0, 0, SIDE, SIDE);
        setFolded(land.around > LARGEST_AT_ONCE || isNarrow());
      }
      load = () => {
        if (canvas.hidden) return;
        load = null;
        loadTiles(land, width, height);
      };
      load();
      if (wasHidden) requestAnimationFrame(spin);
    },
  };
}
