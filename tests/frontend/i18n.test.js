import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { LANGUAGES, t } from '../../frontend/js/i18n.js';

const ROOT = new URL('../../', import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, ROOT), 'utf8');

/** Texts that reach the page as values: crop shapes, what a step of the history did, what the worker says, models to fetch. */
const BY_VALUE = [
  'Square', 'Whole', '{name}: painted', '{name}: erased', '{name}: another mask', '{name}: switched on', '{name}: switched off', '{name}: renamed', '{name}: amount',
  '{name}: another seed', '{name}: shifted', '{name}: layers',
  'Loading the model', "Optimising from the encoder's answer", 'Optimising from the mean latent', 'Optimising from an earlier latent',
  'Looking for a plain latent to edit',
  'Measuring its latents', 'Drawing directions',
  'Photos of people', 'Photos of cars', 'Photos of churches', 'Photos of horses',
]; // prettier-ignore

/** Every text that the code translates, and every title of the shipped models. */
function texts() {
  const sources = readdirSync(new URL('frontend/js/', ROOT), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  const found = sources.flatMap((name) => {
    const code = read(`frontend/js/${name}`);
    return [...code.matchAll(/(?<![\w.$])t\(\s*'((?:[^'\\]|\\.)+)'/g)].map(([, text]) => text);
  });
  const titles = ['portraits', 'aerial', 'planet'].flatMap((model) => {
    const { title, purpose, attributes } = JSON.parse(read(`models/pretrained/${model}/config.json`));
    const names = attributes.flatMap((/** @type {{title: string, opposite?: string}} */ each) => [each.title, each.opposite ?? '']);
    return [title, purpose, ...names.filter(Boolean)];
  });
  return new Set([...found, ...titles, ...BY_VALUE]);
}

const OTHERS = Object.keys(LANGUAGES).filter((code) => code !== 'en');

for (const code of OTHERS) {
  test(`${code} has every text of the page, and none that is gone`, () => {
    const words = JSON.parse(read(`frontend/languages/${code}.json`));
    const wanted = texts();
    assert.deepEqual([...wanted].filter((text) => !(text in words)), [], 'missing');
    assert.deepEqual(Object.keys(words).filter((text) => !wanted.has(text)), [], 'gone');
    for (const [text, word] of Object.entries(words)) {
      const values = (/** @type {string} */ each) => [...each.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
      assert.deepEqual(values(word), values(text), text);
      assert.ok(word.trim(), text);
    }
  });
}

test('values are put in their places, and an unknown text stays', () => {
  assert.equal(t('Row {row}, column {column}', { row: 2, column: 3 }), 'Row 2, column 3');
  assert.equal(t('{name} stays'), '{name} stays');
});
