/**
 * Mouse, pen and touch on the stage: one finger or button paints, two fingers or the middle button move the view.
 */

import { screenToImage } from '../geometry.js';
import { startRegion } from './region.js';
import { isOnSplit, startSplit } from './split.js';
import { startStroke } from './stroke.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('./target.js').Gesture} Gesture */

const WHEEL_ZOOM = 0.0015; // per wheel unit: a notch of 100 is 16 %
const PINCH_WHEEL_ZOOM = 0.01; // trackpad pinches arrive as small wheel steps with ctrl

/**
 * Attach the pointers to the stage.
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {import('../store.js').Store} store
 * @param {import('../flows/live.js').LivePainter} live
 */
export function attachPointers(stage, store, live) {
  /** @type {Gesture|null} */
  let gesture = null;
  let gesturePointer = -1;
  /** @type {Map<number, Point>} */
  const touches = new Map();
  /** @type {Point|null} where the latest stroke ended, in the image frame */
  let imageLast = null;
  let isPenSeen = false;
  let isSpaceHeld = false;

  /** @param {PointerEvent} event @returns {'paint'|'erase'} */
  const modeOf = (event) => {
    const isSwapped = event.altKey || (event.buttons & 2) !== 0 || (event.buttons & 32) !== 0;
    return (store.state.tool === 'eraser') !== isSwapped ? 'erase' : 'paint';
  };
  /** @param {PointerEvent} event */
  const isPan = (event) =>
    event.button === 1 ||
    isSpaceHeld ||
    store.state.tool === 'hand' ||
    (isPenSeen && event.pointerType === 'touch');
  /** @param {PointerEvent} event */
  const pressureOf = (event) => (event.pointerType === 'pen' ? event.pressure : 1);

  /** @param {PointerEvent} event @param {Point} screen */
  const startPainting = (event, screen) => {
    const { tool } = store.state;
    if (tool === 'rectangle' || tool === 'lasso') return startRegion(stage, store, tool, modeOf(event), screen, live);
    const imageFrom = event.shiftKey ? imageLast : null;
    return startStroke(stage, store, modeOf(event), screen, { pressure: pressureOf(event), imageFrom, live });
  };

  /** @param {PointerEvent} event */
  const onDown = (event) => {
    if (store.state.phase !== 'editor') return;
    event.preventDefault();
    stage.dom.focus({ preventScroll: true });
    stage.dom.setPointerCapture(event.pointerId);
    isPenSeen ||= event.pointerType === 'pen';
    const screen = stage.screenOf(event);
    if (event.pointerType === 'touch') touches.set(event.pointerId, screen);
    if (touches.size === 2) {
      gesture?.cancel();
      gesture = null;
      return;
    }
    if (gesture || touches.size > 2) return;
    gesturePointer = event.pointerId;
    if (isOnSplit(stage, store.state, screen, event.pointerType)) gesture = startSplit(stage, store);
    else gesture = isPan(event) ? startPan(stage, screen) : startPainting(event, screen);
    stage.dom.classList.toggle('is-panning', isPan(event));
  };

  /** @param {PointerEvent} event */
  const onMove = (event) => {
    const screen = stage.screenOf(event);
    stage.dom.classList.toggle('is-on-split', isOnSplit(stage, store.state, screen, event.pointerType));
    const isHand = store.state.tool === 'hand' || isSpaceHeld;
    stage.setCursor(isHand || event.pointerType === 'touch' ? null : { screen, mode: modeOf(event) });
    if (touches.size === 2 && touches.has(event.pointerId))
      return pinch(stage, touches, event.pointerId, screen);
    if (!gesture || event.pointerId !== gesturePointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) gesture.move(stage.screenOf(each), pressureOf(each));
    imageLast = screenToImage(stage.view, screen);
  };

  /** @param {PointerEvent} event */
  const onUp = (event) => {
    touches.delete(event.pointerId);
    if (event.pointerId !== gesturePointer || !gesture) return;
    imageLast = screenToImage(stage.view, stage.screenOf(event));
    if (event.type === 'pointercancel') gesture.cancel();
    else gesture.end();
    gesture = null;
    stage.dom.classList.remove('is-panning');
  };

  store.subscribe((state, before) => {
    if (!gesture || state.source === before.source) return; // a stroke belongs to what it was begun on
    gesture.cancel();
    gesture = null;
  });
  stage.dom.addEventListener('pointerdown', onDown);
  stage.dom.addEventListener('pointermove', onMove);
  stage.dom.addEventListener('pointerup', onUp);
  stage.dom.addEventListener('pointercancel', onUp);
  stage.dom.addEventListener('pointerleave', () => stage.setCursor(null));
  stage.dom.addEventListener('contextmenu', (event) => event.preventDefault());
  stage.dom.addEventListener('wheel', (event) => onWheel(stage, event), { passive: false });
  addEventListener('keydown', (event) => {
    const isOnStage = event.target === stage.dom || event.target === document.body;
    if (event.code !== 'Space' || !isOnStage || store.state.phase !== 'editor') return;
    event.preventDefault();
    isSpaceHeld = true;
    stage.dom.classList.add('is-hand');
  });
  const releaseSpace = () => {
    isSpaceHeld = false;
    stage.dom.classList.toggle('is-hand', store.state.tool === 'hand');
  };
  addEventListener('keyup', (event) => event.code === 'Space' && releaseSpace());
  addEventListener('blur', releaseSpace);
}

/** @param {import('../canvas/stage.js').Stage} stage @param {Point} screen @returns {Gesture} */
function startPan(stage, screen) {
  let last = screen;
  return {
    move(at) {
      stage.pan({ x: at.x - last.x, y: at.y - last.y });
      last = at;
    },
    end() {},
    cancel() {},
  };
}

/**
 * Two fingers: zoom by their distance, pan with the one that moves.
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {Map<number, Point>} touches
 * @param {number} moved
 * @param {Point} screen
 */
function pinch(stage, touches, moved, screen) {
  const [still] = [...touches].filter(([id]) => id !== moved).map(([, point]) => point);
  const before = touches.get(moved) ?? screen;
  touches.set(moved, screen);
  const spread = Math.hypot(before.x - still.x, before.y - still.y);
  const factor = Math.hypot(screen.x - still.x, screen.y - still.y) / Math.max(1, spread);
  stage.zoom(factor, { x: (still.x + screen.x) / 2, y: (still.y + screen.y) / 2 });
  stage.pan({ x: (screen.x - before.x) / 2, y: (screen.y - before.y) / 2 });
}

/** @param {import('../canvas/stage.js').Stage} stage @param {WheelEvent} event */
function onWheel(stage, event) {
  event.preventDefault();
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
  const speed = event.ctrlKey ? PINCH_WHEEL_ZOOM : WHEEL_ZOOM;
  stage.zoom(Math.exp(-event.deltaY * unit * speed), stage.screenOf(event));
}
