/**
 * The lands that the server keeps by name, each with a piece of its map: open one, or delete it.
 */

import { el } from '../dom.js';
import { t } from '../i18n.js';
import { tileAt } from '../land/tile.js';
import { captionOf, coverOf, deleteButton, savedList } from './saved.js';

/** @typedef {import('../land/world-keeper.js').World} World */

/** @param {{tileUrl: (landId: string) => string, onDelete: (worldId: string, name: string) => void}} events */
export function worldsList({ tileUrl, onDelete }) {
  return savedList(t('Your lands'), (/** @type {World} */ world) => {
    const { world_id: id, name } = world;
    const cover = coverOf(tileAt(tileUrl(world.land_id), world.place, world.land));
    const open = el('a', { class: 'sample', href: `land?world=${id}` }, cover, ...captionOf(world));
    return el('li', {}, open, deleteButton(t('Delete the land {name}', { name }), () => onDelete(id, name)));
  });
}
