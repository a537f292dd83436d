/**
 * The small controls that several panels share: buttons with icons, sliders with a number, segmented choices.
 */

import { el, uniqueId } from '../dom.js';
import { language, t } from '../i18n.js';
import { icon } from '../icons.js';

/**
 * @typedef {object} SliderOptions
 * @property {string} label
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {string} [hint] beside the label, for a pointer that stays
 * @property {string} unit
 * @property {number} [origin] where the bar is filled from; default: `min`
 * @property {(value: number) => void} onInput while it moves
 * @property {() => void} [onSettle] when it is let go
 * @property {() => void} [onReset] on a double click
 * @property {boolean} [isCompact] no visible label
 */
/** @typedef {{dom: HTMLElement, set: (value: number) => void, bound: (min: number, max: number) => void, rename: (label: string) => void}} Slider */

/** @param {SliderOptions} options @returns {Slider} */
export function slider({ label, hint = '', min, max, step, unit, origin, onInput, onSettle, onReset, isCompact }) {
  const id = uniqueId('slider');
  const decimals = step < 1 ? 2 : 0;
  const range = el('input', {
    type: 'range',
    id,
    min,
    max,
    step,
    title: onReset ? t('Double click: back to the default') : '',
  });
  const number = el('input', {
    type: 'number',
    min,
    max,
    step,
    class: 'number',
    'aria-label': unit ? `${label}, ${unit}` : label,
  });
  const name = el('label', { class: isCompact ? 'visually-hidden' : 'slider-label', htmlFor: id, title: hint }, label);
  const field = el(
    'span',
    { class: 'number-field' },
    number,
    el('span', { class: 'unit', 'aria-hidden': 'true' }, unit),
  );
  const dom = el('div', { class: isCompact ? 'slider is-compact' : 'slider' }, name, range, field);

  const fill = () => {
    const low = Number(range.min);
    const spread = Number(range.max) - low || 1;
    const part = (/** @type {number} */ value) => (value - low) / spread;
    const [a, b] = [part(Math.max(low, origin ?? low)), part(Number(range.value))].sort((x, y) => x - y);
    range.style.setProperty('--from', a.toFixed(4));
    range.style.setProperty('--to', b.toFixed(4));
  };
  range.addEventListener('input', () => onInput(Number(range.value)));
  range.addEventListener('change', () => onSettle?.());
  range.addEventListener('dblclick', () => onReset?.());
  number.addEventListener('change', () => {
    const value = Number(number.value);
    if (number.value !== '' && Number.isFinite(value)) {
      onInput(Math.min(Number(range.max), Math.max(Number(range.min), value)));
    } else {
      number.value = range.value; // what is no number changes nothing
    }
    onSettle?.();
  });
  return {
    dom,
    set(value) {
      range.value = String(value);
      const text = String(Number(value.toFixed(decimals)));
      if (document.activeElement !== number || Number(number.value) !== value) number.value = text;
      range.setAttribute('aria-valuetext', `${text} ${unit}`);
      fill();
    },
    bound(least, most) {
      Object.assign(range, { min: least, max: most });
      Object.assign(number, { min: least, max: most });
    },
    rename(text) {
      name.textContent = text;
      number.setAttribute('aria-label', `${text}, ${unit}`);
    },
  };
}

/**
 * @param {string} iconName
 * @param {string} label
 * @param {(event: MouseEvent) => void} onclick
 * @param {{keys?: string, command?: string, text?: string, class?: string}} [options] text: shown beside the icon; command: whose key the hint tells (panels/help.js)
 */
export function iconButton(iconName, label, onclick, options = {}) {
  const title = options.keys ? `${label} (${options.keys})` : label;
  const look = `button ${options.text ? '' : 'is-icon'} ${options.class ?? ''}`.trim();
  const isSaid = label.toLowerCase().includes((options.text ?? '').toLowerCase());
  const name = isSaid ? label : `${options.text}: ${label}`; // whoever speaks says what they see
  const text = options.text ? el('span', { class: 'button-text' }, options.text) : null;
  const button = el(
    'button',
    { type: 'button', class: look, title, 'aria-label': name, onclick },
    icon(iconName),
    text,
  );
  if (options.command) Object.assign(button.dataset, { command: options.command, label });
  return button;
}

/** @param {HTMLElement} button @param {boolean} isOn */
export function setPressed(button, isOn) {
  button.setAttribute('aria-pressed', String(isOn));
}

/**
 * A choice of one in a row of few.
 * @param {string} legend
 * @param {{value: string, text: string, hint?: string}[]} options
 * @param {(value: string) => void} onChoose
 * @returns {{dom: HTMLElement, set: (value: string|null) => void, offer: (value: string, isOffered: boolean) => void}}
 */
export function segmented(legend, options, onChoose) {
  const name = uniqueId('choice');
  const inputs = options.map(({ value }) =>
    el('input', { type: 'radio', name, value, class: 'visually-hidden', onchange: () => onChoose(value) }),
  );
  const labels = options.map(({ text, hint }, i) =>
    el('label', { class: 'segment', title: hint ?? '' }, inputs[i], el('span', {}, text)),
  );
  const dom = el(
    'fieldset',
    { class: 'segmented' },
    el('legend', {}, legend),
    el('div', { class: 'segments' }, ...labels),
  );
  return {
    dom,
    set(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
    offer(value, isOffered) {
      for (const [i, input] of inputs.entries()) if (input.value === value) labels[i].hidden = !isOffered;
    },
  };
}

/** A strength with its sign: +1.5, −0.75, 0. @param {number} value */
export function signed(value) {
  const size = Math.abs(value).toLocaleString(language, { maximumFractionDigits: 2 });
  if (Math.abs(value) < 0.005) return '0';
  return value > 0 ? `+${size}` : `−${size}`;
}
