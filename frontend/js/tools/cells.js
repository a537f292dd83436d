/**
 * Painting without a pointer: arrow keys move the brush from cell to cell, Enter paints, Delete erases.
 */

import { cellToImage, imageToCell, imageToScreen, screenToImage } from '../geometry.js';
import { startStroke } from './stroke.js';
import { t } from '../i18n.js';

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {import('../store.js').Store} store
 */
export function attachCellKeys(stage, store) {
  /** @type {{cellX: number, cellY: number}|null} */
  let cell = null;

  /** @param {number} dx @param {number} dy @param {readonly [number, number]} grid */
  const moveTo = (dx, dy, grid) => {
    const centre = { x: stage.imageSize.width / 2, y: stage.imageSize.height / 2 };
    const from = cell ?? imageToCell(centre, stage.imageSize, grid);
    const cellX = Math.min(grid[1] - 1, Math.max(0, from.cellX + (cell ? dx : 0)));
    const cellY = Math.min(grid[0] - 1, Math.max(0, from.cellY + (cell ? dy : 0)));
    cell = { cellX, cellY };
    store.dispatch({ type: 'said', text: t('Row {row}, column {column}', { row: cellY + 1, column: cellX + 1 }) });
    return imageToScreen(stage.view, cellToImage(cell, stage.imageSize, grid));
  };

  stage.dom.addEventListener('keydown', (event) => {
    const { source, tool } = store.state;
    if (!source || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    const isDab = event.key === 'Enter' || event.key === 'Delete' || event.key === 'Backspace';
    if (!step && !isDab) return;
    event.preventDefault();
    event.stopPropagation();
    const screen = moveTo(...(step ?? [0, 0]), source.grid);
    const mode = event.key === 'Enter' && tool !== 'eraser' ? 'paint' : 'erase';
    stage.setCursor({ screen, mode: step && tool !== 'eraser' ? 'paint' : mode });
    if (isDab) startStroke(stage, store, mode, screen)?.end();
  });
  stage.dom.addEventListener('pointermove', (event) => {
    const { source } = store.state;
    if (source)
      cell = imageToCell(screenToImage(stage.view, stage.screenOf(event)), stage.imageSize, source.grid);
  });
}
