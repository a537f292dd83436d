/**
 * A rectangle or a lasso, from press to release.
 */

import { constantMask, isEmpty } from '../mask.js';
import { polygon, rectangle } from '../region.js';
import { targetOf } from './target.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('./target.js').Gesture} Gesture */

/**
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {import('../store.js').Store} store
 * @param {'rectangle'|'lasso'} shape
 * @param {'paint'|'erase'} mode
 * @param {Point} screen
 * @param {import('../flows/live.js').LivePainter} live
 * @returns {Gesture|null} null when there is nothing to paint or erase
 */
export function startRegion(stage, store, shape, mode, screen, live) {
  const target = targetOf(stage, store, mode, screen, live);
  if (!target) return null;
  const { width, height } = target.size;
  const strength = store.state.brush.strength / 100;
  const points = [target.toMask(screen)];
  let coverage = constantMask(width, height);
  return {
    move(at) {
      points.push(target.toMask(at));
      coverage =
        shape === 'rectangle'
          ? rectangle(width, height, points[0], points[points.length - 1], strength)
          : polygon(width, height, points, strength);
      target.show(coverage);
    },
    end: () => (isEmpty(coverage) ? target.drop() : target.keep(coverage)),
    cancel: target.drop,
  };
}
