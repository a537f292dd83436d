import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeBetween } from '../../frontend/js/changes.js';
import { constantMask } from '../../frontend/js/mask.js';

/** @param {import('../../frontend/js/mask.js').Mask|null} mask @returns {import('../../frontend/js/session.js').Session} */
const withMask = (mask) => ({
  latent_id: 'a',
  edits: [{ key: 'e1', enabled: true, hue: 0, name: null, mask, type: 'attribute', attribute: 'smile', strength: 1, layers: null }],
});
const faint = constantMask(4, 4, 0.25);
const mixed = { ...faint, values: faint.values.map((value, i) => (i ? value : 1)) };
const inverted = { ...faint, values: mixed.values.map((value) => 1 - value) };

test('a step says whether a mask grew, shrank, or became another', () => {
  const told = (/** @type {any} */ then, /** @type {any} */ now) => changeBetween(withMask(then), withMask(now), () => 'Smile');
  assert.equal(told(faint, mixed), 'Smile: painted');
  assert.equal(told(faint, null), 'Smile: painted');
  assert.equal(told(mixed, faint), 'Smile: erased');
  assert.equal(told(null, faint), 'Smile: erased');
  assert.equal(told(mixed, inverted), 'Smile: another mask');
});
