/**
 * The tools beside the picture: what the pointer does, what is drawn over the picture, and the zoom.
 */

import { el } from '../dom.js';
import { iconButton, setPressed } from './controls.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../state.js').Tool} Tool */
/** @typedef {import('../state.js').Layers} Layers */

/** @type {[Tool, string, string][]} */
const TOOLS = [
  ['brush', 'brush', 'Brush'],
  ['eraser', 'eraser', 'Eraser'],
  ['rectangle', 'rectangle', 'Rectangle'],
  ['lasso', 'lasso', 'Lasso'],
  ['hand', 'hand', 'Move the view'],
];
/** @type {[keyof Layers, string, string][]} */
const LAYERS = [
  ['mask', 'mask', 'Show what this edit paints'],
  ['grid', 'grid', 'Show the model’s grid'],
];

/** @type {[import('../canvas/comparison.js').Comparison, string, string][]} */
const COMPARISONS = [
  ['slider', 'split', 'Compare with a slider'],
  ['side', 'beside', 'Compare side by side'],
  ['difference', 'difference', 'Show how much changed'],
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
    iconButton('plus', 'Zoom in', () => stage.zoom(1.25), { command: 'zoom-in' }),
    iconButton('minus', 'Zoom out', () => stage.zoom(0.8), { command: 'zoom-out' }),
    iconButton('fit', 'Fit the picture', () => stage.fit(), { command: 'fit' }),
  ];
  const group = (/** @type {string} */ label, /** @type {HTMLElement[]} */ buttons) =>
    el('div', { class: 'rail-group', role: 'group', 'aria-label': label }, ...buttons);
  const dom = el(
    'div',
    { class: 'rail', role: 'toolbar', 'aria-label': 'Tools', 'aria-orientation': 'vertical' },
    group('Pointer', tools),
    group('Overlays', layers),
    group('Compare', comparisons),
    group('Zoom', zoom),
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
