/**
 * Listening to the keyboard: finds the command of the pressed keys and runs it.
 */

import { comboOf, commandOf } from './bindings.js';
import { COMMANDS, strengthOf } from './keys.js';
import { isElsewhere } from './typing.js';

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
    if (isElsewhere(event)) return;
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
