import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bind, comboOf, combosOf, commandOf } from '../../frontend/js/bindings.js';
import { COMMANDS, strengthOf } from '../../frontend/js/keys.js';

/** @param {string} key @param {string} code @param {object} [modifiers] @returns {any} */
const press = (key, code, modifiers = {}) => ({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

test('a combo is what is pressed, whatever Shift makes of the letter', () => {
  assert.equal(comboOf(press('b', 'KeyB')), 'B');
  assert.equal(comboOf(press('B', 'KeyB', { shiftKey: true })), 'Shift+B');
  assert.equal(comboOf(press('Z', 'KeyZ', { ctrlKey: true, shiftKey: true })), 'Ctrl+Shift+Z');
  assert.equal(comboOf(press('z', 'KeyZ', { metaKey: true })), 'Ctrl+Z');
  assert.equal(comboOf(press('{', 'BracketLeft', { shiftKey: true })), 'Shift+[');
  assert.equal(comboOf(press('?', 'Slash', { shiftKey: true })), '?');
  assert.equal(comboOf(press('+', 'Equal', { shiftKey: true })), '+');
  assert.equal(comboOf(press('Delete', 'Delete', { shiftKey: true })), 'Shift+Delete');
  assert.equal(comboOf(press('Control', 'ControlLeft', { ctrlKey: true })), null);
});

test('letters follow the layout, brackets of AltGr too', () => {
  assert.equal(comboOf(press('z', 'KeyY')), 'Z');
  assert.equal(comboOf(press('ü', 'BracketLeft')), 'Ü');
  assert.equal(comboOf(press('/', 'Digit7', { shiftKey: true })), '/', 'German');
  assert.equal(comboOf(press('=', 'Digit0', { shiftKey: true })), '=', 'German');
  assert.equal(comboOf(press('1', 'Digit1', { shiftKey: true })), '1', 'French: a digit is a digit');
  const altGr = { ctrlKey: true, altKey: true, getModifierState: (/** @type {string} */ name) => name === 'AltGraph' };
  assert.equal(comboOf(press('[', 'Digit8', altGr)), '[');
});

test('no two commands have the same key by default', () => {
  const combos = COMMANDS.flatMap(({ combos: own }) => own);
  assert.equal(new Set(combos).size, combos.length);
  assert.ok(combos.every((combo) => strengthOf(combo) === null), 'digits are the strength');
  assert.equal(new Set(COMMANDS.map(({ id }) => id)).size, COMMANDS.length);
});

test('a key that is given to a command is taken from the one that had it', () => {
  const own = bind(COMMANDS, {}, 'eraser', 'B');
  assert.equal(commandOf(COMMANDS, own, 'B')?.id, 'eraser');
  assert.equal(commandOf(COMMANDS, own, 'E'), null);
  const brush = COMMANDS.find(({ id }) => id === 'brush');
  assert.ok(brush);
  assert.deepEqual(combosOf(brush, own), []);
  const redo = bind(COMMANDS, {}, 'fit', 'Ctrl+Y');
  assert.equal(commandOf(COMMANDS, redo, 'Ctrl+Shift+Z')?.id, 'redo', 'its other key stays');
});

test('digits are strengths', () => {
  assert.deepEqual(['1', '9', '0', 'B', '10'].map(strengthOf), [10, 90, 100, null, null]);
});
