/**
 * The sessions that the server keeps, each with its picture: open one, or delete it.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { captionOf, coverOf, deleteButton, savedList } from './saved.js';

/** @typedef {import('../state.js').SessionSummary} SessionSummary */

/**
 * @param {{coverUrl: (imageId: string) => string, onOpen: (sessionId: string) => void, onDelete: (sessionId: string, name: string) => void}} events
 */
export function sessionsList({ coverUrl, onOpen, onDelete }) {
  return savedList(t('Your sessions'), (/** @type {SessionSummary} */ session) => {
    const { session_id: id, name, model, num_edits: count } = session;
    const open = el(
      'button',
      { type: 'button', class: 'sample', onclick: () => onOpen(id), title: t('{model}, {count} edits', { model, count }) },
      coverOf(coverUrl(session.cover_id)),
      ...captionOf(session),
    );
    return el('li', {}, open, deleteButton(t('Delete the session {name}', { name }), () => onDelete(id, name)));
  });
}
