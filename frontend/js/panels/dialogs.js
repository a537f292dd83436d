/**
 * The dialogs: keys and help, download, and the server's key. All are native <dialog> elements.
 */

import { el, uniqueId } from '../dom.js';
import { KEYS } from '../keys.js';
import { iconButton, segmented, slider } from './controls.js';

/** @typedef {import('../types.js').Output} Output */

/**
 * @param {string} heading
 * @param {string} look
 * @param {...HTMLElement} content
 */
function dialog(heading, look, ...content) {
  const id = uniqueId('dialog');
  const box = el('dialog', { class: `dialog ${look}`, 'aria-labelledby': id });
  const close = iconButton('close', 'Close', () => box.close());
  box.append(el('header', { class: 'dialog-head' }, el('h2', { id }, heading), close), ...content);
  box.addEventListener('click', (event) => {
    if (event.target === box) box.close(); // the backdrop
  });
  return box;
}

/**
 * @param {{areSingleKeysOn: () => boolean, onSingleKeys: (on: boolean) => void}} events
 */
export function helpDialog({ areSingleKeysOn, onSingleKeys }) {
  const keys = (/** @type {string} */ text) =>
    el('dt', {}, ...text.split(' ').map((key) => el('kbd', {}, key)));
  const groups = Object.entries(keysByGroup());
  const columns = groups.map(([group, entries]) =>
    el(
      'section',
      { class: 'key-group' },
      el('h3', {}, group),
      el('dl', {}, ...entries.flatMap(({ shown, does }) => [keys(shown), el('dd', {}, does)])),
    ),
  );
  const single = el('input', { type: 'checkbox', onchange: () => onSingleKeys(single.checked) });
  const toggle = el('label', { class: 'check' }, single, 'Keys without Ctrl are on');
  const dom = dialog('Keys', 'dialog-help', el('div', { class: 'key-columns' }, ...columns), toggle);
  return {
    dom,
    open() {
      single.checked = areSingleKeysOn();
      dom.showModal();
    },
  };
}

function keysByGroup() {
  /** @type {Record<string, typeof KEYS[number][]>} */
  const groups = {};
  for (const key of KEYS) (groups[key.group] ??= []).push(key);
  return groups;
}

/**
 * @param {{onDownload: (output: Output, signal: AbortSignal) => Promise<void>, onSession: () => Promise<void>}} events
 */
export function downloadDialog({ onDownload, onSession }) {
  /** @type {Output} */
  let output = { format: 'png', quality: 92, frame: 'crop' };
  let running = new AbortController();
  const format = segmented(
    'Format',
    [
      { value: 'png', text: 'PNG' },
      { value: 'jpeg', text: 'JPEG' },
      { value: 'webp', text: 'WebP' },
    ],
    (value) => change({ format: /** @type {Output['format']} */ (value) }),
  );
  const frame = segmented(
    'Frame',
    [
      { value: 'crop', text: 'What is edited' },
      { value: 'full', text: 'The whole picture' },
    ],
    (value) => change({ frame: /** @type {Output['frame']} */ (value) }),
  );
  const quality = slider({
    label: 'Quality',
    min: 40,
    max: 100,
    step: 1,
    unit: '%',
    onInput: (value) => change({ quality: value }),
  });
  const problem = el('p', { class: 'dialog-problem', role: 'alert' });
  const save = el(
    'button',
    { type: 'button', class: 'button is-primary is-large', onclick: () => run(savePicture) },
    'Save picture',
  );
  const session = el(
    'button',
    {
      type: 'button',
      class: 'button',
      onclick: () => run(onSession),
      title: 'Picture, latent and edits in one file: drop it on a page, or repeat it with latentbrush edit',
    },
    'Save session',
  );
  const dom = dialog(
    'Download',
    'dialog-small',
    format.dom,
    frame.dom,
    quality.dom,
    problem,
    el('div', { class: 'dialog-actions' }, session, el('div', { class: 'spring' }), save),
  );
  dom.addEventListener('close', () => running.abort());

  const show = () => {
    format.set(output.format);
    frame.set(output.frame);
    quality.set(output.quality ?? 92);
    quality.dom.hidden = output.format === 'png';
  };
  /** @param {Partial<Output>} part */
  const change = (part) => {
    output = { ...output, ...part };
    show();
  };
  /** @param {AbortSignal} signal */
  const savePicture = (signal) => {
    const { quality: percent, ...rest } = output;
    return onDownload(rest.format === 'png' ? rest : { ...rest, quality: percent }, signal);
  };
  /** @param {(signal: AbortSignal) => Promise<void>} work */
  const run = async (work) => {
    problem.textContent = '';
    save.disabled = session.disabled = true;
    running = new AbortController();
    const { signal } = running;
    try {
      await work(signal);
      dom.close();
    } catch (error) {
      if (!signal.aborted) problem.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      save.disabled = session.disabled = false;
    }
  };
  return {
    dom,
    /** @param {boolean} isCropped */
    open(isCropped) {
      problem.textContent = '';
      change({ frame: isCropped ? 'full' : 'crop' });
      frame.dom.hidden = !isCropped;
      dom.showModal();
    },
  };
}

/** Asks for the server's key. */
export function keyDialog() {
  const id = uniqueId('key');
  const input = el('input', {
    type: 'password',
    id,
    class: 'text',
    required: true,
    autocomplete: 'current-password',
  });
  // Password managers file the key under a name.
  const name = el('input', {
    type: 'text',
    class: 'visually-hidden',
    value: 'API key',
    autocomplete: 'username',
    readOnly: true,
    tabIndex: -1,
    'aria-hidden': 'true',
  });
  const complaint = el('p', { class: 'dialog-problem', role: 'alert' });
  const submit = el('button', { type: 'submit', class: 'button is-primary' }, 'Unlock');
  const form = el(
    'form',
    { method: 'dialog' },
    el('label', { htmlFor: id }, 'This server asks for an API key.'),
    name,
    input,
    complaint,
    el('div', { class: 'dialog-actions' }, submit),
  );
  const dom = dialog('Key', 'dialog-small', form);
  /** @type {(key: string) => void} */
  let answer = () => {};
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const key = input.value;
    input.value = '';
    answer(key);
  });
  dom.addEventListener('cancel', (event) => event.preventDefault()); // nothing works without the key
  dom.querySelector('.dialog-head button')?.remove();
  return {
    dom,
    /** @param {string} text what was wrong with the last key, or nothing @returns {Promise<string>} */
    ask(text) {
      complaint.textContent = text;
      if (!dom.open) dom.showModal();
      input.focus();
      return new Promise((resolve) => {
        answer = (key) => {
          dom.close();
          resolve(key);
        };
      });
    },
  };
}
