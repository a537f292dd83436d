import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as geometry from '../../frontend/js/geometry.js';

const IMAGE = { width: 200, height: 100 };
const STAGE = { width: 448, height: 448 };

test('fit shows the whole picture, centred', () => {
  const view = geometry.fitView(IMAGE, STAGE);
  assert.deepEqual(view, { scale: 2, screenX: 24, screenY: 124 });
});

test('screen and image are each other’s inverse', () => {
  const view = { scale: 1.7, screenX: -30, screenY: 12 };
  const image = geometry.screenToImage(view, geometry.imageToScreen(view, { x: 33.5, y: 71.25 }));
  assert.ok(Math.abs(image.x - 33.5) < 1e-9 && Math.abs(image.y - 71.25) < 1e-9);
});

test('zooming keeps the image point under the pointer', () => {
  const view = geometry.fitView(IMAGE, STAGE);
  const pointer = { x: 100, y: 200 };
  const before = geometry.screenToImage(view, pointer);
  const after = geometry.screenToImage(geometry.zoomAt(view, pointer, 3.3, IMAGE), pointer);
  assert.ok(Math.hypot(before.x - after.x, before.y - after.y) < 1e-9);
});

test('a picture can be neither zoomed nor panned away', () => {
  const view = geometry.fitView(IMAGE, STAGE);
  const tiny = geometry.zoomAt(view, { x: 0, y: 0 }, 1e-9, IMAGE);
  assert.ok(tiny.scale * IMAGE.width >= 48);
  const gone = geometry.panBy(view, { x: 1e6, y: -1e6 }, IMAGE, STAGE);
  assert.equal(gone.screenX, STAGE.width - 48);
  assert.equal(gone.screenY, 48 - IMAGE.height * view.scale);
});

test('x is along the width: the right edge is the last column, the bottom the last row', () => {
  /** @type {[number, number]} */
  const grid = [4, 8];
  assert.deepEqual(geometry.imageToCell({ x: 199, y: 1 }, IMAGE, grid), { cellX: 7, cellY: 0 });
  assert.deepEqual(geometry.imageToCell({ x: 1, y: 99 }, IMAGE, grid), { cellX: 0, cellY: 3 });
  assert.deepEqual(geometry.imageToCell({ x: 900, y: -5 }, IMAGE, grid), { cellX: 7, cellY: 0 });
  assert.deepEqual(geometry.cellToImage({ cellX: 0, cellY: 3 }, IMAGE, grid), { x: 12.5, y: 87.5 });
});

test('the mask has a whole number of cells for each cell of the grid', () => {
  assert.deepEqual(geometry.maskSizeFor([16, 16]), { width: 64, height: 64 });
  assert.deepEqual(geometry.maskSizeFor([8, 16]), { width: 64, height: 32 });
  assert.deepEqual(geometry.maskSizeFor([20, 20]), { width: 80, height: 80 });
  assert.deepEqual(geometry.maskSizeFor([128, 96]), { width: 96, height: 128 });
});

test('image points land in the mask in proportion', () => {
  assert.deepEqual(geometry.imageToMask({ x: 50, y: 50 }, IMAGE, { width: 64, height: 32 }), {
    x: 16,
    y: 16,
  });
});

test('the brush is measured on the short side', () => {
  assert.equal(geometry.brushRadiusImagePx(20, IMAGE), 10);
});

test('the union of two boxes holds both, and of one box is that box', () => {
  assert.deepEqual(geometry.unionBox([1, 2, 3, 4], [0, 5, 2, 6]), [0, 2, 4, 9]);
  assert.deepEqual(geometry.unionBox(null, [1, 2, 3, 4]), [1, 2, 3, 4]);
  assert.equal(geometry.unionBox(null, null), null);
});
