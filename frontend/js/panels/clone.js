/**
 * Cloning: a small picture of the source, in which one clicks (or walks by arrow keys) where to copy from.
 */

import { context2d, el, replaceRows } from '../dom.js';
import { iconButton } from './controls.js';
import { t } from '../i18n.js';

/** @typedef {import('../state.js').State} State */

const SIDE_PX = 240; // of the small picture's long side, in its own pixels
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {import('../store.js').Store} store
 * @param {import('../pictures.js').Pictures} pictures
 * @param {{coverUrl: (imageId: string) => string, onFile: (file: File) => void, onSession: (session: State['sessions'][number]) => void}} events
 */
export function clonePanel(store, pictures, { coverUrl, onFile, onSession }) {
  const { dispatch } = store;
  const picture = el('canvas', {
    class: 'clone-picture',
    tabIndex: 0,
    role: 'application',
    'aria-label': t('Source. Arrow keys choose the cell to copy from.'),
  });
  const hint = el('p', { class: 'quiet' });
  const own = el('button', { type: 'button', class: 'clone-source', onclick: () => dispatch({ type: 'donorChosen', donor: null }) }, t('This picture'));
  const sources = el('div', { class: 'clone-sources', role: 'group', 'aria-label': t('Copy from') });
  const input = el('input', {
    type: 'file',
    accept: 'image/*',
    class: 'visually-hidden',
    tabIndex: -1,
    'aria-hidden': 'true',
    onchange: () => {
      const file = input.files?.[0];
      input.value = '';
      if (file) onFile(file);
    },
  });
  const another = iconButton('open', t('Clone from another picture'), () => input.click(), { text: t('Another picture') });
  const dom = el(
    'section',
    { class: 'section section-clone', 'aria-label': t('Clone') },
    el('div', { class: 'clone-room' }, picture),
    hint,
    sources,
    another,
    input,
  );

  /** @param {number} cellX @param {number} cellY */
  const choose = (cellX, cellY) => {
    const [rows, columns] = store.state.source?.grid ?? [1, 1];
    const from = { cellX: Math.min(columns - 1, Math.max(0, cellX)), cellY: Math.min(rows - 1, Math.max(0, cellY)) };
    dispatch({ type: 'sourceChosen', from });
    dispatch({ type: 'said', text: t('Copies from row {row}, column {column}', { row: from.cellY + 1, column: from.cellX + 1 }) });
  };
  picture.addEventListener('pointerdown', (event) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    const [rows, columns] = store.state.source?.grid ?? [1, 1];
    choose(
      Math.floor(((event.clientX - left) / width) * columns),
      Math.floor(((event.clientY - top) / height) * rows),
    );
  });
  picture.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const [rows, columns] = store.state.source?.grid ?? [1, 1];
    const { cellX, cellY } = store.state.clone.from ?? { cellX: Math.floor(columns / 2), cellY: Math.floor(rows / 2) };
    choose(cellX + step[0], cellY + step[1]);
  });

  /** @param {State} state */
  const draw = ({ clone, source }) => {
    const bitmap = pictures.peek(clone.donor?.imageId ?? source?.originalId);
    if (!bitmap || !source) return;
    const scale = SIDE_PX / Math.max(bitmap.width, bitmap.height);
    picture.width = Math.round(bitmap.width * scale);
    picture.height = Math.round(bitmap.height * scale);
    const context = context2d(picture);
    context.drawImage(bitmap, 0, 0, picture.width, picture.height);
    if (!clone.from) return;
    const [rows, columns] = source.grid;
    const [width, height] = [picture.width / columns, picture.height / rows];
    const box = /** @type {const} */ ([clone.from.cellX * width, clone.from.cellY * height, width, height]);
    for (const [line, style] of /** @type {const} */ ([[4, '#000'], [2, '#fff']])) {
      context.lineWidth = line;
      context.strokeStyle = style;
      context.strokeRect(...box);
    }
  };

  /** @type {unknown[]} what was drawn last */
  let drawn = [];
  return {
    dom,
    /** @param {State} state */
    syncState(state) {
      const { clone, source, sessions } = state;
      hint.textContent = hintFor(state);
      const now = [clone, source, sessions, pictures.peek(clone.donor?.imageId ?? source?.originalId)];
      if (now.every((value, i) => value === drawn[i])) return;
      drawn = now;
      draw(state);
      const donors = sessions.filter(
        (each) => each.model === source?.modelId && each.latent_id !== source.latentId && each.grid.join() === source.grid.join(),
      );
      own.setAttribute('aria-pressed', String(clone.donor === null));
      replaceRows(sources, [
        own,
        ...donors.slice(0, 8).map((session) => {
          const button = el(
            'button',
            { type: 'button', class: 'clone-source', title: session.name, onclick: () => onSession(session) },
            el('img', { src: coverUrl(session.cover_id), alt: session.name, loading: 'lazy' }),
          );
          button.setAttribute('aria-pressed', String(clone.donor?.latentId === session.latent_id));
          return button;
        }),
      ]);
    },
  };
}

/** @param {State} state */
function hintFor({ clone, source }) {
  const isDrawn = source !== null && source.upload === null && clone.donor === null;
  if (isDrawn) return t('This picture was drawn from one vector, the same in every cell: choose another one to copy from.');
  return clone.from
    ? t('The next stroke copies from there; its beginning meets the marked cell.')
    : t('Click in the small picture where to copy from.');
}
