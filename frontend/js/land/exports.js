/**
 * The exports that are being drawn: a line each, with how far it is and a way to cancel it.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { resultOf } from '../jobs.js';

/** @typedef {import('./export-dialog.js').Wanted} Wanted */

const EXTENSIONS = { png: 'png', webp: 'webp', tiff: 'tif' };

/** @param {import('../api.js').Api} api */
export function exportList(api) {
  const dom = el('div', { class: 'land-exports', role: 'status', 'aria-label': t('Exports') });
  return {
    dom,
    /** Whether any is on its way. */
    get areDrawn() {
      return dom.childElementCount > 0;
    },
    /**
     * Draw a part of a land, and hand over the file.
     * @param {import('./history.js').Land} land
     * @param {Wanted} wanted
     * @throws {import('../problem.js').Problem} when it fails; none, when it was canceled here
     */
    async add(land, wanted) {
      const [, , width, height] = wanted.box;
      const title = `${width} × ${height} px, ${wanted.format.toUpperCase()}`;
      const progress = el('progress', { 'aria-label': t('Progress of the export, {title}', { title }) });
      const words = el('span', {}, title);
      let isCanceled = false;
      /** @type {import('../types.js').Job|null} */
      let job = null;
      const cancel = el('button', {
        type: 'button',
        class: 'button',
        onclick() {
          isCanceled = cancel.disabled = true;
          if (job) api.cancelJob(job.job_id).catch(() => (isCanceled = cancel.disabled = false));
        },
      }, t('Cancel'));
      const line = el('div', { class: 'land-export' }, words, progress, cancel);
      dom.append(line);
      try {
        job = await api.exportLand(land.land_id, wanted);
        if (isCanceled) await api.cancelJob(job.job_id);
        const result = await resultOf(api, job, {
          onProgress({ step, steps }) {
            if (steps > 0) Object.assign(progress, { max: steps, value: step });
          },
        });
        if (isCanceled) return; // too late to stop it, and still not wanted
        download(api.imageUrl(result.image_id), `land-${land.seed} ${width}x${height}.${EXTENSIONS[wanted.format]}`);
      } catch (error) {
        if (!isCanceled) throw error;
      } finally {
        line.remove();
      }
    },
  };
}

/** Have the browser save a file that may be larger than what a page holds. @param {string} href @param {string} name */
function download(href, name) {
  const link = el('a', { href, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}
