/**
 * Models for photos, one click away for who runs the server: what there is, its licence, and how far fetching it is.
 */

import { el, replaceRows } from '../dom.js';
import { language, t } from '../i18n.js';
import { isBusy } from '../installation.js';
import { dialog } from './dialogs.js';

/** @typedef {import('../types.js').Kit} Kit */
/** @typedef {import('../types.js').Installation} Installation */
/** @typedef {import('../state.js').State} State */

const PEOPLE = 'ffhq'; // how models for photos of people want faces

/**
 * @param {{onFetch: (name: string) => void, onCancel: (name: string) => void}} events
 */
export function kitsPanel({ onFetch, onCancel }) {
  const title = el('strong', {});
  const detail = el('p', { class: 'quiet' });
  const progress = el('progress', { 'aria-label': t('Progress') });
  const said = el('p', { class: 'quiet', role: 'status' });
  const get = el('button', { type: 'button', class: 'button' }, t('Get it…'));
  const more = el('button', { type: 'button', class: 'button', onclick: () => list.showModal() }, t('More models…'));
  const cancel = el('button', { type: 'button', class: 'button' }, t('Cancel'));
  const dom = el('section', { class: 'kit', 'aria-label': t('Models to fetch'), hidden: true }, title, detail, progress, said, el('div', { class: 'kit-actions' }, get, cancel, more));
  const rows = el('ul', { class: 'kit-list' });
  const list = dialog(t('Models to fetch'), 'kits', rows);
  const licence = licenceDialog(onFetch);
  /** @type {unknown[]} */
  let shown = [];
  let isSeen = false; // how the latest one ended is said to who saw it under way

  /** @param {readonly Kit[]} kits @param {Installation|null} installation */
  const show = (kits, installation) => {
    const busy = isBusy(installation) ? installation : null;
    const kit = kits.find(({ name }) => name === busy?.kit) ?? kits.find(({ aligned, has_encoder }) => aligned === PEOPLE && has_encoder) ?? kits.find(({ aligned }) => aligned === PEOPLE);
    const isOffered = kit !== undefined && (busy !== null || !kits.some(({ aligned, is_installed }) => aligned === PEOPLE && is_installed));
    dom.hidden = !kits.length;
    title.hidden = detail.hidden = !isOffered;
    title.textContent = kit ? t(kit.title) : '';
    detail.textContent = kit ? aboutKit(kit) : '';
    get.hidden = !isOffered || busy !== null;
    cancel.hidden = progress.hidden = busy === null;
    get.onclick = () => kit && licence.ask(kit);
    cancel.onclick = () => kit && onCancel(kit.name);
    if (busy) showShare(progress, busy);
    isSeen ||= busy !== null;
    said.textContent = isSeen ? saysOf(installation, kits.find(({ name }) => name === installation?.kit)) : '';
    said.classList.toggle('is-failed', installation?.status === 'failed');
    replaceRows(rows, kits.map((each) => kitRow(each, busy !== null, () => licence.ask(each))));
  };

  return {
    dom,
    dialogs: [list, licence.dom],
    /** @param {State} state */
    syncState({ kits, installation }) {
      if (shown[0] === kits && shown[1] === installation) return;
      shown = [kits, installation];
      if (isBusy(installation)) list.close();
      show(kits, installation);
    },
  };
}

/** @param {(name: string) => void} onFetch */
function licenceDialog(onFetch) {
  const about = el('p', {});
  const licence = el('p', {});
  const link = el('a', { target: '_blank', rel: 'noreferrer' });
  const sources = el('ul', { class: 'quiet kit-sources' });
  const accept = el('input', { type: 'checkbox', required: true });
  const submit = el('button', { type: 'submit', class: 'button is-primary' }, t('Fetch'));
  const form = el(
    'form',
    { method: 'dialog' },
    about,
    licence,
    link,
    el('p', { class: 'quiet' }, t('This server fetches it from:')),
    sources,
    el('label', { class: 'kit-accept' }, accept, t('I have read the licence, and keep to it.')),
    el('div', { class: 'dialog-actions' }, el('button', { type: 'button', class: 'button', onclick: () => dom.close() }, t('Cancel')), submit),
  );
  const dom = dialog(t('Licence'), 'dialog-small', form);
  let name = '';
  form.addEventListener('submit', () => onFetch(name));
  return {
    dom,
    /** @param {Kit} kit */
    ask(kit) {
      name = kit.name;
      accept.checked = false;
      about.textContent = `${t(kit.title)}: ${aboutKit(kit)}`;
      licence.textContent = kit.license;
      Object.assign(link, { href: kit.license_address, textContent: kit.license_address });
      sources.replaceChildren(...kit.sources.map((source) => el('li', {}, source)));
      dom.showModal();
    },
  };
}

/** @param {Kit} kit @param {boolean} isWaiting @param {() => void} onGet */
function kitRow(kit, isWaiting, onGet) {
  const get = kit.is_installed
    ? el('span', { class: 'quiet' }, t('Installed'))
    : el('button', { type: 'button', class: 'button', disabled: isWaiting, onclick: onGet, 'aria-label': t('Get {name}', { name: t(kit.title) }) }, t('Get it…'));
  return el('li', { class: 'kit-row' }, el('div', {}, el('strong', {}, t(kit.title)), el('p', { class: 'quiet' }, aboutKit(kit))), get);
}

/** @param {Kit} kit */
function aboutKit({ purpose, resolution, num_bytes, is_commercial, has_encoder }) {
  const parts = [`${resolution} px`, sizeOf(num_bytes)];
  if (has_encoder) parts.push(t('with an encoder'));
  if (!is_commercial) parts.push(t('non-commercial'));
  return `${purpose} ${parts.join(', ')}.`;
}

/** @param {number} bytes */
function sizeOf(bytes) {
  return `${(bytes / 1e9).toLocaleString(language, { maximumFractionDigits: bytes < 1e8 ? 3 : 1 })} GB`;
}

/** @param {HTMLProgressElement} bar @param {Installation} installation */
function showShare(bar, { status, done_bytes, num_bytes, progress }) {
  const [value, max] = status === 'downloading' ? [done_bytes, num_bytes] : [progress.step, progress.steps];
  if (max) Object.assign(bar, { max, value });
  else bar.removeAttribute('value'); // nobody knows how far
}

/** @param {Installation|null} installation @param {Kit|undefined} kit that it is of */
function saysOf(installation, kit) {
  switch (installation?.status) {
    case 'downloading':
      return t('Fetching: {done} of {all}', { done: sizeOf(installation.done_bytes), all: sizeOf(installation.num_bytes) });
    case 'adopting':
      return t('Preparing the model: {what}', { what: t(installation.progress.message) });
    case 'failed':
      return t('{name} was not installed: {why}', { name: t(kit?.title ?? ''), why: installation.error?.message ?? '' });
    case 'canceled':
      return t('Canceled. The next try goes on where this one ended.');
    default:
      return '';
  }
}
