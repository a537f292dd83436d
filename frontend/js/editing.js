/**
 * The part of the reducer that edits: attributes, strokes, the list, undo and redo.
 */

import { commit, jump, redo, seal, undo } from './history.js';
import { t } from './i18n.js';
import { changed } from './keeping.js';
import { partsAsBefore, partsOf } from './parts.js';
import {
  addEdit, contentEdit, duplicateEdit, findEdit, maskEdit, moveEdit, removeEdit, renameEdit, soloEdit, strokeEdit, toggleEdit, weightEdit,
} from './session.js';
import { maskSizeFor } from './geometry.js';
import { constantMask, paint } from './mask.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./types.js').Attribute} Attribute */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./session.js').Edit} Edit */
/** @typedef {import('./session.js').Content} Content */
/** @typedef {import('./parts.js').Part} Part */
/** @typedef {Content['type']} Kind of what is painted */
/** @typedef {{cellX: number, cellY: number}} Cell */
/** @typedef {{latentId: string, imageId: string, name: string}} Donor */
/** @typedef {{donor: Donor|null, from: Cell|null}} CloneSource donor: null is the open picture itself; from: null is not chosen yet */

/** @type {Record<string, string>} */
const KIND_NAMES = { transplant: t('Clone'), resample: t('New content') };

/**
 * @typedef {{type: 'opened', parts: readonly Part[], index?: number, keeping: import('./keeping.js').Keeping}
 * | {type: 'partsAdded', parts: readonly Part[], index: number}
 * | {type: 'partChosen', index: number}
 * | {type: 'partRemoved', index: number}
 * | {type: 'attributeChosen', id: string}
 * | {type: 'amountChanged', amount: number}
 * | {type: 'settled'}
 * | {type: 'stroked', mode: 'paint'|'erase', coverage: import('./mask.js').Mask, start: Cell}
 * | {type: 'kindChosen', kind: Kind}
 * | {type: 'donorChosen', donor: Donor|null}
 * | {type: 'sourceChosen', from: Cell}
 * | {type: 'freshChanged', fresh: Partial<State['fresh']>}
 * | {type: 'contentChanged', key: string, content: Content}
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
        ? paintStroke(state, action.coverage, action.start)
        : eraseStroke(state, action.coverage);
    case 'maskChanged':
      return state.openKey ? step(state, maskEdit(session, state.openKey, action.mask)) : state;
    case 'wholePainted': {
      const content = newContent(state, { cellX: 0, cellY: 0 });
      if (!content) return state;
      const added = addEdit(session, content, null);
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
    case 'kindChosen':
      return { ...state, paints: action.kind, openKey: null };
    case 'donorChosen':
      return { ...state, clone: { donor: action.donor, from: null }, openKey: null };
    case 'sourceChosen':
      return { ...state, clone: { ...state.clone, from: action.from }, openKey: null };
    case 'freshChanged': {
      const fresh = { ...state.fresh, ...action.fresh };
      const next = { ...state, fresh };
      const edit = findEdit(session, state.openKey);
      if (edit?.type !== 'resample') return next;
      const tag = action.fresh.seed === undefined ? `amount ${edit.key}` : null;
      return step(next, contentEdit(session, edit.key, { type: 'resample', ...fresh }), tag);
    }
    case 'contentChanged':
      return withOpenEdit(step(state, contentEdit(session, action.key, action.content), `content ${action.key}`));
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
      if (!snapshot) return state;
      const parts = partsAsBefore(partsOf(state), snapshot.parts);
      const isThere = (/** @type {Session} */ { latent_id, edits }) => !edits.length || parts.some(({ source }) => source.latentId === latent_id);
      const status = snapshot.parts.every(isThere) ? '' : t('A part of the picture that the snapshot has is no longer edited');
      return withOpenEdit({ ...state, parts, history: parts[state.partIndex].history, status });
    }
    case 'partsAdded': {
      const keeping = action.parts.length && state.keeping ? changed(state.keeping) : state.keeping;
      return show({ ...state, keeping }, [...partsOf(state), ...action.parts], action.index);
    }
    case 'partChosen':
      return action.index === state.partIndex || !state.parts[action.index] ? state : show(state, partsOf(state), action.index);
    case 'partRemoved': {
      const parts = partsOf(state).filter((_, i) => i !== action.index);
      if (!parts.length || parts.length === state.parts.length) return state;
      const index = state.partIndex - (action.index < state.partIndex || state.partIndex === parts.length ? 1 : 0);
      return show({ ...state, keeping: state.keeping && changed(state.keeping) }, parts, index);
    }
    case 'historyJumped':
      return withOpenEdit({ ...state, history: jump(state.history, action.index) });
    case 'undone':
      return state.history.past.length ? withOpenEdit({ ...state, history: undo(state.history), status: t('Undone') }) : state;
    case 'redone':
      return state.history.future.length ? withOpenEdit({ ...state, history: redo(state.history), status: t('Done again') }) : state;
    default:
      return state;
  }
}

/**
 * The attributes that can be painted on the open picture.
 * @param {State} state
 * @returns {readonly Attribute[]}
 */
export function attributesOf({ models, source, history }) {
  const listed = models.find((model) => model.id === source?.modelId)?.attributes ?? [];
  const used = history ? unlisted(listed, history.present.edits) : [];
  if (!used.length) return listed;
  const key = used.join(' ');
  const known = extended.get(listed);
  if (known?.key === key) return known.attributes;
  const attributes = [...listed, ...used.map(ofSession)];
  extended.set(listed, { key, attributes });
  return attributes;
}

/** An attribute that the model has not, or does not offer. @param {string} id @returns {Attribute} */
const ofSession = (id) => ({ id, title: titleOf(id), min: -3, max: 3, default: 2, source: '', flipped: false, group: '', opposite: '' });

/** Lists with what a session has beside them: the same list as long as both are the same. @type {WeakMap<readonly Attribute[], {key: string, attributes: readonly Attribute[]}>} */
const extended = new WeakMap();

/** What edits move that is not listed: it was, when they were painted. @param {readonly Attribute[]} listed @param {readonly Edit[]} edits */
function unlisted(listed, edits) {
  const ids = edits.flatMap((edit) => (edit.type === 'attribute' ? [edit.attribute] : []));
  return [...new Set(ids)].filter((id) => !listed.some((attribute) => attribute.id === id));
}

/** A name for an attribute that has none here. @param {string} id */
function titleOf(id) {
  const words = id.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * What an edit is called: by its person, or by what it does.
 * @param {State} state
 * @param {Edit} edit
 * @returns {string}
 */
export function editName(state, edit) {
  if (edit.name) return edit.name;
  if (edit.type === 'attribute') return t(attributesOf(state).find(({ id }) => id === edit.attribute)?.title ?? edit.attribute);
  const type = edit.type === 'other' ? edit.wire.type : edit.type;
  return KIND_NAMES[type] ?? (edit.type === 'other' ? edit.wire.attribute : null) ?? t('Edit');
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
function open(state, { parts, index = 0, keeping }) {
  return show({ ...state, opened: {}, keeping }, parts, index);
}

/** The editor on one of the parts. @param {State} state @param {readonly Part[]} parts @param {number} partIndex @returns {State} */
function show(state, parts, partIndex) {
  const { source, history } = parts[partIndex];
  const opened = {
    ...state,
    parts,
    partIndex,
    source,
    history,
    phase: /** @type {const} */ ('editor'),
    work: null,
    crop: null,
    points: null,
    upload: source.upload,
    openKey: null,
    result: null,
    problem: null,
    isComparing: false,
    status: '',
    isFitShown: source.fit !== null && source.fit.verdict !== 'close',
    layers: source.fit?.verdict === 'stranger' ? { ...state.layers, heat: false } : state.layers,
    clone: { donor: null, from: null },
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
  const open = { ...state, openKey: edit.key };
  switch (edit.type) {
    case 'attribute': {
      const amounts = { ...state.amounts, [edit.attribute]: edit.strength };
      return { ...open, paints: 'attribute', attribute: edit.attribute, amounts };
    }
    case 'resample':
      return { ...open, paints: 'resample', fresh: { seed: edit.seed, amount: edit.amount } };
    case 'transplant':
      return { ...open, paints: 'transplant' };
    default:
      return open;
  }
}

/**
 * What a stroke that begins in a cell would do now; null: something has to be chosen first.
 * @param {State} state
 * @param {Cell} start
 * @returns {Content|null}
 */
export function newContent(state, start) {
  switch (state.paints) {
    case 'attribute':
      if (!state.attribute) return null;
      return { type: 'attribute', attribute: state.attribute, strength: amountOf(state, state.attribute), layers: null };
    case 'transplant': {
      const { donor, from } = state.clone;
      if (!from || !state.source) return null;
      const offset = /** @type {[number, number]} */ ([start.cellX - from.cellX, start.cellY - from.cellY]);
      return { type: 'transplant', donor: donor?.latentId ?? state.source.latentId, offset };
    }
    case 'resample':
      return { type: 'resample', ...state.fresh };
  }
}

/**
 * The edit that strokes go into: the open one, if it is of the kind that is painted and not of the whole picture.
 * @param {State} state
 * @returns {Edit|null}
 */
export function editToPaint(state) {
  const edit = state.history && findEdit(state.history.present, state.openKey);
  return edit && edit.type === state.paints && edit.mask ? edit : null;
}

/** @param {State} state @param {import('./mask.js').Mask} coverage @param {Cell} start @returns {State} */
function paintStroke(state, coverage, start) {
  if (!state.history || !state.source) return state;
  const session = state.history.present;
  const edit = editToPaint(state);
  if (edit) return step(state, strokeEdit(session, edit.key, 'paint', coverage));
  const content = newContent(state, start);
  if (!content) return { ...state, status: t('Choose first where to copy from: click in the small picture') };
  const { width, height } = maskSizeFor(state.source.grid);
  const added = addEdit(session, content, paint(constantMask(width, height), coverage));
  return { ...step(state, added.session), openKey: added.key };
}

/** @param {State} state @param {import('./mask.js').Mask} coverage @returns {State} */
function eraseStroke(state, coverage) {
  const edit = editToErase(state);
  if (!state.history || !edit) return { ...state, status: t('Nothing to erase: choose an edit in the list') };
  return {
    ...step(state, strokeEdit(state.history.present, edit.key, 'erase', coverage)),
    openKey: edit.key,
  };
}

/**
 * What the eraser works on: the open edit, else the latest one that does the same.
 * @param {State} state
 * @returns {Edit|null}
 */
export function editToErase(state) {
  if (!state.history) return null;
  const session = state.history.present;
  const open = findEdit(session, state.openKey);
  if (open) return open.type === 'other' ? null : open;
  const same = session.edits.filter(
    (edit) => edit.type === state.paints && (edit.type !== 'attribute' || edit.attribute === state.attribute),
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
