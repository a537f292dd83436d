/**
 * What stands over the stage while the edited picture is compared: which side is which, the split, the scale of differences.
 */

import { COLOURS, FULL_SCALE } from '../canvas/comparison.js';
import { el } from '../dom.js';
import { t } from '../i18n.js';

/** @typedef {import('../state.js').State} State */

/** @param {import('../store.js').Store} store */
export function comparisonOverlay({ dispatch }) {
  const split = el('input', {
    type: 'range',
    class: 'compare-split',
    min: 0,
    max: 100,
    'aria-label': t('Where the original ends'),
    oninput: () => dispatch({ type: 'splitMoved', percent: Number(split.value) }),
  });
  const slider = el('div', { class: 'compare-slider' }, split);
  const names = el(
    'div',
    { class: 'compare-names', 'aria-hidden': 'true' },
    el('span', { class: 'compare-name' }, t('Original')),
    el('span', { class: 'compare-name' }, t('Edited')),
  );
  const ramp = COLOURS.map((rgb) => `rgb(${rgb.join(' ')})`).join(', ');
  const scale = el(
    'div',
    { class: 'compare-scale', role: 'img', 'aria-label': t('Colours from no change to a change of {levels} levels of 255 or more', { levels: FULL_SCALE }) },
    el('span', {}, t('no change')),
    el('span', { class: 'compare-ramp', style: `background: linear-gradient(90deg, ${ramp})` }),
    el('span', {}, t('{levels} levels or more', { levels: FULL_SCALE })),
  );
  const dom = el('div', { class: 'compare-overlay' }, names, slider, scale);
  return {
    dom,
    /** @param {State} state */
    syncState({ comparison, splitPercent }) {
      dom.hidden = comparison === 'off';
      names.hidden = comparison === 'difference';
      slider.hidden = comparison !== 'slider';
      scale.hidden = comparison !== 'difference';
      split.value = String(splitPercent);
      split.setAttribute('aria-valuetext', t('{percent} % original', { percent: splitPercent }));
    },
  };
}
