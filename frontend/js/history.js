/**
 * Undo and redo over immutable values, as pure functions. What the value is: see session.js.
 */

const MAX_STEPS = 100; // a step keeps at most one mask (16 KiB), so all of them stay under 2 MiB

/**
 * @template T
 * @typedef {object} History
 * @property {T[]} past oldest first
 * @property {T} present
 * @property {T[]} future the next redo first
 * @property {string|null} tag what the latest step was; equal tags in a row join into one step
 */

/**
 * Start a history at a value.
 * @template T
 * @param {T} present
 * @returns {History<T>}
 */
export function begin(present) {
  return { past: [], present, future: [], tag: null };
}

/**
 * Make `present` the current value, as a new step or, when `tag` repeats, as more of the latest one.
 * @template T
 * @param {History<T>} history
 * @param {T} present
 * @param {string|null} [tag]
 * @returns {History<T>}
 */
export function commit(history, present, tag = null) {
  if (present === history.present) return history;
  if (tag !== null && tag === history.tag) return { ...history, present, future: [] };
  const past = [...history.past, history.present].slice(-MAX_STEPS);
  return { past, present, future: [], tag };
}

/**
 * End the joining of equal tags: the next commit is a step of its own.
 * @template T
 * @param {History<T>} history
 * @returns {History<T>}
 */
export function seal(history) {
  return history.tag === null ? history : { ...history, tag: null };
}

/**
 * Go one step back; the same history when there is none.
 * @template T
 * @param {History<T>} history
 * @returns {History<T>}
 */
export function undo(history) {
  if (!history.past.length) return history;
  const present = history.past[history.past.length - 1];
  return {
    past: history.past.slice(0, -1),
    present,
    future: [history.present, ...history.future],
    tag: null,
  };
}

/**
 * Go to any of the steps, oldest first, undone ones included.
 * @template T
 * @param {History<T>} history
 * @param {number} index
 * @returns {History<T>}
 */
export function jump(history, index) {
  const steps = stepsOf(history);
  const at = Math.min(steps.length - 1, Math.max(0, index));
  return { past: steps.slice(0, at), present: steps[at], future: steps.slice(at + 1), tag: null };
}

/**
 * All steps, oldest first, undone ones included; the present is number `past.length`.
 * @template T
 * @param {History<T>} history
 * @returns {T[]}
 */
export function stepsOf({ past, present, future }) {
  return [...past, present, ...future];
}

/**
 * Go one step forward again; the same history when there is none.
 * @template T
 * @param {History<T>} history
 * @returns {History<T>}
 */
export function redo(history) {
  if (!history.future.length) return history;
  const [present, ...future] = history.future;
  return { past: [...history.past, history.present], present, future, tag: null };
}
