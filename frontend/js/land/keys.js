/**
 * The keys of the land page: one list for what they do and for the help that says so.
 */

import { comboOf } from '../bindings.js';
import { t } from '../i18n.js';
import { LARGEST_BRUSH, SMALLEST_BRUSH } from './stroke.js';

/** @typedef {import('./panel.js').Brush} Brush */
/**
 * @typedef {object} Key
 * @property {string} group
 * @property {string[]} combos
 * @property {string} does
 * @property {(brush: Brush) => Partial<Brush>} [change] of the brush
 * @property {number} [step] in the history
 * @property {boolean} [acts] does what the tool does
 */

const [TOOLS, EDITS, MAP] = [t('Tools'), t('Edits'), t('Map, when it has the focus')];

/** The one that does none of these shows the help. @type {Key[]} */
export const KEYS = [
  { group: TOOLS, combos: ['V'], does: t('Move the land'), change: () => ({ tool: 'move' }) },
  { group: TOOLS, combos: ['B'], does: t('Paint the attribute'), change: () => ({ tool: 'paint' }) },
  { group: TOOLS, combos: ['E'], does: t('Drag a rectangle to download it'), change: () => ({ tool: 'export' }) },
  { group: TOOLS, combos: ['['], does: t('Smaller brush'), change: ({ radius }) => ({ radius: Math.max(SMALLEST_BRUSH, Math.round(radius * 0.8)) }) },
  { group: TOOLS, combos: [']'], does: t('Larger brush'), change: ({ radius }) => ({ radius: Math.min(LARGEST_BRUSH, Math.round(radius * 1.25)) }) },
  { group: MAP, combos: ['Enter'], does: t('Paint once in the middle, or export what is seen'), acts: true },
  { group: EDITS, combos: ['Ctrl+Z'], does: t('Undo'), step: -1 },
  { group: EDITS, combos: ['Ctrl+Shift+Z', 'Ctrl+Y'], does: t('Redo'), step: 1 },
  { group: EDITS, combos: ['?'], does: t('Help and keys') },
];

/** What the map itself does. */
export const GESTURES = [
  { group: MAP, shown: '← ↑ → ↓', does: t('Move the land') },
  { group: MAP, shown: '+', does: t('Closer') },
  { group: MAP, shown: '-', does: t('Farther away') },
  { group: MAP, shown: 'wheel', does: t('Closer and farther') },
  { group: MAP, shown: 'drag', does: t('What the tool does') },
];

/**
 * The key that was pressed, if it is one of the page's.
 * @param {KeyboardEvent} event
 * @param {boolean} areSingleKeysOn keys without Ctrl can be switched off, in the editor's help
 * @returns {Key|null}
 */
export function keyOf(event, areSingleKeysOn) {
  const combo = comboOf(event);
  const key = KEYS.find(({ combos }) => combo !== null && combos.includes(combo)) ?? null;
  return areSingleKeysOn || combo?.startsWith('Ctrl+') || combo === '?' || key?.acts ? key : null;
}
