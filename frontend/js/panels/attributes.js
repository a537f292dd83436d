/**
 * The attributes that can be painted: a searchable list, the amount in σ, and what to do with it besides painting.
 */

import { el, setChildren } from '../dom.js';
import { amountOf, attributesOf } from '../editing.js';
import { cssOf } from '../hues.js';
import { t } from '../i18n.js';
import { isStranger } from '../state.js';
import { icon } from '../icons.js';
import { iconButton, setPressed, signed, slider } from './controls.js';
import { directionStrip, directionTools } from './direction.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../types.js').Attribute} Attribute */

/** Titles of the groups that models name. @type {Record<string, string>} */
const GROUPS = {
  hair: t('Hair'),
  face: t('Face'),
  eyes: t('Eyes'),
  mouth: t('Mouth'),
  worn: t('Worn'),
  clothes: t('Clothes'),
  light: t('Light'),
  background: t('Background'),
};
const READING_HINT = t('What the picture as it came reads, in σ over generated pictures');

/**
 * @typedef {object} DirectionEvents
 * @property {(modelId: string, attribute: string) => string} stripUrl
 * @property {(modelId: string, attribute: string, change: {title?: string, flipped?: boolean, drop?: boolean}) => void} onDirection
 */

/**
 * @param {import('../store.js').Store} store
 * @param {DirectionEvents} events
 */
export function attributesPanel({ dispatch, state: initial }, { stripUrl, onDirection }) {
  let state = initial;
  /** @type {readonly Attribute[]} */
  let attributes = [];
  /** @type {Map<string, ReturnType<typeof attributeRow>>} */
  let rows = new Map();
  /** Groups with their rows. @type {HTMLElement[]} */
  let groups = [];
  const chosen = () => attributes.find(({ id }) => id === state.attribute);

  const search = el('input', {
    type: 'search',
    class: 'search',
    placeholder: t('Search'),
    'aria-label': t('Search attributes'),
    autocomplete: 'off',
    oninput: () => filter(),
  });
  const list = el('div', { class: 'attribute-list', role: 'radiogroup', 'aria-label': t('Attribute to paint') });
  const none = el('p', { class: 'quiet', hidden: true }, t('No attribute has this name.'));
  const amount = slider({
    label: t('Amount'),
    min: -3,
    max: 3,
    step: 0.05,
    unit: 'σ',
    origin: 0,
    onInput: (value) => dispatch({ type: 'amountChanged', amount: value }),
    onSettle: () => dispatch({ type: 'settled' }),
    onReset: () => setAmount(chosen()?.default ?? 1),
  });
  /** @param {number} value */
  const setAmount = (value) => {
    dispatch({ type: 'amountChanged', amount: value });
    dispatch({ type: 'settled' });
  };
  const flip = iconButton(
    'flip',
    t('Flip the sign'),
    () => {
      const attribute = chosen();
      if (!attribute) return;
      const flipped = -amountOf(state, attribute.id);
      setAmount(Math.min(attribute.max, Math.max(attribute.min, flipped)));
    },
    { command: 'flip', text: t('Flip') },
  );
  const whole = iconButton('whole', t('Apply to the whole picture'), () => dispatch({ type: 'wholePainted' }), {
    text: t('Whole picture'),
  });
  const heat = iconButton(
    'heat',
    t('Where it shows in this picture'),
    () => dispatch({ type: 'layerToggled', layer: 'heat' }),
    { command: 'heat', text: t('Where it shows') },
  );

  const direction = directionTools((attribute, change) => {
    if (state.source) onDirection(state.source.modelId, attribute, change);
  });

  const filter = () => {
    const words = search.value.trim().toLowerCase();
    let numShown = 0;
    for (const { id, title } of attributes) {
      const isShown = t(title).toLowerCase().includes(words) || id.toLowerCase().includes(words);
      rows.get(id)?.dom.toggleAttribute('hidden', !isShown);
      numShown += Number(isShown);
    }
    for (const group of groups) group.hidden = !group.querySelector('.attribute:not([hidden])');
    none.hidden = numShown > 0;
  };

  const dom = el(
    'section',
    { class: 'section section-attributes', 'aria-label': t('Attributes') },
    el(
      'header',
      { class: 'section-head' },
      el('h2', {}, t('Attribute')),
      el('label', { class: 'search-field' }, icon('search', 16), search),
    ),
    list,
    none,
    direction.dom,
    amount.dom,
    el('div', { class: 'row' }, flip, whole, heat),
  );

  return {
    dom,
    focusSearch: () => search.focus(),
    /** @param {State} next */
    syncState(next) {
      const isOther = next.attribute !== state.attribute;
      state = next;
      const current = attributesOf(state);
      if (current !== attributes) {
        attributes = current;
        const modelId = state.source?.modelId ?? '';
        rows = new Map(
          current.map((each) => [
            each.id,
            attributeRow(
              each,
              each.source ? directionStrip(stripUrl(modelId, each.id), each.flipped ?? false) : null,
              () => dispatch({ type: 'attributeChosen', id: each.id }),
            ),
          ]),
        );
        groups = groupsOf(current, (id) => /** @type {HTMLElement} */ (rows.get(id)?.dom));
        setChildren(list, groups);
        filter();
      }
      if (isOther && rows.get(state.attribute ?? '')?.dom.hidden) { // chosen by its edit: what the brush paints is in sight
        search.value = '';
        filter();
      }
      const edits = state.history?.present.edits ?? [];
      for (const [id, row] of rows) {
        const hues = edits.flatMap((edit) =>
          edit.type === 'attribute' && edit.attribute === id ? [edit.hue] : [],
        );
        row.set(id === state.attribute, amountOf(state, id), hues);
        row.read(isStranger(state) ? undefined : state.source?.readings[id]);
      }
      const attribute = chosen();
      direction.set(
        attribute,
        isUsed(state.history, attribute?.id),
      );
      heat.hidden = isStranger(state);
      setPressed(heat, state.layers.heat);
      for (const button of [flip, whole, heat]) button.disabled = !attribute;
      if (!attribute) return;
      amount.bound(attribute.min, attribute.max);
      amount.set(amountOf(state, attribute.id));
    },
  };
}

/**
 * Rows below the titles of their groups, in the order in which the groups come first.
 * @param {readonly Attribute[]} attributes
 * @param {(id: string) => HTMLElement} rowOf
 */
function groupsOf(attributes, rowOf) {
  const names = [...new Set(attributes.map(({ group }) => group ?? ''))];
  return names.map((name) => {
    const own = attributes.filter(({ group }) => (group ?? '') === name).map(({ id }) => rowOf(id));
    if (!name) return el('div', { class: 'attribute-group' }, ...own);
    const title = GROUPS[name] ?? name;
    return el(
      'div',
      { class: 'attribute-group', role: 'group', 'aria-label': title },
      el('h3', { class: 'attribute-group-title' }, title),
      ...own,
    );
  });
}

/** A reading to one digit; past ±3 σ, where hardly a generated picture is, only the side counts. @param {number} said */
function readingText(said) {
  if (Math.abs(said) > 3) return said > 0 ? '> +3' : '< −3';
  return signed(Math.round(said * 10) / 10);
}

/** Whether an edit moves an attribute, undone ones included. @param {State['history']} history @param {string|undefined} id */
function isUsed(history, id) {
  const sessions = history ? [...history.past, history.present, ...history.future] : [];
  return sessions.some(({ edits }) =>
    edits.some((edit) => edit.type === 'attribute' && edit.attribute === id),
  );
}

/**
 * @param {Attribute} attribute
 * @param {HTMLElement|null} strip what it does, for one that has no telling name
 * @param {() => void} onChoose
 */
function attributeRow(attribute, strip, onChoose) {
  const input = el('input', {
    type: 'radio',
    name: 'attribute',
    value: attribute.id,
    class: 'visually-hidden',
    onchange: onChoose,
  });
  const dots = el('span', { class: 'dots', 'aria-hidden': 'true' });
  const reading = el('span', { class: 'attribute-reading', title: READING_HINT, 'aria-hidden': 'true' });
  const sign = el('span', { class: 'sign', 'aria-hidden': 'true' });
  const dom = el(
    'label',
    { class: 'attribute' },
    input,
    sign,
    el('span', { class: 'attribute-title' }, t(attribute.title)),
    dots,
    reading,
    strip,
  );
  dom.classList.toggle('has-strip', strip !== null);
  let shownHues = '';
  return {
    dom,
    /** @param {number|undefined} said what the picture as it came reads, in σ */
    read(said) {
      reading.textContent = said === undefined ? '' : readingText(said);
    },
    /** @param {boolean} isChosen @param {number} strength @param {number[]} hues of its edits */
    set(isChosen, strength, hues) {
      if (isChosen && !input.checked) dom.scrollIntoView?.({ block: 'nearest' });
      input.checked = isChosen;
      sign.textContent = strength < 0 ? '−' : '+';
      if (hues.join() === shownHues) return;
      shownHues = hues.join();
      dots.replaceChildren(
        ...hues.slice(0, 5).map((hue) => {
          const dot = el('span', { class: 'dot' });
          dot.style.background = cssOf(hue);
          return dot;
        }),
      );
    },
  };
}
