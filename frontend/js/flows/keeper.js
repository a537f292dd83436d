/**
 * Saving by itself, and telling the truth about it: a session is on the server when the page says so.
 * Until then a copy in this browser has it (storage.js), which survives a refresh and a server that is away.
 */

import { asProblem } from '../problem.js';
import { editsToWire } from '../session.js';

/** @typedef {import('../state.js').State} State */

const REST_MS = 600; // a slider moves 60 times a second; once it rests is enough
const RETRY_MS = 3000;

export class Keeper {
  #store;
  #api;
  /** @type {Promise<void>} ends with the saving under way */
  #saving = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout>|null} until the next saving */
  #timer = null;
  /** @type {WeakMap<object, {sessionId: string, revision: number}>} what the server has, by opened picture */
  #onServer = new WeakMap();

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   */
  constructor(store, api) {
    this.#store = store;
    this.#api = api;
    store.subscribe((state, before) => {
      if (state.source !== before.source) {
        if (this.#timer) this.#save(before); // it was to be saved a moment later
        if (state.keeping?.saving === 'failed') this.#saveIn(0);
        return;
      }
      if (isChanged(state, before) && state.keeping?.saving !== 'conflict') this.#saveIn(REST_MS);
      const isBack = state.server === 'ready' && before.server !== 'ready';
      if (isBack && state.keeping?.saving === 'failed') this.#saveIn(0);
    });
  }

  /** Save now; the session's id, or null when the server did not take it. @returns {Promise<string|null>} */
  async flush() {
    await this.#save(this.#store.state);
    const { keeping } = this.#store.state;
    return keeping?.saving === 'saved' ? keeping.sessionId : null;
  }

  /** @param {number} ms */
  #saveIn(ms) {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(this.#store.state), ms);
  }

  /** One after the other: each says which revision it changes. @param {State} state */
  #save(state) {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#saving = this.#saving.then(() => this.#write(state));
    return this.#saving;
  }

  /** @param {State} state */
  async #write(state) {
    const { source, keeping, history, result } = state;
    if (!source || !keeping || !history) return;
    /** @type {(action: import('../keeping.js').KeepingAction) => void} */
    const tell = (action) => {
      if (this.#store.state.source === source) this.#store.dispatch(action); // else another picture is open by now
    };
    tell({ type: 'saveStarted' });
    const body = {
      name: keeping.name,
      latent_id: source.latentId,
      edits: editsToWire(history.present.edits),
      snapshots: keeping.snapshots.map(({ name, edits, savedAt }) => ({
        name,
        edits: editsToWire(edits),
        saved_at: savedAt,
      })),
      cover_id: result?.imageId ?? source.originalId,
    };
    const isApart = keeping.sessionId === null && keeping.saving === 'new';
    const known = (!isApart && this.#onServer.get(source)) || keeping;
    try {
      const { session_id, revision } = known.sessionId
        ? await this.#api.changeSession(known.sessionId, { ...body, revision: known.revision })
        : await this.#api.makeSession(body);
      this.#onServer.set(source, { sessionId: session_id, revision });
      tell({ type: 'saved', sessionId: session_id, revision });
    } catch (error) {
      const { code } = asProblem(error);
      if (code === 'session_conflict') return tell({ type: 'saveConflicted' });
      if (code === 'unknown_session') return tell({ type: 'keptApart' }); // deleted elsewhere: here it is worth keeping
      tell({ type: 'saveFailed' });
      if (this.#store.state.source === source) this.#saveIn(RETRY_MS);
    }
  }
}

/** Whether what is kept differs. @param {State} state @param {State} before */
function isChanged(state, before) {
  if (!state.keeping || !before.keeping) return false;
  return (
    state.history?.present.edits !== before.history?.present.edits ||
    state.keeping.name !== before.keeping.name ||
    state.keeping.snapshots !== before.keeping.snapshots ||
    (state.keeping.sessionId === null && before.keeping.sessionId !== null)
  );
}
