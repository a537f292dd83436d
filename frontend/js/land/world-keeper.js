/**
 * Keeps a land under its name on the server, as it changes. What was changed elsewhere meanwhile stays as it is: this
 * one is kept beside it.
 */

/** @typedef {{x: number, y: number, zoom: number}} Place */
/** @typedef {{world_id: string, revision: number, name: string, land_id: string, place: Place, updated_at: string, land: import('./history.js').Land}} World */
/** @typedef {{name: string, land_id: string, place: Place}} Draft */
/**
 * @typedef {object} WorldSource the parts of Api that are needed here
 * @property {(draft: Draft) => Promise<World>} addWorld
 * @property {(worldId: string, draft: Draft & {revision: number}) => Promise<World>} changeWorld
 */

const PAUSE_MS = 800;
const TRY_AGAIN_MS = 5000;

export class WorldKeeper {
  #source;
  #onSaved;
  #onProblem;
  /** @type {World|null} as the server has it */
  #world = null;
  /** @type {Draft|null} what it is to be */
  #draft = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** @type {Promise<void>} */
  #saving = Promise.resolve();
  #pauseMs;

  /**
   * @param {WorldSource} source
   * @param {{onSaved: (world: World|null, isSaved: boolean) => void, onProblem: (error: unknown) => void}} events
   * @param {number} [pauseMs]
   */
  constructor(source, { onSaved, onProblem }, pauseMs = PAUSE_MS) {
    this.#source = source;
    this.#onSaved = onSaved;
    this.#onProblem = onProblem;
    this.#pauseMs = pauseMs;
  }

  get world() {
    return this.#world;
  }

  /** Whether nothing is left to be kept. */
  get isSaved() {
    return this.#draft === null;
  }

  /** Go on with a world; null: with a land that has no name yet. @param {World|null} world */
  open(world) {
    clearTimeout(this.#timer);
    this.#world = world;
    this.#draft = null;
  }

  /** Keep it so, soon; of several changes the last one counts. @param {Draft} draft */
  keep(draft) {
    this.#draft = draft;
    this.#onSaved(this.#world, false);
    this.#wait(this.#pauseMs);
  }

  /** Keep what is not kept yet, now. @returns {Promise<World|null>} */
  async flush() {
    clearTimeout(this.#timer);
    const saved = this.#saving.then(() => this.#save());
    this.#saving = saved.catch(() => {}); // the next one tries by itself
    await saved;
    return this.#draft ? null : this.#world;
  }

  /** @param {number} ms */
  #wait(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush().catch(this.#onProblem), ms);
  }

  /** @returns {Promise<void>} */
  async #save() {
    const draft = this.#draft;
    if (!draft) return;
    const before = this.#world;
    try {
      const world = before ? await this.#source.changeWorld(before.world_id, { ...draft, revision: before.revision }) : await this.#source.addWorld(draft);
      if (this.#world !== before) return; // another one was opened meanwhile
      this.#world = world;
    } catch (error) {
      if (this.#world !== before) return;
      const code = /** @type {{code?: string}} */ (error).code;
      if (before && (code === 'session_conflict' || code === 'unknown_world')) {
        this.#world = null;
        return this.#save();
      }
      if (code !== 'unreachable' && code !== 'queue_full') throw error;
      return this.#wait(TRY_AGAIN_MS);
    }
    if (this.#draft === draft) this.#draft = null;
    this.#onSaved(this.#world, this.#draft === null);
  }
}
