/**
 * The list of keys, in which each can be given another one; and the hints on buttons that say which key they have.
 */

import { RESERVED, bind, comboOf, combosOf, commandOf } from '../bindings.js';
import { el } from '../dom.js';
import { t } from '../i18n.js';
import { COMMANDS, GESTURES } from '../keys.js';
import { dialog } from './dialogs.js';
import { gestureCaps, keyGroup, keycaps, shownCombo } from './keycaps.js';

/** @typedef {import('../keyboard.js').KeySettings} KeySettings */
/** @typedef {import('../keys.js').Command} Command */

/**
 * @param {{get: () => KeySettings, set: (settings: KeySettings) => void, onTour: () => void}} events
 */
export function helpDialog({ get, set, onTour }) {
  const steps = el('button', { type: 'button', class: 'button', onclick: () => (dom.close(), onTour()) }, t('Show the first steps'));
  const columns = el('div', { class: 'key-columns' });
  const single = el('input', { type: 'checkbox', onchange: () => set({ ...get(), areSingleKeysOn: single.checked }) });
  const toggle = el('label', { class: 'check' }, single, t('Keys without Ctrl are on'));
  const word = el('p', { class: 'quiet', role: 'status' }, t('Click a key to give its command another one.'));
  const reset = el(
    'button',
    { type: 'button', class: 'button', onclick: () => (change({}), (word.textContent = t('Every command has its own key again.'))) },
    t('Reset all keys'),
  );
  const dom = dialog(t('Keys'), 'dialog-help', el('div', { class: 'dialog-actions key-actions' }, word, el('div', { class: 'spring' }), reset, steps), columns, toggle);

  /** @param {import('../bindings.js').Bindings} own */
  const change = (own) => {
    set({ ...get(), own });
    show();
    showKeys(own);
  };
  /** @type {Command|null} waits for its new key */
  let waiting = null;
  /** @type {string|null} a combo of another command, pressed once: pressed again it is taken */
  let wanted = null;

  const show = () => {
    const { own } = get();
    reset.hidden = Object.keys(own).length === 0;
    columns.replaceChildren(...groups(own, waiting, begin));
  };
  /** @param {Command|null} command */
  const begin = (command) => {
    waiting = command;
    wanted = null;
    show();
    if (command) {
      word.textContent = t('Press the new key of “{command}”; Escape leaves it.', { command: command.does });
      columns.querySelector(/** @type {'button'} */ ('.key-button.is-waiting'))?.focus();
    }
  };
  dom.addEventListener('keydown', (event) => {
    if (!waiting) return;
    event.preventDefault();
    event.stopPropagation();
    const combo = comboOf(event);
    if (combo === null) return;
    const command = waiting;
    if (event.key === 'Escape' || event.key === 'Tab') {
      begin(null);
      word.textContent = t('Nothing was changed.');
      return;
    }
    if (RESERVED.includes(combo)) {
      word.textContent = t('The page needs this key itself. Press another one.');
      return;
    }
    const { own } = get();
    const holder = commandOf(COMMANDS, own, combo);
    if (holder && holder.id !== command.id && wanted !== combo) {
      wanted = combo;
      word.textContent = t('“{command}” has this key already. Press it again to take it away, or another one.', { command: holder.does });
      return;
    }
    waiting = null;
    change(bind(COMMANDS, own, command.id, combo));
    word.textContent = holder && holder.id !== command.id ? t('Changed. “{command}” has no key now.', { command: holder.does }) : t('Changed.');
    columns.querySelector(/** @type {'button'} */ (`[data-id="${command.id}"]`))?.focus();
  });
  dom.addEventListener('cancel', (event) => waiting && event.preventDefault());
  dom.addEventListener('close', () => begin(null));
  return {
    dom,
    open() {
      single.checked = get().areSingleKeysOn;
      steps.hidden = document.documentElement.dataset.phase !== 'editor';
      show();
      dom.showModal();
    },
  };
}

/**
 * Say on every button of the page which key it has.
 * @param {import('../bindings.js').Bindings} own
 */
export function showKeys(own) {
  for (const button of document.querySelectorAll('button[data-command]')) {
    if (!(button instanceof HTMLElement)) continue;
    const command = COMMANDS.find(({ id }) => id === button.dataset.command);
    const [combo] = command ? combosOf(command, own) : [];
    button.title = combo ? `${button.dataset.label} (${shownCombo(combo)})` : (button.dataset.label ?? '');
  }
}

/**
 * @param {import('../bindings.js').Bindings} own
 * @param {Command|null} waiting
 * @param {(command: Command) => void} onChange
 */
function groups(own, waiting, onChange) {
  const names = [...new Set([...COMMANDS, ...GESTURES].map(({ group }) => group))];
  return names.map((name) => {
    const commands = COMMANDS.filter(({ group }) => group === name).map((command) => {
      const isWaiting = command === waiting;
      const button = el(
        'button',
        {
          type: 'button',
          class: isWaiting ? 'key-button is-waiting' : 'key-button',
          'data-id': command.id,
          'aria-label': t('Key of {command}: {keys}', { command: command.does, keys: combosOf(command, own).map(shownCombo).join(', ') || '–' }),
          onclick: () => onChange(command),
        },
        ...(isWaiting ? ['…'] : keycaps(combosOf(command, own)[0] ?? '')),
      );
      return { keys: [button], does: command.does };
    });
    const gestures = GESTURES.filter(({ group }) => group === name).map(({ shown, does }) => ({ keys: gestureCaps(shown), does }));
    return keyGroup(name, [...commands, ...gestures]);
  });
}
