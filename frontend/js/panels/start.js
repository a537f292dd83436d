/**
 * The first screen: drop, paste or choose a picture, take a sample, or have one generated.
 */

import { el, setChildren } from '../dom.js';
import { LANGUAGES, chooseLanguage, language, t } from '../i18n.js';
import { icon } from '../icons.js';
import { paintedCells } from '../canvas/cells.js';
import { currentModel } from '../state.js';
import { ENCODINGS, possible } from '../encoding.js';
import { savedSessions } from '../storage.js';
import { iconButton, segmented } from './controls.js';
import { modelPicker } from './models.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {{file: string, title: string, model: string}} Sample model: that draws such pictures */

/** @type {Record<State['server'], string>} */
const SERVER_SAYS = {
  connecting: t('Connecting…'),
  starting: t('The model is being loaded; the first picture may wait for it.'),
  ready: '',
  degraded: t('The server has no worker at the moment; pictures wait until one is back.'),
  unreachable: t('The server does not answer. Trying again…'),
};

/**
 * @param {import('../store.js').Store} store
 * @param {{previewUrl: (modelId: string) => string, onChooseFile: () => void, onCamera: (() => void)|null, onSample: (sample: Sample) => void, onGenerate: () => void, onResume: (id: string) => void, sessions: ReturnType<typeof import('./sessions.js').sessionsList>, worlds: ReturnType<typeof import('./worlds.js').worldsList>, kits: ReturnType<typeof import('./kits.js').kitsPanel>}} parts
 */
export function startScreen({ dispatch }, { previewUrl, onChooseFile, onCamera, onSample, onGenerate, onResume, sessions, worlds, kits }) {
  const cells = paintedCells();
  const choose = iconButton('open', t('Choose a picture'), onChooseFile, {
    text: t('Choose a picture'),
    class: 'is-primary is-large',
  });
  const drop = el(
    'div',
    { class: 'drop' },
    cells.dom,
    el(
      'div',
      { class: 'drop-words' },
      el('p', { class: 'drop-title' }, t('Drop a picture here, or several')),
      el('p', { class: 'drop-paste' }, t('or paste one with Ctrl+V')),
      el('div', { class: 'drop-actions' }, choose, onCamera && iconButton('camera', t('Take a picture'), onCamera, { text: t('Camera') })),
    ),
  );
  const note = el('p', { class: 'drop-note' }, t('JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF. It goes to this server and nowhere else.'));
  const resume = iconButton('redo', t('Go on with the latest picture'), () => onResume(savedSessions()[0].id), {
    text: t('Go on with the latest picture'),
    class: 'resume',
  });
  const stranded = () => savedSessions().slice(1).find(({ isKept }) => !isKept); // it never got to the server
  const rescue = iconButton('redo', t('Go on with an unsaved picture'), () => onResume(stranded()?.id ?? ''), {
    text: t('Go on with an unsaved picture'),
    class: 'resume',
  });
  const land = el('a', { class: 'button resume', href: 'land', hidden: true }, icon('grid'), el('span', { class: 'button-text' }, t('Paint on an endless land')));
  const purpose = el('p', { class: 'drop-note drop-purpose' });
  drop.addEventListener('pointermove', (event) => cells.paintAt(event));
  const server = el('p', { class: 'server-note', role: 'status' });
  const models = modelPicker(previewUrl, (id) => dispatch({ type: 'modelChosen', id }));
  const encoding = segmented(
    t('Encoding'),
    Object.entries(ENCODINGS).map(([value, { text, hint }]) => ({ value, text, hint })),
    (value) =>
      dispatch({ type: 'encodeModeChosen', mode: /** @type {import('../encoding.js').EncodeMode} */ (value) }),
  );
  const generate = el(
    'button',
    { type: 'button', class: 'sample sample-new', onclick: onGenerate },
    el('span', { class: 'sample-picture' }, icon('dice', 26)),
    el('span', { class: 'sample-title' }, t('Generate one')),
  );
  const gallery = el('ul', { class: 'gallery' }, el('li', {}, generate));
  const dom = el(
    'section',
    { class: 'start', 'aria-label': t('Start') },
    el(
      'div',
      { class: 'start-main' },
      el('h1', {}, t('Paint what should change.')),
      el(
        'p',
        { class: 'lead' },
        t('Your picture becomes a grid of style vectors. Pick an attribute, brush it where you want it, and every pixel beyond the brush’s soft edge stays exactly as it was.'),
      ),
      drop,
      purpose,
      note,
    ),
    el(
      'div',
      { class: 'start-side' },
      server,
      resume,
      rescue,
      land,
      sessions.dom,
      worlds.dom,
      models.dom,
      kits.dom,
      el('h2', {}, t('Start from a sample')),
      gallery,
      el('div', { class: 'start-choices' }, encoding.dom, languagePicker()),
    ),
  );
  /** @type {{sample: Sample, dom: HTMLElement}[]} */
  let items = [];
  return {
    dom,
    /** @param {Sample[]} samples */
    showSamples(samples) {
      items = samples.map((sample) => {
        const picture = el('img', {
          class: 'sample-picture',
          src: `samples/${encodeURIComponent(sample.file)}`,
          alt: '',
          loading: 'lazy',
        });
        const button = el(
          'button',
          { type: 'button', class: 'sample', onclick: () => onSample(sample) },
          picture,
          el('span', { class: 'sample-title' }, sample.title),
        );
        return { sample, dom: el('li', {}, button) };
      });
      const last = /** @type {Element} */ (generate.parentElement);
      setChildren(gallery, [...items.map(({ dom: item }) => item), last]);
    },
    /** @param {State} state */
    syncState(state) {
      cells.setActive(state.phase === 'start');
      if (state.phase === 'start') {
        resume.hidden = savedSessions().length === 0;
        rescue.hidden = !stranded();
      }
      server.textContent = SERVER_SAYS[state.server];
      land.hidden = !state.models.some(({ is_spatial }) => is_spatial);
      sessions.set(state.sessions);
      kits.syncState(state);
      const model = currentModel(state);
      purpose.textContent = model?.purpose ? `${t(model.title)}: ${t(model.purpose)}` : '';
      models.set(state.models, state.modelId, state.loadedModels);
      const hasEncoder = currentModel(state)?.has_encoder !== false;
      encoding.set(possible(state.encodeMode, hasEncoder));
      encoding.offer('fast', hasEncoder);
      const has = items.some(({ sample }) => sample.model === state.modelId);
      for (const { sample, dom: item } of items) item.hidden = has && sample.model !== state.modelId;
      generate.disabled = choose.disabled = !state.modelId;
    },
  };
}

function languagePicker() {
  const options = Object.entries(LANGUAGES).map(([code, name]) => el('option', { value: code, lang: code, selected: code === language }, name));
  const picker = el('select', { class: 'text', onchange: () => chooseLanguage(picker.value) }, ...options);
  return el('label', { class: 'language' }, el('span', {}, t('Language')), picker);
}
