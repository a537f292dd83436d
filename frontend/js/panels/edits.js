/**
 * The edit list: what was painted, in the order it is applied. Every row can be chosen, weighed, switched off, moved, deleted.
 */

import { el, reveal, setChildren } from '../dom.js';
import { attributesOf, editName } from '../editing.js';
import { currentModel } from '../state.js';
import { iconButton } from './controls.js';
import { editRow } from './edit-row.js';
import { t } from '../i18n.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../session.js').Edit} Edit */

/** @param {import('../store.js').Store} store */
export function editsPanel({ dispatch }) {
  /** @type {Map<string, ReturnType<typeof editRow>>} */
  const rows = new Map();
  /** @type {readonly Edit[]} */
  let edits = [];
  /** @type {string|null} */
  let revealedKey = null;

  const list = el('ol', { class: 'edit-list' });
  const empty = el(
    'p',
    { class: 'quiet empty' },
    t('Paint on the picture to make the first edit. Everything here can be changed later.'),
  );
  const fresh = iconButton(
    'plus',
    t('Start a new edit with the next stroke'),
    () => dispatch({ type: 'editClosed' }),
    { command: 'new', text: t('New edit') },
  );
  const dom = el(
    'section',
    { class: 'section section-edits', 'aria-label': t('Edits') },
    el('header', { class: 'section-head' }, el('h2', {}, t('Edits')), fresh),
    empty,
    list,
  );

  /** The row that a dragged one would be put before. @param {number} clientY */
  const indexAt = (clientY) => {
    const middles = edits.map(({ key }) => {
      const box = rows.get(key)?.dom.getBoundingClientRect();
      return box ? box.top + box.height / 2 : 0;
    });
    return middles.filter((middle) => middle < clientY).length;
  };
  /** @param {string} key @param {number} clientY @returns {number} the index it would have after the drop */
  const dropIndex = (key, clientY) => {
    const from = edits.findIndex((edit) => edit.key === key);
    const at = indexAt(clientY);
    return at > from ? at - 1 : at;
  };
  /** @param {string} key @param {number|null} clientY null: no drag under way */
  const markDrop = (key, clientY) => {
    const from = edits.findIndex((edit) => edit.key === key);
    const to = clientY === null ? from : dropIndex(key, clientY);
    edits.forEach((edit, i) => {
      const row = rows.get(edit.key)?.dom;
      row?.classList.toggle('is-dragged', clientY !== null && i === from);
      row?.classList.toggle('is-drop-before', i === to && to < from);
      row?.classList.toggle('is-drop-after', i === to && to > from);
    });
  };

  /** @param {string} key */
  const makeRow = (key) =>
    editRow({
      onChoose: () => dispatch({ type: 'editChosen', key }),
      onToggle: () => dispatch({ type: 'editToggled', key }),
      onWeigh: (strength) => dispatch({ type: 'editWeighted', key, strength }),
      onSettle: () => dispatch({ type: 'settled' }),
      onRemove: () => {
        dispatch({ type: 'editRemoved', key });
        dispatch({ type: 'said', text: t('Edit deleted') });
        fresh.focus();
      },
      onMove: (by) =>
        dispatch({ type: 'editMoved', key, index: edits.findIndex((edit) => edit.key === key) + by }),
      onDuplicate: () => dispatch({ type: 'editDuplicated', key }),
      onSolo: () => dispatch({ type: 'editSoloed', key }),
      onContent: (content) => {
        dispatch({ type: 'contentChanged', key, content });
        dispatch({ type: 'settled' });
      },
      onRename: (name) => dispatch({ type: 'editRenamed', key, name }),
      onDrag: (clientY) => markDrop(key, clientY),
      onDrop: (clientY) => {
        markDrop(key, null);
        dispatch({ type: 'editMoved', key, index: dropIndex(key, clientY) });
      },
    });

  return {
    dom,
    /** @param {State} state */
    syncState(state) {
      edits = state.history?.present.edits ?? [];
      const attributes = attributesOf(state);
      const numLayers = layersOf(currentModel(state)?.resolution ?? 4);
      for (const key of rows.keys()) if (!edits.some((edit) => edit.key === key)) rows.delete(key);
      edits.forEach((edit, i) => {
        const row = rows.get(edit.key) ?? makeRow(edit.key);
        rows.set(edit.key, row);
        const attribute =
          edit.type === 'attribute' ? attributes.find(({ id }) => id === edit.attribute) : undefined;
        row.sync(edit, attribute, {
          name: editName(state, edit),
          numLayers,
          isOpen: edit.key === state.openKey,
          isFirst: i === 0,
          isLast: i === edits.length - 1,
        });
      });
      setChildren(
        list,
        edits.flatMap(({ key }) => rows.get(key)?.dom ?? []),
      );
      if (state.openKey !== revealedKey) {
        const open = state.openKey && rows.get(state.openKey);
        if (open) reveal(list, open.dom);
        revealedKey = state.openKey;
      }
      empty.hidden = edits.length > 0;
      fresh.disabled = state.openKey === null;
    },
  };
}

/** Style layers of a generator: two a resolution, from 4 px on. @param {number} resolution */
function layersOf(resolution) {
  return 2 * Math.log2(resolution) - 2;
}
