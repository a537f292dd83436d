/**
 * The sessions that the server keeps, each with its picture: open one, or delete it.
 */

import { el, replaceRows } from '../dom.js';
import { iconButton } from './controls.js';
import { language, t } from '../i18n.js';

/** @typedef {import('../state.js').State} State */

const NUM_SHOWN = 3; // one row, before "all of them"

/**
 * @param {{coverUrl: (imageId: string) => string, onOpen: (sessionId: string) => void, onDelete: (sessionId: string, name: string) => void}} events
 */
export function sessionsList({ coverUrl, onOpen, onDelete }) {
  const list = el('ul', { class: 'gallery sessions' });
  const all = el('button', { type: 'button', class: 'button', onclick: () => ((isWhole = true), show()) });
  const dom = el('section', { class: 'start-sessions', 'aria-label': t('Your sessions') }, el('h2', {}, t('Your sessions')), list, all);
  let isWhole = false;
  /** @type {State['sessions']} */
  let sessions = [];

  const show = () => {
    const shown = isWhole ? sessions : sessions.slice(0, NUM_SHOWN);
    replaceRows(
      list,
      shown.map((session) => {
        const cover = el('img', { class: 'sample-picture', src: coverUrl(session.cover_id), alt: '', loading: 'lazy' });
        const when = new Date(session.updated_at);
        const open = el(
          'button',
          { type: 'button', class: 'sample', onclick: () => onOpen(session.session_id), title: t('{model}, {count} edits', { model: session.model, count: session.num_edits }) },
          cover,
          el('span', { class: 'sample-title' }, session.name),
          el('time', { class: 'session-time', dateTime: session.updated_at }, when.toLocaleString(language, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' })),
        );
        const remove = iconButton('bin', t('Delete the session {name}', { name: session.name }), () => onDelete(session.session_id, session.name), {
          class: 'session-delete',
        });
        return el('li', {}, open, remove);
      }),
    );
    all.textContent = t('Show all {count}', { count: sessions.length });
    all.hidden = isWhole || sessions.length <= NUM_SHOWN;
    dom.hidden = sessions.length === 0;
  };
  return {
    dom,
    /** @param {State['sessions']} next */
    set(next) {
      if (next === sessions) return;
      sessions = next;
      show();
    },
  };
}
