/**
 * What the open edit would be with other seeds: small pictures to choose from.
 */

import { resultOf } from '../jobs.js';
import { drawnToWire } from '../parts.js';
import { contentEdit, findEdit } from '../session.js';

/** @typedef {{seed: number, bitmap: ImageBitmap, box: readonly number[]|null}} Variant box: x, y, w, h of what changes, in the bitmap */

export const NUM_VARIANTS = 6;
const VARIANT_PX = 256; // the longest side

/**
 * Draw the open piece of new content from one seed after the other.
 * @param {import('../store.js').Store} store
 * @param {import('../api.js').Api} api
 * @param {readonly number[]} seeds
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Variant>}
 */
export async function* variants(store, api, seeds, signal) {
  const { history, openKey } = store.state;
  const edit = history && findEdit(history.present, openKey);
  if (!history || edit?.type !== 'resample') return;
  for (const seed of seeds) {
    const session = contentEdit(history.present, edit.key, { type: 'resample', seed, amount: edit.amount });
    const job = await api.edit(drawnToWire(store.state, session), { format: 'jpeg', quality: 90, frame: 'crop', max_side: VARIANT_PX }, signal);
    const { image_id, changed_box } = await resultOf(api, job, { signal });
    const bitmap = await createImageBitmap(await api.image(image_id, signal));
    yield { seed, bitmap, box: changed_box };
  }
}
