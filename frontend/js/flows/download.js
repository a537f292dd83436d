/**
 * The result as a file: rendered once more in the wanted format and frame, then saved.
 */

import { saveBlob } from '../dom.js';
import { resultOf } from '../jobs.js';
import { Problem } from '../problem.js';
import { toWire } from '../session.js';

/** @typedef {import('../session.js').Session} Session */

/** @type {Record<string, string>} */
const EXTENSIONS = { png: 'png', jpeg: 'jpg', webp: 'webp' };

/**
 * @param {import('../api.js').Api} api
 * @param {Session} session
 * @param {import('../types.js').Output} output
 * @param {AbortSignal} signal
 */
export async function downloadPicture(api, session, output, signal) {
  const job = await api.edit(toWire(session), output, signal);
  const { image_id } = await resultOf(api, job, { signal });
  const blob = await api.image(image_id, signal);
  saveBlob(blob, `latentbrush-${session.latent_id.slice(-8)}.${EXTENSIONS[output.format]}`);
}

/**
 * The session as a file, picture and latent included: the page opens it, and `latentbrush edit` repeats it.
 * @param {import('../api.js').Api} api
 * @param {import('./keeper.js').Keeper} keeper
 * @param {string} name
 */
export async function downloadSession(api, keeper, name) {
  const sessionId = await keeper.flush();
  if (!sessionId) throw new Problem({ title: 'Not saved', detail: 'The server does not take the session at the moment.' });
  saveBlob(await api.sessionFile(sessionId), `${fileName(name)}.latentbrush`);
}

/** A name without what file systems dislike. @param {string} name */
function fileName(name) {
  return name.replace(/[^\p{L}\p{N} ._-]+/gu, '-').trim() || 'session';
}
