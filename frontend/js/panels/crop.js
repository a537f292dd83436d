/**
 * The crop box: which part of the picture is encoded. Drag it, drag a corner, or use the arrow keys.
 */

import { SHAPES, cropOfShape, growCrop, largestCrop, moveCrop, resizeCrop, shapeOf } from '../crop.js';
import { context2d, el } from '../dom.js';
import { iconButton, segmented } from './controls.js';
import { t } from '../i18n.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../crop.js').Crop} Crop */
/** @typedef {import('../crop.js').Corner} Corner */

/** @type {[Corner, string][]} */
const CORNERS = [
  ['nw', t('upper left')],
  ['ne', t('upper right')],
  ['sw', t('lower left')],
  ['se', t('lower right')],
];
const MARGIN_PX = 14; // as in start.css: room for the corners' handles
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {import('../store.js').Store} store
 * @param {import('../pictures.js').Pictures} pictures
 * @param {{onEncode: () => void, onFace: (face: import('../types.js').Face) => void}} events
 */
export function cropScreen({ dispatch, state: initial }, pictures, { onEncode, onFace }) {
  let state = initial;
  let shownId = '';
  const canvas = el('canvas', { class: 'crop-picture', 'aria-hidden': 'true' });
  const corners = CORNERS.map(([corner, name]) =>
    el('button', { type: 'button', class: `corner corner-${corner}`, 'aria-label': t('Crop corner, {name}', { name }) }),
  );
  const label = t('Crop box. Arrow keys move it, plus and minus change its size, with Shift in larger steps.');
  const box = el('div', { class: 'crop-box', tabIndex: 0, role: 'group', 'aria-label': label }, ...corners);
  const shades = ['top', 'left', 'right', 'bottom'].map((side) =>
    el('div', { class: `shade shade-${side}` }),
  );
  const faces = el('div', { class: 'crop-faces' });
  /** @type {readonly import('../types.js').Face[]} */
  let shownFaces = [];
  const frame = el('div', { class: 'crop-frame' }, canvas, ...shades, box, faces);
  const room = el('div', { class: 'crop-room' }, frame);
  const size = el('output', { class: 'crop-size' });
  const encode = iconButton('check', t('Encode this part'), onEncode, {
    text: t('Encode this part'),
    class: 'is-primary is-large',
  });
  const whole = iconButton(
    'fit',
    t('As large as possible'),
    () => state.upload && state.crop && set(largestCrop(state.upload, state.crop.width / state.crop.height)),
    { text: t('As large as possible') },
  );
  const shapes = segmented(
    t('Shape'),
    Object.keys(SHAPES).map((value) => ({ value, text: t(value) })),
    (value) => state.upload && set(cropOfShape(/** @type {keyof typeof SHAPES} */ (value), state.upload)),
  );
  const back = el(
    'button',
    { type: 'button', class: 'button', onclick: () => dispatch({ type: 'cropLeft' }) },
    t('Back'),
  );
  const hint = el('p', { class: 'crop-hint' });
  const words = el(
    'div',
    { class: 'crop-words' },
    el('h1', {}, t('Which part?')),
    el(
      'p',
      { class: 'lead' },
      t('The model works on this frame. The rest of the picture is kept and comes back when you download the full frame.'),
    ),
    hint,
  );
  const dom = el(
    'section',
    { class: 'crop', 'aria-label': t('Crop') },
    words,
    room,
    el('div', { class: 'crop-actions' }, shapes.dom, size, el('div', { class: 'spring' }), back, whole, encode),
  );

  /** @param {Crop} crop */
  const set = (crop) => dispatch({ type: 'cropChanged', crop });

  /**
   * @param {HTMLElement} handle
   * @param {(crop: Crop, dx: number, dy: number, image: {width: number, height: number}) => Crop} change
   */
  const drag = (handle, change) => {
    handle.addEventListener('pointerdown', (down) => {
      const { upload, crop } = state;
      if (!upload || !crop || down.button !== 0) return;
      down.stopPropagation();
      handle.setPointerCapture(down.pointerId);
      const imagePerScreen = upload.width / canvas.getBoundingClientRect().width;
      const watch = new AbortController();
      const { signal } = watch;
      const onMove = (/** @type {PointerEvent} */ event) =>
        set(
          change(
            crop,
            (event.clientX - down.clientX) * imagePerScreen,
            (event.clientY - down.clientY) * imagePerScreen,
            upload,
          ),
        );
      handle.addEventListener('pointermove', onMove, { signal });
      handle.addEventListener('pointerup', () => watch.abort(), { signal });
      handle.addEventListener('pointercancel', () => watch.abort(), { signal });
    });
  };
  drag(box, moveCrop);
  CORNERS.forEach(([corner], i) =>
    drag(corners[i], (crop, dx, dy, image) => resizeCrop(crop, corner, dx, dy, image)),
  );

  box.addEventListener('keydown', (event) => {
    const { upload, crop } = state;
    if (!upload || !crop || event.ctrlKey || event.metaKey) return;
    const unit = Math.max(1, Math.round(upload.width / 200)) * (event.shiftKey ? 10 : 1);
    const arrow = ARROWS[event.key];
    const corner = CORNERS.find((_, i) => corners[i] === event.target)?.[0];
    if (arrow) {
      const [dx, dy] = [arrow[0] * unit, arrow[1] * unit];
      set(corner ? resizeCrop(crop, corner, dx, dy, upload) : moveCrop(crop, dx, dy, upload));
    } else if (event.key === '+' || event.key === '=') set(growCrop(crop, 2 * unit, upload));
    else if (event.key === '-' || event.key === '_') set(growCrop(crop, -2 * unit, upload));
    else if (event.key === 'Enter' && event.target === box) onEncode();
    else return;
    event.preventDefault();
  });

  const fit = () => {
    const { upload } = state;
    if (!upload || state.phase !== 'crop') return;
    const { clientWidth, clientHeight } = room;
    const scale = Math.min(
      (clientWidth - 2 * MARGIN_PX) / upload.width,
      (clientHeight - 2 * MARGIN_PX) / upload.height,
    );
    frame.style.width = `${Math.round(upload.width * scale)}px`;
    frame.style.height = `${Math.round(upload.height * scale)}px`;
  };
  new ResizeObserver(fit).observe(room);

  return {
    dom,
    /** @param {State} next */
    syncState(next) {
      const isEntered = next.phase === 'crop' && state.phase !== 'crop';
      state = next;
      const { upload, crop } = state;
      if (state.phase !== 'crop' || !upload || !crop) return;
      const bitmap = pictures.peek(upload.imageId);
      if (bitmap && shownId !== upload.imageId) {
        shownId = upload.imageId;
        Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
        context2d(canvas).drawImage(bitmap, 0, 0);
      }
      fit();
      if (state.faces !== shownFaces) {
        shownFaces = state.faces;
        faces.replaceChildren(...shownFaces.map((face, i) => faceButton(face, i, upload, () => onFace(face))));
        hint.textContent = shownFaces.length ? t('A face was found: click its outline to edit it, turned and as large as the model wants it. Or choose a part by hand.') : '';
      }
      const percent = (/** @type {number} */ part, /** @type {number} */ extent) =>
        `${(100 * part) / extent}%`;
      frame.style.setProperty('--x', percent(crop.x, upload.width));
      frame.style.setProperty('--y', percent(crop.y, upload.height));
      frame.style.setProperty('--w', percent(crop.width, upload.width));
      frame.style.setProperty('--h', percent(crop.height, upload.height));
      shapes.set(shapeOf(crop, upload));
      size.textContent = `${crop.width} × ${crop.height} px of ${upload.width} × ${upload.height}`;
      if (isEntered) requestAnimationFrame(() => box.focus());
    },
  };
}

/**
 * The square of a face, outlined on the picture.
 * @param {import('../types.js').Face} face
 * @param {number} index
 * @param {{width: number, height: number}} image
 * @param {() => void} onChoose
 */
function faceButton({ quad }, index, { width, height }, onChoose) {
  const [left, top] = [Math.min(...quad.map(([x]) => x)), Math.min(...quad.map(([, y]) => y))];
  const [right, bottom] = [Math.max(...quad.map(([x]) => x)), Math.max(...quad.map(([, y]) => y))];
  const inside = quad.map(([x, y]) => `${(100 * (x - left)) / (right - left)}% ${(100 * (y - top)) / (bottom - top)}%`);
  const [across, down] = [quad[3][0] - quad[0][0], quad[3][1] - quad[0][1]];
  const outline = el('span', { class: 'face-outline' });
  Object.assign(outline.style, {
    left: `${(100 * (quad[0][0] - left)) / (right - left)}%`,
    top: `${(100 * (quad[0][1] - top)) / (bottom - top)}%`,
    width: `${(100 * Math.hypot(across, down)) / (right - left)}%`,
    height: `${(100 * Math.hypot(across, down)) / (bottom - top)}%`,
    transform: `rotate(${Math.atan2(down, across)}rad)`,
  });
  const label = el('span', { class: 'face-label' }, t('Edit this face'));
  const name = t('Edit face {number}', { number: index + 1 });
  const dom = el('button', { type: 'button', class: 'face', 'aria-label': name, onclick: onChoose }, outline, label);
  Object.assign(dom.style, {
    left: `${(100 * left) / width}%`,
    top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`,
    height: `${(100 * (bottom - top)) / height}%`,
    clipPath: `polygon(${inside.join(', ')})`,
  });
  return dom;
}
