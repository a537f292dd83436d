/**
 * Listening to the keyboard: finds the pressed key in the table of keys.js and runs it.
 */

import { KEYS, isCommand } from './keys.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./keys.js').KeyEvents} KeyEvents */

/**
 * @param {() => State} getState
 * @param {KeyEvents} events
 * @param {() => boolean} areSingleKeysOn keys without Ctrl can be switched off, for people who dictate
 */
export function attachKeys(getState, events, areSingleKeysOn) {
  addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]') || isTyping(event)) return;
    const state = getState();
    if (!isCommand(event) && !areSingleKeysOn() && event.key !== '?') return;
    if (event.key === '\\' && state.phase === 'editor') {
      event.preventDefault();
      return events.dispatch({ type: 'compared', on: true });
    }
    const key = KEYS.find(({ when }) => when?.(event));
    if (!key?.run || (key.needsEditor && state.phase !== 'editor')) return;
    event.preventDefault();
    key.run(events, state, event);
  });
  const release = () => events.dispatch({ type: 'compared', on: false });
  addEventListener('keyup', (event) => event.key === '\\' && release());
  addEventListener('blur', release);
}

/** Whether the key belongs to a field. A slider keeps its arrows, but letters and brackets are ours. @param {KeyboardEvent} event */
function isTyping(event) {
  const field = event.target instanceof Element ? event.target.closest('input, textarea, select') : null;
  if (!(field instanceof HTMLInputElement)) return field !== null;
  if (field.type === 'range' || field.type === 'radio' || field.type === 'checkbox') return false;
  return !(isCommand(event) && 'sozy'.includes(event.key.toLowerCase()) && field.type === 'number');
}
