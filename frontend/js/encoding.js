/** How a picture is encoded: what the person chooses, and what the server is asked for. */

import { t } from './i18n.js';

/** @typedef {'fast'|'faithful'|'balanced'|'editable'} EncodeMode */
/** @typedef {{steps: number|null, regulariser: number|null}} Asked null: the model's default */

/** @type {Record<EncodeMode, {text: string, hint: string, asked: Asked}>} */
export const ENCODINGS = {
  fast: { text: t('Fast'), hint: t('The encoder alone'), asked: { steps: 0, regulariser: null } },
  faithful: {
    text: t('Faithful'),
    hint: t('As close to the picture as can be; edits may work less well'),
    asked: { steps: null, regulariser: 0 },
  },
  balanced: { text: t('Balanced'), hint: t('Close, and easy to edit'), asked: { steps: null, regulariser: null } },
  editable: {
    text: t('Editable'),
    hint: t('Held closer to what the model draws by itself'),
    asked: { steps: null, regulariser: 1 },
  },
};

/**
 * What a model can do: without an encoder there is nothing to be fast with.
 * @param {EncodeMode} mode @param {boolean} hasEncoder @returns {EncodeMode}
 */
export function possible(mode, hasEncoder) {
  return mode === 'fast' && !hasEncoder ? 'balanced' : mode;
}
