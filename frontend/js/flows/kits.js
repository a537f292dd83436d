/**
 * Models that the server fetches: what there is, how far the latest is, and the new model once it is ready.
 */

import { t } from '../i18n.js';
import { isBusy } from '../installation.js';
import { pause } from '../jobs.js';
import { asProblem } from '../problem.js';

const LOOK_MS = 700;

export class KitFetcher {
  #store;
  #api;
  #isWatching = false;

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   */
  constructor(store, api) {
    this.#store = store;
    this.#api = api;
  }

  /** See what can be fetched, and go on watching what is being fetched. */
  async look() {
    const found = await this.#api.kits().catch(() => null); // a server of before has none
    if (!found) return;
    this.#store.dispatch({ type: 'kitsSeen', ...found });
    if (isBusy(found.installation)) void this.#watch();
  }

  /** @param {string} name of a kit whose licence was accepted */
  async fetch(name) {
    try {
      const installation = await this.#api.fetchKit(name);
      this.#store.dispatch({ type: 'kitsSeen', kits: this.#store.state.kits, installation });
      await this.#watch();
    } catch (error) {
      this.#store.dispatch({ type: 'problemFound', problem: asProblem(error) });
    }
  }

  /** @param {string} name */
  async cancel(name) {
    await this.#api.cancelKit(name).catch(() => null); // it may have just ended
    await this.look();
  }

  async #watch() {
    if (this.#isWatching) return;
    this.#isWatching = true;
    try {
      while (isBusy(this.#store.state.installation)) {
        await pause(LOOK_MS);
        const found = await this.#api.kits().catch(() => null); // the server may be away for a moment
        if (found) this.#store.dispatch({ type: 'kitsSeen', ...found });
      }
    } finally {
      this.#isWatching = false;
    }
    const { installation } = this.#store.state;
    if (installation?.status === 'ready') await this.#show(installation.kit);
  }

  /** The new model, chosen for the next picture. @param {string} name */
  async #show(name) {
    const { models } = await this.#api.models();
    this.#store.dispatch({ type: 'modelsLoaded', models });
    if (!models.some(({ id }) => id === name)) return;
    this.#store.dispatch({ type: 'modelChosen', id: name });
    this.#store.dispatch({ type: 'said', text: t('The model is ready') });
  }
}
