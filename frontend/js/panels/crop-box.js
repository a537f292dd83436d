/**
 * The crop box over a picture: drag it, a corner, or the handle that turns it; or use keys.
 */

import { growCrop, moveCrop, quadOfCrop, resizeCrop, snapped, squareOf, turnCrop, upright } from '../crop.js';
import { el } from '../dom.js';
import { t } from '../i18n.js';
import { ARROWS, drag } from './drag.js';

/** @typedef {import('../crop.js').Crop} Crop */
/** @typedef {import('../crop.js').Corner} Corner */
/** @typedef {{width: number, height: number}} Size */

/** @type {[Corner, string][]} */
const CORNERS = [
  ['nw', t('upper left')],
  ['ne', t('upper right')],
  ['sw', t('lower left')],
  ['se', t('lower right')],
];
const HANDLE_PX = 30; // from the box's edge to the handle that turns it, as in start.css
const TURNS = new Map([['[', -1], [']', 1], ['{', -15], ['}', 15]]); // degrees

/**
 * @param {{current: () => {crop: Crop, image: Size}|null, set: (crop: Crop) => void, onEnter: () => void}} box image: the picture's size
 */
export function cropBox({ current, set, onEnter }) {
  const corners = CORNERS.map(([corner, name]) =>
    el('button', { type: 'button', class: `corner corner-${corner}`, 'aria-label': t('Crop corner, {name}', { name }) }),
  );
  const turn = el('button', { type: 'button', class: 'crop-turn', 'aria-label': t('Turn the crop box: drag, or use the keys [ and ]'), title: t('Turn the crop box: drag, or use the keys [ and ]') });
  const label = t('Crop box. Arrow keys move it, plus and minus change its size, [ and ] turn it, with Shift in larger steps.');
  const box = el('div', { class: 'crop-box', tabIndex: 0, role: 'group', 'aria-label': label }, ...corners, turn);
  const shade = el('div', { class: 'crop-shade' });

  /** @typedef {{crop: Crop, image: Size}} Begun */
  const scaleOf = (/** @type {Begun} */ { image }) => image.width / (box.parentElement?.getBoundingClientRect().width || 1);
  drag(box, current, scaleOf, ({ crop, image }, { dx, dy }) => set(snapped(moveCrop(crop, dx, dy, image), image)));
  CORNERS.forEach(([corner], i) =>
    drag(corners[i], current, scaleOf, ({ crop, image }, { dx, dy }) => set(resizeCrop(crop, corner, dx, dy, image))),
  );
  drag(turn, current, scaleOf, (begun, { dx, dy }) => {
    const { crop, image } = begun;
    const square = squareOf(crop);
    if (!square) return;
    const reach = square.side / 2 + HANDLE_PX * scaleOf(begun);
    const [x, y] = [Math.sin(square.angle) * reach + dx, -Math.cos(square.angle) * reach + dy]; // of the handle, from the middle
    set(upright(turnCrop(crop, Math.atan2(x, -y) - square.angle, image), image));
  });

  box.addEventListener('keydown', (event) => {
    const now = current();
    if (!now || event.ctrlKey || event.metaKey) return;
    const { crop, image } = now;
    const unit = Math.max(1, Math.round(image.width / 200)) * (event.shiftKey ? 10 : 1);
    const arrow = ARROWS[event.key];
    const degrees = TURNS.get(event.key);
    const corner = CORNERS.find((_, i) => corners[i] === event.target)?.[0];
    if (arrow) {
      const [dx, dy] = [arrow[0] * unit, arrow[1] * unit];
      set(corner ? resizeCrop(crop, corner, dx, dy, image) : moveCrop(crop, dx, dy, image));
    } else if (degrees) set(turnCrop(crop, (degrees * Math.PI) / 180, image));
    else if (event.key === '+' || event.key === '=') set(growCrop(crop, 2 * unit, image));
    else if (event.key === '-' || event.key === '_') set(growCrop(crop, -2 * unit, image));
    else if (event.key === 'Enter' && event.target === box) onEnter();
    else return;
    event.preventDefault();
  });

  return {
    doms: [shade, box],
    focus: () => box.focus(),
    /** @param {Crop} crop @param {Size} image */
    place(crop, image) {
      const square = squareOf(crop);
      const { x, y, width, height } = square ? { x: square.x - square.side / 2, y: square.y - square.side / 2, width: square.side, height: square.side } : crop;
      const percent = (/** @type {number} */ part, /** @type {number} */ extent) => `${((100 * part) / extent).toFixed(3)}%`;
      Object.assign(box.style, {
        left: percent(x, image.width),
        top: percent(y, image.height),
        width: percent(width, image.width),
        height: percent(height, image.height),
        transform: square?.angle ? `rotate(${square.angle}rad)` : '',
      });
      turn.hidden = !square;
      const corner = (/** @type {[number, number]} */ [left, top]) => `${percent(left, image.width)} ${percent(top, image.height)}`;
      const quad = quadOfCrop(crop);
      const around = ['0 0', '100% 0', '100% 100%', '0 100%', '0 0'];
      shade.style.clipPath = `polygon(evenodd, ${[...around, ...quad.map(corner), corner(quad[0]), '0 0'].join(', ')})`;
    },
  };
}
