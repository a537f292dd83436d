/**
 * How far a model is that the server fetches.
 */

/** Whether it goes on. @param {import('./types.js').Installation|null} installation */
export function isBusy(installation) {
  return installation?.status === 'downloading' || installation?.status === 'adopting';
}
