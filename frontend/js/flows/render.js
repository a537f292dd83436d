/**
 * Keeping the shown picture true to the edit list: latest wins, known results at once, failures kept for a retry.
 */

import { t } from '../i18n.js';
import { LatestWins } from '../latest.js';
import { isFinished, pause, resultOf } from '../jobs.js';
import { asProblem, isAbort } from '../problem.js';
import { othersOf, partsToWire } from '../parts.js';
import { isStranger } from '../state.js';

/** @typedef {import('../session.js').Session} Session */
/** @typedef {{session: Session, others: readonly Session[]}} Wanted a part, and what is painted on the others */
/** @typedef {import('../state.js').Result} Result */

const MAX_BUSY_RETRIES = 4;
const LEAST_SEEN = 10; // levels of 255: a change below that is hardly seen

export class Renderer {
  #store;
  #api;
  #pictures;
  #masks;
  #effectOf;
  #latest;
  /** @type {WeakMap<object, {others: readonly Session[], result: Result}>} by edit list: lists are immutable, so undo finds its picture here */
  #known = new WeakMap();

  /**
   * @param {import('../store.js').Store} store
   * @param {import('../api.js').Api} api
   * @param {import('../pictures.js').Pictures} pictures
   * @param {import('./masks.js').Masks} masks
   * @param {(before: ImageBitmap, after: ImageBitmap) => number} effectOf in levels of 255
   */
  constructor(store, api, pictures, masks, effectOf) {
    this.#masks = masks;
    this.#effectOf = effectOf;
    this.#store = store;
    this.#api = api;
    this.#pictures = pictures;
    this.#latest = new LatestWins((/** @type {Wanted} */ wanted, superseded) =>
      this.#render(wanted, superseded),
    );
    store.subscribe((state, before) => {
      const edits = state.history?.present.edits;
      const isNew = state.source !== before.source || state.parts !== before.parts || edits !== before.history?.present.edits;
      const isBack = state.isLive === true && before.isLive === false;
      const isBehind = state.result !== null && state.result.edits !== edits;
      if (edits && (isNew || (isBack && (isBehind || state.problem)))) this.#want();
    });
  }

  /** Render the present list again, after a failure. */
  retry() {
    this.#store.dispatch({ type: 'problemDismissed' });
    this.#want();
  }

  #want() {
    const { history, source } = this.#store.state;
    if (!history || !source) return;
    const wanted = { session: history.present, others: othersOf(this.#store.state) };
    const known = this.#find(wanted) ?? this.#untouched(wanted, source.originalId);
    if (known && this.#pictures.peek(known.imageId)) {
      this.#store.dispatch({ type: 'rendered', result: known });
      return;
    }
    this.#store.dispatch({ type: 'renderStarted' });
    this.#latest.push(wanted);
  }

  /** The picture of these edits, while all around is as it was then. @param {Wanted} wanted @returns {Result|null} */
  #find({ session, others }) {
    const known = this.#known.get(session.edits);
    const isSame = known?.others.length === others.length && known.others.every(({ edits }, i) => edits === others[i].edits);
    return known && isSame ? known.result : null;
  }

  /** Without an edit that is on, the result is the original. @param {Wanted} wanted @param {string} originalId @returns {Result|null} */
  #untouched({ session, others }, originalId) {
    if ([session, ...others].some(({ edits }) => edits.some((edit) => edit.enabled))) return null;
    return { imageId: originalId, edits: session.edits, changedBox: null, ms: null };
  }

  /** @param {Wanted} wanted @param {AbortSignal} superseded */
  async #render(wanted, superseded) {
    const { session, others } = wanted;
    if (this.#isStale(session)) return;
    const startMs = performance.now();
    try {
      const answer = await this.#ask(wanted, superseded);
      await this.#pictures.load(answer.image_id);
      const ms = Math.round(performance.now() - startMs);
      /** @type {Result} */
      const result = {
        imageId: answer.image_id,
        edits: session.edits,
        changedBox: answer.changed_box,
        ms,
      };
      this.#known.set(session.edits, { others, result });
      if (this.#isStale(session)) return;
      const isFirst = this.#store.state.result === null; // of what was just opened: nothing has been changed
      const isLatest = session.edits === this.#store.state.history?.present.edits;
      const effect = this.#effect(result);
      const last = session.edits.at(-1);
      const isNew = session.edits.length > (this.#store.state.result?.edits.length ?? 0);
      const advice = isNew && last?.type === 'attribute' ? adviceFor(result, isStranger(this.#store.state)) : null;
      this.#store.dispatch({ type: 'rendered', result });
      if (!isLatest)
        this.#store.dispatch({ type: 'renderStarted' }); // a newer list is still to come
      else if (!isFirst) this.#store.dispatch({ type: 'said', text: said(result, effect, advice) });
    } catch (error) {
      if (isAbort(error) || superseded.aborted || this.#isStale(session)) return;
      this.#store.dispatch({ type: 'renderStopped' });
      this.#store.dispatch({ type: 'problemFound', problem: asProblem(error) });
    }
  }

  /** How much a new result differs from what is shown, in levels of 255. @param {Result} result */
  #effect({ imageId }) {
    const { result: shown, source } = this.#store.state;
    const [before, after] = [shown?.imageId ?? source?.originalId, imageId].map((id) => this.#pictures.peek(id));
    return before && after ? this.#effectOf(before, after) : Infinity;
  }

  /** @param {Wanted} wanted @param {AbortSignal} superseded @returns {Promise<{image_id: string, changed_box: number[]|null}>} */
  async #ask({ session, others }, superseded) {
    for (let tries = 0; ; tries++) {
      try {
        const job = await this.#api.edit(partsToWire([session, ...others]), { format: 'png', frame: 'crop' });
        return await this.#follow(job, superseded);
      } catch (error) {
        const { status, retryAfterS, code } = asProblem(error);
        if (code === 'unknown_mask' && tries === 0) {
          await this.#masks.sendAgain([session, ...others]);
          continue;
        }
        const isBusy = status === 429 || (status === 503 && retryAfterS > 0);
        if (!isBusy || tries === MAX_BUSY_RETRIES) throw error;
        this.#store.dispatch({ type: 'said', text: t('The server is busy; trying again') });
        await pause(1000 * (retryAfterS || 1), superseded);
      }
    }
  }

  /**
   * The job's result; a superseded job is taken off the server.
   * @param {import('../types.js').Job} job
   * @param {AbortSignal} superseded
   * @returns {Promise<any>}
   */
  async #follow(job, superseded) {
    if (isFinished(job)) return resultOf(this.#api, job);
    const cancel = () => this.#api.cancelJob(job.job_id).catch(() => null); // it may have just ended
    if (superseded.aborted) void cancel(); // while the job was being sent: no event comes any more
    superseded.addEventListener('abort', cancel, { once: true });
    try {
      return await resultOf(this.#api, job, { signal: superseded });
    } finally {
      superseded.removeEventListener('abort', cancel);
    }
  }

  /** Whether another picture is open by now, or the list that is shown is the one that is wanted. @param {Session} session */
  #isStale({ latent_id }) {
    const { history, result } = this.#store.state;
    return latent_id !== history?.present.latent_id || result?.edits === history.present.edits;
  }
}

/**
 * What has become of the edits: how much changed, or, of a new one, that hardly anything did, and why.
 * @param {Result} result
 * @param {number} effect in levels of 255
 * @param {string|null} advice if hardly anything did; none: a small change was meant
 */
function said({ changedBox, ms }, effect, advice) {
  if (advice && (!changedBox || effect < LEAST_SEEN)) return advice;
  return t('Changed by up to {percent} % ({ms} ms)', { percent: Math.round(effect / 2.55), ms: ms ?? 0 });
}

/** Why a new edit hardly shows. @param {Result} result @param {boolean} isUnknown the model does not know such pictures */
function adviceFor({ changedBox }, isUnknown) {
  if (isUnknown) return t('Hardly anything changed: the model does not know such pictures');
  return changedBox
    ? t('Hardly anything changed: “Where it shows” lights better places')
    : t('Nothing changed: paint a larger part, or raise the amount');
}
