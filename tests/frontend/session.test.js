import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constantMask, dab } from '../../frontend/js/mask.js';
import { gridReader } from '../../frontend/js/mask-wire.js';
import * as sessions from '../../frontend/js/session.js';
import { readGreyPng } from './png-reader.js';

const EMPTY = { latent_id: 'abc', edits: [] };
const SIZE = { width: 8, height: 8 };

function stroke(x = 4, y = 4) {
  const mask = constantMask(8, 8);
  dab(mask, { x, y }, { radius: 2, softness: 0, strength: 1 });
  return mask;
}

/** As a browser reads it. @param {{latent_id: string, edits: Record<string, any>[]}} wire */
function read({ latent_id, edits }) {
  const grids = gridReader(SIZE);
  return { latent_id, edits: sessions.editsFromWire(edits, (mask) => (mask.kind === 'png' ? readGreyPng(mask.data) : grids(mask))) };
}

/** @param {string} id @param {number} strength @returns {sessions.Content} */
const attribute = (id, strength) => ({ type: 'attribute', attribute: id, strength, layers: null });

function three() {
  const one = sessions.addEdit(EMPTY, attribute('smile', 1), null).session;
  const two = sessions.addEdit(one, attribute('hair', -2), stroke()).session;
  return sessions.addEdit(two, attribute('beard', 0.5), stroke(1, 1)).session;
}

/** @param {sessions.Session} session */
const keys = (session) => session.edits.map((edit) => edit.key);

test('keys stay unique after deletions', () => {
  const session = sessions.addEdit(sessions.removeEdit(three(), 'e1'), attribute('nose', 1), null).session;
  assert.deepEqual(keys(session), ['e2', 'e3', 'e4']);
});

test('an operation changes its edit alone, and an idle one nothing at all', () => {
  const session = three();
  const toggled = sessions.toggleEdit(session, 'e2');
  assert.equal(toggled.edits[1].enabled, false);
  assert.equal(toggled.edits[0], session.edits[0]);
  assert.equal(session.edits[1].enabled, true);
  assert.equal(sessions.weightEdit(session, 'e1', 1), session);
  assert.equal(sessions.toggleEdit(session, 'none'), session);
});

test('edits move to a place, clamped to the list', () => {
  assert.deepEqual(keys(sessions.moveEdit(three(), 'e3', 0)), ['e3', 'e1', 'e2']);
  assert.deepEqual(keys(sessions.moveEdit(three(), 'e1', 99)), ['e2', 'e3', 'e1']);
  const session = three();
  assert.equal(sessions.moveEdit(session, 'e1', -1), session);
});

test('erasing from a whole-picture edit gives it a mask with a hole', () => {
  const session = sessions.strokeEdit(three(), 'e1', 'erase', stroke());
  const { mask } = session.edits[0];
  assert.equal(mask?.values[4 * 8 + 4], 0);
  assert.equal(mask?.values[0], 1);
});

test('the wire form is what the API takes, and comes back as it was', () => {
  const wire = sessions.toWire(sessions.toggleEdit(three(), 'e3'));
  assert.deepEqual(wire.edits[0], {
    type: 'attribute',
    attribute: 'smile',
    strength: 1,
    mask: { kind: 'all' },
    enabled: true,
  });
  assert.deepEqual(Object.keys(wire.edits[1].mask), ['kind', 'data']);
  assert.equal(readGreyPng(wire.edits[1].mask.data).width, 8);
  assert.deepEqual(sessions.toWire(read(JSON.parse(JSON.stringify(wire)))), wire);
});

test('edits of every kind come back as they were', () => {
  const edits = [
    { type: 'transplant', donor: 'abc', mask: { kind: 'all' }, offset: [1, 0] },
    { type: 'attribute', attribute: 'smile', strength: 1, mask: { kind: 'png', data: 'AAAA' } },
    {
      type: 'attribute',
      attribute: 'smile',
      strength: 1,
      mask: { kind: 'all' },
      layers: [2, 5],
      enabled: false,
    },
    { type: 'attribute', attribute: 'smile', strength: 1, mask: { kind: 'grid', rows: [[1, 0]] } },
    { type: 'attribute', attribute: 'smile', reach: 1, mask: { kind: 'all' } },
    { type: 'resample', seed: 7, amount: 0.5, mask: { kind: 'all' } },
  ];
  const session = { latent_id: 'abc', edits: sessions.editsFromWire(edits, gridReader(SIZE)) }; // which reads no pictures
  assert.deepEqual(
    session.edits.map((edit) => edit.type),
    ['transplant', 'other', 'attribute', 'attribute', 'other', 'resample'],
  );
  const wire = sessions.toWire(session).edits;
  edits.forEach((edit, i) => assert.deepEqual(wire[i], { enabled: true, ...edit }));
});

test('an edit that reaches a reading goes back as it came', () => {
  const edits = [{ type: 'attribute', attribute: 'smile', reach: 1, mask: { kind: 'all' } }];
  const session = read({ latent_id: 'a', edits });
  assert.equal(session.edits[0].type, 'other');
  assert.equal(sessions.toWire(session).edits[0].reach, 1);
});

test('a copy comes right after its edit, with a key of its own', () => {
  const { session, key } = sessions.duplicateEdit(three(), 'e1');
  assert.deepEqual(keys(session), ['e1', 'e4', 'e2', 'e3']);
  assert.equal(key, 'e4');
  assert.deepEqual({ ...session.edits[1], key: 'e1', hue: 0 }, session.edits[0]);
  assert.equal(sessions.duplicateEdit(session, 'none').session, session);
});

test('solo leaves one edit on, and solo again brings all back', () => {
  const alone = sessions.soloEdit(three(), 'e2');
  assert.deepEqual(alone.edits.map(({ enabled }) => enabled), [false, true, false]);
  assert.ok(sessions.soloEdit(alone, 'e2').edits.every(({ enabled }) => enabled));
  assert.deepEqual(sessions.soloEdit(alone, 'e3').edits.map(({ enabled }) => enabled), [false, false, true]);
});

test('names and style layers go out and come back', () => {
  const named = sessions.renameEdit(three(), 'e2', '  The left side  ');
  const wire = sessions.toWire(named);
  assert.equal(wire.edits[1].name, 'The left side');
  assert.ok(!('name' in wire.edits[0]));
  wire.edits[0].layers = [2, 5];
  const back = read(wire);
  assert.deepEqual(sessions.toWire(back), wire);
  assert.equal(back.edits[0].type, 'attribute');
  assert.equal(sessions.renameEdit(named, 'e2', ' ').edits[1].name, null);
  assert.equal(sessions.renameEdit(named, 'e2', 'The left side'), named);
});

test('edits are the same however the server has them', () => {
  const ours = three().edits;
  const theirs = sessions.editsToWire(ours).map((edit) => ({ name: null, ...edit, reach: null, layers: null }));
  const { edits } = read({ latent_id: 'abc', edits: theirs });
  assert.ok(sessions.doTheSame(ours, edits));
  assert.ok(!sessions.doTheSame(ours, edits.slice(1)));
  assert.ok(!sessions.doTheSame(ours, sessions.toggleEdit({ latent_id: 'abc', edits }, 'e1').edits));
  assert.ok(!sessions.doTheSame(ours, sessions.maskEdit({ latent_id: 'abc', edits }, 'e2', stroke(2, 2)).edits));
});

test('edits go on with another latent of the same picture', () => {
  const mask = { ...constantMask(4, 2), values: Float32Array.from([1, 0, 0, 0, 0, 0, 0, 0.5]) };
  const { session: one } = sessions.addEdit({ latent_id: 'a', edits: [] }, { type: 'transplant', donor: 'a', offset: [2, -1] }, mask);
  const { session } = sessions.addEdit(one, { type: 'transplant', donor: 'other', offset: [0, 0] }, null);
  const [own, foreign] = sessions.editsOnto(session.edits, { from: 'a', to: 'b', before: { width: 4, height: 2 }, after: { width: 8, height: 4 } });
  assert.ok(own.type === 'transplant' && foreign.type === 'transplant');
  assert.deepEqual([own.donor, foreign.donor], ['b', 'other']);
  assert.deepEqual(own.offset, [4, -2]);
  assert.deepEqual([own.mask?.values[0], own.mask?.values.at(-1)], [1, 0.5]);
  assert.ok(own.mask && Math.abs(own.mask.values.reduce((sum, value) => sum + value) - 6) < 0.8, 'as much as before, smoother');
  assert.equal(own.mask?.width, 8);
  assert.equal(foreign.mask, null);
  const same = sessions.editsOnto(session.edits, { from: 'x', to: 'y', before: { width: 4, height: 2 }, after: { width: 4, height: 2 } });
  assert.equal(same[0].mask, mask);
  assert.deepEqual(same, session.edits);
});

test('edits stay where they are in the picture when another part is encoded', () => {
  const mask = { ...constantMask(4, 4), values: Float32Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1]) };
  const { session } = sessions.addEdit({ latent_id: 'a', edits: [] }, { type: 'transplant', donor: 'a', offset: [1, 0] }, mask);
  const size = { width: 4, height: 4 };
  const quarter = (/** @type {{x: number, y: number}} */ { x, y }) => ({ x: 0.5 + x / 2, y: 0.5 + y / 2 }); // the lower right
  const [near] = sessions.editsOnto(session.edits, { from: 'a', to: 'b', before: size, after: size, place: quarter });
  assert.ok(near.type === 'transplant' && near.mask);
  assert.ok(near.mask.values.filter((value) => value > 0.9).length >= 9, 'all of the new part, but for a soft rim');
  assert.deepEqual(near.offset, [2, 0], 'as far in the picture');
  const elsewhere = (/** @type {{x: number, y: number}} */ { x, y }) => ({ x: x / 2, y: y / 2 - 0.4 });
  const [gone] = sessions.editsOnto(session.edits, { from: 'a', to: 'b', before: size, after: size, place: elsewhere });
  assert.ok(gone.mask?.values.every((value) => value < 0.0005));
  const turned = (/** @type {{x: number, y: number}} */ { x, y }) => ({ x: 1 - y, y: x }); // to the right in the new one was down
  const [moved] = sessions.editsOnto(session.edits, { from: 'a', to: 'b', before: size, after: size, place: turned });
  assert.ok(moved.type === 'transplant');
  assert.deepEqual(moved.offset.map(Math.abs), [0, 1]);
});
