/**
 * Listening to the keyboard: finds the command of the pressed keys and runs it.
 */

import { comboOf, commandOf } from './bindings.js';
import { COMMANDS, strengthOf } from './keys.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./keys.js').KeyEvents} KeyEvents */
/** @typedef {{areSingleKeysOn: boolean, own: import('./bindings.js').Bindings}} KeySettings keys without Ctrl can be switched off, for people who dictate */

/**
 * @param {() => State} getState
 * @param {KeyEvents} events
 * @param {() => KeySettings} getSettings
 */
export function attachKeys(getState, events, getSettings) {
  /** @type {import('./keys.js').Command|null} */
  let held = null;
  addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]') || isTyping(event)) return;
    const combo = comboOf(event);
    if (combo === null) return;
    const { areSingleKeysOn, own } = getSettings();
    const state = getState();
    const command = commandOf(COMMANDS, own, combo);
    if (!combo.startsWith('Ctrl+') && !areSingleKeysOn && command?.id !== 'help') return;
    const strength = command ? null : strengthOf(combo);
    if (strength !== null && state.phase === 'editor') {
      event.preventDefault();
      return events.dispatch({ type: 'brushChanged', brush: { strength } });
    }
    if (!command || (command.needsEditor && state.phase !== 'editor')) return;
    event.preventDefault();
    if (command.release) held = command;
    command.run(events, state);
  });
  const release = () => {
    held?.release?.(events);
    held = null;
  };
  addEventListener('keyup', release);
  addEventListener('blur', release);
}

/** Whether the key belongs to a field. A slider keeps its arrows, but letters and brackets are ours. @param {KeyboardEvent} event */
function isTyping(event) {
  const field = event.target instanceof Element ? event.target.closest('input, textarea, select') : null;
  if (!(field instanceof HTMLInputElement)) return field !== null;
  if (field.type === 'range' || field.type === 'radio' || field.type === 'checkbox') return false;
  const isCommand = event.ctrlKey || event.metaKey;
  return !(isCommand && 'sozy'.includes(event.key.toLowerCase()) && field.type === 'number');
}
