/**
 * Everything the page knows, and the one pure function that changes it.
 * Editing itself is in editing.js; both are called through store.js.
 */

import { editing } from './editing.js';
import { changed, keep } from './keeping.js';
import { sessionsOf } from './parts.js';

/** @typedef {import('./types.js').Model} Model */
/** @typedef {import('./types.js').Attribute} Attribute */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./session.js').Edit} Edit */
/** @typedef {import('./mask.js').Mask} Mask */
/** @typedef {import('./crop.js').Crop} Crop */
/** @typedef {import('./problem.js').Problem} Problem */
/**
 * @template T
 * @typedef {import('./history.js').History<T>} History
 */

/** @typedef {'brush'|'eraser'|'rectangle'|'lasso'|'hand'} Tool */
/** @typedef {{size: number, softness: number, strength: number}} Brush percentages; size of the picture's short side */
/** @typedef {{grid: boolean, heat: boolean, mask: boolean}} Layers what is drawn over the picture */
/** @typedef {{imageId: string, width: number, height: number, name: string, isSample?: boolean}} Upload name: of its file, or what else it is called */
/** @typedef {{session_id: string, name: string, updated_at: string, latent_id: string, model: string, cover_id: string, num_edits: number, grid: [number, number]}} SessionSummary as GET /sessions has it */
/** @typedef {{kind: 'upload'|'encode'|'generate'|'open'|'several', step: number, steps: number, message: string, previewId: string|null, previewCrop: import('./crop.js').Crop|null, errorId: string|null}} Work */
/** @typedef {{latentId: string, modelId: string, grid: [number, number], originalId: string, width: number, height: number, upload: Upload|null, crop: Crop|null, fit: import('./types.js').Fit|null, drawnId: string|null, readings: Record<string, number>}} Source the encoded picture; width and height of its crop, whether the model knows such pictures (null: it is its own, or nobody measured), what the model draws in its place, what it reads of each attribute in σ */
/** @typedef {{imageId: string, edits: readonly Edit[], changedBox: number[]|null, ms: number|null}} Result */
/** @typedef {'connecting'|'starting'|'ready'|'degraded'|'unreachable'} ServerStatus */

/**
 * @typedef {object} State
 * @property {'start'|'crop'|'working'|'editor'} phase
 * @property {ServerStatus} server
 * @property {boolean|null} isLive previews of strokes come as they are painted; null: not asked for yet
 * @property {readonly Model[]} models
 * @property {readonly import('./types.js').Kit[]} kits models that can be fetched, for who runs the server
 * @property {import('./types.js').Installation|null} installation the latest of them: how far it is
 * @property {readonly string[]|null} loadedModels in a worker's memory; null: not known yet
 * @property {string|null} modelId the one that the next picture is opened with
 * @property {import('./encoding.js').EncodeMode} encodeMode
 * @property {Upload|null} upload
 * @property {Crop|null} crop
 * @property {readonly import('./types.js').Face[]} faces of the upload, to choose from
 * @property {boolean} areFacesKnown they were looked for
 * @property {boolean} isAdding a part is chosen to be edited beside those that are open, not in place of one
 * @property {boolean} isByHand the crop box is shown; where faces are outlined it is not asked for at first
 * @property {import('./alignment.js').Points|null} points eyes and mouth that the crop box is set by
 * @property {Work|null} work
 * @property {object|null} opened what is open, as long as it is: another one each time
 * @property {readonly import('./parts.js').Part[]} parts of the picture, in their order; the open one may have gone on since
 * @property {number} partIndex which of them is open: `source` and `history` are its
 * @property {Source|null} source
 * @property {History<Session>|null} history
 * @property {import('./keeping.js').Keeping|null} keeping what is kept of the open picture, and how far saving is
 * @property {readonly SessionSummary[]} sessions on the server, the latest first
 * @property {string|null} openKey the edit that strokes go into; null: the next stroke makes a new one
 * @property {import('./editing.js').Kind} paints what new strokes do
 * @property {import('./editing.js').CloneSource} clone
 * @property {{seed: number, amount: number}} fresh what the next new content is drawn from; amount in [0, 1]
 * @property {string|null} attribute
 * @property {Readonly<Record<string, number>>} amounts σ by attribute, where it differs from the default
 * @property {Tool} tool
 * @property {Brush} brush
 * @property {Layers} layers
 * @property {boolean} isComparing the original is shown as long as it is held
 * @property {import('./canvas/comparison.js').Comparison} comparison
 * @property {number} splitPercent of the picture's width, that the original takes in the slider
 * @property {boolean} isFitShown whether the model knows such pictures
 * @property {boolean} isRendering
 * @property {Result|null} result the picture that is shown
 * @property {Problem|null} problem
 * @property {string} status one line, read aloud by screen readers
 */

/**
 * @typedef {{type: 'modelsLoaded', models: Model[]}
 * | {type: 'modelChosen', id: string}
 * | {type: 'kitsSeen', kits: readonly import('./types.js').Kit[], installation: import('./types.js').Installation|null}
 * | {type: 'modelChanged', model: Model}
 * | {type: 'modelsSeen', loaded: readonly string[]}
 * | {type: 'serverSeen', server: ServerStatus}
 * | {type: 'liveChanged', isOpen: boolean|null}
 * | {type: 'encodeModeChosen', mode: import('./encoding.js').EncodeMode}
 * | {type: 'uploaded', upload: Upload}
 * | {type: 'cropStarted', upload: Upload, crop: Crop, isAdding?: boolean}
 * | {type: 'cropChanged', crop: Crop, points?: import('./alignment.js').Points|null}
 * | {type: 'facesFound', imageId: string, faces: readonly import('./types.js').Face[]}
 * | {type: 'cropLeft'}
 * | {type: 'workStarted', kind: Work['kind']}
 * | {type: 'workProgressed', step: number, steps: number, message: string}
 * | {type: 'workPreviewed', imageId: string, crop: import('./crop.js').Crop|null, errorId: string|null}
 * | {type: 'workStopped'}
 * | {type: 'startedOver'}
 * | {type: 'renderStarted'}
 * | {type: 'rendered', result: Result}
 * | {type: 'renderStopped'}
 * | {type: 'problemFound', problem: Problem}
 * | {type: 'problemDismissed'}
 * | {type: 'said', text: string}
 * | {type: 'compared', on: boolean}
 * | {type: 'comparisonChosen', comparison: import('./canvas/comparison.js').Comparison}
 * | {type: 'comparisonCycled'}
 * | {type: 'splitMoved', percent: number}
 * | {type: 'toolChosen', tool: Tool}
 * | {type: 'brushChanged', brush: Partial<Brush>}
 * | {type: 'layerToggled', layer: keyof Layers}
 * | {type: 'fitShown', on: boolean}
 * | {type: 'sessionsLoaded', sessions: readonly SessionSummary[]}
 * | import('./keeping.js').KeepingAction
 * | import('./editing.js').EditingAction} Action
 */

/** @type {readonly import('./canvas/comparison.js').Comparison[]} */
const COMPARISONS = ['off', 'slider', 'side', 'difference'];

/** @type {State} */
export const INITIAL = {
  phase: 'start',
  server: 'connecting',
  isLive: null,
  models: [],
  kits: [],
  installation: null,
  loadedModels: null,
  modelId: null,
  encodeMode: 'balanced',
  upload: null,
  crop: null,
  faces: [],
  areFacesKnown: false,
  isByHand: true,
  isAdding: false,
  points: null,
  work: null,
  opened: null,
  parts: [],
  partIndex: 0,
  source: null,
  history: null,
  keeping: null,
  sessions: [],
  openKey: null,
  paints: 'attribute',
  clone: { donor: null, from: null },
  fresh: { seed: 1, amount: 1 },
  attribute: null,
  amounts: {},
  tool: 'brush',
  brush: { size: 18, softness: 50, strength: 100 },
  layers: { grid: false, heat: false, mask: false },
  isComparing: false,
  comparison: 'off',
  splitPercent: 50,
  isFitShown: false,
  isRendering: false,
  result: null,
  problem: null,
  status: '',
};

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  const next = reduced(state, action);
  return next.keeping && next.opened === state.opened && isWorthSaving(next, state)
    ? { ...next, keeping: changed(next.keeping) }
    : next;
}

/** Whether what is saved of a picture differs. @param {State} state @param {State} before of the same picture */
function isWorthSaving(state, before) {
  return (
    !isSameList(sessionsOf(state), sessionsOf(before)) ||
    state.keeping?.name !== before.keeping?.name ||
    state.keeping?.snapshots !== before.keeping?.snapshots
  );
}

/** @param {readonly Session[]} sessions @param {readonly Session[]} others of the parts, before */
function isSameList(sessions, others) {
  return sessions.length === others.length && sessions.every(({ edits }, i) => edits === others[i].edits);
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
function reduced(state, action) {
  switch (action.type) {
    case 'modelsLoaded': {
      const isKnown = action.models.some((model) => model.id === state.modelId);
      const first = action.models.find(({ is_spatial }) => !is_spatial) ?? action.models[0]; // land has a page of its own
      const modelId = isKnown ? state.modelId : (first?.id ?? null);
      return { ...state, models: action.models, modelId };
    }
    case 'modelChosen':
      return { ...state, modelId: action.id };
    case 'kitsSeen':
      return { ...state, kits: action.kits, installation: action.installation };
    case 'modelChanged': {
      const models = state.models.map((model) => (model.id === action.model.id ? action.model : model));
      const isThere = action.model.attributes.some(({ id }) => id === state.attribute);
      return { ...state, models, attribute: isThere ? state.attribute : (action.model.attributes[0]?.id ?? null) };
    }
    case 'modelsSeen':
      return action.loaded.join() === state.loadedModels?.join()
        ? state
        : { ...state, loadedModels: action.loaded };
    case 'serverSeen':
      return action.server === state.server ? state : { ...state, server: action.server };
    case 'liveChanged':
      return { ...state, isLive: action.isOpen };
    case 'encodeModeChosen':
      return { ...state, encodeMode: action.mode };
    case 'uploaded':
      return { ...state, upload: action.upload, crop: null, faces: [], areFacesKnown: false, points: null };
    case 'cropStarted':
      return { ...state, phase: 'crop', upload: action.upload, crop: action.crop, faces: [], areFacesKnown: false, isByHand: true, isAdding: action.isAdding ?? false, points: null, work: null, problem: null };
    case 'facesFound':
      return action.imageId === state.upload?.imageId ? { ...state, faces: action.faces, areFacesKnown: true, isByHand: (state.source !== null && !state.isAdding) || !action.faces.length } : state;
    case 'cropChanged':
      return { ...state, crop: action.crop, points: action.points ?? null, isByHand: true };
    case 'cropLeft':
      return { ...state, crop: null, phase: state.source ? 'editor' : 'start' };
    case 'workStarted': {
      const work = { kind: action.kind, step: 0, steps: 0, message: '', previewId: null, previewCrop: null, errorId: null };
      return { ...state, phase: 'working', work, problem: null, status: '' };
    }
    case 'workProgressed': {
      if (!state.work) return state;
      const { step, steps, message } = action;
      return { ...state, work: { ...state.work, step, steps, message } };
    }
    case 'workPreviewed': {
      if (!state.work) return state;
      const { imageId: previewId, crop: previewCrop, errorId } = action;
      return { ...state, work: { ...state.work, previewId, previewCrop, errorId } };
    }
    case 'workStopped':
      return { ...state, work: null, phase: resting(state) };
    case 'startedOver':
      return { ...closed(state), phase: 'start', upload: null, crop: null };
    case 'renderStarted':
      return { ...state, isRendering: true };
    case 'rendered':
      return { ...state, isRendering: false, result: action.result, problem: null };
    case 'renderStopped':
      return { ...state, isRendering: false };
    case 'problemFound':
      return { ...state, problem: action.problem };
    case 'problemDismissed':
      return { ...state, problem: null };
    case 'said':
      return { ...state, status: action.text };
    case 'compared':
      return action.on === state.isComparing ? state : { ...state, isComparing: action.on };
    case 'comparisonChosen':
      return { ...state, comparison: action.comparison === state.comparison ? 'off' : action.comparison };
    case 'comparisonCycled': {
      const next = COMPARISONS[(COMPARISONS.indexOf(state.comparison) + 1) % COMPARISONS.length];
      return { ...state, comparison: next };
    }
    case 'splitMoved':
      return { ...state, splitPercent: Math.min(100, Math.max(0, action.percent)) };
    case 'toolChosen':
      return { ...state, tool: action.tool };
    case 'brushChanged':
      return { ...state, brush: boundedBrush({ ...state.brush, ...action.brush }) };
    case 'layerToggled': {
      if (action.layer === 'heat' && isStranger(state)) return state;
      const layers = { ...state.layers, [action.layer]: !state.layers[action.layer] };
      return { ...state, layers };
    }
    case 'fitShown':
      return { ...state, isFitShown: action.on };
    case 'sessionsLoaded':
      return { ...state, sessions: action.sessions };
    case 'sessionNamed':
    case 'snapshotTaken':
    case 'snapshotDropped':
    case 'saveStarted':
    case 'saved':
    case 'saveFailed':
    case 'saveConflicted':
    case 'keptApart':
      if (!state.keeping || !state.history) return state;
      return { ...state, keeping: keep(state.keeping, action, sessionsOf(state)) };
    default:
      return editing(state, action);
  }
}

/** Whether the model does not know such pictures: what it reads of this one means nothing. @param {State} state */
export function isStranger({ source }) {
  return source?.fit?.verdict === 'stranger';
}

/**
 * @param {State} state
 * @returns {Model|null} the model of the open picture, or the chosen one
 */
export function currentModel(state) {
  const id = state.source?.modelId ?? state.modelId;
  return state.models.find((model) => model.id === id) ?? null;
}

/**
 * Where to be when work ends without a picture: the crop, the picture that is still open, or the start.
 * @param {State} state
 * @returns {State['phase']}
 */
function resting(state) {
  if (state.upload && state.crop) return 'crop';
  return state.source ? 'editor' : 'start';
}

/** @param {State} state @returns {State} */
function closed(state) {
  const { clone, isComparing, isRendering, layers, parts, partIndex } = INITIAL;
  const nothing = { work: null, opened: null, parts, partIndex, source: null, history: null, keeping: null, openKey: null, result: null, problem: null };
  return { ...state, ...nothing, clone, isComparing, isRendering, layers, status: '' };
}

/** @param {Brush} brush @returns {Brush} */
function boundedBrush({ size, softness, strength }) {
  /** @type {(value: number, least: number) => number} */
  const bounded = (value, least) => Math.min(100, Math.max(least, Math.round(value)));
  return { size: bounded(size, 2), softness: bounded(softness, 0), strength: bounded(strength, 5) };
}
