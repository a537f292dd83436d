/**
 * Size, softness and strength of the brush, which the eraser shares.
 */

import { el } from '../dom.js';
import { slider } from './controls.js';
import { t } from '../i18n.js';

/** @typedef {import('../state.js').State} State */
/** @typedef {import('../state.js').Brush} Brush */

/**
 * @param {import('../store.js').Store} store
 * @param {import('../canvas/stage.js').Stage} stage
 * @param {HTMLElement} maskTools beside the title
 */
export function brushPanel({ dispatch, state }, stage, maskTools) {
  let tool = state.tool;
  /** @param {Partial<Brush>} brush */
  const change = (brush) => {
    dispatch({ type: 'brushChanged', brush });
    const { width, height } = stage.dom.getBoundingClientRect(); // show the new tip where it can be seen
    stage.setCursor({ screen: { x: width / 2, y: height / 2 }, mode: tool === 'eraser' ? 'erase' : 'paint' });
  };
  const onSettle = () => stage.setCursor(null);
  const size = slider({
    label: t('Size'),
    min: 2,
    max: 100,
    step: 1,
    unit: '%',
    onInput: (value) => change({ size: value }),
    onSettle,
  });
  const softness = slider({
    label: t('Softness'),
    min: 0,
    max: 100,
    step: 1,
    unit: '%',
    onInput: (value) => change({ softness: value }),
    onSettle,
  });
  const strength = slider({
    label: t('Strength'),
    min: 5,
    max: 100,
    step: 1,
    unit: '%',
    onInput: (value) => change({ strength: value }),
    onSettle,
  });
  const title = el('h2', {}, t('Brush'));
  const dom = el(
    'section',
    { class: 'section', 'aria-label': t('Brush') },
    el('header', { class: 'section-head' }, title, maskTools),
    size.dom,
    softness.dom,
    strength.dom,
  );
  return {
    dom,
    /** @param {State} next */
    syncState({ brush, tool: nextTool }) {
      tool = nextTool;
      title.textContent = tool === 'eraser' ? t('Eraser') : t('Brush');
      size.set(brush.size);
      softness.set(brush.softness);
      strength.set(brush.strength);
    },
  };
}
