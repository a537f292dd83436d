/**
 * What a person does with a direction that was found without labels: give it a name, turn it around, drop it.
 */

import { el } from '../dom.js';
import { iconButton } from './controls.js';
import { t } from '../i18n.js';
import { showAtSight } from '../strips.js';

/** @typedef {import('../types.js').Attribute} Attribute */

/** @param {(attribute: string, change: {title?: string, flipped?: boolean, drop?: boolean}) => void} onChange */
export function directionTools(onChange) {
  /** @type {Attribute|null} */
  let attribute = null;
  const name = el('input', {
    class: 'direction-name',
    maxLength: 64,
    'aria-label': t('Name of this direction'),
    onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && name.blur(),
    onchange: () => {
      const title = name.value.trim();
      if (attribute && title && title !== attribute.title) onChange(attribute.id, { title });
    },
  });
  const turn = iconButton(
    'flip',
    t('Swap what is more and what is less'),
    () => attribute && onChange(attribute.id, { flipped: !attribute.flipped }),
    { text: t('Turn around') },
  );
  const drop = iconButton(
    'bin',
    t('Remove this direction from the model'),
    () => attribute && onChange(attribute.id, { drop: true }),
    { text: t('Drop') },
  );
  const note = el('p', { class: 'quiet' });
  const dom = el(
    'div',
    { class: 'direction', role: 'group', 'aria-label': t('This direction') },
    el('label', { class: 'direction-field' }, t('Name'), name),
    el('div', { class: 'row' }, turn, drop),
    note,
  );
  return {
    dom,
    /** @param {Attribute|undefined} chosen @param {boolean} isUsed by an edit of the open picture */
    set(chosen, isUsed) {
      dom.hidden = !chosen?.source;
      if (!chosen) return;
      if (chosen !== attribute && document.activeElement !== name) name.value = chosen.title;
      attribute = chosen;
      turn.disabled = drop.disabled = isUsed;
      note.textContent = isUsed ? `${chosen.source}. ${t('Edits of this picture use it, undone ones included, so it stays.')}` : `${chosen.source}.`;
    },
  };
}

/**
 * The pictures of a direction from −3 to +3 σ.
 * @param {string} url
 * @param {boolean} isFlipped since the pictures were drawn
 */
export function directionStrip(url, isFlipped) {
  const places = isFlipped ? [100, 75, 50, 25, 0] : [0, 25, 50, 75, 100];
  const tiles = places.map((place) => {
    const tile = el('span', { class: 'strip-tile' });
    tile.style.backgroundPosition = `${place}% 0`;
    return tile;
  });
  const dom = el('span', { class: 'strip', 'aria-hidden': 'true' }, ...tiles);
  showAtSight(dom, url, () => {
    for (const tile of tiles) tile.style.backgroundImage = `url("${url}")`;
  });
  return dom;
}
