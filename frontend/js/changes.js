/**
 * What a step of the history did, in a few words: read from the two lists, so that nothing has to be noted on the way.
 */

/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./session.js').Edit} Edit */

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
  if (added.length + removed.length + changed.length > 1) return 'Several edits at once';
  if (added.length) return `${nameOf(added[0])}: new`;
  if (removed.length) return `${nameOf(removed[0])}: deleted`;
  if (!changed.length) return 'Another order';
  const now = changed[0];
  const then = /** @type {Edit} */ (earlier.get(now.key));
  return `${nameOf(now)}: ${changeOf(then, now)}`;
}

/** @param {Edit} then @param {Edit} now */
function changeOf(then, now) {
  if (then.mask !== now.mask) return 'painted';
  if (then.enabled !== now.enabled) return now.enabled ? 'switched on' : 'switched off';
  if (then.name !== now.name) return 'renamed';
  return 'amount';
}
