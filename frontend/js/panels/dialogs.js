/**
 * Dialogs, native <dialog> elements all: for the download, and for the server's key.
 */

import { el, uniqueId } from '../dom.js';
import { iconButton, segmented, slider } from './controls.js';
import { t } from '../i18n.js';

/** @typedef {import('../types.js').Output} Output */
/** @typedef {import('../flows/download.js').Wanted} Wanted */

/**
 * A dialog with a heading and a button that closes it.
 * @param {string} heading
 * @param {string} look its class
 * @param {...HTMLElement} content
 */
export function dialog(heading, look, ...content) {
  const id = uniqueId('dialog');
  const box = el('dialog', { class: `dialog ${look}`, 'aria-labelledby': id });
  const close = iconButton('close', t('Close'), () => box.close());
  box.append(el('header', { class: 'dialog-head' }, el('h2', { id }, heading), close), ...content);
  box.addEventListener('click', (event) => {
    if (event.target === box) box.close(); // the backdrop
  });
  return box;
}

/**
 * @param {object} events
 * @param {(wanted: Wanted, signal: AbortSignal) => Promise<void>} events.onSave
 * @param {(wanted: Wanted, signal: AbortSignal) => Promise<void>} events.onCopy
 * @param {() => Promise<void>} events.onSession
 */
export function downloadDialog({ onSave, onCopy, onSession }) {
  /** @type {Output} */
  let output = { format: 'png', quality: 92, frame: 'crop' };
  /** @type {Wanted['kind']} */
  let kind = 'picture';
  let isCropped = false;
  let running = new AbortController();
  const what = segmented(
    t('File'),
    [
      { value: 'picture', text: t('Picture') },
      { value: 'strip', text: t('Before and after') },
      { value: 'animation', text: t('Animation') },
    ],
    (value) => {
      kind = /** @type {Wanted['kind']} */ (value);
      show();
    },
  );
  const format = segmented(
    t('Format'),
    [
      { value: 'png', text: 'PNG' },
      { value: 'jpeg', text: 'JPEG' },
      { value: 'webp', text: 'WebP' },
    ],
    (value) => change({ format: /** @type {Output['format']} */ (value) }),
  );
  const frame = segmented(
    t('Frame'),
    [
      { value: 'crop', text: t('What is edited') },
      { value: 'full', text: t('The whole picture') },
    ],
    (value) => change({ frame: /** @type {Output['frame']} */ (value) }),
  );
  const quality = slider({
    label: t('Quality'),
    min: 40,
    max: 100,
    step: 1,
    unit: '%',
    onInput: (value) => change({ quality: value }),
  });
  const about = el('p', { class: 'quiet' }, t('A short WebP that goes from the original to the result and back, for pages and chats.'));
  const problem = el('p', { class: 'dialog-problem', role: 'alert' });
  const wanted = () => {
    const { quality: percent, ...rest } = output;
    return { kind, output: output.format === 'png' && kind !== 'animation' ? rest : { ...rest, quality: percent } };
  };
  const save = el(
    'button',
    { type: 'button', class: 'button is-primary is-large', onclick: () => run((signal) => onSave(wanted(), signal)) },
    t('Save picture'),
  );
  const copy = el(
    'button',
    { type: 'button', class: 'button', onclick: () => run((signal) => onCopy(wanted(), signal)) },
    t('Copy'),
  );
  const session = el(
    'button',
    {
      type: 'button',
      class: 'button',
      onclick: () => run(onSession),
      title: t('Picture, latent and edits in one file: drop it on a page, or repeat it with latentbrush edit'),
    },
    t('Save session'),
  );
  const dom = dialog(
    t('Download'),
    'dialog-small',
    what.dom,
    format.dom,
    frame.dom,
    about,
    quality.dom,
    problem,
    el('div', { class: 'dialog-actions' }, session, el('div', { class: 'spring' }), copy, save),
  );
  dom.addEventListener('close', () => running.abort());

  const show = () => {
    what.set(kind);
    format.set(output.format);
    frame.set(output.frame);
    quality.set(output.quality ?? 92);
    const isAnimation = kind === 'animation';
    format.dom.hidden = copy.hidden = isAnimation;
    about.hidden = !isAnimation;
    frame.dom.hidden = !isCropped || isAnimation;
    quality.dom.hidden = output.format === 'png' && !isAnimation;
  };
  /** @param {Partial<Output>} part */
  const change = (part) => {
    output = { ...output, ...part };
    show();
  };
  /** @param {(signal: AbortSignal) => Promise<void>} work */
  const run = async (work) => {
    const buttons = [save, copy, session];
    problem.textContent = '';
    for (const button of buttons) button.disabled = true;
    running = new AbortController();
    const { signal } = running;
    try {
      await work(signal);
      dom.close();
    } catch (error) {
      if (!signal.aborted) problem.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  };
  return {
    dom,
    /** @param {boolean} isOfPart the picture is a crop of a larger one */
    open(isOfPart) {
      problem.textContent = '';
      isCropped = isOfPart;
      change({ frame: isCropped ? 'full' : 'crop' });
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
  const submit = el('button', { type: 'submit', class: 'button is-primary' }, t('Unlock'));
  const form = el(
    'form',
    { method: 'dialog' },
    el('label', { htmlFor: id }, t('This server asks for an API key.')),
    name,
    input,
    complaint,
    el('div', { class: 'dialog-actions' }, submit),
  );
  const dom = dialog(t('Key'), 'dialog-small', form);
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
