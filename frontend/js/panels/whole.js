/**
 * The whole picture, with all that is painted on its parts.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { asProblem } from '../problem.js';
import { dialog } from './dialogs.js';

/** @param {(signal: AbortSignal) => Promise<Blob>} draw */
export function wholeDialog(draw) {
  const picture = el('img', { alt: t('The whole picture') });
  const said = el('p', { role: 'status' });
  const dom = dialog(t('The whole picture'), 'whole', said, picture);
  let watch = new AbortController();
  dom.addEventListener('close', () => {
    watch.abort();
    URL.revokeObjectURL(picture.src);
    picture.removeAttribute('src');
  });
  return {
    dom,
    async open() {
      watch = new AbortController();
      const { signal } = watch;
      said.textContent = t('Drawing…');
      dom.showModal();
      try {
        const file = await draw(signal);
        if (signal.aborted) return;
        picture.src = URL.createObjectURL(file);
        said.textContent = '';
      } catch (error) {
        if (!signal.aborted) said.textContent = asProblem(error).title;
      }
    },
  };
}
