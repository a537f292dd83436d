import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { alignedQuad, pointsIn } from '../../frontend/js/alignment.js';
import { squareOf } from '../../frontend/js/crop.js';

const CASES = JSON.parse(readFileSync(new URL('../fakes/alignment.json', import.meta.url), 'utf8'));

/** @param {number[][]} quad @param {number[][]} other @param {number} most */
function assertNear(quad, other, most) {
  const apart = quad.flat().map((value, i) => Math.abs(value - other.flat()[i]));
  assert.ok(Math.max(...apart) < most, `${JSON.stringify(quad)} is not ${JSON.stringify(other)}`);
}

test('the squares of eyes and mouth are the server’s', () => {
  assert.equal(CASES.length, 3);
  for (const { points, quads } of CASES) {
    for (const [aligned, quad] of Object.entries(quads)) assertNear(alignedQuad(points, aligned), quad, 0.05);
  }
});

test('the points in a square are those whose square it is', () => {
  const quad = CASES[1].quads.portraits;
  const square = squareOf({ x: 0, y: 0, width: 1, height: 1, quad });
  assert.ok(square);
  assertNear(alignedQuad(pointsIn(square), 'portraits'), quad, 0.05);
});
