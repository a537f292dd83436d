/**
 * The part of the reducer that edits: attributes, strokes, the list, undo and redo.
 */

import { begin, commit, jump, redo, seal, undo } from './history.js';
import {
  addEdit, duplicateEdit, findEdit, maskEdit, moveEdit, removeEdit, renameEdit, soloEdit, strokeEdit, toggleEdit, weightEdit,
} from './session.js';
import { maskSizeFor } from './geometry.js';
import { constantMask, paint } from './mask.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./types.js').Attribute} Attribute */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./session.js').Edit} Edit */

/** @type {Record<string, string>} */
const OTHER_NAMES = { transplant: 'Transplant', resample: 'New content' };

/**
 * @typedef {{type: 'opened', source: import('./state.js').Source, session: Session, keeping: import('./keeping.js').Keeping}
 * | {type: 'attributeChosen', id: string}
 * | {type: 'amountChanged', amount: number}
 * | {type: 'settled'}
 * | {type: 'stroked', mode: 'paint'|'erase', coverage: import('./mask.js').Mask}
 * | {type: 'maskChanged', mask: import('./mask.js').Mask}
 * | {type: 'wholePainted'}
 * | {type: 'editClosed'}
 * | {type: 'editChosen', key: string}
 * | {type: 'editToggled', key: string}
 * | {type: 'editWeighted', key: string, strength: number}
 * | {type: 'editRemoved', key: string}
 * | {type: 'editMoved', key: string, index: number}
 * | {type: 'editDuplicated', key: string}
 * | {type: 'editSoloed', key: string}
 * | {type: 'editRenamed', key: string, name: string}
 * | {type: 'snapshotRestored', index: number}
 * | {type: 'historyJumped', index: number}
 * | {type: 'undone'}
 * | {type: 'redone'}} EditingAction
 */

/**
 * @param {State} state
 * @param {EditingAction} action
 * @returns {State}
 */
export function editing(state, action) {
  if (action.type === 'opened') return open(state, action);
  if (action.type === 'attributeChosen') return chooseAttribute(state, action.id);
  if (!state.history) return state;
  const session = state.history.present;
  switch (action.type) {
    case 'amountChanged': {
      if (!state.attribute) return state;
      const amounts = { ...state.amounts, [state.attribute]: action.amount };
      const next = { ...state, amounts };
      if (!state.openKey) return next;
      return step(next, weightEdit(session, state.openKey, action.amount), `weight ${state.openKey}`);
    }
    case 'settled':
      return { ...state, history: seal(state.history) };
    case 'stroked':
      return action.mode === 'paint'
        ? paintStroke(state, action.coverage)
        : eraseStroke(state, action.coverage);
    case 'maskChanged':
      return state.openKey ? step(state, maskEdit(session, state.openKey, action.mask)) : state;
    case 'wholePainted': {
      if (!state.attribute) return state;
      const added = addEdit(session, state.attribute, amountOf(state, state.attribute), null);
      return { ...step(state, added.session), openKey: added.key };
    }
    case 'editClosed':
      return { ...state, openKey: null };
    case 'editChosen':
      return chooseEdit(state, findEdit(session, action.key));
    case 'editToggled':
      return step(state, toggleEdit(session, action.key));
    case 'editWeighted': {
      const next = step(state, weightEdit(session, action.key, action.strength), `weight ${action.key}`);
      const edit = findEdit(session, action.key);
      if (edit?.type !== 'attribute') return next;
      return { ...next, amounts: { ...next.amounts, [edit.attribute]: action.strength } };
    }
    case 'editRemoved':
      return withOpenEdit(step(state, removeEdit(session, action.key)));
    case 'editMoved':
      return step(state, moveEdit(session, action.key, action.index));
    case 'editDuplicated': {
      const twice = duplicateEdit(session, action.key);
      return { ...step(state, twice.session), openKey: twice.key };
    }
    case 'editSoloed':
      return step(state, soloEdit(session, action.key));
    case 'editRenamed':
      return step(state, renameEdit(session, action.key, action.name));
    case 'snapshotRestored': {
      const snapshot = state.keeping?.snapshots[action.index];
      return snapshot ? withOpenEdit(step(state, { ...session, edits: snapshot.edits })) : state;
    }
    case 'historyJumped':
      return withOpenEdit({ ...state, history: jump(state.history, action.index) });
    case 'undone':
      return withOpenEdit({ ...state, history: undo(state.history), status: 'Undone' });
    case 'redone':
      return withOpenEdit({ ...state, history: redo(state.history), status: 'Done again' });
    default:
      return state;
  }
}

/**
 * The attributes that can be painted on the open picture.
 * @param {State} state
 * @returns {readonly Attribute[]}
 */
export function attributesOf(state) {
  return state.models.find((model) => model.id === state.source?.modelId)?.attributes ?? [];
}

/**
 * What an edit is called: by its person, or by what it does.
 * @param {State} state
 * @param {Edit} edit
 * @returns {string}
 */
export function editName(state, edit) {
  if (edit.name) return edit.name;
  if (edit.type === 'attribute') return attributesOf(state).find(({ id }) => id === edit.attribute)?.title ?? edit.attribute;
  return OTHER_NAMES[edit.wire.type] ?? edit.wire.attribute ?? 'Edit';
}

/**
 * How strongly an attribute would be painted now, in σ.
 * @param {State} state
 * @param {string} id
 */
export function amountOf(state, id) {
  return state.amounts[id] ?? attributesOf(state).find((attribute) => attribute.id === id)?.default ?? 1;
}

/** @param {State} state @param {Extract<EditingAction, {type: 'opened'}>} opening @returns {State} */
function open(state, { source, session, keeping }) {
  const opened = {
    ...state,
    source,
    keeping,
    phase: /** @type {const} */ ('editor'),
    work: null,
    crop: null,
    upload: source.upload,
    history: begin(session),
    openKey: null,
    result: null,
    problem: null,
    isComparing: false,
  };
  const attributes = attributesOf(opened);
  const isKnown = attributes.some((attribute) => attribute.id === state.attribute);
  return { ...opened, attribute: isKnown ? state.attribute : (attributes[0]?.id ?? null) };
}

/** @param {State} state @param {string} id @returns {State} */
function chooseAttribute(state, id) {
  const edit = state.history && findEdit(state.history.present, state.openKey);
  const isSame = edit?.type === 'attribute' && edit.attribute === id;
  return { ...state, attribute: id, openKey: isSame ? state.openKey : null };
}

/** @param {State} state @param {Edit|null} edit @returns {State} */
function chooseEdit(state, edit) {
  if (!edit) return state;
  if (edit.type !== 'attribute') return { ...state, openKey: edit.key };
  const amounts = { ...state.amounts, [edit.attribute]: edit.strength };
  return { ...state, openKey: edit.key, attribute: edit.attribute, amounts };
}

/** @param {State} state @param {import('./mask.js').Mask} coverage @returns {State} */
function paintStroke(state, coverage) {
  if (!state.history || !state.attribute || !state.source) return state;
  const session = state.history.present;
  const edit = findEdit(session, state.openKey);
  if (edit?.type === 'attribute' && edit.mask) {
    return step(state, strokeEdit(session, edit.key, 'paint', coverage));
  }
  const { width, height } = maskSizeFor(state.source.grid);
  const mask = paint(constantMask(width, height), coverage);
  const added = addEdit(session, state.attribute, amountOf(state, state.attribute), mask);
  return { ...step(state, added.session), openKey: added.key };
}

/** @param {State} state @param {import('./mask.js').Mask} coverage @returns {State} */
function eraseStroke(state, coverage) {
  const edit = editToErase(state);
  if (!state.history || !edit) return { ...state, status: 'Nothing to erase: choose an edit in the list' };
  return {
    ...step(state, strokeEdit(state.history.present, edit.key, 'erase', coverage)),
    openKey: edit.key,
  };
}

/**
 * What the eraser works on: the open edit, else the latest one of the chosen attribute.
 * @param {State} state
 * @returns {Edit|null}
 */
export function editToErase(state) {
  if (!state.history) return null;
  const session = state.history.present;
  const open = findEdit(session, state.openKey);
  if (open) return open.type === 'attribute' ? open : null;
  const same = session.edits.filter(
    (edit) => edit.type === 'attribute' && edit.attribute === state.attribute,
  );
  return same[same.length - 1] ?? null;
}

/** @param {State} state @param {Session} session @param {string|null} [tag] @returns {State} */
function step(state, session, tag = null) {
  if (!state.history) return state;
  const history = commit(state.history, session, tag);
  return history === state.history ? state : { ...state, history };
}

/** Keep `openKey` true to the list, and the amount true to the open edit. @param {State} state @returns {State} */
function withOpenEdit(state) {
  if (!state.history) return state;
  const edit = findEdit(state.history.present, state.openKey);
  return edit ? chooseEdit(state, edit) : { ...state, openKey: null };
}
