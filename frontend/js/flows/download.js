/**
 * The result as a file or on the clipboard: rendered once more as it is wanted, then handed over.
 */

import { context2d, el, fileName, saveBlob } from '../dom.js';
import { t } from '../i18n.js';
import { resultOf } from '../jobs.js';
import { Problem } from '../problem.js';

/** @typedef {import('../parts.js').PartsWire} PartsWire */
/** @typedef {import('../types.js').Output} Output */
/** @typedef {'picture'|'strip'|'animation'} Kind of file */
/** @typedef {{kind: Kind, output: Output}} Wanted */

const EXTENSIONS = { png: 'png', jpeg: 'jpg', webp: 'webp' };
const ANIMATION_FRAMES = 16; // to the result, and as many back
const STRIP_GAP = 1 / 64; // between the two pictures, of their height

/**
 * What is wanted, as bytes.
 * @param {import('../api.js').Api} api
 * @param {PartsWire} drawn the open part, and the others
 * @param {Wanted} wanted
 * @param {AbortSignal} signal
 * @returns {Promise<Blob>}
 */
export async function resultFile(api, drawn, { kind, output }, signal) {
  switch (kind) {
    case 'picture':
      return picture(api, drawn, output, signal);
    case 'animation': {
      const { quality = 90 } = output;
      return picture(api, drawn, { format: 'webp', quality, frame: 'crop', frames: ANIMATION_FRAMES }, signal);
    }
    case 'strip': {
      const exact = /** @type {const} */ ({ format: 'png', frame: output.frame });
      const before = await createImageBitmap(await picture(api, { latent_id: drawn.latent_id, edits: [] }, exact, signal));
      const after = await createImageBitmap(await picture(api, drawn, exact, signal));
      return strip(before, after, output);
    }
  }
}

/** Save what is wanted under the session's name. @param {Blob} file @param {string} name @param {Wanted} wanted */
export function saveResult(file, name, { kind, output }) {
  const format = kind === 'animation' ? 'webp' : output.format;
  const suffix = kind === 'strip' ? ' before and after' : '';
  saveBlob(file, `${fileName(name)}${suffix}.${EXTENSIONS[format]}`);
}

/** Put the result on the clipboard, as PNG: the one kind that every browser takes. @param {Promise<Blob>} file */
export async function copyResult(file) {
  if (!navigator.clipboard?.write) {
    throw new Problem({ title: t('This browser copies no pictures here'), detail: t('It does on localhost and over https. Save the picture instead.') });
  }
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': file })]);
}

/**
 * The session as a file, picture and latent included: the page opens it, and `latentbrush edit` repeats it.
 * @param {import('../api.js').Api} api
 * @param {import('./keeper.js').Keeper} keeper
 * @param {string} name
 */
export async function downloadSession(api, keeper, name) {
  const sessionId = await keeper.flush();
  if (!sessionId) throw new Problem({ title: t('Not saved'), detail: t('The server does not take the session at the moment.') });
  saveBlob(await api.sessionFile(sessionId), `${fileName(name)}.latentbrush`);
}

/**
 * @param {import('../api.js').Api} api
 * @param {PartsWire} drawn the open part, and the others
 * @param {Output} output
 * @param {AbortSignal} signal
 */
async function picture(api, drawn, output, signal) {
  const job = await api.edit(drawn, output, signal);
  const { image_id } = await resultOf(api, job, { signal });
  return api.image(image_id, signal);
}

/**
 * Two pictures beside each other.
 * @param {ImageBitmap} before
 * @param {ImageBitmap} after
 * @param {Output} output
 * @returns {Promise<Blob>}
 */
function strip(before, after, { format, quality = 90 }) {
  const gap = Math.max(2, Math.round(before.height * STRIP_GAP));
  const canvas = el('canvas', { width: before.width * 2 + gap, height: before.height });
  const context = context2d(canvas);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(before, 0, 0);
  context.drawImage(after, before.width + gap, 0);
  before.close();
  after.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob?.type === `image/${format}` ? resolve(blob) : reject(new Problem({ title: t('This browser cannot write such a picture') }))),
      `image/${format}`,
      quality / 100,
    ),
  );
}
