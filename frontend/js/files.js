/**
 * Files from outside: the chooser, a drop anywhere on the page, a paste.
 */

import { el } from './dom.js';

/** @param {(files: File[]) => void} onFiles one or several */
export function attachFiles(onFiles) {
  const input = el('input', {
    type: 'file',
    multiple: true,
    accept: 'image/*,.heic,.heif,.avif,application/json,.latentbrush,.latentworld',
    class: 'visually-hidden',
    tabIndex: -1,
    'aria-hidden': 'true',
  });
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    input.value = ''; // the same file can be chosen again
    if (files.length) onFiles(files);
  });
  document.body.append(input);

  const root = document.documentElement;
  let depth = 0; // enter and leave come for every element on the way
  const hasFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  const mark = (/** @type {number} */ next) => {
    depth = Math.max(0, next);
    root.classList.toggle('is-dropping', depth > 0);
  };
  addEventListener('dragenter', (event) => hasFile(event) && mark(depth + 1));
  addEventListener('dragleave', (event) => hasFile(event) && mark(depth - 1));
  addEventListener('dragover', (event) => hasFile(event) && event.preventDefault());
  addEventListener('drop', (event) => {
    mark(0);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    onFiles(files);
  });
  addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
    if (files.length) onFiles(files);
  });
  return { choose: () => input.click() };
}
