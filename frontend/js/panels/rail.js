/**
 * The tools beside the picture: what the pointer does, what is drawn over the picture, and the zoom.
 */

import { el } from '../dom.js';
import { iconButton, setPressed } from './controls.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../state.js').Tool} Tool */
/** @typedef {import('../state.js').Layers} Layers */

/** @type {[Tool, string, string, string][]} */
const TOOLS = [
  ['brush', 'brush', 'Brush', 'B'],
  ['eraser', 'eraser', 'Eraser', 'E'],
  ['rectangle', 'rectangle', 'Rectangle', 'R'],
  ['lasso', 'lasso', 'Lasso', 'L'],
  ['hand', 'hand', 'Move the view', 'V'],
];
/** @type {[keyof Layers, string, string, string][]} */
const LAYERS = [
  ['mask', 'mask', 'Show what this edit paints', 'M'],
  ['grid', 'grid', 'Show the model’s grid', 'G'],
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
  const tools = TOOLS.map(([tool, icon, label, keys]) =>
    iconButton(icon, label, () => dispatch({ type: 'toolChosen', tool }), { keys }),
  );
  const layers = LAYERS.map(([layer, icon, label, keys]) =>
    iconButton(icon, label, () => dispatch({ type: 'layerToggled', layer }), { keys }),
  );
  const comparisons = COMPARISONS.map(([comparison, icon, label]) =>
    iconButton(icon, label, () => dispatch({ type: 'comparisonChosen', comparison })),
  );
  const zoom = [
    iconButton('plus', 'Zoom in', () => stage.zoom(1.25), { keys: '+' }),
    iconButton('minus', 'Zoom out', () => stage.zoom(0.8), { keys: '−' }),
    iconButton('fit', 'Fit the picture', () => stage.fit(), { keys: 'F' }),
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
