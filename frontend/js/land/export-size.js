/**
 * How large an export is, and may be. Pure.
 */

import { language, t } from '../i18n.js';

/** @typedef {import('./export-dialog.js').Wanted} Wanted */

export const MAX_SIDE = 16384;
export const MAX_WEBP_PX = 2 ** 26;
const MAX_WEBP_SIDE = 16383;
const ROUGH_SPEED = 0.5e6; // pixels a second, on one core

/** @param {readonly number[]} box */
export function pixelsText([, , width, height]) {
  const millions = (width * height) / 1e6;
  const count = millions.toLocaleString(language, millions < 1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: millions < 10 ? 1 : 0 });
  const minutes = Math.round((millions * 1e6) / ROUGH_SPEED / 60);
  return minutes < 2
    ? t('{width} × {height} px: {count} million pixels', { width, height, count })
    : t('{width} × {height} px: {count} million pixels; on a processor core that takes about {minutes} minutes', { width, height, count, minutes });
}

/** What is wrong with a size, or null. @param {Wanted} wanted */
export function largestOf({ box: [, , width, height], format }) {
  if (Math.max(width, height) > MAX_SIDE) return t('No side is longer than {side} px', { side: MAX_SIDE });
  if (format === 'webp' && (width * height > MAX_WEBP_PX || Math.max(width, height) > MAX_WEBP_SIDE)) return t('A WebP has 67 million pixels at most: choose PNG or TIFF');
  return null;
}
