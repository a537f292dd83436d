/**
 * The faces of a picture, each outlined by the square that the model wants: a click edits one.
 */

import { el } from '../dom.js';

/** @typedef {import('../types.js').Face} Face */

const MUCH = 0.2; // radians: turned by more, a square has no room for words at its lower edge

/**
 * @param {readonly {face: Face, label: string}[]} faces
 * @param {{width: number, height: number}} image
 * @param {(face: Face) => void} onChoose
 */
export function faceButtons(faces, image, onChoose) {
  return faces.map(({ face, label }, i) => faceButton(face, label, i + 1, image, () => onChoose(face)));
}

/**
 * @param {Face} face
 * @param {string} label
 * @param {number} number
 * @param {{width: number, height: number}} image
 * @param {() => void} onChoose
 */
function faceButton({ quad }, label, number, { width, height }, onChoose) {
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
  const dom = el('button', { type: 'button', class: Math.abs(Math.atan2(down, across)) > MUCH ? 'face is-turned' : 'face', 'aria-label': `${label} ${number}`, onclick: onChoose }, outline, el('span', { class: 'face-label' }, el('b', {}, String(number)), el('span', {}, label)));
  Object.assign(dom.style, {
    left: `${(100 * left) / width}%`,
    top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`,
    height: `${(100 * (bottom - top)) / height}%`,
    clipPath: `polygon(${inside.join(', ')})`,
  });
  return dom;
}
