/**
 * The keys of the land page: one list for what they do and for the help that says so.
 */

import { t } from '../i18n.js';
import { LARGEST_BRUSH, SMALLEST_BRUSH } from './stroke.js';

/** @typedef {import('./panel.js').Brush} Brush */
/**
 * @typedef {object} Key
 * @property {string} combo as it is printed
 * @property {string} does
 * @property {(brush: Brush) => Partial<Brush>} [change] of the brush
 * @property {number} [step] in the history
 */

/** @type {Key[]} */
export const KEYS = [
  { combo: 'V', does: t('Move the land'), change: () => ({ tool: 'move' }) },
  { combo: 'B', does: t('Paint the attribute'), change: () => ({ tool: 'paint' }) },
  { combo: 'E', does: t('Drag a rectangle to download it'), change: () => ({ tool: 'export' }) },
  { combo: '[', does: t('Smaller brush'), change: ({ radius }) => ({ radius: Math.max(SMALLEST_BRUSH, Math.round(radius * 0.8)) }) },
  { combo: ']', does: t('Larger brush'), change: ({ radius }) => ({ radius: Math.min(LARGEST_BRUSH, Math.round(radius * 1.25)) }) },
  { combo: 'Ctrl+Z', does: t('Undo'), step: -1 },
  { combo: 'Ctrl+Shift+Z', does: t('Redo'), step: 1 },
  { combo: '?', does: t('Help and keys') },
];

/** What the map itself does. @type {Key[]} */
export const MAP_KEYS = [
  { combo: '+', does: t('Closer') },
  { combo: '-', does: t('Farther away') },
  { combo: '←↑→↓', does: t('Move the land, with the map in focus') },
];

/**
 * The key that was pressed, if it is one of the page's.
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, shiftKey: boolean, altKey: boolean}} event
 */
export function keyOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (altKey) return undefined;
  const letter = key.length === 1 ? key.toUpperCase() : key;
  const combo = ctrlKey || metaKey ? `Ctrl+${shiftKey ? 'Shift+' : ''}${letter}` : letter;
  return KEYS.find((each) => each.combo === combo);
}
