/**
 * The exports that are being drawn: a line each, with how far it is and a way to cancel it.
 */

import { el, fileName } from '../dom.js';
import { language, t } from '../i18n.js';
import { resultOf } from '../jobs.js';
import { iconButton } from '../panels/controls.js';

/** @typedef {import('./export-dialog.js').Wanted} Wanted */

const EXTENSIONS = { png: 'png', webp: 'webp', tiff: 'tif' };

/** @param {import('../api.js').Api} api */
export function exportList(api) {
  const dom = el('div', { class: 'land-exports', role: 'status', 'aria-label': t('Exports') });
  return {
    dom,
    /** Whether any is on its way. */
    get areDrawn() {
      return dom.querySelector('progress') !== null;
    },
    /**
     * Draw a part of a land, and hand over the file.
     * @param {import('./history.js').Land} land
     * @param {Wanted} wanted
     * @param {string} name of the land, if it has one
     * @throws {import('../problem.js').Problem} when it fails; none, when it was canceled here
     */
    async add(land, wanted, name) {
      const [, , width, height] = wanted.box;
      const title = `${width} × ${height} px, ${wanted.format.toUpperCase()}`;
      const progress = el('progress', { 'aria-label': t('Progress of the export, {title}', { title }) });
      const share = el('span', { class: 'quiet' });
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
      const line = el('div', { class: 'land-export' }, title, progress, share, cancel);
      dom.append(line);
      try {
        job = await api.exportLand(land.land_id, wanted);
        if (isCanceled) await api.cancelJob(job.job_id);
        const result = await resultOf(api, job, {
          onProgress({ step, steps }) {
            if (steps === 0) return;
            Object.assign(progress, { max: steps, value: step });
            share.textContent = (step / steps).toLocaleString(language, { style: 'percent' });
          },
        });
        if (isCanceled) return; // too late to stop it, and still not wanted
        const file = `${fileName(name || t('Land {seed}', { seed: land.seed }))} ${width}x${height}.${EXTENSIONS[wanted.format]}`;
        const link = el('a', { href: api.imageUrl(result.image_id), download: file }, file);
        dom.append(doneLine(link));
        link.click();
      } catch (error) {
        if (!isCanceled) throw error;
      } finally {
        line.remove();
      }
    },
  };
}

/** What says that a file was handed over, and gives it again. The browser saves it, since it may be larger than what a page holds. @param {HTMLAnchorElement} link */
function doneLine(link) {
  const line = el('div', { class: 'land-export' }, t('Exported:'), link, iconButton('close', t('Close'), () => line.remove()));
  return line;
}
