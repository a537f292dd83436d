/**
 * The result as a file: rendered once more in the wanted format and frame, then saved.
 */

import { saveBlob } from '../dom.js';
import { resultOf } from '../jobs.js';
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

/** The session as JSON: `latentbrush edit --recipe` repeats it, and the page opens it. @param {Session} session */
export function downloadSession(session) {
  const text = JSON.stringify(toWire(session));
  saveBlob(new Blob([text], { type: 'application/json' }), `latentbrush-${session.latent_id.slice(-8)}.json`);
}
