/**
 * The panel of the land page: which land, what to paint with, and what has been painted.
 */

import { el, setChildren } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { iconButton, segmented, slider } from '../panels/controls.js';
import { editList } from './edits.js';
import { LEAST, MOST, hasOpposite, nameOf, paintOf, paintsOf } from './palette.js';
import { LARGEST_BRUSH, SMALLEST_BRUSH } from './stroke.js';

/** @typedef {import('../types.js').Attribute} Attribute */
/** @typedef {import('./history.js').Land} Land */
/** @typedef {import('./view.js').Tool} Tool */
/** @typedef {{tool: Tool, attribute: string|null, strength: number, radius: number, softness: number, raggedness: number}} Brush */
/**
 * @typedef {object} PanelEvents
 * @property {(change: Partial<Brush>) => void} onBrush
 * @property {() => void} onNew
 * @property {(modelId: string) => void} onModel
 * @property {(seed: number) => void} onSeed
 * @property {(coherence: number|null) => void} onCoherence null: the model's own
 * @property {(around: number|null) => void} onAround pixels round a globe; null: the land has no end
 */

const AROUND = [1024, 2048, 4096, 8192, 16384]; // pixels

const SHAPES = [
  { value: 'endless', text: t('Endless') },
  { value: 'globe', text: t('Globe'), hint: t('The map of a globe: its left and right edges meet') },
];

const COHERENCE = { min: 1, max: 16, usual: 4 };

/** @type {{value: Tool, text: string, hint: string}[]} */
const TOOLS = [
  { value: 'move', text: t('Move'), hint: t('Drag the land (V)') },
  { value: 'paint', text: t('Paint'), hint: t('Paint the attribute (B)') },
  { value: 'export', text: t('Export'), hint: t('Drag a rectangle to download it (E)') },
];

/** @param {PanelEvents & import('./edits.js').EditEvents} events */
export function landPanel({ onBrush, onNew, onModel, onSeed, onCoherence, onAround, ...ofEdits }) {
  const seed = el('input', { type: 'number', class: 'number', min: 0, step: 1, 'aria-label': t('Seed') });
  let seedNow = 0;
  seed.addEventListener('change', () => {
    const wanted = Number(seed.value);
    if (seed.value !== '' && Number.isSafeInteger(wanted) && wanted >= 0) onSeed(wanted);
    else seed.value = String(seedNow);
  });
  const picker = el('select', { class: 'land-model', 'aria-label': t('Model'), hidden: true, onchange: () => onModel(picker.value) });
  let coherenceNow = COHERENCE.usual;
  const coherence = slider({
    label: t('Coherence'),
    hint: t('How far the land hangs together: more of it, larger seas and continents'),
    min: COHERENCE.min,
    max: COHERENCE.max,
    step: 0.5,
    unit: '',
    onInput: (value) => {
      coherenceNow = value;
      coherence.set(value);
    },
    onSettle: () => onCoherence(coherenceNow),
    onReset: () => onCoherence(null),
  });
  const shape = segmented(t('Shape'), SHAPES, (value) => onAround(value === 'globe' ? Number(round.value) : null));
  const round = el(
    'select',
    { class: 'land-model', 'aria-label': t('Size of the globe'), hidden: true, onchange: () => onAround(Number(round.value)) },
    ...AROUND.map((px) => el('option', { value: String(px) }, t('{width} × {height} px', { width: px, height: px / 2 }))),
  );
  round.value = '4096';
  const tools = segmented(t('Tool'), TOOLS, (value) => onBrush({ tool: /** @type {Tool} */ (value) }));
  const what = el('p', { class: 'quiet' });
  const list = el('div', { class: 'attribute-list', role: 'radiogroup', 'aria-label': t('Attribute to paint') });
  let sign = 1; // of the amount that is shown: of what has a name of its own there is more or none
  const strength = slider({
    label: t('Amount'),
    hint: t('In deviations of what the model draws by itself: 2 is a lot'),
    min: LEAST,
    max: MOST,
    step: 0.1,
    unit: 'σ',
    origin: 0,
    onInput: (value) => onBrush({ strength: sign * value }),
  });
  const size = slider({
    label: t('Size'),
    min: 2 * SMALLEST_BRUSH,
    max: 2 * LARGEST_BRUSH,
    step: 4,
    unit: 'px',
    onInput: (value) => onBrush({ radius: value / 2 }),
  });
  const softness = slider({
    label: t('Softness'),
    min: 0,
    max: 100,
    step: 5,
    unit: '%',
    onInput: (value) => onBrush({ softness: value / 100 }),
  });
  const raggedness = slider({
    label: t('Raggedness'),
    hint: t('How far the edge of a stroke winds, as coasts do'),
    min: 0,
    max: 100,
    step: 5,
    unit: '%',
    onInput: (value) => onBrush({ raggedness: value / 100 }),
  });
  const edits = editList(ofEdits);
  const section = (/** @type {string} */ title, /** @type {Node[]} */ ...parts) =>
    el('section', { class: 'section', 'aria-label': title }, el('header', { class: 'section-head' }, el('h2', {}, title)), ...parts);
  const dom = el(
    'aside',
    { class: 'land-panel' },
    section(
      t('Land'),
      picker,
      el('div', { class: 'row' }, el('label', { class: 'land-seed' }, el('span', { class: 'slider-label' }, t('Seed')), el('span', { class: 'number-field' }, seed)), iconButton('dice', t('Another land'), onNew, { text: t('Another') })),
      coherence.dom,
      shape.dom,
      round,
    ),
    section(t('Brush'), tools.dom, what, list, strength.dom, size.dom, softness.dom, raggedness.dom),
    section(t('Edits'), ...edits.parts),
  );
  /** @type {readonly Attribute[]} */
  let shownAttributes = [];
  /** @type {readonly import('./palette.js').Paint[]} */
  let paints = [];
  let amount = 0;
  let wasNamed = false; // what is chosen now
  /** What has no opposite keeps its sign, but not one that a name stood for. @param {import('./palette.js').Paint} paint */
  const choose = ({ attribute, sign: toward, usual }) => {
    const isNamed = hasOpposite(paints, attribute);
    onBrush({ attribute, tool: 'paint', ...((isNamed || wasNamed) && { strength: toward * (amount || usual) }) });
  };
  return {
    dom,
    settle: edits.settle,
    /** A choice is offered where there is one. @param {readonly import('../types.js').Model[]} models */
    offerModels(models) {
      picker.hidden = models.length < 2;
      picker.replaceChildren(...models.map(({ id, title }) => el('option', { value: id }, title)));
    },
    /** @param {readonly Attribute[]} attributes @param {Brush} brush */
    showBrush(attributes, brush) {
      tools.set(brush.tool);
      what.textContent = TOOLS.find(({ value }) => value === brush.tool)?.hint ?? '';
      if (attributes !== shownAttributes) {
        shownAttributes = attributes;
        paints = paintsOf(attributes);
        setChildren(list, paints.map((paint) => paintRow(paint, () => choose(paint))));
      }
      const chosen = paintOf(paints, brush);
      for (const [i, input] of list.querySelectorAll('input').entries()) input.checked = paints[i] === chosen;
      amount = Math.abs(brush.strength);
      const isNamed = (wasNamed = hasOpposite(paints, brush.attribute));
      sign = isNamed ? (chosen?.sign ?? 1) : 1;
      strength.bound(chosen?.min ?? LEAST, chosen?.max ?? MOST);
      strength.set(sign * brush.strength);
      size.set(2 * brush.radius);
      softness.set(100 * brush.softness);
      raggedness.set(100 * brush.raggedness);
    },
    /** @param {Land} land */
    showLand(land) {
      seed.value = String((seedNow = land.seed));
      picker.value = land.model;
      coherenceNow = land.coherence ?? COHERENCE.usual;
      coherence.set(coherenceNow);
      shape.set(land.around ? 'globe' : 'endless');
      round.hidden = !land.around;
      if (land.around) round.value = String(land.around);
      edits.show(land.edits, (edit) => nameOf(paints, edit));
    },
  };
}

/** @param {import('./palette.js').Paint} paint @param {() => void} onChoose */
function paintRow({ attribute, sign, title }, onChoose) {
  const input = el('input', { type: 'radio', name: 'attribute', value: `${sign < 0 ? '-' : ''}${attribute}`, class: 'visually-hidden', onclick: onChoose });
  return el('label', { class: 'attribute' }, input, icon('brush', 14), el('span', { class: 'attribute-title' }, title));
}
