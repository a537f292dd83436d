/**
 * New content: how much of it, from which seed, and a few seeds to choose from by eye.
 */

import { context2d, el, setChildren } from '../dom.js';
import { NUM_VARIANTS } from '../flows/variants.js';
import { t } from '../i18n.js';
import { asProblem, isAbort } from '../problem.js';
import { findEdit } from '../session.js';
import { iconButton, setPressed, slider } from './controls.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../flows/variants.js').Variant} Variant */

const MAX_SEED = 2 ** 31;
const TILE_PX = 96;
const MARGIN = 0.25; // around what changes, of its longer side

/**
 * @param {import('../store.js').Store} store
 * @param {(seeds: readonly number[], signal: AbortSignal) => AsyncIterable<Variant>} draw
 */
export function freshPanel(store, draw) {
  const { dispatch } = store;
  let watch = new AbortController();
  const amount = slider({
    label: t('Amount'),
    min: 0,
    max: 100,
    step: 1,
    unit: '%',
    onInput: (value) => dispatch({ type: 'freshChanged', fresh: { amount: value / 100 } }),
    onSettle: () => dispatch({ type: 'settled' }),
  });
  const seed = el('input', {
    type: 'number',
    class: 'number',
    min: 0,
    max: MAX_SEED,
    step: 1,
    'aria-label': t('Seed'),
    onchange: () => {
      const value = Number(seed.value);
      if (Number.isInteger(value) && value >= 0 && value <= MAX_SEED) dispatch({ type: 'freshChanged', fresh: { seed: value } });
      else seed.value = String(store.state.fresh.seed);
    },
  });
  const dice = iconButton('dice', t('Another seed'), () => dispatch({ type: 'freshChanged', fresh: { seed: anySeed() } }), { text: t('Another') });
  const choices = el('div', { class: 'variants', role: 'group', 'aria-label': t('Seeds to choose from') });
  const show = iconButton('grid', t('Seeds to choose from'), () => void offer(), { text: t('Show {count} to choose from', { count: NUM_VARIANTS }) });
  const hint = el('p', { class: 'quiet' }, t('Paint where something new should be drawn; then choose among seeds.'));
  const dom = el(
    'section',
    { class: 'section section-fresh', 'aria-label': t('New content') },
    amount.dom,
    el('div', { class: 'row' }, el('label', { class: 'seed-field' }, el('span', { class: 'slider-label' }, t('Seed')), seed), dice),
    hint,
    show,
    choices,
  );

  /** @type {Map<number, HTMLElement>} the shown choices by seed */
  let tiles = new Map();
  const forget = () => {
    watch.abort();
    tiles = new Map();
    choices.replaceChildren();
  };
  const offer = async () => {
    forget();
    watch = new AbortController();
    const { signal } = watch;
    const seeds = Array.from({ length: NUM_VARIANTS }, anySeed);
    try {
      for await (const variant of draw(seeds, signal)) {
        if (signal.aborted) return;
        tiles.set(variant.seed, tile(variant));
        setChildren(choices, [...tiles.values()]);
      }
    } catch (error) {
      if (!isAbort(error)) dispatch({ type: 'problemFound', problem: asProblem(error) });
    }
  };
  /** @param {Variant} variant */
  const tile = (variant) => {
    const canvas = el('canvas', { width: TILE_PX, height: TILE_PX, 'aria-hidden': 'true' });
    drawPart(canvas, variant);
    variant.bitmap.close();
    return el(
      'button',
      {
        type: 'button',
        class: 'variant',
        'aria-label': t('Seed {seed}', { seed: variant.seed }),
        onclick: () => dispatch({ type: 'freshChanged', fresh: { seed: variant.seed } }),
      },
      canvas,
    );
  };
  /** @type {string|null} the edit that the choices are of */
  let offeredKey = null;
  return {
    dom,
    /** @param {State} state */
    syncState({ fresh, history, openKey }) {
      amount.set(Math.round(fresh.amount * 100));
      if (document.activeElement !== seed) seed.value = String(fresh.seed);
      const isOpen = history !== null && findEdit(history.present, openKey)?.type === 'resample';
      show.disabled = !isOpen;
      hint.hidden = isOpen;
      if (openKey !== offeredKey) forget();
      offeredKey = openKey;
      for (const [value, button] of tiles) setPressed(button, value === fresh.seed);
    },
  };
}

function anySeed() {
  return Math.floor(Math.random() * MAX_SEED);
}

/** The part that changes, with a margin, as a square. @param {HTMLCanvasElement} canvas @param {Variant} variant */
function drawPart(canvas, { bitmap, box }) {
  const [x, y, width, height] = box ?? [0, 0, bitmap.width, bitmap.height];
  const side = Math.min(Math.max(width, height) * (1 + 2 * MARGIN), bitmap.width, bitmap.height);
  const left = Math.min(bitmap.width - side, Math.max(0, x + width / 2 - side / 2));
  const top = Math.min(bitmap.height - side, Math.max(0, y + height / 2 - side / 2));
  context2d(canvas).drawImage(bitmap, left, top, side, side, 0, 0, canvas.width, canvas.height);
}
