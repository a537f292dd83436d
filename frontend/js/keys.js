/**
 * Every command that has a key, in one table: the help dialog lists it, keyboard.js obeys it, bindings.js says which key.
 */

import { t } from './i18n.js';

/** @typedef {import('./state.js').State} State */
/**
 * What keys can do beyond actions on the state.
 * @typedef {object} KeyEvents
 * @property {(action: import('./state.js').Action) => void} dispatch
 * @property {() => void} help
 * @property {() => void} open
 * @property {() => void} download
 * @property {() => void} search
 * @property {() => void} flip
 * @property {(factor: number) => void} zoom
 * @property {() => void} fit
 * @property {() => void} actualSize
 * @property {() => void} removeEdit
 */
/**
 * @typedef {object} Command
 * @property {string} id
 * @property {string} group
 * @property {string} does
 * @property {readonly string[]} combos by default
 * @property {(events: KeyEvents, state: State) => void} run
 * @property {(events: KeyEvents) => void} [release] of a key that is held
 * @property {boolean} [needsEditor]
 */
/** @typedef {{group: string, shown: string, does: string}} Gesture what pointers and fixed keys do: listed only */

const SIZE_STEP = 3;
const SOFTNESS_STEP = 10;

/** @type {(id: import('./state.js').Tool, does: string, combo: string) => Command} */
const tool = (id, does, combo) => ({
  id,
  group: t('Tools'),
  does,
  combos: [combo],
  run: ({ dispatch }) => dispatch({ type: 'toolChosen', tool: id }),
  needsEditor: true,
});
/** @type {(id: string, group: string, does: string, combos: string[], run: Command['run']) => Command} */
const inEditor = (id, group, does, combos, run) => ({ id, group, does, combos, run, needsEditor: true });

/** @type {readonly Command[]} */
export const COMMANDS = [
  tool('brush', t('Brush'), 'B'),
  tool('eraser', t('Eraser'), 'E'),
  tool('rectangle', t('Rectangle'), 'R'),
  tool('lasso', t('Lasso'), 'L'),
  tool('hand', t('Move the view'), 'V'),
  inEditor('smaller', t('Brush'), t('Smaller'), ['['], ({ dispatch }, { brush }) =>
    dispatch({ type: 'brushChanged', brush: { size: brush.size - SIZE_STEP } })),
  inEditor('larger', t('Brush'), t('Larger'), [']'], ({ dispatch }, { brush }) =>
    dispatch({ type: 'brushChanged', brush: { size: brush.size + SIZE_STEP } })),
  inEditor('harder', t('Brush'), t('Harder'), ['Shift+['], ({ dispatch }, { brush }) =>
    dispatch({ type: 'brushChanged', brush: { softness: brush.softness - SOFTNESS_STEP } })),
  inEditor('softer', t('Brush'), t('Softer'), ['Shift+]'], ({ dispatch }, { brush }) =>
    dispatch({ type: 'brushChanged', brush: { softness: brush.softness + SOFTNESS_STEP } })),
  inEditor('undo', t('Edits'), t('Undo'), ['Ctrl+Z'], ({ dispatch }) => dispatch({ type: 'undone' })),
  inEditor('redo', t('Edits'), t('Redo'), ['Ctrl+Shift+Z', 'Ctrl+Y'], ({ dispatch }) => dispatch({ type: 'redone' })),
  inEditor('new', t('Edits'), t('Start a new edit'), ['N'], ({ dispatch }) => dispatch({ type: 'editClosed' })),
  inEditor('flip', t('Edits'), t('Flip the sign of the amount'), ['X'], ({ flip }) => flip()),
  inEditor('search', t('Edits'), t('Search attributes'), ['/'], ({ search }) => search()),
  inEditor('remove', t('Edits'), t('Delete the chosen edit'), ['Shift+Delete'], ({ removeEdit }) => removeEdit()),
  {
    ...inEditor('original', t('View'), t('Hold: see the original'), ['\\'], ({ dispatch }) => dispatch({ type: 'compared', on: true })),
    release: ({ dispatch }) => dispatch({ type: 'compared', on: false }),
  },
  inEditor('compare', t('View'), t('Compare: slider, side by side, difference, off'), ['C'], ({ dispatch }) =>
    dispatch({ type: 'comparisonCycled' })),
  inEditor('grid', t('View'), t('The model’s grid'), ['G'], ({ dispatch }) => dispatch({ type: 'layerToggled', layer: 'grid' })),
  inEditor('mask', t('View'), t('What the chosen edit paints'), ['M'], ({ dispatch }) => dispatch({ type: 'layerToggled', layer: 'mask' })),
  inEditor('heat', t('View'), t('Where it shows: painting elsewhere does little'), ['H'], ({ dispatch }) =>
    dispatch({ type: 'layerToggled', layer: 'heat' })),
  inEditor('zoom-in', t('View'), t('Zoom in; also the wheel'), ['+', '='], ({ zoom }) => zoom(1.25)),
  inEditor('zoom-out', t('View'), t('Zoom out'), ['-'], ({ zoom }) => zoom(0.8)),
  inEditor('fit', t('View'), t('Fit the picture'), ['F', 'Ctrl+0'], ({ fit }) => fit()),
  inEditor('actual', t('View'), t('Actual size'), ['Ctrl+1'], ({ actualSize }) => actualSize()),
  { id: 'open', group: t('Page'), does: t('Open a picture'), combos: ['Ctrl+O'], run: ({ open }) => open() },
  inEditor('download', t('Page'), t('Download'), ['Ctrl+S'], ({ download }) => download()),
  { id: 'help', group: t('Page'), does: t('This list'), combos: ['?'], run: ({ help }) => help() },
];

/** @type {readonly Gesture[]} */
export const GESTURES = [
  { group: t('Tools'), shown: 'Alt drag', does: t('Erase while painting, and the reverse; so does the right button') },
  { group: t('Tools'), shown: 'Shift click', does: t('Straight line from the last stroke') },
  { group: t('Brush'), shown: '1 … 9', does: t('Strength 10 to 90 %; 0 is 100 %') },
  { group: t('Edits'), shown: 'F2', does: t('Rename the edit in focus') },
  { group: t('View'), shown: 'Space drag', does: t('Move the view; also the middle button') },
  { group: t('Keyboard painting'), shown: '← ↑ ↓ →', does: t('With the picture in focus: move by one cell') },
  { group: t('Keyboard painting'), shown: 'Enter', does: t('Paint there') },
  { group: t('Keyboard painting'), shown: 'Delete', does: t('Erase there') },
];

/** The strength that a digit stands for, in percent; null: another key. @param {string} combo */
export function strengthOf(combo) {
  if (!/^\d$/.test(combo)) return null;
  return combo === '0' ? 100 : Number(combo) * 10;
}
