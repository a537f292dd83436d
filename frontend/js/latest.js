/**
 * Latest wins: at most one run under way and the newest value waiting; what came between is dropped.
 */

/** @template T */
export class LatestWins {
  #run;
  /** @type {{value: T}|null} */
  #waiting = null;
  /** @type {AbortController|null} */
  #superseded = null;

  /** @param {(value: T, superseded: AbortSignal) => Promise<void>} run handles its own errors; the signal tells that a newer value waits */
  constructor(run) {
    this.#run = run;
  }

  get isBusy() {
    return this.#superseded !== null;
  }

  /** @param {T} value */
  push(value) {
    this.#waiting = { value };
    if (this.#superseded) this.#superseded.abort();
    else void this.#drain();
  }

  async #drain() {
    while (this.#waiting) {
      const { value } = this.#waiting;
      this.#waiting = null;
      this.#superseded = new AbortController();
      try {
        await this.#run(value, this.#superseded.signal);
      } finally {
        this.#superseded = null;
      }
    }
  }
}
