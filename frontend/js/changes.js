/**
 * What a step of the history did, in a few words: read from the two lists, so that nothing has to be noted on the way.
 */

import { t } from './i18n.js';

/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./session.js').Edit} Edit */
/** @typedef {import('./mask.js').Mask} Mask */

/**
 * @param {Session} before
 * @param {Session} after
 * @param {(edit: Edit) => string} nameOf
 * @returns {string}
 */
export function changeBetween(before, after, nameOf) {
  const earlier = new Map(before.edits.map((edit) => [edit.key, edit]));
  const later = new Map(after.edits.map((edit) => [edit.key, edit]));
  const added = after.edits.filter(({ key }) => !earlier.has(key));
  const removed = before.edits.filter(({ key }) => !later.has(key));
  const changed = after.edits.filter((edit) => earlier.has(edit.key) && earlier.get(edit.key) !== edit);
  if (added.length + removed.length + changed.length > 1) return t('Several edits at once');
  if (added.length) return t('{name}: new', { name: nameOf(added[0]) });
  if (removed.length) return t('{name}: deleted', { name: nameOf(removed[0]) });
  if (!changed.length) return t('Another order');
  const now = changed[0];
  const then = /** @type {Edit} */ (earlier.get(now.key));
  return t(changeOf(then, now), { name: nameOf(now) });
}

/** @param {Edit} then @param {Edit} now @returns {string} in English, with a place for the name */
function changeOf(then, now) {
  if (then.mask !== now.mask) return maskChange(then.mask, now.mask);
  if (then.enabled !== now.enabled) return now.enabled ? '{name}: switched on' : '{name}: switched off';
  if (then.name !== now.name) return '{name}: renamed';
  if (then.type === 'resample' && now.type === 'resample' && then.seed !== now.seed) return '{name}: another seed';
  if (then.type === 'transplant') return '{name}: shifted';
  if (then.type === 'attribute' && now.type === 'attribute' && then.layers !== now.layers) return '{name}: layers';
  return '{name}: amount';
}

/** @param {Mask|null} then @param {Mask|null} now null: the whole picture @returns {string} in English, with a place for the name */
function maskChange(then, now) {
  const [before, after] = [then?.values, now?.values];
  if (!after || before?.length === after.length && after.every((value, i) => value >= before[i])) return '{name}: painted';
  if (!before || after.every((value, i) => value <= before[i])) return '{name}: erased';
  return '{name}: another mask';
}
