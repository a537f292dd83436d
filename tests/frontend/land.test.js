import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { add, addFirst, begin, goTo, parse, present, step, withEdits, withWorld, worldOf } from '../../frontend/js/land/history.js';
import { KEYS, keyOf } from '../../frontend/js/land/keys.js';
import { ball, drawBall } from '../../frontend/js/land/globe.js';
import { MAX_WEBP_PX, largestOf, pixelsText } from '../../frontend/js/land/export-size.js';
import { hasOpposite, nameOf, paintOf, paintsOf } from '../../frontend/js/land/palette.js';
import { opening } from '../../frontend/js/land/opening.js';
import { changed, indexOf, names, openAfter, strokeAt } from '../../frontend/js/land/strokes.js';
import { LARGEST_BRUSH, MAX_BOX_PX, MAX_CELLS, SMALLEST_BRUSH, beyondPoles, boxOf, fits, onLand, painted, rectangle } from '../../frontend/js/land/stroke.js';
import { attribute } from './wire.js';

/** @param {number} seed */
const land = (seed) => ({
  land_id: `lnd_${seed}`,
  model: 'aerial',
  model_version: 'v',
  seed,
  coherence: null,
  truncation: 0.7,
  around: null,
  edits: [],
  tile_px: 256,
  min_zoom: 6,
  max_zoom: 8,
});

/** @param {number} radius @param {number} [raggedness] */
const tip = (radius, raggedness = 0) => ({ radius, softness: 0.5, raggedness });

test('the box of a stroke holds the brush, on whole cells, on either side of the origin', () => {
  const box = boxOf([{ x: -10, y: 5 }, { x: 30, y: 7 }], 6);
  assert.deepEqual(box, { x: -16, y: -4, width: 52, height: 20 });
});

test('the mask of a stroke is where the stroke is', () => {
  const { box, mask } = painted([{ x: 100, y: 40 }, { x: 180, y: 40 }], tip(20));
  const [x, y, width, height] = box;
  assert.equal(width % mask.width, 0);
  assert.equal(height % mask.height, 0);
  const cell = width / mask.width;
  const at = (/** @type {number} */ px, /** @type {number} */ py) =>
    mask.values[Math.floor((py - y) / cell) * mask.width + Math.floor((px - x) / cell)];
  assert.equal(at(140, 40), 1);
  assert.ok(at(100, 40) > 0.9 && at(179, 40) > 0.9);
  assert.equal(at(x, y), 0);
});

/** @param {string} key @param {string} code @param {object} [held] @param {boolean} [areSingleKeysOn] */
function pressed(key, code, held = {}, areSingleKeysOn = true) {
  const event = /** @type {any} */ ({ key, code, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });
  return keyOf(event, areSingleKeysOn)?.combos[0];
}

test('every key of the land page is told apart, on other keyboards too', () => {
  assert.equal(pressed('b', 'KeyB'), 'B');
  assert.equal(pressed('?', 'Slash', { shiftKey: true }), '?');
  assert.equal(pressed('z', 'KeyZ', { ctrlKey: true }), 'Ctrl+Z');
  assert.equal(pressed('Z', 'KeyZ', { metaKey: true, shiftKey: true }), 'Ctrl+Shift+Z');
  assert.equal(pressed('y', 'KeyY', { ctrlKey: true }), 'Ctrl+Shift+Z', 'another way to redo');
  assert.equal(pressed('z', 'KeyZ'), undefined);
  assert.equal(pressed('b', 'KeyB', { altKey: true }), undefined);
  assert.equal(pressed('b', 'KeyB', { ctrlKey: true }), undefined);
  const altGr = { ctrlKey: true, altKey: true, getModifierState: (/** @type {string} */ name) => name === 'AltGraph' };
  assert.equal(pressed('[', 'Digit8', altGr), '[', 'German');
  const combos = KEYS.flatMap((key) => key.combos);
  assert.equal(new Set(combos).size, combos.length);
});

test('keys without Ctrl can be off on the land page, too', () => {
  assert.equal(pressed('b', 'KeyB', {}, false), undefined);
  assert.equal(pressed('z', 'KeyZ', { ctrlKey: true }, false), 'Ctrl+Z');
  assert.equal(pressed('?', 'Slash', { shiftKey: true }, false), '?');
  assert.equal(pressed('Enter', 'Enter', {}, false), 'Enter');
});

test('keys make the brush smaller and larger, within what it can be', () => {
  const brush = { tool: /** @type {const} */ ('paint'), attribute: null, strength: 2, radius: 9, softness: 0.5, raggedness: 0 };
  const change = (/** @type {string} */ combo, /** @type {number} */ radius) => KEYS.find(({ combos }) => combos.includes(combo))?.change?.({ ...brush, radius }).radius;
  assert.equal(change('[', 9), SMALLEST_BRUSH);
  assert.equal(change(']', 40), 50);
  assert.equal(change(']', 190), LARGEST_BRUSH);
});

test('a long stroke takes coarser cells', () => {
  const { box, mask } = painted([{ x: 0, y: 0 }, { x: 3900, y: 10 }], tip(30));
  assert.ok(mask.width <= MAX_CELLS);
  assert.ok(box[2] >= 3960 && box[2] <= MAX_BOX_PX);
  assert.ok(fits([{ x: 0, y: 0 }, { x: 3900, y: 10 }], tip(30), null));
  assert.ok(!fits([{ x: 0, y: 0 }, { x: 4090, y: 10 }], tip(30), null));
  assert.ok(!fits([{ x: 0, y: 0 }, { x: 2000, y: 10 }], tip(30), 2048), 'nothing is painted round a globe');
  assert.ok(fits([{ x: 0, y: 0 }, { x: 1900, y: 10 }], tip(30), 2048));
});

test('a ragged stroke has another edge, the same at the same place, and covers about as much', () => {
  const points = [{ x: 100, y: 40 }, { x: 700, y: 90 }];
  const [plain, rough] = [painted(points, tip(40)), painted(points, tip(40, 1))];
  const sum = (/** @type {import('../../frontend/js/mask.js').Mask} */ mask) => mask.values.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum(rough.mask) / sum(plain.mask) - 1) < 0.15);
  const { mask, box } = rough;
  const row = (/** @type {number} */ j) => [...mask.values.slice(j * mask.width, (j + 1) * mask.width)];
  const edges = (/** @type {number[]} */ values) => values.filter((value, i) => i > 0 && (value > 0.5) !== (values[i - 1] > 0.5)).length;
  assert.ok(Math.max(...Array.from({ length: mask.height }, (_, j) => edges(row(j)))) > 4, 'a coast with bays');
  assert.ok([...row(0), ...row(mask.height - 1)].every((value) => value === 0), 'its box holds it');
  const shifted = painted(points.map(({ x, y }) => ({ x: x + 400, y })), tip(40, 1));
  assert.deepEqual(painted(points, tip(40, 1)), rough);
  assert.notDeepEqual(shifted.mask.values, mask.values, 'coasts differ from place to place');
  assert.ok(box[2] > plain.box[2]);
});

test('what a globe has no land for is told apart', () => {
  const at = (/** @type {number} */ y) => /** @type {any} */ ({ box: [0, y, 50, 50] });
  const edits = [at(-60), at(-50), at(-49), at(511), at(512)];
  assert.deepEqual(beyondPoles({ around: 1024, edits }), [edits[0], edits[1], edits[4]]);
  assert.deepEqual(beyondPoles({ around: null, edits }), []);
});

test('a rectangle is the same from any corner', () => {
  const [a, b] = [{ x: 10.4, y: -3.2 }, { x: -5.5, y: 20 }];
  assert.deepEqual(rectangle(a, b), [-6, -4, 17, 24]);
  assert.deepEqual(rectangle(b, a), [-6, -4, 17, 24]);
  assert.deepEqual(rectangle(a, a).slice(2), [1, 1]);
});

test('undo is the land before; painting after it forgets what was undone', () => {
  let history = add(add(begin('a'), 'b'), 'c');
  history = step(history, -1);
  assert.equal(present(history), 'b');
  assert.equal(present(step(history, 1)), 'c');
  assert.equal(present(step(history, -9)), 'a');
  history = add(history, 'd');
  assert.deepEqual(history.ids, ['a', 'b', 'd']);
});

test('a land that is opened is where it was, or comes next', () => {
  const history = step(add(add(begin('a'), 'b'), 'c'), -2);
  assert.deepEqual(goTo(history, 'c'), { ids: ['a', 'b', 'c'], at: 2 });
  assert.deepEqual(goTo(history, 'x'), { ids: ['a', 'x'], at: 1, firsts: ['x'] });
});

test('a history is kept as text, and no longer than a hundred lands', () => {
  let history = begin('0');
  for (let i = 1; i <= 120; i++) history = add(history, String(i));
  assert.deepEqual([history.ids.length, history.ids[0], present(history)], [100, '21', '120']);
  assert.deepEqual(parse(JSON.stringify(history)), history);
  for (const text of [null, '', '{}', '{"ids":[],"at":0}', '{"ids":[1],"at":0}', '{"ids":["a"],"at":1}', 'lnd_1']) {
    assert.equal(parse(text), null);
  }
});

test('a painted land keeps all but its edits', () => {
  const { box } = painted([{ x: 0, y: 0 }], tip(8));
  const edit = { type: /** @type {const} */ ('attribute'), attribute: 'water', strength: 2, box: [...box], mask: { kind: 'all' }, enabled: true };
  assert.deepEqual(withEdits(land(5), [edit]), {
    model: 'aerial',
    seed: 5,
    coherence: null,
    truncation: 0.7,
    around: null,
    edits: [edit],
  });
});

test('a land opens where the fewest tiles fill the screen', () => {
  const tiles = (/** @type {number} */ length, /** @type {number} */ middle) =>
    Math.ceil((middle + length / 2) / 256) - Math.floor((middle - length / 2) / 256);
  for (const length of [200, 256, 300, 511, 700, 900, 1300]) {
    const { x, y } = opening({ width: length, height: length }, 256);
    assert.equal(x, y);
    assert.equal(tiles(length, x), Math.max(1, Math.ceil(length / 256)), `${length} px`);
  }
});

test('the page fetches all that it imports at once', () => {
  const page = new URL('../../frontend/land.html', import.meta.url);
  const html = readFileSync(page, 'utf8');
  const found = new Set();
  const follow = (/** @type {URL} */ url) => {
    if (found.has(url.href)) return;
    found.add(url.href);
    for (const [, path] of readFileSync(url, 'utf8').matchAll(/^import [^;]*?'(\.[^']+)';/gm)) follow(new URL(path, url));
  };
  follow(new URL('js/land/main.js', page));
  const named = [...html.matchAll(/<(?:link rel="modulepreload" href|script type="module" src)="([^"]+)"/g)];
  assert.deepEqual(named.map(([, path]) => new URL(path, page).href).sort(), [...found].sort());
});

/** @param {string} attribute @param {number} x @param {number} [strength] */
const stroke = (attribute, x, strength = 2) =>
  /** @type {any} */ ({ type: 'attribute', attribute, strength, box: [x, 0, 8, 8], mask: { kind: 'all' }, enabled: true });

test('a stroke is found again among others, also among equal ones', () => {
  const edits = [stroke('wood', 0), stroke('wet', 0), stroke('wood', 0, 1), stroke('wood', 8)];
  for (const i of edits.keys()) assert.equal(indexOf(edits, strokeAt(edits, i)), i);
  assert.equal(indexOf(edits.slice(0, 2), strokeAt(edits, 2)), -1, 'of two equal ones the second is gone');
});

test('two clicks on delete delete one edit, and a change meets its own', () => {
  const edits = [stroke('wood', 0), stroke('wet', 0), stroke('town', 0)];
  const first = strokeAt(edits, 0);
  const once = changed(edits, first, null);
  assert.deepEqual(once, edits.slice(1));
  assert.deepEqual(changed(once, first, null), once);
  const hidden = changed(once, strokeAt(edits, 2), { enabled: false });
  assert.deepEqual(hidden.map(({ enabled }) => enabled), [true, false]);
});

test('the open edit stays open, whatever is deleted around it', () => {
  const edits = [stroke('wood', 0), stroke('wet', 0), stroke('town', 0)];
  assert.equal(openAfter(edits, edits.slice(1), 1), 0);
  assert.equal(openAfter(edits, edits.slice(1), 0), -1);
  assert.equal(openAfter(edits, [...edits, stroke('wet', 9)], 1), 3, 'what was just painted');
  assert.equal(openAfter(edits.slice(1), edits, 0), 1, 'undone: nothing was painted');
  assert.equal(openAfter(null, edits.slice(0, 1), -1), -1, 'a land that was opened');
  assert.equal(openAfter([], edits.slice(0, 1), -1), 0);
});

test('edits of one attribute are numbered', () => {
  const edits = [stroke('wood', 0), stroke('wet', 0), stroke('wood', 8)];
  assert.deepEqual(names(edits, ({ attribute }) => attribute.toUpperCase()), ['WOOD 1', 'WET', 'WOOD 2']);
});

test('a soft brush leaves less at its rim', () => {
  const at = (/** @type {number} */ softness) => {
    const { mask } = painted([{ x: 0, y: 0 }], { ...tip(40), softness });
    const middle = Math.floor(mask.height / 2) * mask.width;
    return mask.values[middle + Math.floor(mask.width / 8)];
  };
  assert.ok(at(0) > 0.9 && at(1) < 0.5);
});

test('a globe shows its map: the middle meridian in the middle, the poles above and below', () => {
  const side = 41;
  const map = { width: 64, height: 32, data: new Uint8ClampedArray(64 * 32 * 4) };
  for (let y = 0; y < 32; y++) for (let x = 0; x < 64; x++) map.data.set([x * 4, y * 8, 0, 255], (y * 64 + x) * 4);
  const upright = ball(side, 0);
  const shown = new Uint8ClampedArray(side * side * 4);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => [...shown.slice((y * side + x) * 4, (y * side + x) * 4 + 4)];
  drawBall(upright, map, 0.5, shown);
  const [red, green, , alpha] = at(20, 20);
  assert.ok(Math.abs(red - 126) < 8 && Math.abs(green - 124) < 8 && alpha === 255, `${red} ${green}`);
  assert.ok(at(20, 2)[1] < at(20, 20)[1] / 2, 'north is above');
  assert.ok(at(10, 20)[0] < at(30, 20)[0], 'east is to the right');
  assert.deepEqual(at(0, 0), [0, 0, 0, 0], 'beside the ball is nothing');
  const before = at(26, 20)[0];
  drawBall(upright, map, 0.6, shown);
  assert.ok(at(26, 20)[0] > before, 'turning it brings what lies east');
  drawBall(upright, map, 0, shown);
  assert.ok(at(16, 20)[0] > 200 && at(24, 20)[0] < 50, 'across the edges of the map');
  const tilted = ball(side, 0.5);
  drawBall(tilted, map, 0.5, shown);
  assert.ok(at(20, 20)[1] < green, 'the north pole comes nearer');
});

test('what is exported says how large it is, and what is too large', () => {
  const wanted = (/** @type {number} */ width, /** @type {number} */ height, format = 'png') =>
    /** @type {import('../../frontend/js/land/export-dialog.js').Wanted} */ ({ box: [0, 0, width, height], format, quality: 90 });
  assert.match(pixelsText([0, 0, 1000, 500]), /0\.5 million/);
  assert.match(pixelsText([0, 0, 16384, 16384]), /268 million.*9 minutes/);
  assert.equal(largestOf(wanted(16384, 16384)), null);
  assert.match(largestOf(wanted(16385, 2)) ?? '', /16384/);
  assert.equal(largestOf(wanted(8192, MAX_WEBP_PX / 8192, 'webp')), null);
  assert.match(largestOf(wanted(8192, 8193, 'webp')) ?? '', /PNG/);
  assert.match(largestOf(wanted(16384, 9, 'webp')) ?? '', /PNG/);
});

test('what has an opposite is painted as two things', () => {
  const of = (/** @type {string} */ id, /** @type {string} */ title, opposite = '') => attribute(id, title, { opposite });
  const paints = paintsOf([of('land', 'Land', 'Sea'), of('green', 'Forest')]);
  assert.deepEqual(paints.map(({ title, sign }) => [title, sign]), [['Land', 1], ['Sea', -1], ['Forest', 1]]);
  assert.equal(paintOf(paints, { attribute: 'land', strength: -2 })?.title, 'Sea');
  assert.equal(paintOf(paints, { attribute: 'land', strength: 0.5 })?.title, 'Land');
  assert.equal(paintOf(paints, { attribute: 'green', strength: -2 })?.title, 'Forest', 'less of it has no name');
  assert.equal(paintOf(paints, { attribute: null, strength: 2 }), null);
  assert.deepEqual(['land', 'green'].map((id) => hasOpposite(paints, id)), [true, false]);
  const read = (/** @type {string} */ attribute, /** @type {number} */ strength) => Object.values(nameOf(paints, { attribute, strength }));
  assert.deepEqual(read('land', -2), ['Sea', -1, 0, 3], 'so much more sea');
  assert.deepEqual(read('green', -2), ['Forest', 1, -3, 3]);
  assert.deepEqual(read('gone', 1), ['gone', 1, -3, 3]);
  const further = paintsOf([{ ...of('land', 'Land', 'Sea'), min: -4, max: 5, default: 3 }]);
  assert.deepEqual(further.map(({ min, max, usual }) => [min, max, usual]), [[0, 5, 3], [0, 4, 3]]);
  assert.equal(nameOf(further, { attribute: 'land', strength: -6 }).max, 6, 'an edit from before stays as it is');
  const put = paintsOf([{ ...of('ice', 'Ice'), min: 0 }]);
  assert.equal(nameOf(put, { attribute: 'ice', strength: 1 }).min, 0, 'it is only put on');
  assert.equal(nameOf(put, { attribute: 'ice', strength: -1 }).min, -1, 'an edit from before stays as it is');
});

test('a world keeps its name however much is painted on it', () => {
  let history = withWorld(add(begin('a'), 'b'), 'wld_1');
  for (let i = 0; i < 250; i++) {
    history = add(history, `c${i}`);
    assert.equal(worldOf(history), 'wld_1');
    assert.equal(worldOf(step(history, -1)), 'wld_1');
  }
  history = addFirst(history, 'd');
  for (let i = 0; i < 120; i++) history = add(history, `e${i}`);
  assert.equal(worldOf(history), null, 'another land does not take it');
});

test('what is exported of a globe is on it', () => {
  assert.deepEqual(onLand([-50, -40, 100, 100], null), [-50, -40, 100, 100]);
  assert.deepEqual(onLand([-50, -40, 100, 100], 1024), [-50, 0, 100, 60]);
  assert.deepEqual(onLand([-1904, -600, 3808, 3248], 2048), [0, 0, 2048, 1024]);
  assert.deepEqual(onLand([5, 900, 10, 20], 1024), [5, 511, 10, 1], 'at least a row');
});

test('undo across lands finds the name of each', () => {
  let history = withWorld(add(begin('a'), 'b'), 'wld_1');
  assert.equal(worldOf(step(history, -1)), 'wld_1', 'what was painted first is of it, too');
  history = addFirst(history, 'c');
  assert.equal(worldOf(history), null, 'another land has no name yet');
  history = withWorld(add(history, 'd'), 'wld_2');
  assert.equal(worldOf(history), 'wld_2');
  assert.equal(worldOf(step(history, -1)), 'wld_2');
  assert.equal(worldOf(step(history, -2)), 'wld_1');
  assert.equal(worldOf(/** @type {any} */ (parse(JSON.stringify(step(history, -2))))), 'wld_1');
});
