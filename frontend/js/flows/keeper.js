/**
 * Saving by itself, and telling the truth about it: a session is on the server when the page says so.
 * Until then a copy in this browser has it (storage.js), which survives a refresh and a server that is away.
 */

import { asProblem } from '../problem.js';
import { partsToWire, sessionsOf, snapshotToWire } from '../parts.js';
import { renameSteps } from '../steps.js';
import { confirmSaved } from '../storage.js';

/** @typedef {import('../state.js').State} State */

const REST_MS = 600; // a slider moves 60 times a second; once it rests is enough
const RETRY_MS = 3000;

export class Keeper {
  #store;
  #api;
  #masks;
  /** @type {Promise<void>} ends with the saving under way */
  #saving = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout>|null} until the next saving */
  #timer = null;
  /** @type {WeakMap<object, {sessionId: string, revision: number}>} what the server has, by opened picture */
  #onServer = new WeakMap();
  /** @type {WeakMap<object, string>} the cover that was saved last here, by opened picture */
  #covers = new WeakMap();
  /** Whether the masks that the server did not know were sent again in vain. */
  #isSentAgain = false;

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   * @param {import('./masks.js').Masks} masks
   */
  constructor(store, api, masks) {
    this.#store = store;
    this.#api = api;
    this.#masks = masks;
    store.subscribe((state, before) => {
      const { opened, keeping } = state;
      if (opened !== before.opened) {
        if (before.keeping && isUnsaved(before.keeping)) void this.#save(before); // it was to be saved a moment later
        this.#cancelTimer();
        if (keeping && isUnsaved(keeping)) this.#saveIn(0);
        return;
      }
      const isBack = state.server === 'ready' && before.server !== 'ready';
      if (isBack && keeping?.saving === 'failed') this.#saveIn(0);
      const isShown = state.result && state.result !== before.result && state.result.edits === state.history?.present.edits;
      if (opened && isShown && isCover(state) && keeping?.saving === 'saved' && this.#covers.has(opened) && this.#covers.get(opened) !== state.result?.imageId) this.#saveIn(REST_MS); // saved before it was drawn
      if (!opened || !keeping || keeping === before.keeping) return;
      if (before.keeping?.sessionId && !keeping.sessionId) this.#onServer.delete(opened); // kept apart: a session of its own
      if (keeping.saving === 'changed') this.#saveIn(REST_MS);
    });
  }

  /** Save now; the session's id, or null when the server did not take it. @returns {Promise<string|null>} */
  async flush() {
    await this.#save(this.#store.state);
    const { keeping } = this.#store.state;
    return keeping?.saving === 'saved' ? keeping.sessionId : null;
  }

  /** Save what is not saved yet, and wait for what is being saved. */
  async settle() {
    const { keeping } = this.#store.state;
    await (keeping && isUnsaved(keeping) ? this.#save(this.#store.state) : this.#saving);
  }

  /** @param {number} ms */
  #saveIn(ms) {
    this.#cancelTimer();
    this.#timer = setTimeout(() => void this.#save(this.#store.state), ms);
  }

  #cancelTimer() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** One after the other: each says which revision it changes. @param {State} state */
  #save(state) {
    this.#cancelTimer();
    this.#saving = this.#saving.then(() => this.#write(state)).catch((error) => console.error(error));
    return this.#saving;
  }

  /** @param {State} asked when saving was asked for; what is open still is saved as it is by now */
  async #write(asked) {
    const isOpen = () => this.#store.state.opened === asked.opened;
    const state = isOpen() ? this.#store.state : asked;
    const { opened, keeping } = state;
    if (!opened || !keeping || keeping.saving === 'conflict') return;
    /** @type {(action: import('../keeping.js').KeepingAction) => void} */
    const tell = (action) => {
      if (isOpen()) this.#store.dispatch(action);
    };
    const [{ source: first }] = state.parts;
    tell({ type: 'saveStarted' });
    const painted = [...sessionsOf(state), ...keeping.snapshots.flatMap(({ parts }) => parts)];
    await this.#masks.send(painted);
    const body = {
      name: keeping.name,
      ...partsToWire(sessionsOf(state)),
      snapshots: keeping.snapshots.map((each) => snapshotToWire(each, first.latentId)),
      cover_id: (isCover(state) && state.result?.imageId) || this.#covers.get(opened) || keeping.coverId || first.originalId,
    };
    const known = this.#onServer.get(opened) ?? keeping;
    try {
      const { session_id, revision } = known.sessionId
        ? await this.#api.changeSession(known.sessionId, { ...body, revision: known.revision })
        : await this.#api.makeSession(body);
      this.#isSentAgain = false;
      this.#onServer.set(opened, { sessionId: session_id, revision });
      this.#covers.set(opened, body.cover_id);
      tell({ type: 'saved', sessionId: session_id, revision });
      if (isOpen()) return;
      confirmSaved(keeping.sessionId ?? first.latentId, body, session_id, revision);
      void renameSteps(keeping.sessionId ?? first.latentId, session_id);
    } catch (error) {
      const problem = asProblem(error);
      const mayHelp = problem.code === 'unknown_mask' && !this.#isSentAgain; // once: what nobody has comes from nowhere
      this.#isSentAgain = mayHelp;
      if (mayHelp) await this.#masks.sendAgain(painted);
      this.#explain(problem, tell, isOpen, mayHelp);
    }
  }

  /**
   * @param {import('../problem.js').Problem} problem
   * @param {(action: import('../keeping.js').KeepingAction) => void} tell
   * @param {() => boolean} isOpen
   * @param {boolean} isMended what was wrong has been put right: it is tried again
   */
  #explain(problem, tell, isOpen, isMended) {
    const { code, status } = problem;
    if (code === 'session_conflict') return tell({ type: 'saveConflicted' });
    if (code === 'unknown_session') return tell({ type: 'keptApart' }); // deleted elsewhere: here it is worth keeping
    tell({ type: 'saveFailed' });
    if (!isOpen()) return; // this browser has it
    if (isMended || code === 'unreachable' || status === 429 || status >= 500) this.#saveIn(RETRY_MS);
    else this.#store.dispatch({ type: 'problemFound', problem });
  }
}

/** The session is known by its first part. @param {State} state */
function isCover({ partIndex }) {
  return partIndex === 0;
}

/** @param {import('../keeping.js').Keeping} keeping */
function isUnsaved({ saving }) {
  return saving === 'failed' || saving === 'changed';
}
