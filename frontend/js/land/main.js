/**
 * The land page, wired: an endless picture as a map, painted with a brush. view.js is the map, panel.js what stands
 * beside it, stroke.js and history.js are pure.
 */

import { Api } from '../api.js';
import { el, fileName, saveBlob } from '../dom.js';
import { t } from '../i18n.js';
import { mark } from '../icons.js';
import { greyPng } from '../png.js';
import { iconButton } from '../panels/controls.js';
import { keyDialog } from '../panels/dialogs.js';
import { themeButton } from '../panels/theme.js';
import { loadPreference } from '../preferences.js';
import { Problem, asProblem, isWrong, remedy } from '../problem.js';
import { isElsewhere } from '../typing.js';
import { exportDialog } from './export-dialog.js';
import { exportList } from './exports.js';
import { globeView } from './globe-view.js';
import { add, addFirst, begin, goTo, parse, present, step, withEdits, withWorld, worldOf } from './history.js';
import { landHelp } from './help.js';
import { keyOf } from './keys.js';
import { landPanel } from './panel.js';
import { beyondPoles, fits, onLand, painted, rectangle } from './stroke.js';
import { changed } from './strokes.js';
import { LandView } from './view.js';
import { worldBar } from './world-bar.js';
import { WorldKeeper } from './world-keeper.js';

/** @typedef {import('./history.js').Land} Land */
/** @typedef {import('./panel.js').Brush} Brush */

const FIRST_MODEL = 'planet';
/** Of the first land that a model shows: coasts, a desert and a forest; a lake, woods and meadows. The next ones are drawn. */
const FIRST_SEEDS = new Map([['planet', 3], ['aerial', 7]]); // prettier-ignore
const WORLD = /^wld_[0-9a-f]{32}$/;
const ADDRESS = /^#(lnd_[0-9a-f]{32})(?:\/(\d+)\/(-?\d+)\/(-?\d+))?$/;

const KEPT = 'latentbrush.lands';

const unlock = keyDialog();
const api = new Api({ base: document.baseURI, fetch: fetch.bind(window), askForKey: unlock.ask });
const room = el('div', { class: 'land-room', role: 'application', 'aria-label': t('The land') });
const status = el('p', { class: 'land-status', role: 'status' });
const problem = el('div', { class: 'notice', role: 'alert' });
const home = el('a', { class: 'brand', href: './', title: t('Back to the start') }, mark(22), el('span', { class: 'brand-name' }, 'Latent', el('b', {}, 'brush')));
const undo = iconButton('undo', t('Undo'), () => go(-1), { keys: 'Ctrl+Z' });
const redo = iconButton('redo', t('Redo'), () => go(1), { keys: 'Ctrl+Shift+Z' });
const help = landHelp();
const exporting = exportDialog((wanted) => void exportBox(wanted));
const exports = exportList(api);
const keeper = new WorldKeeper(api, {
  onSaved(world, isSaved) {
    bar.show(world, isSaved);
    if (world && history) history = withWorld(history, world.world_id);
    if (world) putAddress();
  },
  onProblem(error) {
    const found = asProblem(error);
    tell(found.title, remedy(found) || found.detail, () => keepWorld());
  },
});
const bar = worldBar({
  onName: (name) => keepWorld(name),
  onFile: () => void downloadWorld(),
});
const globe = globeView(({ land_id }) => api.tileUrl(land_id));
const helpButton = iconButton('help', t('Help and keys'), () => help.showModal(), { keys: '?' });

/** @type {import('../types.js').Model[]} all that draw land */
let models = [];
/** @type {import('../types.js').Model|null} */
let model = null;
/** @type {import('./history.js').Lands|null} */
let history = null;
/** @type {Land|null} the present one */
let land = null;
/** @type {Brush} */
let brush = { tool: 'move', attribute: null, strength: 2, radius: 40, softness: 0.2, raggedness: 0.6 };
/** @type {Promise<void>} changes of the land wait for each other: each begins with what the one before made */
let turn = Promise.resolve();

const panel = landPanel({
  onBrush: (change) => setBrush({ ...brush, ...change }),
  onModel: (id) => another(({ coherence, around }) => ({ model: id, coherence, around, edits: [] })),
  onNew: () => another(({ seed: _, edits: __, ...rest }) => ({ ...rest, edits: [] })),
  onAround: (around) => change((land) => ({ ...withEdits(land, land.edits), around }), false, tellWhatIsOff),
  onSeed: (seed) => another((land) => ({ ...withEdits(land, []), seed })),
  onCoherence: (coherence) => change((land) => ({ ...withEdits(land, land.edits), coherence })),
  onEdit: (stroke, edit) => change((land) => withEdits(land, changed(land.edits, stroke, edit))),
  onPoint: (edit) => view.outline(edit && edit.box),
  onOpen: (edit) => view.reveal(edit.box),
});
panel.dom.hidden = undo.disabled = redo.disabled = true; // until there is a land
document.body.append(
  el('header', { class: 'topbar' }, home, bar.dom, el('div', { class: 'spring' }), undo, redo, themeButton(), helpButton),
  el('main', { class: 'land' }, el('h1', { class: 'visually-hidden' }, t('Land')), el('div', { class: 'land-stage' }, room, globe.dom, exports.dom, status), panel.dom),
  problem,
  help,
  exporting.dom,
  unlock.dom,
);

const view = new LandView(room, {
  onStroke(points, isDone) {
    if (!brush.attribute) {
      view.forget();
      return say(t('Choose an attribute to paint with'));
    }
    if (isDone) {
      const { box, mask } = painted(points, brush);
      const { attribute, strength } = brush;
      change(async (before) => {
        const { mask_id } = await api.putMask(greyPng(mask));
        const edit = { type: 'attribute', attribute, strength, box, mask: { kind: 'stored', mask_id }, enabled: true };
        return withEdits(before, [...before.edits, edit]);
      });
    }
  },
  canBeAsLong(points) {
    const isShort = fits(points, brush, land?.around ?? null);
    if (!isShort) say(t('This stroke is as long as one can be'));
    return isShort;
  },
  onRectangle: (from, to) => exporting.open(onLand(rectangle(from, to), land?.around ?? null), land?.around ?? null),
  onTiles(isDrawing, hasFailed) {
    say(isDrawing ? t('Drawing…') : '');
    if (hasFailed) tell(t('Some tiles did not come'), t('The server may be busy.'), () => view.retry());
  },
  onMove: () => putAddress(),
});

/** @param {string} text */
function say(text) {
  status.textContent = text;
}

/** @param {string} title @param {string} what @param {(() => void)|null} [again] */
function tell(title, what, again = null) {
  const close = iconButton('close', t('Dismiss'), () => problem.replaceChildren());
  const retry = again && el('button', { type: 'button', class: 'button', onclick: () => (problem.replaceChildren(), again()) }, t('Try again'));
  problem.replaceChildren(
    el('div', { class: 'notice-card' }, el('div', { class: 'notice-words' }, el('strong', {}, title), el('span', {}, what)), retry, close),
  );
}

/** @param {Brush} next */
function setBrush(next) {
  brush = next;
  view.setRadius(brush.radius);
  view.use(brush.tool);
  panel.showBrush(model?.attributes ?? [], brush);
}

/**
 * Make another land out of the present one.
 * @param {(land: any) => Record<string, unknown>|Promise<Record<string, unknown>>} wanted what POST /lands takes
 * @param {boolean} [isAnother] it has nothing to do with the present one
 * @param {() => void} [then] what is done once it is here
 */
function change(wanted, isAnother = false, then = () => {}) {
  turn = turn.then(async () => {
    if (!history) return;
    try {
      const { model: id, coherence, truncation, around, seed, edits } = await wanted(land);
      land = await api.makeLand({ model: id, coherence, truncation, around, seed, edits });
      if (isAnother) {
        keeper.open(null);
        bar.show(null, true);
      }
      history = (isAnother ? addFirst : add)(history, land.land_id);
      useModel(land.model);
      show();
      if (keeper.world || land.edits.length > 0) keepWorld();
      then();
    } catch (error) {
      const found = asProblem(error);
      view.forget();
      if (land) panel.showLand(land); // what was asked for is not what there is
      tell(found.title, remedy(found) || found.detail, isWrong(found) ? null : () => change(wanted, isAnother, then));
    }
  });
}

/** Leave the land as it is kept, and begin another one. @param {Parameters<typeof change>[0]} wanted */
function another(wanted) {
  change(async (before) => {
    await leave();
    return wanted(before);
  }, true);
}

/** Say that a globe has not the place where something was painted. */
function tellWhatIsOff() {
  const count = land ? beyondPoles(land).length : 0;
  if (count) tell(t('Edits that are not seen: {count}', { count }), t('They lie beyond the poles of this globe. Undo, or make the land endless again, and they are there.'));
}

/** See that the land is kept before there is another one. */
async function leave() {
  await keeper.flush();
  if (!keeper.isSaved) throw new Problem({ title: t('Not saved'), detail: t('The server does not take the land at the moment; another one would leave it unsaved.') });
}

/** Paint with the attributes of a model. @param {string} id */
function useModel(id) {
  if (model?.id === id) return;
  model = models.find((each) => each.id === id) ?? models[0];
  if (model.attributes.some((attribute) => attribute.id === brush.attribute)) return setBrush(brush);
  const [first = null] = model.attributes;
  setBrush({ ...brush, attribute: first?.id ?? null, strength: first?.default ?? brush.strength });
}

/** @param {number} by */
function go(by) {
  panel.settle();
  turn = turn.then(async () => {
    if (!history) return;
    const next = step(history, by);
    if (next.at === history.at) return;
    try {
      const worldId = worldOf(next);
      const isElsewhere = worldId !== worldOf(history) || (worldId ?? null) !== (keeper.world?.world_id ?? null);
      if (isElsewhere) await leave();
      const [back, world] = await Promise.all([api.land(present(next)), isElsewhere && worldId ? keptWorld(worldId) : null]);
      if (isElsewhere) {
        keeper.open(world);
        bar.show(world, true);
      }
      land = back;
      history = next;
      useModel(land.model);
      show();
      if (keeper.world || !keeper.isSaved) keepWorld();
    } catch (error) {
      const found = asProblem(error);
      tell(found.title, remedy(found) || found.detail, () => go(by));
    }
  });
}

/** @param {{x: number, y: number, zoom: number}|null} [place] */
function show(place = null) {
  if (!history || !land) return;
  undo.disabled = history.at === 0;
  redo.disabled = history.at === history.ids.length - 1;
  panel.showLand(land);
  view.show(land, ({ land_id }) => api.tileUrl(land_id), place);
  globe.show(land);
  putAddress();
}

function putAddress() {
  if (!history) return;
  const { x, y, zoom } = view.place;
  const query = keeper.world ? `?world=${keeper.world.world_id}` : location.pathname;
  window.history.replaceState(null, '', `${query}#${present(history)}/${zoom}/${x}/${y}`);
  localStorage.setItem(KEPT, JSON.stringify({ firsts: [], worlds: {}, ...history }));
}

/** Keep the present land under a name. @param {string} [name] the one that it has, if not given */
function keepWorld(name = bar.name) {
  if (land) keeper.keep({ name: name || t('Land {seed}', { seed: land.seed }), land_id: land.land_id, place: view.place });
}

async function downloadWorld() {
  try {
    if (!keeper.world) keepWorld();
    const world = await keeper.flush();
    if (world) saveBlob(await api.worldFile(world.world_id), `${fileName(world.name)}.latentworld`);
  } catch (error) {
    const found = asProblem(error);
    tell(found.title, remedy(found) || found.detail);
  }
}

addEventListener('beforeunload', (event) => exports.areDrawn && event.preventDefault()); // they would go on unseen
addEventListener('visibilitychange', () => document.hidden && void keeper.flush().catch(() => null));

/** @param {import('./export-dialog.js').Wanted} wanted */
async function exportBox(wanted, of = land) {
  if (!of) return;
  try {
    await exports.add(of, wanted, bar.name);
  } catch (error) {
    const found = asProblem(error);
    tell(found.title, found.detail || remedy(found), () => void exportBox(wanted, of));
  }
}

addEventListener('keydown', (event) => {
  if (isElsewhere(event)) return;
  const key = keyOf(event, loadPreference('keys')?.areSingleKeysOn ?? true);
  if (!key) return;
  if (key.acts && !view.hasFocus) return; // elsewhere the key presses buttons
  event.preventDefault();
  if (key.acts) view.act();
  else if (key.change) setBrush({ ...brush, ...key.change(brush) });
  else if (key.step) go(key.step);
  else help.showModal();
});

/**
 * A land by its id, if it is here.
 * @param {string|undefined} id
 * @returns {Promise<Land|null>}
 */
async function keptLand(id) {
  if (!id) return null;
  return api.land(id).catch((error) => {
    if (asProblem(error).code !== 'unknown_land') throw error;
    return null;
  });
}

/** @param {string} id @returns {Promise<import('./world-keeper.js').World|null>} */
async function keptWorld(id) {
  return api.world(id).catch((error) => {
    if (asProblem(error).code !== 'unknown_world') throw error;
    return null;
  });
}

try {
  const before = parse(localStorage.getItem(KEPT));
  const named = new URLSearchParams(location.search).get('world');
  const isNamed = named !== null;
  const worldId = named ?? (before && worldOf(before)) ?? '';
  const world = WORLD.test(worldId) ? await keptWorld(worldId) : null;
  const [, addressed, ...at] = ADDRESS.exec(location.hash) ?? [];
  const asked = (isNamed ? world?.land_id : null) ?? addressed ?? world?.land_id;
  const [zoom, x, y] = asked === addressed ? at : [world?.place.zoom, world?.place.x, world?.place.y];
  const ids = [asked, before && present(before)];
  const [listed, ...kept] = await Promise.all([api.models(), ...ids.map((id) => keptLand(id ?? undefined))]);
  models = listed.models.filter(({ is_spatial }) => is_spatial).sort((a, b) => Number(b.id === FIRST_MODEL) - Number(a.id === FIRST_MODEL));
  if (models.length === 0) {
    tell(t('No model here draws land'), t('Train one with: latentbrush train generator --preset aerial64'));
  } else {
    const isAsItWas = (/** @type {Land|null} */ each) => models.some(({ id, version }) => id === each?.model && version === each.model_version);
    if (asked && !kept[0]) tell(t('This land is not here'), t('It was made on another server, or with another key. Here is another one.'));
    land = kept.find(isAsItWas) ?? (await api.makeLand({ model: models[0].id, edits: [], ...(before ? {} : { seed: FIRST_SEEDS.get(models[0].id) ?? 0 }) }));
    history = before && kept[1] ? goTo(before, land.land_id) : begin(land.land_id);
    keeper.open(land.land_id === world?.land_id ? world : null);
    if (keeper.world) history = withWorld(history, keeper.world.world_id);
    else if (isNamed) tell(t('This land is not here'), t('It was deleted, made by another version of the model, or with another key. Here is another one.'));
    bar.show(keeper.world, true);
    panel.offerModels(models);
    panel.dom.hidden = false;
    useModel(land.model);
    show(zoom && land === kept[0] ? { x: Number(x), y: Number(y), zoom: Number(zoom) } : null);
  }
} catch (error) {
  const found = asProblem(error);
  tell(found.title, remedy(found) || found.detail, () => location.reload());
}
