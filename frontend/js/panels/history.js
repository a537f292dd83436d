/**
 * Everything that was done to the open picture, step by step, and the snapshots that were kept of it.
 */

import { changeBetween } from '../changes.js';
import { el, replaceRows, uniqueId } from '../dom.js';
import { editName } from '../editing.js';
import { stepsOf } from '../history.js';
import { language, t } from '../i18n.js';
import { MAX_SNAPSHOTS } from '../keeping.js';
import { iconButton } from './controls.js';

/** @typedef {import('../state.js').State} State */

const MAX_SHOWN = 60; // steps: who wants an older one wants a snapshot

/** @param {import('../store.js').Store} store */
export function historyPanel(store) {
  const { dispatch } = store;
  const id = uniqueId('history');
  const steps = el('ol', { class: 'history-steps', 'aria-label': t('Steps, the latest first') });
  const snapshots = el('ul', { class: 'history-snapshots', 'aria-label': t('Snapshots') });
  const none = el('p', { class: 'quiet' }, t('A snapshot keeps the edit list as it is now, under a name.'));
  const name = el('input', { type: 'text', class: 'text', maxLength: 80, placeholder: t('Name'), 'aria-label': t('Name of the snapshot') });
  const keep = el('button', { type: 'submit', class: 'button' }, t('Keep a snapshot'));
  const form = el(
    'form',
    {
      class: 'history-keep',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        dispatch({ type: 'snapshotTaken', name: name.value, savedAt: new Date().toISOString() });
        dispatch({ type: 'said', text: t('Snapshot kept') });
        name.value = '';
      },
    },
    name,
    keep,
  );
  const dom = el(
    'div',
    { class: 'menu history', id, popover: 'auto', role: 'dialog', 'aria-label': t('History') },
    el('h2', {}, t('Snapshots')),
    form,
    none,
    snapshots,
    el('h2', {}, t('Steps')),
    steps,
  );
  const button = iconButton('history', t('History and snapshots'), () => {});
  button.setAttribute('popovertarget', id);
  dom.addEventListener('toggle', () => {
    if (!dom.matches(':popover-open')) return;
    const { right, bottom } = button.getBoundingClientRect();
    dom.style.left = `${Math.max(8, Math.min(right, innerWidth - 8) - dom.offsetWidth)}px`;
    dom.style.top = `${bottom + 6}px`;
    show(store.state);
  });

  /** @param {State} state */
  const show = (state) => {
    const { history, keeping } = state;
    if (!history || !keeping) return;
    const all = stepsOf(history);
    const present = history.past.length;
    const first = Math.max(0, all.length - MAX_SHOWN);
    const rows = all.slice(first).map((session, i) => {
      const index = first + i;
      const words =
        index === 0 ? t('As it was opened') : changeBetween(all[index - 1], session, (edit) => editName(state, edit));
      const step = el(
        'button',
        { type: 'button', class: 'history-step', onclick: () => dispatch({ type: 'historyJumped', index }) },
        words,
      );
      step.setAttribute('aria-current', index === present ? 'step' : 'false');
      step.classList.toggle('is-undone', index > present);
      return el('li', {}, step);
    });
    replaceRows(steps, rows.reverse());
    replaceRows(
      snapshots,
      keeping.snapshots.map((snapshot, index) =>
        el(
          'li',
          {},
          el(
            'button',
            {
              type: 'button',
              class: 'history-step',
              title: state.parts.length > 1 ? t('Go back to it; undo takes that back, part by part') : t('Go back to it; undo takes that back'),
              onclick: () => dispatch({ type: 'snapshotRestored', index }),
            },
            snapshot.name,
            el('time', { dateTime: snapshot.savedAt }, new Date(snapshot.savedAt).toLocaleString(language, { dateStyle: 'short', timeStyle: 'short' })),
          ),
          iconButton('bin', t('Delete the snapshot {name}', { name: snapshot.name }), () => dispatch({ type: 'snapshotDropped', index })),
        ),
      ),
    );
    none.hidden = keeping.snapshots.length > 0;
    keep.disabled = keeping.snapshots.length >= MAX_SNAPSHOTS;
  };

  return {
    dom,
    button,
    /** @param {State} state */
    syncState(state) {
      if (dom.matches(':popover-open')) show(state);
    },
  };
}
