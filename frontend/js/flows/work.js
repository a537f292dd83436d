/**
 * The long work that a person waits for: one piece at a time, with its progress on the page; a newer one ends it.
 */

import { t } from '../i18n.js';
import { isFinished, resultOf } from '../jobs.js';
import { asProblem, isAbort } from '../problem.js';

export class Work {
  #store;
  #api;
  #pictures;
  /** @type {AbortController} */
  #current = new AbortController();
  /** @type {string|null} the job under way, to cancel it */
  #jobId = null;

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   * @param {import('../pictures.js').Pictures} pictures
   */
  constructor(store, api, pictures) {
    this.#store = store;
    this.#api = api;
    this.#pictures = pictures;
  }

  /**
   * Do a piece of work; what it throws becomes the problem on the page.
   * @param {import('../state.js').Work['kind']} kind
   * @param {(signal: AbortSignal) => Promise<void>} work
   */
  async run(kind, work) {
    this.#abandon();
    const { signal } = (this.#current = new AbortController());
    this.#store.dispatch({ type: 'workStarted', kind });
    try {
      await work(signal);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      this.#store.dispatch({ type: 'workStopped' });
      this.#store.dispatch({ type: 'problemFound', problem: asProblem(error) });
    }
  }

  /** Stop the work under way, on the server too. */
  cancel() {
    this.#abandon();
    this.#store.dispatch({ type: 'workStopped' });
    this.#store.dispatch({ type: 'said', text: t('Canceled') });
  }

  /**
   * A job's result, with its progress and previews on the page meanwhile.
   * @param {import('../types.js').Job} job
   * @param {AbortSignal} signal
   * @returns {Promise<any>}
   */
  async follow(job, signal) {
    this.#jobId = isFinished(job) ? null : job.job_id;
    const result = await resultOf(this.#api, job, {
      signal,
      onProgress: ({ step, steps, message }) =>
        this.#store.dispatch({ type: 'workProgressed', step, steps, message }),
      onPreview: (imageId, errorId) => {
        const ids = errorId ? [imageId, errorId] : [imageId];
        Promise.all(ids.map((id) => this.#pictures.load(id, signal))).then(
          () => signal.aborted || this.#store.dispatch({ type: 'workPreviewed', imageId, crop: null, errorId }),
          () => null, // a preview that is gone already is no loss
        );
      },
    });
    this.#jobId = null;
    return result;
  }

  /** Whatever is under way ends here and on the server. */
  #abandon() {
    this.#current.abort();
    if (this.#jobId) this.#api.cancelJob(this.#jobId).catch(() => null); // it may have just ended
    this.#jobId = null;
  }
}
