/**
 * Whether the model knows such pictures: said where it cannot be missed, with what it draws in the picture's place,
 * and ways to encode again.
 */

import { el } from '../dom.js';
import { ENCODINGS } from '../encoding.js';
import { t } from '../i18n.js';
import { currentModel } from '../state.js';
import { iconButton } from './controls.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../types.js').Fit['verdict']} Verdict */

/** @type {import('../encoding.js').EncodeMode[]} */
const AGAIN = ['faithful', 'balanced', 'editable'];

/** @type {Record<Verdict, {title: string, detail: string}>} */
const SAYS = {
  close: {
    title: t('The model knows such pictures'),
    detail: t('Edits are made on its own drawing and carried over to your picture.'),
  },
  rough: {
    title: t('The model knows such pictures only roughly'),
    detail: t('Edits are made on its own drawing and carried over. Where the two differ, they may not match.'),
  },
  stranger: {
    title: t('The model does not know such pictures'),
    detail: t('Edits are made on its own drawing, which is not your picture: they may hardly show, or not fit.'),
  },
};

/**
 * @param {import('../store.js').Store} store
 * @param {{imageUrl: (imageId: string) => string, onCrop: () => void, onEncode: (mode: import('../encoding.js').EncodeMode) => void}} parts
 */
export function fitPanel({ dispatch }, { imageUrl, onCrop, onEncode }) {
  const title = el('strong', {});
  const detail = el('p', {});
  const purpose = el('p', { class: 'quiet' });
  const own = picture(t('Your picture'));
  const drawn = picture(t('The model’s drawing'));
  const again = AGAIN.map((mode) => {
    const { text, hint } = ENCODINGS[mode];
    return el('button', { type: 'button', class: 'button', title: hint, onclick: () => onEncode(mode) }, text);
  });
  const crop = el('button', { type: 'button', class: 'button', onclick: onCrop }, t('Choose another part'));
  const encodings = el('div', { class: 'fit-again' }, crop, el('span', {}, t('Encode again')), ...again);
  const dom = el(
    'section',
    { class: 'fit', 'aria-label': t('Does it fit the model?'), hidden: true },
    el('div', { class: 'fit-pictures' }, own.dom, drawn.dom),
    el('div', { class: 'fit-words' }, title, detail, purpose, encodings),
    iconButton('close', t('Close'), () => dispatch({ type: 'fitShown', on: false })),
  );
  return {
    dom,
    /** @param {State} state */
    syncState(state) {
      const { source, isFitShown } = state;
      const fit = source?.fit ?? null;
      dom.hidden = !isFitShown || !fit;
      if (dom.hidden || !source || !fit) return;
      dom.dataset.verdict = fit.verdict;
      title.textContent = SAYS[fit.verdict].title;
      detail.textContent = SAYS[fit.verdict].detail;
      const model = currentModel(state);
      purpose.textContent = model?.purpose ? `${t(model.title)}: ${t(model.purpose)}` : '';
      own.set(imageUrl(source.originalId));
      drawn.set(source.drawnId && imageUrl(source.drawnId));
      encodings.hidden = !source.upload;
    },
  };
}

/** In a few words, for the status bar. @type {Record<Verdict, string>} */
const SHORT = {
  close: t('Known to the model'),
  rough: t('Roughly known to the model'),
  stranger: t('Not known to the model'),
};

/**
 * The verdict in the status bar, which opens the panel.
 * @param {import('../store.js').Store} store
 */
export function fitButton({ dispatch, state: initial }) {
  let isShown = initial.isFitShown;
  const dom = el('button', { type: 'button', class: 'status-fit', title: t('Does it fit the model?'), onclick: () => dispatch({ type: 'fitShown', on: !isShown }) });
  return {
    dom,
    /** @param {State} state */
    syncState({ source, isFitShown }) {
      isShown = isFitShown;
      const verdict = source?.fit?.verdict;
      dom.hidden = !verdict;
      dom.setAttribute('aria-expanded', String(isFitShown));
      if (!verdict) return;
      dom.dataset.verdict = verdict;
      dom.textContent = SHORT[verdict];
    },
  };
}

/** @param {string} caption */
function picture(caption) {
  const img = el('img', { alt: '' });
  const dom = el('figure', {}, img, el('figcaption', {}, caption));
  return {
    dom,
    /** @param {string|null} url */
    set(url) {
      dom.hidden = !url;
      if (url && img.getAttribute('src') !== url) img.src = url;
    },
  };
}
