/**
 * The lands that the server keeps by name, each with a piece of its map: open one, or delete it.
 */

import { el, replaceRows } from '../dom.js';
import { language, t } from '../i18n.js';
import { tileAt } from '../land/tile.js';
import { iconButton } from './controls.js';

/** @typedef {import('../land/world-keeper.js').World} World */

const NUM_SHOWN = 3; // one row, before "all of them"

/** @param {{tileUrl: (landId: string) => string, onDelete: (worldId: string, name: string) => void}} events */
export function worldsList({ tileUrl, onDelete }) {
  const list = el('ul', { class: 'gallery sessions' });
  const all = el('button', { type: 'button', class: 'button', onclick: () => ((isWhole = true), show()) });
  const dom = el('section', { class: 'start-sessions', 'aria-label': t('Your lands'), hidden: true }, el('h2', {}, t('Your lands')), list, all);
  let isWhole = false;
  /** @type {readonly World[]} */
  let worlds = [];

  function show() {
    const shown = isWhole ? worlds : worlds.slice(0, NUM_SHOWN);
    replaceRows(
      list,
      shown.map((world) => {
        const cover = el('img', { class: 'sample-picture', src: tileAt(tileUrl(world.land_id), world.place, world.land), alt: '', loading: 'lazy' });
        const when = new Date(world.updated_at);
        const open = el(
          'a',
          { class: 'sample', href: `land?world=${world.world_id}` },
          cover,
          el('span', { class: 'sample-title' }, world.name),
          el('time', { class: 'session-time', dateTime: world.updated_at }, when.toLocaleString(language, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' })),
        );
        const remove = iconButton('bin', t('Delete the land {name}', { name: world.name }), () => onDelete(world.world_id, world.name), { class: 'session-delete' });
        return el('li', {}, open, remove);
      }),
    );
    all.textContent = t('Show all {count}', { count: worlds.length });
    all.hidden = isWhole || worlds.length <= NUM_SHOWN;
    dom.hidden = worlds.length === 0;
  }

  return {
    dom,
    /** @param {readonly World[]} next */
    set(next) {
      worlds = next;
      show();
    },
  };
}
