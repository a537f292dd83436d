/**
 * The tools beside the picture: what the pointer does, what is drawn over the picture, and the zoom.
 */

import { el } from '../dom.js';
import { iconButton, setPressed } from './controls.js';
import { t } from '../i18n.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../state.js').Tool} Tool */
/** @typedef {import('../state.js').Layers} Layers */

/** @type {[Tool, string, string][]} */
const TOOLS = [
  ['brush', 'brush', t('Brush')],
  ['eraser', 'eraser', t('Eraser')],
  ['rectangle', 'rectangle', t('Rectangle')],
  ['lasso', 'lasso', t('Lasso')],
  ['hand', 'hand', t('Move the view')],
];
/** @type {[keyof Layers, string, string][]} */
const LAYERS = [
  ['mask', 'mask', t('Show what this edit paints')],
  ['grid', 'grid', t('Show the model’s grid')],
];

/** @type {[import('../canvas/comparison.js').Comparison, string, string][]} */
const COMPARISONS = [
  ['slider', 'split', t('Compare with a slider')],
  ['side', 'beside', t('Compare side by side')],
  ['difference', 'difference', t('Show how much changed')],
];

/**
 * @param {import('../store.js').Store} store
 * @param {import('../canvas/stage.js').Stage} stage
 */
export function toolRail({ dispatch }, stage) {
  const tools = TOOLS.map(([tool, icon, label]) =>
    iconButton(icon, label, () => dispatch({ type: 'toolChosen', tool }), { command: tool }),
  );
  const layers = LAYERS.map(([layer, icon, label]) =>
    iconButton(icon, label, () => dispatch({ type: 'layerToggled', layer }), { command: layer }),
  );
  const comparisons = COMPARISONS.map(([comparison, icon, label]) =>
    iconButton(icon, label, () => dispatch({ type: 'comparisonChosen', comparison })),
  );
  const zoom = [
    iconButton('plus', t('Zoom in'), () => stage.zoom(1.25), { command: 'zoom-in' }),
    iconButton('minus', t('Zoom out'), () => stage.zoom(0.8), { command: 'zoom-out' }),
    iconButton('fit', t('Fit the picture'), () => stage.fit(), { command: 'fit' }),
  ];
  const group = (/** @type {string} */ label, /** @type {HTMLElement[]} */ buttons) =>
    el('div', { class: 'rail-group', role: 'group', 'aria-label': label }, ...buttons);
  const dom = el(
    'div',
    { class: 'rail', role: 'toolbar', 'aria-label': t('Tools'), 'aria-orientation': 'vertical' },
    group(t('Pointer'), tools),
    group(t('Overlays'), layers),
    group(t('Compare'), comparisons),
    group(t('Zoom'), zoom),
  );
  return {
    dom,
    /** @param {State} state */
    syncState(state) {
      TOOLS.forEach(([tool], i) => setPressed(tools[i], state.tool === tool));
      LAYERS.forEach(([layer], i) => setPressed(layers[i], state.layers[layer]));
      COMPARISONS.forEach(([comparison], i) => setPressed(comparisons[i], state.comparison === comparison));
      stage.dom.classList.toggle('is-hand', state.tool === 'hand');
    },
  };
}
