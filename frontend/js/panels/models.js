/**
 * The choice of a model: what it draws, how large, under which licence and from where, and whether it is loaded.
 */

import { el, uniqueId } from '../dom.js';
import { t } from '../i18n.js';

/** @typedef {import('../types.js').Model} Model */

/**
 * @param {(id: string) => string} previewUrl
 * @param {(id: string) => void} onChoose
 */
export function modelPicker(previewUrl, onChoose) {
  const name = uniqueId('model');
  const list = el('div', { class: 'model-list' });
  const dom = el('fieldset', { class: 'models', hidden: true }, el('legend', {}, t('Model')), list);
  /** @type {Map<string, ReturnType<typeof modelCard>>} */
  let cards = new Map();
  let shown = /** @type {readonly Model[]} */ ([]);
  return {
    dom,
    /** @param {readonly Model[]} models @param {string|null} chosen @param {readonly string[]|null} loaded null: not known yet */
    set(models, chosen, loaded) {
      if (models !== shown) {
        shown = models;
        cards = new Map(models.map((model) => [model.id, modelCard(model, name, previewUrl, onChoose)]));
        list.replaceChildren(...[...cards.values()].map((card) => card.dom));
        dom.hidden = models.length < 2;
      }
      for (const [id, card] of cards) card.set(id === chosen, loaded === null || loaded.includes(id));
    },
  };
}

/**
 * @param {Model} model
 * @param {string} name
 * @param {(id: string) => string} previewUrl
 * @param {(id: string) => void} onChoose
 */
function modelCard({ id, title, resolution, license, source }, name, previewUrl, onChoose) {
  const input = el('input', {
    type: 'radio',
    name,
    value: id,
    class: 'visually-hidden',
    onchange: () => onChoose(id),
  });
  const preview = el('img', { class: 'model-preview', src: previewUrl(id), alt: '', loading: 'lazy' });
  preview.addEventListener('error', () => preview.classList.add('is-missing'));
  const licence = license === 'unknown' ? 'licence unknown' : license;
  const loading = el('span', { class: 'model-loading' }, t('Loads with its first picture'));
  const dom = el(
    'label',
    { class: 'model', title: source },
    input,
    preview,
    el(
      'span',
      { class: 'model-words' },
      el('span', { class: 'model-title' }, t(title)),
      el('span', { class: 'quiet' }, `${resolution} px · ${licence}`),
      el('span', { class: 'model-source quiet' }, source),
      loading,
    ),
  );
  return {
    dom,
    /** @param {boolean} isChosen @param {boolean} isLoaded */
    set(isChosen, isLoaded) {
      input.checked = isChosen;
      loading.hidden = isLoaded;
    },
  };
}
