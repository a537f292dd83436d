/**
 * The first steps, shown once: beside what they speak of, and never in the way of it.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';

/** @typedef {{target: string, title: string, text: string}} Stop target: a selector */

/** @type {readonly Stop[]} */
const STOPS = [
  {
    target: '.kinds',
    title: t('Choose what to paint'),
    text: t('An attribute, cells of this or another picture, or something new. The amount says how strongly, and which way.'),
  },
  {
    target: '.stage',
    title: t('Paint it where you want it'),
    text: t('The picture follows the brush. Beyond its soft edge every pixel stays as it was.'),
  },
  {
    target: '.section-edits',
    title: t('Change your mind later'),
    text: t('Every edit can be weighed, renamed, moved, switched off or deleted here. Sessions save themselves.'),
  },
];
const GAP_PX = 12;

export function tour() {
  let at = 0;
  const title = el('h2', {});
  const text = el('p', {});
  const count = el('span', { class: 'quiet' });
  const skip = el('button', { type: 'button', class: 'button', onclick: () => end() }, t('Skip'));
  const next = el('button', { type: 'button', class: 'button is-primary', onclick: () => (at + 1 < STOPS.length ? show(at + 1) : end()) });
  const dom = el(
    'section',
    { class: 'tour', 'aria-label': t('First steps'), hidden: true },
    el('div', { 'aria-live': 'polite' }, title, text),
    el('div', { class: 'tour-actions' }, count, el('span', { class: 'spring' }), skip, next),
  );
  dom.addEventListener('keydown', (event) => event.key === 'Escape' && end());
  addEventListener('resize', () => place());

  const end = () => {
    dom.hidden = true;
  };
  /** @param {number} index */
  const show = (index) => {
    at = index;
    dom.hidden = false;
    title.textContent = STOPS[at].title;
    text.textContent = STOPS[at].text;
    count.textContent = t('{step} of {steps}', { step: at + 1, steps: STOPS.length });
    next.textContent = at + 1 < STOPS.length ? t('Next') : t('Begin');
    skip.hidden = at + 1 === STOPS.length;
    place();
  };
  /** Left of what it speaks of where there is room, else at the bottom of the window. */
  const place = () => {
    if (dom.hidden) return;
    const box = document.querySelector(STOPS[at].target)?.getBoundingClientRect();
    const { width, height } = dom.getBoundingClientRect();
    if (!box) return;
    const isWide = box.left >= width + 2 * GAP_PX;
    const left = isWide ? box.left - width - GAP_PX : Math.min(innerWidth - width - GAP_PX, Math.max(GAP_PX, box.left + GAP_PX));
    const top = isWide ? Math.min(box.top + GAP_PX, innerHeight - height - GAP_PX) : innerHeight - height - 3 * GAP_PX;
    Object.assign(dom.style, { left: `${left}px`, top: `${top}px` });
  };
  return {
    dom,
    begin: () => show(0),
    /** What was told has been done: only the last step is left to say. */
    last: () => dom.hidden || show(STOPS.length - 1),
  };
}
