/**
 * The one place where problems are shown: what happened, what to do, and a way to do it.
 */

import { el } from '../dom.js';
import { iconButton } from './controls.js';
import { t } from '../i18n.js';
import { remedy } from '../problem.js';

/** @typedef {import('../state.js').State} State */

/**
 * @param {import('../store.js').Store} store
 * @param {{onRetry: () => void}} events
 */
export function notice({ dispatch }, { onRetry }) {
  const title = el('strong', {});
  const detail = el('span', {});
  const what = el('span', { class: 'notice-remedy' });
  const retry = el('button', { type: 'button', class: 'button', onclick: onRetry }, t('Try again'));
  const close = iconButton('close', t('Dismiss'), () => dispatch({ type: 'problemDismissed' }));
  const card = el(
    'div',
    { class: 'notice-card' },
    el('div', { class: 'notice-words' }, title, detail, what),
    retry,
    close,
  );
  const dom = el('div', { class: 'notice', role: 'alert' });
  /** @type {State['problem']} */
  let shown = null;
  return {
    dom,
    /** @param {State} state */
    syncState({ problem, phase }) {
      retry.hidden = phase !== 'editor';
      if (problem === shown) return;
      shown = problem;
      if (problem) {
        title.textContent = t(problem.title);
        detail.textContent = problem.detail === problem.title ? '' : problem.detail;
        what.textContent = remedy(problem);
      }
      dom.replaceChildren(...(problem ? [card] : [])); // a fresh child makes screen readers speak
    },
  };
}
