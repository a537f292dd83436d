/**
 * The picture on its stage: three canvases (picture, overlay, cursor) under one view. Pointers are in tools/pointer.js.
 */

import { context2d, el } from '../dom.js';
import * as geometry from '../geometry.js';
import { rgbOf } from '../hues.js';
import { t } from '../i18n.js';
import { erase, paint } from '../mask.js';
import { findEdit } from '../session.js';
import { differenceOf, drawBeside, drawSplit } from './comparison.js';
import { Crossfade } from './crossfade.js';
import { drawCross, drawCursor, drawGrid, drawOver, drawPart, tinted } from './layers.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../mask.js').Mask} Mask */
/** @typedef {{base: Mask, coverage: Mask, mode: 'paint'|'erase', hue: number}} Draft a stroke under way, or waiting for its result */
/** @typedef {{screen: geometry.Point, mode: 'paint'|'erase'}} Cursor */
/** @typedef {'picture'|'overlay'|'cursor'} Layer */
/** @typedef {{bitmap: ImageBitmap, box: number[]|null}} Preview the picture as the stroke would make it, small; x, y, w, h in it of what changes */

/** @type {readonly Layer[]} */
const LAYERS = ['picture', 'overlay', 'cursor'];
const TINT_OVER_PREVIEW = 0.15; // of the stroke's tint, once what it makes can be seen

export class Stage {
  /** @type {State|null} */
  #state = null;
  #pictures;
  #heatMaps;
  #onProblem;
  /** @type {geometry.Size} */
  #stage = { width: 0, height: 0 };
  /** @type {geometry.View} */
  #view = { scale: 1, screenX: 0, screenY: 0 };
  #isFitted = true;
  #shown = new Crossfade();
  /** @type {Draft|null} */
  #draft = null;
  #isStroking = false;
  /** @type {Preview|null} */
  #preview = null;
  /** @type {{edited: ImageBitmap, map: HTMLCanvasElement}|null} */
  #difference = null;
  /** @type {Cursor|null} */
  #cursor = null;
  /** @type {Set<Layer>} what the next frame draws again: a stretched picture costs most of a frame without a GPU */
  #stale = new Set();
  /** @type {() => void} called after each change of the view */
  onView = () => {};

  /**
   * @param {import('../pictures.js').Pictures} pictures
   * @param {import('./heat.js').HeatMaps} heatMaps
   * @param {(problem: import('../problem.js').Problem) => void} onProblem
   */
  constructor(pictures, heatMaps, onProblem) {
    this.#pictures = pictures;
    this.#heatMaps = heatMaps;
    this.#onProblem = onProblem;
    const canvas = (/** @type {string} */ name) =>
      el('canvas', { class: `layer layer-${name}`, 'aria-hidden': 'true' });
    this.picture = canvas('picture');
    this.overlay = canvas('overlay');
    this.cursorLayer = canvas('cursor');
    const label =
      t('Picture. Arrow keys move the brush by one cell of the grid, Enter paints there, Delete erases there.');
    this.dom = el(
      'div',
      { class: 'stage', tabIndex: 0, role: 'application', 'aria-label': label },
      this.picture,
      this.overlay,
      this.cursorLayer,
    );
    new ResizeObserver(() => this.#resize()).observe(this.dom);
  }

  get view() {
    return this.#view;
  }

  /** The size of the shown picture, 1×1 when there is none. @returns {geometry.Size} */
  get imageSize() {
    const source = this.#state?.source;
    return source ? { width: source.width, height: source.height } : { width: 1, height: 1 };
  }

  /** @param {State} state */
  syncState(state) {
    const before = this.#state;
    this.#state = state;
    if (state.phase !== 'editor') return;
    if (before?.source?.latentId !== state.source?.latentId) {
      this.#shown.clear();
      this.#forgetDraft();
      this.fit();
    }
    if (!this.#isStroking && state.result?.edits === state.history?.present.edits) this.#forgetDraft();
    this.#swap();
    const isTurned = (before?.comparison === 'side') !== (state.comparison === 'side');
    if (isTurned && this.#isFitted) this.fit();
    this.#schedule(...LAYERS);
  }

  fit() {
    this.#isFitted = true;
    const { left, ...room } = this.#room;
    const view = geometry.fitView(this.imageSize, room);
    this.#setView({ ...view, screenX: view.screenX + left });
  }

  /** One picture pixel per screen pixel. */
  actualSize() {
    this.#isFitted = false;
    const { left, ...room } = this.#room;
    const view = geometry.centredView(this.imageSize, room, 1 / devicePixelRatio);
    this.#setView({ ...view, screenX: view.screenX + left });
  }

  /** @param {number} factor @param {geometry.Point} [screen] where to hold the picture; default: the middle */
  zoom(factor, screen = this.#middle) {
    this.#isFitted = false;
    this.#setView(geometry.zoomAt(this.#view, screen, factor, this.imageSize));
  }

  /** @param {geometry.Point} screenDelta */
  pan(screenDelta) {
    this.#isFitted = false;
    this.#setView(geometry.panBy(this.#view, screenDelta, this.imageSize, this.#stage));
  }

  /** Where an event happened; on the original beside the picture: the same place of the picture. @param {{clientX: number, clientY: number}} event @returns {geometry.Point} in the screen frame */
  screenOf(event) {
    const box = this.dom.getBoundingClientRect();
    const x = event.clientX - box.left;
    return { x: x < this.#room.left ? x + this.#room.left : x, y: event.clientY - box.top };
  }

  /** The part of the stage that the picture has: all, or the half beside the original. */
  get #room() {
    const left = this.#state?.comparison === 'side' ? this.#stage.width / 2 : 0;
    return { left, width: this.#stage.width - left, height: this.#stage.height };
  }

  get #middle() {
    const { left, width, height } = this.#room;
    return { x: left + width / 2, y: height / 2 };
  }

  /** Show a stroke under way; null takes it away. @param {Draft|null} draft */
  setDraft(draft) {
    if (!draft) this.#forgetDraft();
    this.#draft = draft;
    this.#isStroking = draft !== null;
    this.#schedule('overlay');
  }

  /**
   * Show what the stroke under way would make, until its picture is there.
   * @param {Preview} preview
   * @returns {Promise<void>} when it is on the screen
   */
  setPreview(preview) {
    if (!this.#preview) this.#schedule('overlay'); // its tint gets weaker
    this.#preview?.bitmap.close();
    this.#preview = preview;
    this.#schedule('picture');
    return new Promise((resolve) => requestAnimationFrame(() => resolve()));
  }

  #forgetDraft() {
    this.#draft = null;
    this.#preview?.bitmap.close();
    this.#preview = null;
    this.#schedule('picture', 'overlay');
  }

  /** The stroke has ended: its tint stays until the result is there. */
  settleDraft() {
    this.#isStroking = false;
  }

  /** @param {Cursor|null} cursor */
  setCursor(cursor) {
    this.#cursor = cursor;
    this.#schedule('cursor');
  }

  /** @param {geometry.View} view */
  #setView(view) {
    this.#view = view;
    this.onView();
    this.#schedule(...LAYERS);
  }

  #resize() {
    const { width, height } = this.dom.getBoundingClientRect();
    if (!width || !height) return;
    this.#stage = { width, height };
    for (const canvas of [this.picture, this.overlay, this.cursorLayer]) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
    if (this.#isFitted) this.fit();
    this.#draw(LAYERS); // at once: a resized canvas is blank
  }

  /** Take the picture that the state asks for, fading from the one before. */
  #swap() {
    const { isComparing, result, source } = this.#state ?? {};
    const imageId = isComparing ? source?.originalId : (result?.imageId ?? source?.originalId);
    const next = this.#pictures.peek(imageId);
    if (!next || !this.#shown.show(next, isComparing ?? false)) return;
    this.picture.dataset.imageId = imageId ?? '';
    this.picture.dataset.isStill = 'false';
  }

  /** @param {Layer[]} layers what has changed */
  #schedule(...layers) {
    const isScheduled = this.#stale.size > 0;
    for (const layer of layers) this.#stale.add(layer);
    if (isScheduled) return;
    requestAnimationFrame(() => {
      const stale = [...this.#stale];
      this.#stale.clear();
      this.#draw(stale);
    });
  }

  /** @param {readonly Layer[]} layers */
  #draw(layers) {
    if (this.#state?.phase !== 'editor') return;
    if (layers.includes('picture')) this.#drawPicture(clean(this.picture));
    if (layers.includes('overlay')) this.#drawOverlay(clean(this.overlay), this.#state);
    if (layers.includes('cursor')) this.#drawCursor(clean(this.cursorLayer), this.#state);
  }

  /** @param {CanvasRenderingContext2D} context */
  #drawPicture(context) {
    this.#shown.draw(context, this.#view, this.imageSize);
    this.#drawPreview(context);
    this.#drawComparison(context);
    if (!this.#shown.isStill) this.#schedule('picture');
    const { screenX, screenY, scale } = this.#view;
    this.picture.dataset.box = [
      screenX,
      screenY,
      this.imageSize.width * scale,
      this.imageSize.height * scale,
    ].join(' ');
    this.picture.dataset.isStill = String(this.#shown.isStill);
  }

  /** What the stroke under way changes, and what the shown picture has changed: the stroke may take that away. @param {CanvasRenderingContext2D} context */
  #drawPreview(context) {
    if (!this.#preview || this.#state?.isComparing) return;
    const { bitmap, box } = this.#preview;
    const ratio = bitmap.width / this.imageSize.width;
    const shown = this.#state?.result?.changedBox?.map((value) => value * ratio);
    const part = geometry.unionBox(box, shown ?? null);
    if (part) drawPart(context, bitmap, part, this.#view, this.imageSize);
  }

  /** @param {CanvasRenderingContext2D} context */
  #drawComparison(context) {
    const { comparison, isComparing, splitPercent, source, result } = /** @type {State} */ (this.#state);
    const original = this.#pictures.peek(source?.originalId);
    if (comparison === 'off' || isComparing || !original) return;
    if (comparison === 'slider') drawSplit(context, original, this.#view, this.imageSize, splitPercent / 100);
    if (comparison === 'side') drawBeside(context, original, this.#view, this.imageSize, this.#stage);
    const edited = this.#pictures.peek(result?.imageId ?? source?.originalId);
    if (comparison === 'difference' && edited) {
      if (this.#difference?.edited !== edited) this.#difference = { edited, map: differenceOf(original, edited) };
      drawOver(context, this.#difference.map, this.#view, this.imageSize);
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {State} state */
  #drawOverlay(context, { layers, attribute, source, history, openKey, isComparing }) {
    if (!source || !history || isComparing) return;
    context.save();
    this.#clip(context);
    if (layers.heat && attribute) {
      const map = this.#heatMaps.get(source.latentId, attribute, () => this.#schedule('overlay'), this.#onProblem);
      if (map) drawOver(context, map, this.#view, this.imageSize);
    }
    const edit = findEdit(history.present, openKey);
    if (this.#draft) {
      const { base, coverage, mode, hue } = this.#draft;
      const mask = mode === 'paint' ? paint(base, coverage) : erase(base, coverage);
      context.globalAlpha = this.#preview ? TINT_OVER_PREVIEW : 1;
      drawOver(context, tinted(mask, rgbOf(hue)), this.#view, this.imageSize);
      context.globalAlpha = 1;
    } else if (layers.mask && edit?.mask) {
      drawOver(context, tinted(edit.mask, rgbOf(edit.hue)), this.#view, this.imageSize);
    }
    if (layers.grid) drawGrid(context, source.grid, this.#view, this.imageSize);
    context.restore();
  }

  /** @param {CanvasRenderingContext2D} context */
  #clip(context) {
    const { left, width, height } = this.#room;
    context.beginPath();
    context.rect(left, 0, width, height);
    context.clip();
  }

  /** @param {CanvasRenderingContext2D} context @param {State} state */
  #drawCursor(context, { brush, isComparing, tool }) {
    if (!this.#cursor || isComparing) return;
    if (tool === 'rectangle' || tool === 'lasso') return drawCross(context, this.#cursor.screen);
    const radius = geometry.brushRadiusImagePx(brush.size, this.imageSize) * this.#view.scale;
    drawCursor(context, this.#cursor.screen, radius, brush.softness / 100, this.#cursor.mode);
  }
}

/** An empty canvas that takes screen pixels. @param {HTMLCanvasElement} canvas */
function clean(canvas) {
  const context = context2d(canvas);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  return context;
}
