/**
 * Every key of the page in one table: the help dialog lists it, keyboard.js obeys it.
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
/** @typedef {{group: string, shown: string, does: string, when?: (event: KeyboardEvent) => boolean, run?: (events: KeyEvents, state: State, event: KeyboardEvent) => void, needsEditor?: boolean}} Key */

const SIZE_STEP = 3;
const SOFTNESS_STEP = 10;

/** @type {(...keys: string[]) => (event: KeyboardEvent) => boolean} */
const plain =
  (...keys) =>
  (event) =>
    !isCommand(event) && keys.includes(event.key.toLowerCase());
/** @type {(key: string, shift?: boolean) => (event: KeyboardEvent) => boolean} */
const command =
  (key, shift = false) =>
  (event) =>
    isCommand(event) && event.key.toLowerCase() === key && event.shiftKey === shift;

/** @type {readonly Key[]} */
export const KEYS = [
  {
    group: 'Tools',
    shown: 'B',
    does: 'Brush',
    when: plain('b'),
    run: ({ dispatch }) => dispatch({ type: 'toolChosen', tool: 'brush' }),
    needsEditor: true,
  },
  {
    group: 'Tools',
    shown: 'E',
    does: 'Eraser',
    when: plain('e'),
    run: ({ dispatch }) => dispatch({ type: 'toolChosen', tool: 'eraser' }),
    needsEditor: true,
  },
  {
    group: 'Tools',
    shown: 'R',
    does: 'Rectangle',
    when: plain('r'),
    run: ({ dispatch }) => dispatch({ type: 'toolChosen', tool: 'rectangle' }),
    needsEditor: true,
  },
  {
    group: 'Tools',
    shown: 'L',
    does: 'Lasso',
    when: plain('l'),
    run: ({ dispatch }) => dispatch({ type: 'toolChosen', tool: 'lasso' }),
    needsEditor: true,
  },
  {
    group: 'Tools',
    shown: 'V',
    does: 'Move the view',
    when: plain('v'),
    run: ({ dispatch }) => dispatch({ type: 'toolChosen', tool: 'hand' }),
    needsEditor: true,
  },
  {
    group: 'Tools',
    shown: 'Alt drag',
    does: 'Erase while painting, and the reverse; so does the right button',
  },
  { group: 'Tools', shown: 'Shift click', does: 'Straight line from the last stroke' },
  {
    group: 'Brush',
    shown: '[ ]',
    does: 'Smaller, larger',
    when: (event) => plain('[', ']')(event) && !event.shiftKey,
    run: ({ dispatch }, { brush }, { key }) =>
      dispatch({
        type: 'brushChanged',
        brush: { size: brush.size + (key === ']' ? SIZE_STEP : -SIZE_STEP) },
      }),
    needsEditor: true,
  },
  {
    group: 'Brush',
    shown: 'Shift [ ]',
    does: 'Harder, softer',
    when: (event) =>
      event.shiftKey && !isCommand(event) && ['BracketLeft', 'BracketRight'].includes(event.code),
    run: ({ dispatch }, { brush }, { code }) =>
      dispatch({
        type: 'brushChanged',
        brush: { softness: brush.softness + (code === 'BracketRight' ? SOFTNESS_STEP : -SOFTNESS_STEP) },
      }),
    needsEditor: true,
  },
  {
    group: 'Brush',
    shown: '1 … 9',
    does: 'Strength 10 to 90 %',
    when: (event) => /^Digit[1-9]$/.test(event.code) && plain(event.key)(event) && !event.shiftKey,
    run: ({ dispatch }, _, { code }) =>
      dispatch({ type: 'brushChanged', brush: { strength: Number(code.slice(5)) * 10 } }),
    needsEditor: true,
  },
  {
    group: 'Brush',
    shown: '0',
    does: 'Strength 100 %',
    when: plain('0'),
    run: ({ dispatch }) => dispatch({ type: 'brushChanged', brush: { strength: 100 } }),
    needsEditor: true,
  },
  {
    group: 'Edits',
    shown: 'Ctrl Z',
    does: 'Undo',
    when: command('z'),
    run: ({ dispatch }) => dispatch({ type: 'undone' }),
    needsEditor: true,
  },
  {
    group: 'Edits',
    shown: 'Ctrl Shift Z',
    does: 'Redo; also Ctrl Y',
    when: (event) => command('z', true)(event) || command('y')(event),
    run: ({ dispatch }) => dispatch({ type: 'redone' }),
    needsEditor: true,
  },
  {
    group: 'Edits',
    shown: 'N',
    does: 'Start a new edit',
    when: plain('n'),
    run: ({ dispatch }) => dispatch({ type: 'editClosed' }),
    needsEditor: true,
  },
  {
    group: 'Edits',
    shown: 'X',
    does: 'Flip the sign of the amount',
    when: plain('x'),
    run: ({ flip }) => flip(),
    needsEditor: true,
  },
  {
    group: 'Edits',
    shown: '/',
    does: 'Search attributes',
    when: plain('/'),
    run: ({ search }) => search(),
    needsEditor: true,
  },
  {
    group: 'Edits',
    shown: 'Shift Delete',
    does: 'Delete the chosen edit',
    when: (event) => event.shiftKey && event.key === 'Delete',
    run: ({ removeEdit }) => removeEdit(),
    needsEditor: true,
  },
  { group: 'Edits', shown: 'F2', does: 'Rename the edit in focus' },
  { group: 'View', shown: '\\', does: 'Hold: see the original', needsEditor: true },
  {
    group: 'View',
    shown: 'C',
    does: 'Compare: slider, side by side, difference, off',
    when: plain('c'),
    run: ({ dispatch }) => dispatch({ type: 'comparisonCycled' }),
    needsEditor: true,
  },
  {
    group: 'View',
    shown: 'G',
    does: 'The model’s grid',
    when: plain('g'),
    run: ({ dispatch }) => dispatch({ type: 'layerToggled', layer: 'grid' }),
    needsEditor: true,
  },
  {
    group: 'View',
    shown: 'M',
    does: 'What the chosen edit paints',
    when: plain('m'),
    run: ({ dispatch }) => dispatch({ type: 'layerToggled', layer: 'mask' }),
    needsEditor: true,
  },
  {
    group: 'View',
    shown: 'H',
    does: 'Where it shows: painting elsewhere does little',
    when: plain('h'),
    run: ({ dispatch }) => dispatch({ type: 'layerToggled', layer: 'heat' }),
    needsEditor: true,
  },
  {
    group: 'View',
    shown: '+ −',
    does: 'Zoom; also the wheel',
    when: plain('+', '=', '-'),
    run: ({ zoom }, _, { key }) => zoom(key === '-' ? 0.8 : 1.25),
    needsEditor: true,
  },
  {
    group: 'View',
    shown: 'F',
    does: 'Fit the picture; also Ctrl 0',
    when: (event) => plain('f')(event) || command('0')(event),
    run: ({ fit }) => fit(),
    needsEditor: true,
  },
  {
    group: 'View',
    shown: 'Ctrl 1',
    does: 'Actual size',
    when: command('1'),
    run: ({ actualSize }) => actualSize(),
    needsEditor: true,
  },
  { group: 'View', shown: 'Space drag', does: 'Move the view; also the middle button' },
  { group: 'Keyboard painting', shown: '← ↑ ↓ →', does: 'With the picture in focus: move by one cell' },
  { group: 'Keyboard painting', shown: 'Enter', does: 'Paint there' },
  { group: 'Keyboard painting', shown: 'Delete', does: 'Erase there' },
  { group: 'Page', shown: 'Ctrl O', does: 'Open a picture', when: command('o'), run: ({ open }) => open() },
  {
    group: 'Page',
    shown: 'Ctrl S',
    does: 'Download',
    when: command('s'),
    run: ({ download }) => download(),
    needsEditor: true,
  },
  {
    group: 'Page',
    shown: '?',
    does: 'This list',
    when: (event) => event.key === '?' && !isCommand(event),
    run: ({ help }) => help(),
  },
];

/** @param {KeyboardEvent} event */
export function isCommand(event) {
  return event.ctrlKey || event.metaKey;
}
