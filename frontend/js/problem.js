/**
 * What goes wrong, in words a person can act on. The server says it as problem+json; the network says nothing.
 */

import { t } from './i18n.js';

export class Problem extends Error {
  /** @param {{title?: string, detail?: string, code?: string, status?: number, retryAfterS?: number}} fields */
  constructor({ title, detail, code, status, retryAfterS }) {
    super(detail || title || t('Something went wrong.'));
    this.title = title || t('Something went wrong');
    this.detail = detail || '';
    this.code = code || 'unknown';
    this.status = status ?? 0;
    this.retryAfterS = retryAfterS ?? 0;
  }
}

/** @type {Record<string, string>} */
const REMEDIES = {
  unreachable: t('Check that the server is running, then try again. Your edits are kept here.'),
  queue_full: t('Others are working too. Try again in a moment; your edits are kept.'),
  unknown_latent: t('The server no longer has this picture. Open it again to go on.'),
  stale_latent: t('The model has been replaced. Open the picture again to encode it anew.'),
  unknown_image: t('The server no longer has this picture. Open it again to go on.'),
  unavailable: t('No worker is free at the moment. Try again soon; your edits are kept.'),
  model_unavailable: t('Choose another model. Your edits are kept; the log of the server says what is wrong with this one.'),
  unauthorized: t('Enter the key again to go on.'),
};

/**
 * One sentence on what to do next.
 * @param {Problem} problem
 */
export function remedy(problem) {
  if (REMEDIES[problem.code]) return REMEDIES[problem.code];
  if (problem.status >= 500) return t('Nothing is lost: try again, or undo the latest edit.');
  return '';
}

/** Whether what was asked for cannot be had, so that asking again is of no use. @param {Problem} problem */
export function isWrong({ status }) {
  return status === 413 || status === 422;
}

/**
 * @param {unknown} error
 * @returns {Problem}
 */
export function asProblem(error) {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return new Problem({ title: t('The server does not answer'), code: 'unreachable' });
  }
  return new Problem({ title: t('The page made a mistake'), detail: String(error), code: 'page_error' });
}

/**
 * Read an error answer; plain text and empty bodies become a problem too.
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function readProblem(response) {
  /** @type {any} */
  const body = await response.json().catch(() => ({}));
  const detail = typeof body.detail === 'string' ? body.detail : '';
  return new Problem({
    title: body.title || t('The server answered {status}', { status: response.status }),
    detail,
    code: body.code,
    status: response.status,
    retryAfterS: Number(response.headers.get('retry-after')) || 0,
  });
}

/** @param {unknown} error */
export function isAbort(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}
