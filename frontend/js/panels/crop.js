/**
 * Which part of the picture is edited: faces by a click, any part by the crop box, a face that was not found by its eyes
 * and mouth.
 */

import { alignedQuad, pointsIn } from '../alignment.js';
import { SHAPES, cropOfQuad, cropOfShape, isSameCrop, largestCrop, quadOfCrop, shapeOf, squareOf } from '../crop.js';
import { context2d, el } from '../dom.js';
import { t } from '../i18n.js';
import { MAX_PARTS, partsOf } from '../parts.js';
import { currentModel } from '../state.js';
import { iconButton, segmented, setPressed } from './controls.js';
import { cropBox } from './crop-box.js';
import { faceButtons } from './crop-faces.js';
import { fitFrame } from './crop-frame.js';
import { cropPoints } from './crop-points.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../crop.js').Crop} Crop */
/** @typedef {import('../types.js').Face} Face */

const MAX_AT_ONCE = 8; // faces

/**
 * @param {import('../store.js').Store} store
 * @param {import('../pictures.js').Pictures} pictures
 * @param {{onEncode: () => void, onChange: () => void, onFaces: (faces: readonly Face[]) => void}} events onChange: in place of the open part
 */
export function cropScreen({ dispatch, state: initial }, pictures, { onEncode, onChange, onFaces }) {
  let state = initial;
  let shownId = '';
  const set = (/** @type {Crop} */ crop) => dispatch({ type: 'cropChanged', crop });
  const place = (/** @type {import('../alignment.js').Points} */ points) => {
    const { upload } = state;
    if (upload) dispatch({ type: 'cropChanged', crop: cropOfQuad(alignedQuad(points, alignment(state)), upload), points });
  };
  const canvas = el('canvas', { class: 'crop-picture', 'aria-hidden': 'true' });
  const box = cropBox({
    current: () => (state.upload && state.crop ? { crop: state.crop, image: state.upload } : null),
    set,
    onEnter: () => (isChanging(state) ? onChange() : onEncode()),
  });
  const points = cropPoints({
    current: () => (state.upload && state.points ? { points: state.points, image: state.upload } : null),
    set: place,
  });
  const faces = el('div', { class: 'crop-faces' });
  /** @type {unknown[]} what the outlines are of */
  let shownFaces = [];
  const frame = el('div', { class: 'crop-frame' }, canvas, ...box.doms, faces, points.dom);
  const room = el('div', { class: 'crop-room' }, frame);
  const size = el('output', { class: 'crop-size' });
  const encode = iconButton('check', t('Encode this part'), onEncode, { text: t('Encode this part'), class: 'is-primary is-large' });
  const change = iconButton('check', t('Use this part instead'), onChange, { text: t('Use this part instead'), class: 'is-primary is-large' });
  const beside = iconButton('plus', t('Edit this part, too'), onEncode, { text: t('Edit this part, too') });
  const all = el('button', { type: 'button', class: 'button', onclick: () => onFaces(nextFaces(state)) });
  const whole = iconButton(
    'fit',
    t('As large as possible'),
    () => state.upload && state.crop && set(largestCrop(state.upload, squareOf(state.crop) ? 1 : state.crop.width / state.crop.height)),
    { text: t('As large as possible') },
  );
  const hand = iconButton('lasso', t('Place eyes and mouth'), () => togglePoints(), { text: t('Place eyes and mouth') });
  const byHand = iconButton('crop', t('Choose a part by hand'), () => state.crop && set(state.crop), { text: t('Choose a part by hand') });
  const shapes = segmented(
    t('Shape'),
    Object.keys(SHAPES).map((value) => ({ value, text: t(value) })),
    (value) => state.upload && set(cropOfShape(/** @type {keyof typeof SHAPES} */ (value), state.upload)),
  );
  const back = el('button', { type: 'button', class: 'button', onclick: () => dispatch({ type: 'cropLeft' }) }, t('Back'));
  const hint = el('p', { class: 'crop-hint', role: 'status' });
  const lead = el('p', { class: 'lead' });
  const words = el('div', { class: 'crop-words' }, el('h1', {}, t('Which part?')), lead, hint);
  const actions = el('div', { class: 'crop-actions' }, shapes.dom, byHand, hand, size, el('div', { class: 'spring' }), back, whole, all, beside, change, encode);
  const dom = el('section', { class: 'crop', 'aria-label': t('Crop') }, words, room, actions);

  /** Points of the face that the box is on, or where one would have them in it; or none any more. */
  const togglePoints = () => {
    const { upload, crop } = state;
    if (!upload || !crop) return;
    if (state.points) return set(crop);
    const square = squareOf(crop) ?? squareOf(largestCrop(upload));
    const found = nearest(state.faces, crop);
    if (found) place(found.landmarks);
    else if (square) place(pointsIn(square));
  };

  const choose = (/** @type {Face} */ face) => {
    const known = partOf(state, face);
    if (state.points) place(face.landmarks);
    else if (known >= 0) {
      dispatch({ type: 'partChosen', index: known });
      dispatch({ type: 'cropLeft' });
    } else if (isChanging(state) && state.upload) set(cropOfQuad(face.quad, state.upload));
    else onFaces([face]);
  };

  const fit = () => {
    const { upload, crop } = state;
    if (!upload || !crop || state.phase !== 'crop' || frame.querySelector('.is-dragged')) return;
    const reached = [...(state.isByHand ? [quadOfCrop(crop)] : []), ...state.faces.map(({ quad }) => quad)];
    fitFrame(frame, room, upload, reached);
  };
  frame.addEventListener('dropped', fit);
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
      const isPlacing = state.points !== null;
      const shown = [state.faces, state.parts, isPlacing, state.isAdding];
      if (shown.some((each, i) => each !== shownFaces[i])) {
        shownFaces = shown;
        const labelled = state.faces.map((face) => ({ face, label: labelOf(state, face) }));
        faces.replaceChildren(...faceButtons(labelled, upload, choose));
      }
      faces.classList.toggle('is-placing', isPlacing);
      box.place(crop, upload);
      for (const each of [...box.doms, shapes.dom, size, whole, encode]) each.hidden = !state.isByHand;
      byHand.hidden = state.isByHand;
      points.place(state.points, upload);
      shapes.set(shapeOf(crop, upload));
      lead.textContent = isChanging(state)
        ? t('Another part in place of the open one keeps its edits: they stay where they are in the picture, and are made anew on what is found there.')
        : t('The model works on this frame. The rest of the picture is kept and comes back when you download the whole picture.');
      hint.textContent = hintOf(state);
      size.textContent = sizeOf(crop, upload);
      hand.hidden = !modelOf(state)?.aligned;
      setPressed(hand, isPlacing);
      const offered = nextFaces(state);
      all.hidden = !offered.length || isChanging(state) || (offered.length === 1 && state.isByHand);
      all.classList.toggle('is-primary', !state.isByHand);
      all.textContent = offered.length === 1 ? t('Edit face {number}', { number: state.faces.indexOf(offered[0]) + 1 }) : t('Edit all {count} faces', { count: offered.length });
      encode.hidden = isBeside(state) || !state.isByHand;
      change.hidden = !isChanging(state);
      beside.hidden = !state.isAdding || !state.isByHand;
      change.disabled = isBeside(state) && isSameCrop(crop, state.source?.crop ?? null, upload);
      beside.disabled = change.disabled || roomFor(state) === 0;
      fit();
      if (isEntered) requestAnimationFrame(state.isByHand ? box.focus : () => /** @type {HTMLElement|null} */ (faces.firstElementChild)?.focus());
    },
  };
}

/** Whether the picture is open already. @param {State} state */
function isBeside({ source, upload }) {
  return source?.upload != null && source.upload.imageId === upload?.imageId;
}

/** Whether the open part is to be another one. @param {State} state */
function isChanging(state) {
  return isBeside(state) && !state.isAdding;
}

/** The model that the picture is encoded with. @param {State} state */
function modelOf(state) {
  return currentModel(isBeside(state) ? state : { ...state, source: null });
}

/** @param {State} state */
function alignment(state) {
  return modelOf(state)?.aligned ?? 'ffhq';
}

/** The face that a crop is on. @param {readonly Face[]} faces @param {Crop} crop */
function nearest(faces, crop) {
  const middle = (/** @type {import('../crop.js').Quad} */ quad) => [(quad[0][0] + quad[2][0]) / 2, (quad[0][1] + quad[2][1]) / 2];
  const [x, y] = middle(quadOfCrop(crop));
  const away = (/** @type {Face} */ { quad }) => Math.hypot(middle(quad)[0] - x, middle(quad)[1] - y);
  return [...faces].sort((a, b) => away(a) - away(b))[0];
}

/** The part that a face is edited as, or −1. @param {State} state @param {Face} face */
function partOf(state, { quad }) {
  const { upload } = state;
  if (!upload || !isBeside(state)) return -1;
  return partsOf(state).findIndex(({ source }) => isSameCrop(cropOfQuad(quad, upload), source.crop, upload));
}

/** Faces that are not edited yet. @param {State} state */
function newFaces(state) {
  return state.faces.filter((face) => partOf(state, face) < 0);
}

/** How many parts may be added. @param {State} state */
function roomFor(state) {
  return MAX_PARTS - (isBeside(state) ? state.parts.length : 0);
}

/** Faces that are edited at once, if all are asked for. @param {State} state */
function nextFaces(state) {
  return newFaces(state).slice(0, Math.min(MAX_AT_ONCE, roomFor(state)));
}

/** @param {State} state @param {Face} face */
function labelOf(state, face) {
  if (state.points) return t('Adjust this face');
  if (partOf(state, face) >= 0) return t('Go on with this face');
  if (isChanging(state)) return t('Use this face instead');
  return isBeside(state) ? t('Edit this face, too') : t('Edit this face');
}

/** @param {State} state */
function hintOf(state) {
  if (state.points) return t('Drag the points onto the eyes and the corners of the mouth: the frame follows.');
  if (isChanging(state)) return '';
  if (state.faces.length > 1) return t('{count} faces were found: click one to edit it, or edit all of them.', { count: state.faces.length });
  if (state.faces.length === 1) return t('A face was found: click its outline to edit it, turned and as large as the model wants it.');
  return modelOf(state)?.aligned && state.areFacesKnown ? t('No face was found. Place eyes and mouth by hand, or choose a part.') : '';
}

/** @param {Crop} crop @param {{width: number, height: number}} image */
function sizeOf(crop, image) {
  const square = squareOf(crop);
  const [width, height] = square ? [Math.round(square.side), Math.round(square.side)] : [crop.width, crop.height];
  const said = t('{width} × {height} px of {wide} × {high}', { width, height, wide: image.width, high: image.height });
  const degrees = Math.round(((square?.angle ?? 0) * 180) / Math.PI);
  return degrees ? `${said}, ${t('turned by {degrees}°', { degrees })}` : said;
}
