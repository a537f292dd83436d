/**
 * One stroke of the brush or the eraser, from press to release.
 */

import { brushRadiusImagePx, imageToMask } from '../geometry.js';
import { constantMask, dab, line } from '../mask.js';
import { targetOf } from './target.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('./target.js').Gesture} Gesture */

const LIGHTEST = 0.35; // the part of the brush's size that a pen at no pressure still paints

/**
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {import('../store.js').Store} store
 * @param {'paint'|'erase'} mode
 * @param {Point} screen
 * @param {{pressure?: number, imageFrom?: Point|null, live?: import('../flows/live.js').LivePainter}} [how] pressure in [0, 1], 1 for a mouse; imageFrom: begin with a straight line from here
 * @returns {Gesture|null} null when there is nothing to paint or erase
 */
export function startStroke(stage, store, mode, screen, { pressure = 1, imageFrom = null, live } = {}) {
  const target = targetOf(stage, store, mode, screen, live);
  if (!target) return null;
  const { brush } = store.state;
  const coverage = constantMask(target.size.width, target.size.height);
  /** @type {(pressure: number) => import('../mask.js').Tip} */
  const tip = (force) => {
    const radius = (brushRadiusImagePx(brush.size, stage.imageSize) * coverage.width) / stage.imageSize.width;
    const scale = LIGHTEST + (1 - LIGHTEST) * force;
    return { radius: radius * scale, softness: brush.softness / 100, strength: brush.strength / 100 };
  };

  let last = target.toMask(screen);
  if (imageFrom) line(coverage, imageToMask(imageFrom, stage.imageSize, coverage), last, tip(pressure));
  else dab(coverage, last, tip(pressure));
  target.show(coverage);
  return {
    move(at, force) {
      const next = target.toMask(at);
      line(coverage, last, next, tip(force));
      last = next;
      target.show(coverage);
    },
    end: () => target.keep(coverage),
    cancel: target.drop,
  };
}
