/**
 * Which edit of a land is which in the land after it. Pure.
 */

/** @typedef {import('./stroke.js').LandEdit} LandEdit */
/** @typedef {{enabled?: boolean, strength?: number}|null} Change null: delete it */
/** @typedef {{edit: LandEdit, nth: number}} Stroke the nth of all that are the same stroke, counted from 0 */

/** Whether both are painted alike at the same place, whatever their amounts. @param {LandEdit} a @param {LandEdit} b */
function isSame(a, b) {
  return a.attribute === b.attribute && a.box.join() === b.box.join() && JSON.stringify(a.mask) === JSON.stringify(b.mask);
}

/** @param {readonly LandEdit[]} edits @param {number} index @returns {Stroke} */
export function strokeAt(edits, index) {
  const edit = edits[index];
  return { edit, nth: edits.slice(0, index).filter((each) => isSame(each, edit)).length };
}

/** Where a stroke is in another list; −1: nowhere. @param {readonly LandEdit[]} edits @param {Stroke} stroke */
export function indexOf(edits, { edit, nth }) {
  const found = edits.flatMap((each, i) => (isSame(each, edit) ? [i] : []));
  return found[nth] ?? -1;
}

/**
 * The edits with one of them changed; as they are, if it is gone meanwhile.
 * @param {readonly LandEdit[]} edits
 * @param {Stroke} stroke
 * @param {Change} change
 * @returns {LandEdit[]}
 */
export function changed(edits, stroke, change) {
  const at = indexOf(edits, stroke);
  return edits.flatMap((each, i) => (i !== at ? [each] : change ? [{ ...each, ...change }] : []));
}

/**
 * Which edit is open in the next land: one that was just painted, or else the one that was.
 * @param {readonly LandEdit[]|null} before null: no land before
 * @param {readonly LandEdit[]} edits
 * @param {number} open −1: none
 */
export function openAfter(before, edits, open) {
  if (!before) return -1;
  const isOneMore = edits.length === before.length + 1 && before.every((each, i) => isSame(each, edits[i]));
  if (isOneMore) return edits.length - 1;
  return open < 0 ? -1 : indexOf(edits, strokeAt(before, open));
}

/**
 * A name for every edit: its attribute's, numbered where several have the same.
 * @param {readonly LandEdit[]} edits
 * @param {(edit: LandEdit) => string} titleOf
 */
export function names(edits, titleOf) {
  const titles = edits.map(titleOf);
  return titles.map((title, i) => {
    const alike = titles.filter((each) => each === title).length;
    const before = titles.slice(0, i).filter((each) => each === title).length;
    return alike > 1 ? `${title} ${before + 1}` : title;
  });
}
