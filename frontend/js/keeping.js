/**
 * What is kept of the open picture besides its edits: the session's name, its snapshots, and how far saving is. Pure.
 */

import { t } from './i18n.js';

/** @typedef {import('./session.js').Session} Session */
/** @typedef {{name: string, parts: readonly Session[], savedAt: string}} Snapshot parts: of the picture, as they were; savedAt: ISO 8601 */
/** @typedef {'new'|'changed'|'saving'|'saved'|'failed'|'conflict'} Saving new: nothing to save yet; changed: about to be saved */
/** @typedef {{sessionId: string|null, revision: number, name: string, snapshots: readonly Snapshot[], saving: Saving, coverId: string|null}} Keeping revision: the latest that the server is known to have; coverId: the picture that it was known by when it was opened */
/**
 * @typedef {{type: 'sessionNamed', name: string}
 * | {type: 'snapshotTaken', name: string, savedAt: string}
 * | {type: 'snapshotDropped', index: number}
 * | {type: 'saveStarted'}
 * | {type: 'saved', sessionId: string, revision: number}
 * | {type: 'saveFailed'}
 * | {type: 'saveConflicted'}
 * | {type: 'keptApart'}} KeepingAction
 */

export const MAX_SNAPSHOTS = 50; // as the API takes them
const MAX_NAME = 80;

/** @param {string} name @returns {Keeping} of a picture that was just opened */
export function fresh(name) {
  return { sessionId: null, revision: 0, name: shortName(name) || t('Picture'), snapshots: [], saving: 'new', coverId: null };
}

/** Of what is worth a session at once: one's own picture, or edits that the server may not have. @param {string} name @returns {Keeping} */
export function unsaved(name) {
  return { ...fresh(name), saving: 'changed' };
}

/** The name of a file without its ending. @param {string} fileName */
export function nameOfFile(fileName) {
  return shortName(fileName.replace(/\.[^.]+$/, ''));
}

/**
 * @param {Keeping} keeping
 * @param {KeepingAction} action
 * @param {readonly Session[]} parts as they are now
 * @returns {Keeping}
 */
export function keep(keeping, action, parts) {
  switch (action.type) {
    case 'sessionNamed': {
      const name = shortName(action.name);
      return name && name !== keeping.name ? { ...keeping, name } : keeping;
    }
    case 'snapshotTaken': {
      const snapshot = { name: shortName(action.name) || t('Snapshot'), parts, savedAt: action.savedAt };
      return { ...keeping, snapshots: [...keeping.snapshots, snapshot].slice(-MAX_SNAPSHOTS) };
    }
    case 'snapshotDropped':
      return { ...keeping, snapshots: keeping.snapshots.filter((_, i) => i !== action.index) };
    case 'saveStarted':
      return { ...keeping, saving: 'saving' };
    case 'saved': {
      const saving = keeping.saving === 'saving' ? 'saved' : keeping.saving; // else there is something newer
      return { ...keeping, sessionId: action.sessionId, revision: action.revision, saving };
    }
    case 'saveFailed':
      return { ...keeping, saving: 'failed' };
    case 'saveConflicted':
      return { ...keeping, saving: 'conflict' };
    case 'keptApart':
      return { ...keeping, sessionId: null, revision: 0, name: shortName(`${keeping.name} (2)`), saving: 'changed' };
  }
}

/** Something is newer than what the server has. @param {Keeping} keeping @returns {Keeping} */
export function changed(keeping) {
  return keeping.saving === 'conflict' ? keeping : { ...keeping, saving: 'changed' };
}

/** @param {string} name */
function shortName(name) {
  return name.trim().slice(0, MAX_NAME);
}
