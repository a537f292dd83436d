/**
 * The WebSocket on which strokes are answered while they are painted: one request under way, the newest waiting.
 * It opens when it is first needed and again after it was lost; what was under way then is asked again.
 */

/** @typedef {{seq: number, media_type: string, image_id: string|null, changed_box: number[]|null, cached: boolean, timings_ms: Record<string, number>}} LiveAnswer */
/** @typedef {{seq: number|null, error: {code: string, message: string}}} LiveProblem */
/**
 * @typedef {object} LiveEvents
 * @property {(answer: LiveAnswer, picture: Blob) => void} onAnswer
 * @property {(problem: LiveProblem) => void} onProblem
 * @property {(isOpen: boolean) => void} onChange
 */

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4000;
const PATIENCE_MS = 20_000; // for an answer; a connection that slept with the computer gives none
const HEADER_BYTES = 4;

export class LiveSocket {
  #open;
  #events;
  /** @type {WebSocket|null} */
  #socket = null;
  #isOpen = false;
  #seq = 0;
  /** @type {{seq: number, edit: unknown}|null} */
  #sent = null;
  #isSentWanted = false;
  /** @type {{seq: number, edit: unknown}|null} */
  #waiting = null;
  #retryMs = FIRST_RETRY_MS;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #patience;

  /** @param {() => WebSocket} open makes a connection @param {LiveEvents} events */
  constructor(open, events) {
    this.#open = open;
    this.#events = events;
  }

  /** Whether the server answers at the moment. */
  get isOpen() {
    return this.#isOpen;
  }

  /** Open it before the first stroke, so that this need not wait. */
  prepare() {
    if (this.#socket || this.#retry) return;
    const socket = this.#open();
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#isOpen = true;
      this.#retryMs = FIRST_RETRY_MS;
      this.#events.onChange(true);
      this.#send();
    });
    socket.addEventListener('message', ({ data }) => this.#hear(data));
    socket.addEventListener('close', () => this.#lost(socket));
  }

  /**
   * Ask for a picture; what still waits is dropped.
   * @param {unknown} edit as POST /edit takes it
   * @returns {number} the number that its answer will have
   */
  ask(edit) {
    this.#waiting = { seq: ++this.#seq, edit };
    this.prepare();
    this.#send();
    return this.#seq;
  }

  /** Drop what waits, and do not ask again for what is under way: nobody wants it any more. */
  forget() {
    this.#waiting = null;
    this.#isSentWanted = false;
  }

  /** Close it until it is needed again. */
  close() {
    this.forget();
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    this.#retry = undefined;
    const socket = this.#socket;
    this.#socket = null;
    this.#isOpen = false;
    this.#sent = null;
    socket?.close();
  }

  #send() {
    if (!this.#isOpen || this.#sent || !this.#waiting) return;
    this.#sent = this.#waiting;
    this.#isSentWanted = true;
    this.#waiting = null;
    this.#patience = setTimeout(() => this.#socket?.close(), PATIENCE_MS);
    this.#socket?.send(JSON.stringify(this.#sent));
  }

  /** @param {ArrayBuffer|string} data */
  #hear(data) {
    this.#sent = null;
    clearTimeout(this.#patience);
    this.#send();
    if (typeof data === 'string') this.#events.onProblem(JSON.parse(data));
    else {
      const { answer, picture } = parseFrame(data);
      this.#events.onAnswer(answer, picture);
    }
  }

  /** @param {WebSocket} socket */
  #lost(socket) {
    if (socket !== this.#socket) return;
    const wasOpen = this.#isOpen;
    this.#socket = null;
    this.#isOpen = false;
    clearTimeout(this.#patience);
    if (this.#isSentWanted) this.#waiting ??= this.#sent;
    this.#sent = null;
    if (wasOpen) this.#events.onChange(false);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.prepare();
    }, this.#retryMs);
    this.#retryMs = Math.min(LAST_RETRY_MS, 2 * this.#retryMs);
  }
}

/**
 * A binary frame: the length of its description, big-endian, the description as JSON, the picture.
 * @param {ArrayBuffer} data
 * @returns {{answer: LiveAnswer, picture: Blob}}
 */
export function parseFrame(data) {
  const begin = HEADER_BYTES + new DataView(data).getUint32(0);
  const answer = JSON.parse(new TextDecoder().decode(new Uint8Array(data, HEADER_BYTES, begin - HEADER_BYTES)));
  return { answer, picture: new Blob([new Uint8Array(data, begin)], { type: answer.media_type }) };
}
