/**
 * Which keys run which command: the defaults, a person's own, and what stands in the way of a new one. Pure.
 * A combo is text: `B`, `Ctrl+Shift+Z`, `Shift+[`. Ctrl is Cmd on a Mac.
 */

/** @typedef {{id: string, combos: readonly string[]}} Command */
/** @typedef {Readonly<Record<string, readonly string[]>>} Bindings a person's own, by command; what is not in it has its defaults */

/** Keys that buttons, lists and the picture need for themselves. */
export const RESERVED = ['Enter', 'Space', 'Tab', 'Escape', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];
const MODIFIERS = ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph'];
/** @type {Record<string, string>} by the key's place, because Shift makes other letters of them */
const BY_PLACE = { BracketLeft: '[', BracketRight: ']' };

/**
 * @param {KeyboardEvent} event
 * @returns {string|null} null while only modifiers are down
 */
export function comboOf(event) {
  if (MODIFIERS.includes(event.key)) return null;
  if (event.getModifierState?.('AltGraph')) return event.key;
  const name = keyName(event);
  const isSymbol = name.length === 1 && !/[\p{L}[\]]/u.test(name); // its Shift is part of it
  const parts = [
    (event.ctrlKey || event.metaKey) && 'Ctrl',
    event.altKey && 'Alt',
    event.shiftKey && !isSymbol && 'Shift',
    name,
  ];
  return parts.filter(Boolean).join('+');
}

/** @param {KeyboardEvent} event */
function keyName({ key, code }) {
  if (BY_PLACE[code] && !/^\p{L}$/u.test(key)) return BY_PLACE[code];
  if (key === ' ') return 'Space';
  return key.length === 1 ? key.toUpperCase() : key;
}

/**
 * @param {Command} command
 * @param {Bindings} own
 * @returns {readonly string[]}
 */
export function combosOf(command, own) {
  return own[command.id] ?? command.combos;
}

/**
 * The command that a combo runs already.
 * @template {Command} C
 * @param {readonly C[]} commands
 * @param {Bindings} own
 * @param {string} combo
 * @returns {C|null}
 */
export function commandOf(commands, own, combo) {
  return commands.find((command) => combosOf(command, own).includes(combo)) ?? null;
}

/**
 * Give a combo to a command, in place of what it had; whichever had it before is left without.
 * @param {readonly Command[]} commands
 * @param {Bindings} own
 * @param {string} id
 * @param {string} combo
 * @returns {Bindings}
 */
export function bind(commands, own, id, combo) {
  const next = { ...own };
  for (const command of commands) {
    const combos = combosOf(command, own);
    if (command.id !== id && combos.includes(combo)) next[command.id] = combos.filter((each) => each !== combo);
  }
  return { ...next, [id]: [combo] };
}
