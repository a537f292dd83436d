/**
 * Every command that has a key, in one table: the help dialog lists it, keyboard.js obeys it, bindings.js says which key.
 */

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
  group: 'Tools',
  does,
  combos: [combo],
  run: ({ dispatch }) => dispatch({ type: 'toolChosen', tool: id }),
  needsEditor: true,
});
/** @type {(id: string, group: string, does: string, combos: string[], run: Command['run']) => Command} */
const inEditor = (id, group, does, combos, run) => ({ id, group, does, combos, run, needsEditor: true });

/** @type {readonly Command[]} */
export const COMMANDS = [
  tool('brush', 'Brush', 'B'),
  tool('eraser', 'Eraser', 'E'),
  tool('rectangle', 'Rectangle', 'R'),
  tool('lasso', 'Lasso', 'L'),
  tool('hand', 'Move the view', 'V'),
  inEditor('smaller', 'Brush', 'Smaller', ['['], ({ dispatch }, { brush }) =>
    dispatch({ type: 'brushChanged', brush: { size: brush.size - SIZE_STEP } })),
  inEditor('larger', 'Brush', 'Larger', [']'], ({ dispatch }, { brush }) =>
    dispatch({ type: 'brushChanged', brush: { size: brush.size + SIZE_STEP } })),
  inEditor('harder', 'Brush', 'Harder', ['Shift+['], ({ dispatch }, { brush }) =>
    dispatch({ type: 'brushChanged', brush: { softness: brush.softness - SOFTNESS_STEP } })),
  inEditor('softer', 'Brush', 'Softer', ['Shift+]'], ({ dispatch }, { brush }) =>
    dispatch({ type: 'brushChanged', brush: { softness: brush.softness + SOFTNESS_STEP } })),
  inEditor('undo', 'Edits', 'Undo', ['Ctrl+Z'], ({ dispatch }) => dispatch({ type: 'undone' })),
  inEditor('redo', 'Edits', 'Redo', ['Ctrl+Shift+Z', 'Ctrl+Y'], ({ dispatch }) => dispatch({ type: 'redone' })),
  inEditor('new', 'Edits', 'Start a new edit', ['N'], ({ dispatch }) => dispatch({ type: 'editClosed' })),
  inEditor('flip', 'Edits', 'Flip the sign of the amount', ['X'], ({ flip }) => flip()),
  inEditor('search', 'Edits', 'Search attributes', ['/'], ({ search }) => search()),
  inEditor('remove', 'Edits', 'Delete the chosen edit', ['Shift+Delete'], ({ removeEdit }) => removeEdit()),
  {
    ...inEditor('original', 'View', 'Hold: see the original', ['\\'], ({ dispatch }) => dispatch({ type: 'compared', on: true })),
    release: ({ dispatch }) => dispatch({ type: 'compared', on: false }),
  },
  inEditor('compare', 'View', 'Compare: slider, side by side, difference, off', ['C'], ({ dispatch }) =>
    dispatch({ type: 'comparisonCycled' })),
  inEditor('grid', 'View', 'The model’s grid', ['G'], ({ dispatch }) => dispatch({ type: 'layerToggled', layer: 'grid' })),
  inEditor('mask', 'View', 'What the chosen edit paints', ['M'], ({ dispatch }) => dispatch({ type: 'layerToggled', layer: 'mask' })),
  inEditor('heat', 'View', 'Where it shows: painting elsewhere does little', ['H'], ({ dispatch }) =>
    dispatch({ type: 'layerToggled', layer: 'heat' })),
  inEditor('zoom-in', 'View', 'Zoom in; also the wheel', ['+', '='], ({ zoom }) => zoom(1.25)),
  inEditor('zoom-out', 'View', 'Zoom out', ['-'], ({ zoom }) => zoom(0.8)),
  inEditor('fit', 'View', 'Fit the picture', ['F', 'Ctrl+0'], ({ fit }) => fit()),
  inEditor('actual', 'View', 'Actual size', ['Ctrl+1'], ({ actualSize }) => actualSize()),
  { id: 'open', group: 'Page', does: 'Open a picture', combos: ['Ctrl+O'], run: ({ open }) => open() },
  inEditor('download', 'Page', 'Download', ['Ctrl+S'], ({ download }) => download()),
  { id: 'help', group: 'Page', does: 'This list', combos: ['?'], run: ({ help }) => help() },
];

/** @type {readonly Gesture[]} */
export const GESTURES = [
  { group: 'Tools', shown: 'Alt drag', does: 'Erase while painting, and the reverse; so does the right button' },
  { group: 'Tools', shown: 'Shift click', does: 'Straight line from the last stroke' },
  { group: 'Brush', shown: '1 … 9', does: 'Strength 10 to 90 %; 0 is 100 %' },
  { group: 'Edits', shown: 'F2', does: 'Rename the edit in focus' },
  { group: 'View', shown: 'Space drag', does: 'Move the view; also the middle button' },
  { group: 'Keyboard painting', shown: '← ↑ ↓ →', does: 'With the picture in focus: move by one cell' },
  { group: 'Keyboard painting', shown: 'Enter', does: 'Paint there' },
  { group: 'Keyboard painting', shown: 'Delete', does: 'Erase there' },
];

/** The strength that a digit stands for, in percent; null: another key. @param {string} combo */
export function strengthOf(combo) {
  if (!/^\d$/.test(combo)) return null;
  return combo === '0' ? 100 : Number(combo) * 10;
}
