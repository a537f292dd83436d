/**
 * Waiting for a job: told by server-sent events, by asking again where those do not get through.
 */

import { t } from './i18n.js';
import { Problem } from './problem.js';

/** @typedef {import('./types.js').Job} Job */
/** @typedef {import('./types.js').Progress} Progress */
/**
 * @typedef {object} JobSource the parts of Api that are needed here
 * @property {(jobId: string, signal?: AbortSignal) => Promise<Job>} job
 * @property {(path: string) => string} url
 */
/**
 * @typedef {object} Watch
 * @property {(progress: Progress) => void} [onProgress]
 * @property {(imageId: string, errorId: string|null) => void} [onPreview] the picture so far, and where it is still off
 * @property {AbortSignal} [signal] stop waiting; the job itself goes on
 * @property {typeof EventSource|null} [events] null: ask only
 * @property {number} [pollMs]
 */

const POLL_MS = 700;

/** @param {Job} job */
export function isFinished(job) {
  return job.status === 'succeeded' || job.status === 'failed' || job.status === 'canceled';
}

/**
 * Wait for a job's end.
 * @param {JobSource} api
 * @param {Job} job as last seen
 * @param {Watch} [watch]
 * @returns {Promise<any>} its result
 * @throws {Problem} when it failed or was canceled
 */
export async function resultOf(api, job, watch = {}) {
  const events = watch.events === undefined ? (globalThis.EventSource ?? null) : watch.events;
  let last = job;
  if (!isFinished(last) && events) last = (await listen(api, job, watch, events)) ?? last;
  while (!isFinished(last)) {
    await pause(watch.pollMs ?? POLL_MS, watch.signal);
    last = await api.job(job.job_id, watch.signal);
    watch.onProgress?.(last.progress);
  }
  if (last.status === 'succeeded') return last.result;
  if (last.status === 'canceled') throw new Problem({ title: t('Canceled'), code: 'job_canceled' });
  throw new Problem({
    title: t('The server could not finish this'),
    detail: last.error?.message,
    code: last.error?.code,
    status: 500,
  });
}

/**
 * Follow the event stream. Null when it broke off: ask instead.
 * @param {JobSource} api
 * @param {Job} job
 * @param {Watch} watch
 * @param {typeof EventSource} Events
 * @returns {Promise<Job|null>}
 */
function listen(api, job, watch, Events) {
  return new Promise((resolve, reject) => {
    const stream = new Events(api.url(`jobs/${job.job_id}/events`));
    /** @param {() => void} settle */
    const end = (settle) => {
      stream.close();
      watch.signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => end(() => reject(abortError()));
    if (watch.signal?.aborted) return onAbort();
    watch.signal?.addEventListener('abort', onAbort);
    stream.addEventListener('progress', (event) => watch.onProgress?.(JSON.parse(event.data)));
    stream.addEventListener('preview', (event) => {
      const { image_id: imageId, error_id: errorId } = JSON.parse(event.data);
      watch.onPreview?.(imageId, errorId ?? null);
    });
    stream.addEventListener('done', (event) => end(() => resolve(JSON.parse(event.data))));
    stream.addEventListener('error', () => end(() => resolve(null)));
  });
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError());
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), reject(abortError())), { once: true });
  });
}

function abortError() {
  return new DOMException('stopped waiting', 'AbortError');
}
