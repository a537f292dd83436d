/**
 * The bar on top: the name, the model, and what concerns the whole picture.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { mark } from '../icons.js';
import { currentModel } from '../state.js';
import { iconButton, setPressed } from './controls.js';
import { themeButton } from './theme.js';

/** @typedef {import('../state.js').State} State */
/** @type {Record<import('../keeping.js').Saving, string>} */
const SAVING_SAYS = {
  new: '',
  changed: t('Saving…'),
  saving: t('Saving…'),
  saved: t('Saved'),
  failed: t('Kept in this browser; the server has not saved it yet'),
  conflict: t('Changed in another window'),
};

/**
 * @typedef {object} TopbarEvents
 * @property {() => void} onHome
 * @property {() => void} onOpen
 * @property {() => void} onCrop
 * @property {() => void} onDownload
 * @property {() => void} onHelp
 * @property {() => void} onConflict what to do when the session was changed elsewhere
 * @property {HTMLElement} history the button of the history panel
 */

/**
 * @param {import('../store.js').Store} store
 * @param {TopbarEvents} events
 */
export function topbar({ dispatch }, { onHome, onOpen, onCrop, onDownload, onHelp, onConflict, history }) {
  const home = el(
    'button',
    { type: 'button', class: 'brand', title: t('Back to the start'), onclick: onHome },
    mark(22),
    el('span', { class: 'brand-name' }, 'Latent', el('b', {}, 'brush')),
  );
  const model = el('span', { class: 'model-name' });
  const saving = el('span', { class: 'saving', role: 'status' });
  const apart = el('button', { type: 'button', class: 'button', onclick: onConflict }, t('Keep both'));
  const session = el('div', { class: 'topbar-session' }, saving, apart);
  const open = iconButton('open', t('Open a picture'), onOpen, { command: 'open', text: t('Open') });
  const crop = iconButton('crop', t('Choose the crop again'), onCrop, { text: t('Crop') });
  const undo = iconButton('undo', t('Undo'), () => dispatch({ type: 'undone' }), { command: 'undo' });
  const redo = iconButton('redo', t('Redo'), () => dispatch({ type: 'redone' }), { command: 'redo' });
  const compare = holdButton((on) => dispatch({ type: 'compared', on }));
  const download = iconButton('download', t('Download'), onDownload, {
    command: 'download',
    text: t('Download'),
    class: 'is-primary',
  });
  const help = iconButton('help', t('Help and keys'), onHelp, { command: 'help' });
  const editing = el('div', { class: 'topbar-editing' }, undo, redo, history, compare, download);
  const dom = el(
    'header',
    { class: 'topbar' },
    home,
    model,
    session,
    el('div', { class: 'topbar-open' }, open, crop),
    el('div', { class: 'spring' }),
    editing,
    themeButton(),
    help,
  );
  return {
    dom,
    session,
    /** @param {State} state */
    syncState(state) {
      const isEditing = state.phase === 'editor';
      editing.hidden = !isEditing;
      open.hidden = state.phase === 'start';
      crop.hidden = !isEditing || !state.source?.upload;
      model.textContent = isEditing ? t(currentModel(state)?.title ?? '') : '';
      session.hidden = !isEditing;
      const said = state.keeping ? SAVING_SAYS[state.keeping.saving] : '';
      if (saving.textContent !== said) saving.textContent = said;
      saving.classList.toggle('is-unsafe', state.keeping?.saving === 'failed' || state.keeping?.saving === 'conflict');
      apart.hidden = state.keeping?.saving !== 'conflict';
      undo.disabled = !state.history?.past.length;
      redo.disabled = !state.history?.future.length;
      setPressed(compare, state.isComparing);
    },
  };
}

/** Pressed as long as the pointer or the key is down on it. @param {(on: boolean) => void} onHold */
function holdButton(onHold) {
  const button = iconButton('compare', t('Hold to see the original'), () => {}, { command: 'original', text: t('Original') });
  button.addEventListener('pointerdown', (event) => {
    button.setPointerCapture(event.pointerId);
    onHold(true);
  });
  for (const name of ['pointerup', 'pointercancel', 'blur'])
    button.addEventListener(name, () => onHold(false));
  button.addEventListener('contextmenu', (event) => event.preventDefault());
  button.addEventListener('keydown', (event) => {
    if (event.key === ' ' || event.key === 'Enter') onHold(true);
  });
  button.addEventListener('keyup', () => onHold(false));
  return button;
}
