/**
 * Files from outside: the chooser, a drop anywhere on the page, a paste.
 */

import { el } from './dom.js';

/** @param {(file: File) => void} onFile */
export function attachFiles(onFile) {
  const input = el('input', {
    type: 'file',
    accept: 'image/*,application/json,.latentbrush',
    class: 'visually-hidden',
    tabIndex: -1,
    'aria-hidden': 'true',
  });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.value = ''; // the same file can be chosen again
    if (file) onFile(file);
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
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    onFile(file);
  });
  addEventListener('paste', (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (file) onFile(file);
  });
  return { choose: () => input.click() };
}
