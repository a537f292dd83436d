/**
 * Whether the server is there and ready, and what models it has.
 */

import { pause } from '../jobs.js';
import { asProblem } from '../problem.js';

const RETRY_MS = 1500;
const WATCH_MS = 20_000;

/**
 * Wait until the models are known, then keep an eye on the server's health.
 * @param {import('../store.js').Store} store
 * @param {import('../api.js').Api} api
 */
export async function watchServer({ dispatch }, api) {
  for (;;) {
    try {
      const { models } = await api.models();
      dispatch({ type: 'modelsLoaded', models });
      if (models.length) break;
      dispatch({ type: 'serverSeen', server: 'starting' });
    } catch (error) {
      const { code } = asProblem(error);
      dispatch({ type: 'serverSeen', server: code === 'unreachable' ? 'unreachable' : 'starting' });
    }
    await pause(RETRY_MS);
  }
  void watchHealth({ dispatch }, api);
}

/**
 * @param {{dispatch: import('../store.js').Store['dispatch']}} store
 * @param {import('../api.js').Api} api
 */
async function watchHealth({ dispatch }, api) {
  for (;;) {
    const health = await api.health().catch(() => null);
    const server = health?.status ?? 'unreachable';
    dispatch({ type: 'serverSeen', server });
    if (health) {
      const loaded = [...new Set(health.workers.flatMap(({ models }) => models))].sort();
      dispatch({ type: 'modelsSeen', loaded });
    }
    await pause(server === 'ready' ? WATCH_MS : RETRY_MS);
  }
}
