import assert from 'node:assert/strict';
import test from 'node:test';

import { oneByOne } from '../../frontend/js/strips.js';

/** A loader whose answers a test gives. */
function loader() {
  /** @type {{url: string, resolve: (value?: unknown) => void, reject: (reason: Error) => void}[]} */
  const asked = [];
  /** @param {string} url */
  const load = (url) => new Promise((resolve, reject) => asked.push({ url, resolve, reject }));
  return { asked, load };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

test('strips are asked for one after the other', async () => {
  const { asked, load } = loader();
  const inTurn = oneByOne(load, async () => {});
  /** @type {string[]} */
  const shown = [];
  for (const url of ['a', 'b']) inTurn(url, () => true, () => shown.push(url));
  await settle();
  assert.deepEqual(asked.map(({ url }) => url), ['a']);
  asked[0]?.resolve();
  await settle();
  assert.deepEqual(shown, ['a']);
  assert.deepEqual(asked.map(({ url }) => url), ['a', 'b']);
});

test('one that is not there holds up no other, and one that is gone is not asked for', async () => {
  const { asked, load } = loader();
  const inTurn = oneByOne(load, async () => {});
  /** @type {string[]} */
  const shown = [];
  inTurn('a', () => true, () => shown.push('a'));
  inTurn('gone', () => false, () => shown.push('gone'));
  inTurn('b', () => true, () => shown.push('b'));
  await settle();
  asked[0]?.reject(new Error('404'));
  await settle();
  asked[1]?.resolve();
  await settle();
  assert.deepEqual(asked.map(({ url }) => url), ['a', 'b']);
  assert.deepEqual(shown, ['b']);
});

test('while somebody paints no strip is asked for', async () => {
  const { asked, load } = loader();
  /** @type {() => void} */
  let rest = () => {};
  const inTurn = oneByOne(load, () => new Promise((resolve) => (rest = () => resolve(undefined))));
  let isWanted = true;
  inTurn('a', () => isWanted, () => {});
  inTurn('b', () => isWanted, () => {});
  await settle();
  assert.equal(asked.length, 0);
  rest();
  await settle();
  assert.deepEqual(asked.map(({ url }) => url), ['a']);
  asked[0]?.resolve();
  await settle();
  isWanted = false;
  rest();
  await settle();
  assert.equal(asked.length, 1, 'gone while it waited');
});
