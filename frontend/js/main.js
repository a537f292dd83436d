/**
 * The page, wired. To read on: state.js (what it knows), flows/ (what it asks of the server), panels/ (what it shows).
 */

import { Api } from './api.js';
import { effectOf } from './canvas/comparison.js';
import { HeatMaps } from './canvas/heat.js';
import { Stage } from './canvas/stage.js';
import { el } from './dom.js';
import { amountOf, attributesOf } from './editing.js';
import { attachFiles } from './files.js';
import { keepCopy } from './flows/copy.js';
import { copyResult, downloadSession, resultFile, saveResult } from './flows/download.js';
import { Donors } from './flows/donors.js';
import { Entry } from './flows/entry.js';
import { Keeper } from './flows/keeper.js';
import { KitFetcher } from './flows/kits.js';
import { LivePainter } from './flows/live.js';
import { Cropper } from './flows/crop.js';
import { Masks } from './flows/masks.js';
import { Opener } from './flows/open.js';
import { PartMaker } from './flows/part-maker.js';
import { Work } from './flows/work.js';
import { Renderer } from './flows/render.js';
import { variants } from './flows/variants.js';
import { maskSizeFor } from './geometry.js';
import { t } from './i18n.js';
import { attachKeys } from './keyboard.js';
import { attributesPanel } from './panels/attributes.js';
import { cameraDialog, hasCamera } from './panels/camera.js';
import { clonePanel } from './panels/clone.js';
import { cropScreen } from './panels/crop.js';
import { downloadDialog, keyDialog } from './panels/dialogs.js';
import { editorScreen } from './panels/editor.js';
import { freshPanel } from './panels/fresh.js';
import { helpDialog, showKeys } from './panels/help.js';
import { historyPanel } from './panels/history.js';
import { kitsPanel } from './panels/kits.js';
import { notice } from './panels/notice.js';
import { sessionName } from './panels/session-name.js';
import { sessionsList } from './panels/sessions.js';
import { worldsList } from './panels/worlds.js';
import { startScreen } from './panels/start.js';
import { topbar } from './panels/topbar.js';
import { tour } from './panels/tour.js';
import { wholeDialog } from './panels/whole.js';
import { progressText, workingScreen } from './panels/working.js';
import { drawnToWire } from './parts.js';
import { Pictures } from './pictures.js';
import { asProblem } from './problem.js';
import { INITIAL } from './state.js';
import { forgetSteps } from './steps.js';
import { loadPreference, savePreference } from './preferences.js';
import { forgetSession, idInAddress } from './storage.js';
import { Store } from './store.js';
import { attachCellKeys } from './tools/cells.js';
import { attachPointers } from './tools/pointer.js';
import { watchServer } from './flows/server.js';

const preferences = loadPreference('preferences') ?? {};
const store = new Store({ ...INITIAL, ...preferences, brush: { ...INITIAL.brush, ...preferences.brush } });
const { dispatch } = store;
const unlock = keyDialog();
const api = new Api({ base: document.baseURI, fetch: fetch.bind(window), askForKey: unlock.ask });
const pictures = new Pictures(api);
const work = new Work(store, api, pictures);
const masks = new Masks(store, api);
const maker = new PartMaker(store, api, pictures, work, masks);
const entry = new Entry(store, api, maker);
const opener = new Opener(store, api, pictures, work, maker, entry);
const cropper = new Cropper(store, pictures, work, maker, entry);
const keeper = new Keeper(store, api, masks);
const renderer = new Renderer(store, api, pictures, masks, effectOf);
const donors = new Donors(store, api, pictures);
const heatMaps = new HeatMaps(api);
const onProblem = (/** @type {import('./problem.js').Problem} */ problem) => dispatch({ type: 'problemFound', problem });
const stage = new Stage(pictures, heatMaps, onProblem);
const files = attachFiles((chosen) => void opener.openFiles(chosen));
const camera = cameraDialog((file) => void opener.openFile(file));

/** @type {import('./keyboard.js').KeySettings} */
let keySettings = { areSingleKeysOn: true, own: {}, ...loadPreference('keys') };
const help = helpDialog({
  get: () => keySettings,
  set: (settings) => savePreference('keys', (keySettings = settings)),
  onTour: () => firstSteps.begin(),
});
/** All that is painted, as it is drawn around the open part. */
const drawnNow = () => store.state.history && drawnToWire(store.state, store.state.history.present);
const download = downloadDialog({
  onSave: async (wanted, signal) => {
    const { keeping } = store.state;
    const drawn = drawnNow();
    if (drawn) saveResult(await resultFile(api, drawn, wanted, signal), keeping?.name ?? '', wanted);
  },
  onCopy: async ({ kind, output }, signal) => {
    const drawn = drawnNow();
    if (!drawn) return;
    await copyResult(resultFile(api, drawn, { kind, output: { format: 'png', frame: output.frame } }, signal));
    dispatch({ type: 'said', text: t('Copied') });
  },
  onSession: () => downloadSession(api, keeper, store.state.keeping?.name ?? ''),
});
const whole = wholeDialog(async (signal) => {
  const drawn = drawnNow();
  if (!drawn) throw new DOMException('closed meanwhile', 'AbortError');
  return resultFile(api, drawn, { kind: 'picture', output: { format: 'jpeg', quality: 92, frame: 'full' } }, signal);
});
const openDownload = () => store.state.source && download.open(store.state.source.crop !== null || store.state.parts.length > 1);

const history = historyPanel(store);
const bar = topbar(store, {
  onHome: () => {
    if (store.state.work) work.cancel();
    dispatch({ type: 'startedOver' });
  },
  onOpen: files.choose,
  onCrop: () => cropper.cropAgain(),
  onDownload: openDownload,
  onHelp: help.open,
  onConflict: () => dispatch({ type: 'keptApart' }),
  history: history.button,
});
const name = sessionName(store, { wide: bar.session, narrow: history.dom });
const loadSessions = () => api.sessions().then(({ sessions: all }) => dispatch({ type: 'sessionsLoaded', sessions: all }), () => null);
const sessions = sessionsList({
  coverUrl: (imageId) => api.imageUrl(imageId),
  onOpen: (sessionId) => void opener.openSession(sessionId),
  onDelete: async (sessionId, name) => {
    if (!confirm(t('Delete the session “{name}”? Its edits cannot be brought back.', { name }))) return;
    try {
      await api.deleteSession(sessionId);
      forgetSession(sessionId);
      void forgetSteps(sessionId);
    } catch (error) {
      onProblem(asProblem(error));
    }
    await loadSessions();
  },
});
const worlds = worldsList({
  tileUrl: (landId) => api.tileUrl(landId),
  onDelete: async (worldId, name) => {
    if (!confirm(t('Delete the land “{name}”? It cannot be brought back.', { name }))) return;
    await api.deleteWorld(worldId).catch((error) => onProblem(asProblem(error)));
    await loadWorlds();
  },
});
const loadWorlds = () => api.worlds().then(({ worlds: all }) => worlds.set(all), () => null);
const kitFetcher = new KitFetcher(store, api);
const kits = kitsPanel({ onFetch: (kit) => void kitFetcher.fetch(kit), onCancel: (kit) => void kitFetcher.cancel(kit) });
const start = startScreen(store, {
  previewUrl: (modelId) => api.previewUrl(modelId),
  onChooseFile: files.choose,
  onCamera: hasCamera() ? () => void camera.open() : null,
  onSample: (sample) => void opener.openSample(sample),
  onGenerate: () => opener.generate(),
  onResume: (id) => opener.restore(id),
  sessions,
  worlds,
  kits,
});
const crop = cropScreen(store, pictures, {
  onEncode: () => void cropper.encodeCrop(),
  onChange: () => void keeper.settle().then(() => cropper.changeCrop()),
  onFaces: (faces) => void cropper.encodeFaces(faces),
});
const working = workingScreen(pictures, { onCancel: () => work.cancel() });
const attributes = attributesPanel(store, {
  stripUrl: (modelId, attribute) => api.stripUrl(modelId, attribute),
  onDirection: (modelId, attribute, change) => {
    api.changeAttribute(modelId, attribute, change).then((model) => dispatch({ type: 'modelChanged', model }), onProblem);
  },
});
const clone = clonePanel(store, pictures, {
  coverUrl: (imageId) => api.imageUrl(imageId),
  onFile: (file) => void donors.useFile(file),
  onSession: (session) => void donors.useSession(session),
});
const fresh = freshPanel(store, (seeds, signal) => variants(store, api, seeds, signal));
const editor = editorScreen(
  store,
  stage,
  { attribute: attributes, transplant: clone, resample: fresh },
  async ({ source, attribute }) => {
    if (!source || !attribute) return null;
    return heatMaps.mask(source.latentId, attribute, maskSizeFor(source.grid)).catch((error) => {
      onProblem(asProblem(error));
      return null;
    });
  },
  { imageUrl: (imageId) => api.imageUrl(imageId), onCrop: () => void cropper.cropAgain(), onEncode: (mode) => void keeper.settle().then(() => cropper.encodeAgain(mode)) },
  { imageUrl: (imageId) => api.imageUrl(imageId), onAdd: () => void cropper.addPart(), onWhole: () => void whole.open() },
);
const firstSteps = tour();
const problems = notice(store, { onRetry: () => renderer.retry() });
const live = el('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });

/** @type {Record<import('./state.js').State['phase'], import('./store.js').Component>} */
const screens = { start, crop, working, editor };
const main = el('main', {}, ...Object.values(screens).map(({ dom }) => dom));
document.body.prepend(bar.dom, main, problems.dom, live, history.dom, firstSteps.dom, camera.dom, help.dom, download.dom, whole.dom, ...kits.dialogs, unlock.dom);

/** @param {import('./state.js').State} state */
function sync(state) {
  document.documentElement.dataset.phase = state.phase;
  for (const [phase, screen] of Object.entries(screens)) screen.dom.hidden = phase !== state.phase;
  for (const part of [bar, name, history, ...Object.values(screens), problems]) part.syncState(state);
  const said = state.phase === 'working' && state.work ? progressText(state.work) : state.status;
  if (live.textContent !== said) live.textContent = said;
}

keepCopy(store);
store.subscribe((state, before) => {
  if (state.phase !== before.phase) {
    if (['start', 'editor'].includes(state.phase)) void loadSessions();
    if (state.phase !== 'editor') firstSteps.dom.hidden = true;
    else if (!loadPreference('tourSeen')) firstSteps.begin();
    if (state.phase === 'editor') savePreference('tourSeen', true);
  }
  if (state.history?.past.length && !before.history?.past.length) firstSteps.last();
});

// After the session is kept, so that the start screen offers it.
store.subscribe(sync);
sync(store.state);
store.subscribe((state, before) => {
  const isLost = document.activeElement === document.body; // what had it went with the screen before
  if (state.phase === 'editor' && before.phase !== 'editor' && isLost) stage.dom.focus({ preventScroll: true });
});

attachPointers(stage, store, new LivePainter(store, stage, () => new WebSocket(api.liveUrl())));
attachCellKeys(stage, store);
attachKeys(
  () => store.state,
  {
    dispatch,
    help: help.open,
    open: files.choose,
    download: openDownload,
    search: attributes.focusSearch,
    flip: () => {
      const { attribute } = store.state;
      const bounds = attributesOf(store.state).find(({ id }) => id === attribute);
      if (!attribute || !bounds) return;
      dispatch({
        type: 'amountChanged',
        amount: Math.min(bounds.max, Math.max(bounds.min, -amountOf(store.state, attribute))),
      });
      dispatch({ type: 'settled' });
    },
    zoom: (factor) => stage.zoom(factor),
    fit: () => stage.fit(),
    actualSize: () => stage.actualSize(),
    removeEdit: () => store.state.openKey && dispatch({ type: 'editRemoved', key: store.state.openKey }),
  },
  () => keySettings,
);
showKeys(keySettings.own);

api.samples().then(start.showSamples, () => null); // a gallery without samples still generates
await watchServer(store, api);
void kitFetcher.look();
void loadSessions();
void loadWorlds();
const openId = idInAddress();
if (openId) await opener.restore(openId);
addEventListener('hashchange', () => {
  const id = idInAddress();
  const { source, keeping } = store.state;
  if (id && id !== source?.latentId && id !== keeping?.sessionId) void opener.restore(id);
});
