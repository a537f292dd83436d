/**
 * The picture on the stage, and the short fade when it is replaced.
 */

import { wantsLessMotion } from '../dom.js';
import { drawOver } from './layers.js';

const FADE_MS = 100; // long enough not to flash, short enough not to be waited for

export class Crossfade {
  /** @type {ImageBitmap|null} */
  #shown = null;
  /** @type {{from: ImageBitmap, startMs: number}|null} */
  #fade = null;

  get isStill() {
    return this.#fade === null;
  }

  clear() {
    this.#shown = this.#fade = null;
  }

  /**
   * @param {ImageBitmap} bitmap
   * @param {boolean} isInstant
   * @returns {boolean} whether that is another picture than before
   */
  show(bitmap, isInstant) {
    if (bitmap === this.#shown) return false;
    const fades = this.#shown && !isInstant && !wantsLessMotion();
    this.#fade = fades && this.#shown ? { from: this.#shown, startMs: performance.now() } : null;
    this.#shown = bitmap;
    return true;
  }

  /**
   * @param {CanvasRenderingContext2D} context in screen pixels
   * @param {import('../geometry.js').View} view
   * @param {import('../geometry.js').Size} image
   */
  draw(context, view, image) {
    if (!this.#shown) return;
    const t = this.#fade ? (performance.now() - this.#fade.startMs) / FADE_MS : 1;
    if (t >= 1) this.#fade = null;
    if (this.#fade) {
      drawOver(context, this.#fade.from, view, image);
      context.globalAlpha = Math.max(0, t);
    }
    drawOver(context, this.#shown, view, image);
    context.globalAlpha = 1;
  }
}
