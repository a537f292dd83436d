/**
 * Into the editor: with what was just encoded, with a session as the server has it, or with what only this browser has.
 */

import { t } from '../i18n.js';
import { fresh, unsaved } from '../keeping.js';
import { snapshotFromWire, wiresOf } from '../parts.js';
import { Problem, asProblem } from '../problem.js';
import { doTheSame } from '../session.js';
import { forgetSteps, loadSteps } from '../steps.js';
import { forgetSession, isSame, loadSession } from '../storage.js';

/** @typedef {import('../state.js').Upload} Upload */
/** @typedef {import('../crop.js').Crop} Crop */
/** @typedef {import('../types.js').LatentInfo} LatentInfo */
/** @typedef {import('../parts.js').PartsWire} PartsWire */
/** @typedef {import('../storage.js').Saved} Saved */

export class Entry {
  #store;
  #api;
  #maker;

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   * @param {import('./part-maker.js').PartMaker} maker
   */
  constructor(store, api, maker) {
    this.#store = store;
    this.#api = api;
    this.#maker = maker;
  }

  /**
   * Parts of a picture that were just encoded; what was painted on the first one while the server was away is there again.
   * @param {Upload} upload
   * @param {readonly {info: LatentInfo, crop: Crop|null}[]} encoded
   * @param {AbortSignal} signal
   */
  async enterEncoded(upload, encoded, signal) {
    const [{ info }] = encoded;
    const left = loadSession(info.latent_id);
    if (encoded.length === 1 && left && !left.isKept && isPainted(left)) return this.enterSaved({ ...left, upload }, info.latent_id, signal);
    const keeping = upload.isSample ? fresh(upload.name) : unsaved(upload.name);
    await this.enter(encoded.map((each) => ({ ...each, upload })), keeping, signal);
  }

  /**
   * A latent as this browser knows it; what was painted on it is not on the server yet.
   * @param {Saved|null} saved
   * @param {string} latentId
   * @param {AbortSignal} signal
   * @param {string} [stepsId] that its steps are kept under
   */
  async enterSaved(saved, latentId, signal, stepsId = latentId) {
    const wires = saved ? wiresOf(saved.wire) : [{ latent_id: latentId, edits: [] }];
    const infos = [];
    for (const { latent_id } of wires) infos.push(await this.found(this.#api.latent(latent_id, signal), latent_id, signal));
    const keeping = saved && isPainted(saved) ? unsaved(saved.name) : fresh(saved?.name ?? '');
    const found = infos.map((info, i) => ({
      info: { model: saved?.modelId, ...info },
      upload: saved?.upload,
      crop: i === 0 ? saved?.crop : cropOf(info, saved?.upload ?? null),
      edits: wires[i].edits,
    }));
    await this.enter(found, keeping, signal, { snapshots: saved?.snapshots, steps: await loadSteps(stepsId) });
  }

  /**
   * What the server has, or the start and a word on what became of it.
   * @template T
   * @param {Promise<T>} asked
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {Promise<T>}
   */
  found(asked, id, signal) {
    return asked.catch((error) => {
      signal.throwIfAborted();
      if (![404, 422].includes(asProblem(error).status)) throw error;
      forgetSession(id);
      void forgetSteps(id);
      this.#store.dispatch({ type: 'startedOver' });
      throw new Problem({
        title: t('That picture is no longer on the server'),
        detail: t('It may have been cleaned up. Open it again to start anew.'),
        code: 'unknown_latent_at_start',
      });
    });
  }

  /**
   * A session as the server has it; or as this browser has it, when the latest changes did not get through.
   * @param {import('../types.js').SessionInfo} session
   * @param {AbortSignal} signal
   */
  async enterSession(session, signal) {
    const { session_id, revision, name, latent, other_latents = [], picture } = session;
    const saved = loadSession(session_id);
    const isKept = saved === null || saved.isKept || (await this.#isAsOnServer(saved, session));
    const local = isKept ? null : saved;
    const isDrawn = latent.reconstruction_id === latent.image_id; // by the model: there is no upload
    const upload = isDrawn ? null : { imageId: picture.image_id, width: picture.width, height: picture.height, name };
    const infos = new Map([latent, ...other_latents].map((info) => [info.latent_id, info]));
    const found = [];
    for (const { latent_id, edits } of wiresOf(local?.wire ?? session)) {
      const info = infos.get(latent_id) ?? (await this.#api.latent(latent_id, signal));
      found.push({ info, upload, crop: cropOf(info, upload), edits });
    }
    /** @type {import('../keeping.js').Keeping} */
    const keeping = { sessionId: session_id, revision, name: local?.name ?? name, snapshots: [], saving: local ? 'failed' : 'saved', coverId: session.cover_id ?? null };
    await this.enter(found, keeping, signal, { snapshots: local?.snapshots ?? session.snapshots, steps: await loadSteps(session_id) });
    if (local && local.revision !== revision) this.#store.dispatch({ type: 'keptApart' }); // both are worth keeping
  }

  /**
   * Whether the server has all of a copy in this browser.
   * @param {Saved} copy
   * @param {import('../types.js').SessionInfo} session
   */
  async #isAsOnServer(copy, session) {
    const { latent, other_latents = [] } = session;
    const grids = new Map([latent, ...other_latents].map(({ latent_id, grid }) => [latent_id, grid]));
    const read = (/** @type {import('../parts.js').Wire} */ wire) => this.#maker.session(wire, grids.get(wire.latent_id) ?? latent.grid);
    const states = (/** @type {PartsWire} */ wire, /** @type {import('../storage.js').SavedSnapshot[]} */ snapshots) =>
      Promise.all([wire, ...snapshots.map((each) => ({ ...each, latent_id: wire.latent_id }))].flatMap(wiresOf).map(read));
    const said = (/** @type {{name: string, snapshots: import('../storage.js').SavedSnapshot[]}} */ { name, snapshots }) => [
      name,
      snapshots.map((each) => [each.name, Date.parse(each.saved_at), each.others?.length ?? 0]),
    ];
    if (!isSame(said(copy), said(session))) return false;
    const [here, there] = await Promise.all([states(copy.wire, copy.snapshots), states(session, session.snapshots)]);
    return here.length === there.length && here.every(({ latent_id, edits }, i) => latent_id === there[i].latent_id && doTheSame(edits, there[i].edits));
  }

  /**
   * Open the editor.
   * @param {{info: LatentInfo, upload?: Upload|null, crop?: Crop|null, edits?: Record<string, any>[]}[]} found the parts of the picture
   * @param {import('../keeping.js').Keeping} keeping
   * @param {AbortSignal} signal
   * @param {{snapshots?: import('../storage.js').SavedSnapshot[], steps?: import('../steps.js').Steps[]}} [kept] in the session, and in this browser
   */
  async enter(found, keeping, signal, { snapshots = [], steps = [] } = {}) {
    /** @type {import('../parts.js').Part[]} */
    const parts = [];
    for (const each of found) {
      const own = steps.find(({ present }) => present.latent_id === each.info.latent_id);
      parts.push(await this.#maker.part({ ...each, steps: own }, signal));
    }
    const [first] = parts;
    const gridOf = (/** @type {string} */ id) => (parts.find(({ source }) => source.latentId === id) ?? first).source.grid;
    const read = (/** @type {import('../parts.js').Wire} */ wire) => this.#maker.session(wire, gridOf(wire.latent_id));
    const kept = await Promise.all(snapshots.map((each) => snapshotFromWire(each, first.source.latentId, read)));
    signal.throwIfAborted();
    this.#store.dispatch({ type: 'opened', parts, keeping: { ...keeping, snapshots: kept } });
  }
}

/** Whether a copy has anything that a person made. @param {Saved} saved */
function isPainted({ wire, snapshots }) {
  return wiresOf(wire).some(({ edits }) => edits.length > 0) || wiresOf(wire).length > 1 || snapshots.length > 0;
}

/**
 * The part of the upload that a latent is of; null for all of it.
 * @param {LatentInfo} info
 * @param {{width: number, height: number}|null} upload
 * @returns {Crop|null}
 */
function cropOf({ crop, quad }, upload) {
  if (!upload || !crop) return null;
  const [x, y, width, height] = crop;
  if (quad) return { x, y, width, height, quad };
  return width === upload.width && height === upload.height ? null : { x, y, width, height };
}
