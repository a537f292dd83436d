/**
 * The picture follows the brush: while a stroke is painted, previews of what it would make are asked for and shown.
 * What counts is drawn when the stroke rests (render.js); without the socket there are no previews, and nothing is lost.
 */

import { LiveSocket } from '../live-socket.js';
import { drawnToWire } from '../parts.js';
import { reduce } from '../state.js';

/** @typedef {Extract<import('../state.js').Action, {type: 'stroked'}>} Stroked */

const PREVIEW_PX = 512; // the longest side of a preview: enough to see, little to send
const PREVIEW_QUALITY = 92;
const DRAFT_ABOVE_MS = 16; // where a worker takes longer than a frame, previews are drafts
const SLOW_IN_A_ROW = 3; // the first preview of a picture also draws what it was before

export class LivePainter {
  #store;
  #stage;
  #socket;
  /** @type {Map<number, number>} when each preview was asked for, in ms */
  #askedMs = new Map();
  /** @type {Stroked|null} what the next frame asks for */
  #next = null;
  #askedSeq = 0;
  #shownSeq = 0;
  /** @type {'full'|'draft'} how previews are drawn */
  #detail = 'full';
  #numSlow = 0; // previews in a row
  #firstSeq = Infinity; // of the stroke under way; what comes of an earlier one is late

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../canvas/stage.js').Stage} stage
   * @param {() => WebSocket} open
   */
  constructor(store, stage, open) {
    this.#store = store;
    this.#stage = stage;
    this.#socket = new LiveSocket(open, {
      onAnswer: (answer, picture) => void this.#show(answer, picture),
      onProblem: ({ seq }) => this.#askedMs.delete(seq ?? 0), // the picture at rest will say it, too
      onChange: (isOpen) => store.dispatch({ type: 'liveChanged', isOpen }),
    });
    store.subscribe((state, before) => {
      if (state.phase === before.phase) return;
      if (state.phase === 'editor') {
        this.#detail = 'full';
        this.#numSlow = 0;
        this.#socket.prepare();
      } else if (before.phase === 'editor') {
        this.#socket.close();
        store.dispatch({ type: 'liveChanged', isOpen: null });
      }
    });
  }

  /** A stroke under way; its coverage is still being painted. @param {Stroked} stroke */
  follow(stroke) {
    const isScheduled = this.#next !== null;
    this.#next = stroke;
    if (!isScheduled) requestAnimationFrame(() => this.#ask());
  }

  #ask() {
    if (!this.#next) return; // the stroke has ended
    const stroke = this.#next;
    this.#next = null;
    const coverage = { ...stroke.coverage, values: stroke.coverage.values.slice() };
    const session = reduce(this.#store.state, { ...stroke, coverage }).history?.present;
    if (!session) return;
    const output = { format: 'jpeg', quality: PREVIEW_QUALITY, max_side: PREVIEW_PX, detail: this.#detail };
    this.#askedSeq = this.#socket.ask({ ...drawnToWire(this.#store.state, session), output });
    this.#askedMs.set(this.#askedSeq, performance.now());
    this.#firstSeq = Math.min(this.#firstSeq, this.#askedSeq);
  }

  /** The stroke has ended: previews that still come are older than what is drawn now. */
  rest() {
    this.#next = null;
    this.#socket.forget();
    this.#firstSeq = Infinity;
    this.#askedMs.clear();
  }

  /** @param {import('../live-socket.js').LiveAnswer} answer @param {Blob} picture */
  async #show({ seq, changed_box, timings_ms }, picture) {
    this.#numSlow = timings_ms.total > DRAFT_ABOVE_MS ? this.#numSlow + 1 : 0;
    if (this.#numSlow >= SLOW_IN_A_ROW) this.#detail = 'draft';
    const bitmap = await createImageBitmap(picture).catch(() => null);
    if (!bitmap) return; // the next one may be whole
    if (seq < this.#firstSeq || seq <= this.#shownSeq) return bitmap.close();
    this.#shownSeq = seq;
    const askedMs = this.#askedMs.get(seq) ?? performance.now();
    for (const older of this.#askedMs.keys()) if (older <= seq) this.#askedMs.delete(older);
    await this.#stage.setPreview({ bitmap, box: changed_box });
    const detail = { seq, ms: performance.now() - askedMs };
    this.#stage.dom.dispatchEvent(new CustomEvent('previewed', { detail }));
  }
}
