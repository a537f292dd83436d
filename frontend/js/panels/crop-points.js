/**
 * Eyes and mouth as points on a picture, to be dragged: they set the square that the model wants the face in.
 */

import { POINTS } from '../alignment.js';
import { el } from '../dom.js';
import { t } from '../i18n.js';
import { ARROWS, drag } from './drag.js';

/** @typedef {import('../alignment.js').Points} Points */
/** @typedef {import('../alignment.js').Place} Place */
/** @typedef {{width: number, height: number}} Size */

/** @type {Record<keyof Points, string>} as seen in the picture */
const NAMES = {
  eye_left: t('Left eye'),
  eye_right: t('Right eye'),
  mouth_left: t('Left corner of the mouth'),
  mouth_right: t('Right corner of the mouth'),
};

/**
 * @param {{current: () => {points: Points, image: Size}|null, set: (points: Points) => void}} points image: the picture's size
 */
export function cropPoints({ current, set }) {
  const dots = POINTS.map((name) => {
    const dot = el('button', { type: 'button', class: `point point-${name.replace('_', '-')}`, 'aria-label': t('{name}: drag it there, or use the arrow keys', { name: NAMES[name] }), title: NAMES[name] });
    const move = (/** @type {Points} */ points, /** @type {number} */ dx, /** @type {number} */ dy, /** @type {Size} */ image) => {
      const [x, y] = points[name];
      const place = /** @type {Place} */ ([Math.min(image.width, Math.max(0, x + dx)), Math.min(image.height, Math.max(0, y + dy))]);
      const moved = { ...points, [name]: place };
      if (isFace(moved)) set(moved);
    };
    drag(dot, current, ({ image }) => image.width / (dom.getBoundingClientRect().width || 1), ({ points, image }, { dx, dy }) => move(points, dx, dy, image));
    dot.addEventListener('keydown', (event) => {
      const now = current();
      const arrow = ARROWS[event.key];
      if (!now || !arrow) return;
      event.preventDefault();
      const unit = Math.max(1, Math.round(now.image.width / 400)) * (event.shiftKey ? 10 : 1);
      move(now.points, arrow[0] * unit, arrow[1] * unit, now.image);
    });
    return dot;
  });
  const dom = el('div', { class: 'crop-points', hidden: true }, ...dots);
  return {
    dom,
    /** @param {Points|null} points @param {Size} image */
    place(points, image) {
      dom.hidden = points === null;
      if (!points) return;
      POINTS.forEach((name, i) => {
        const [x, y] = points[name];
        Object.assign(dots[i].style, { left: `${(100 * x) / image.width}%`, top: `${(100 * y) / image.height}%` });
      });
    },
  };
}

/** Whether points can be a face's: eyes and mouth are not in one place. @param {Points} points */
function isFace({ eye_left, eye_right, mouth_left, mouth_right }) {
  const apart = (/** @type {Place} */ a, /** @type {Place} */ b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const mean = (/** @type {Place} */ a, /** @type {Place} */ b) => /** @type {Place} */ ([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
  return apart(eye_left, eye_right) > 4 && apart(mean(eye_left, eye_right), mean(mouth_left, mouth_right)) > 4;
}
