/**
 * One stroke of the brush or the eraser, from press to release. The state hears of it once, at the end.
 */

import { editToErase } from '../editing.js';
import { brushRadiusImagePx, imageToMask, maskSizeFor, screenToImage } from '../geometry.js';
import { constantMask, dab, line } from '../mask.js';
import { findEdit } from '../session.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {{move: (screen: Point, pressure: number) => void, end: () => void, cancel: () => void}} Gesture */

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
  const { source, history, attribute, brush, openKey } = store.state;
  if (!source || !history || !attribute) return null;
  const session = history.present;
  const erased = mode === 'erase' ? editToErase(store.state) : null;
  const { width, height } = maskSizeFor(source.grid);
  const coverage = constantMask(width, height);
  if (mode === 'erase' && !erased) {
    store.dispatch({ type: 'stroked', mode, coverage }); // it says what to do first
    return null;
  }
  const open = erased ?? findEdit(session, openKey);
  const isContinued = open?.type === 'attribute' && (mode === 'erase' || open.mask);
  const base = (isContinued && open.mask) || constantMask(width, height, isContinued ? 1 : 0);
  const hue = isContinued ? open.hue : Math.max(0, ...session.edits.map((edit) => Number(edit.key.slice(1))));

  /** @type {(screen: Point) => Point} */
  const toMask = (at) => imageToMask(screenToImage(stage.view, at), stage.imageSize, coverage);
  /** @type {(pressure: number) => import('../mask.js').Tip} */
  const tip = (force) => {
    const radius = (brushRadiusImagePx(brush.size, stage.imageSize) * width) / stage.imageSize.width;
    const scale = LIGHTEST + (1 - LIGHTEST) * force;
    return { radius: radius * scale, softness: brush.softness / 100, strength: brush.strength / 100 };
  };
  const show = () => {
    stage.setDraft({ base, coverage, mode, hue });
    live?.follow(mode, coverage);
  };

  let last = toMask(screen);
  if (imageFrom) line(coverage, imageToMask(imageFrom, stage.imageSize, coverage), last, tip(pressure));
  else dab(coverage, last, tip(pressure));
  show();
  return {
    move(at, force) {
      const next = toMask(at);
      line(coverage, last, next, tip(force));
      last = next;
      show();
    },
    end() {
      live?.rest();
      stage.settleDraft();
      store.dispatch({ type: 'stroked', mode, coverage });
    },
    cancel() {
      live?.rest();
      stage.setDraft(null);
    },
  };
}
