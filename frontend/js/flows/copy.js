/**
 * The copy of the session in this browser, with its steps, its name in the address, and what a person prefers: written as they change.
 */

import { t } from '../i18n.js';
import { partsOf } from '../parts.js';
import { forgetSteps, saveSteps } from '../steps.js';
import { savePreference } from '../preferences.js';
import { forgetSession, putIdInAddress, saveSession } from '../storage.js';

/** @typedef {import('../state.js').State} State */

const REST_MS = 250; // a slider moves 60 times a second; once it rests is enough

/** @param {import('../store.js').Store} store */
export function keepCopy(store) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  const save = () => {
    const { brush, encodeMode, modelId } = store.state;
    savePreference('preferences', { brush, encodeMode, modelId });
    if (!saveSession(store.state)) store.dispatch({ type: 'said', text: t('Not saved: this browser has no room left') });
    keepSteps(store.state);
  };
  /** @type {unknown[]} what the browser has: whose, and the steps of each part */
  let kept = [];
  const keepSteps = (/** @type {State} */ state) => {
    const id = idOf(state);
    const steps = partsOf(state).map(({ history }) => history);
    if (!id || [id, ...steps].every((each, i) => each === kept[i])) return;
    kept = [id, ...steps];
    void saveSteps(id, steps);
  };
  store.subscribe((state, before) => {
    const isSame = state.opened === before.opened;
    if (!isSame) {
      saveSession(before);
      keepSteps(before);
    }
    if (isSame && idOf(state) !== idOf(before)) {
      saveSession(state); // before the address names it
      forgetSession(idOf(before) ?? ''); // it has another name now
      void forgetSteps(idOf(before) ?? '');
    }
    if (idOf(state) !== idOf(before)) putIdInAddress(idOf(state));
    const isChanged =
      state.history !== before.history ||
      state.parts !== before.parts ||
      state.keeping !== before.keeping ||
      state.brush !== before.brush ||
      state.modelId !== before.modelId;
    if (!isChanged) return;
    clearTimeout(timer);
    timer = setTimeout(save, REST_MS);
  });
  addEventListener('pagehide', save);
}

/** What the open picture is called in the address and in this browser. @param {State} state */
function idOf({ keeping, parts }) {
  return keeping?.sessionId ?? parts[0]?.source.latentId ?? null;
}
