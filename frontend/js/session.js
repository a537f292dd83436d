/**
 * An editing session as a value, `{latent_id, edits}`, and the pure operations on its edit list.
 * Everything the page shows is a function of it; undo keeps older ones (history.js).
 */

import { areAlike, carried, constantMask, erase, paint } from './mask.js';
import { maskToWire } from './mask-wire.js';

/** @typedef {import('./mask.js').Mask} Mask */
/** @typedef {import('./geometry.js').Size} Size */
/** @typedef {import('./geometry.js').Point} Point */

/**
 * What an edit does, of the kinds that the page has tools for.
 * `layers`: the style layers [from, to] that an attribute moves, its own if null; `offset`: [dx, dy] in cells, cell (x, y)
 * takes the donor's (x − dx, y − dy); `amount`: 0 keeps what is there, 1 replaces it.
 * @typedef {{type: 'attribute', attribute: string, strength: number, layers: [number, number]|null} |
 *   {type: 'transplant', donor: string, offset: [number, number]} |
 *   {type: 'resample', seed: number, amount: number}} Content
 */
/**
 * One entry of the list. `mask: null` is the whole picture. `key` names it in the page only.
 * `other` is an edit of a kind that the page shows, toggles and keeps, but has no tool for.
 * `name: null`: it is called by what it does.
 * @typedef {{key: string, enabled: boolean, mask: Mask|null, hue: number, name: string|null} &
 *   (Content | {type: 'other', wire: Record<string, any>})} Edit
 */
/** @typedef {{latent_id: string, edits: readonly Edit[]}} Session */

const MAX_NAME = 80; // letters, as the API takes it

/**
 * @param {Session} session
 * @param {string|null} key
 * @returns {Edit|null}
 */
export function findEdit(session, key) {
  return session.edits.find((edit) => edit.key === key) ?? null;
}

/**
 * A new edit at the end of the list. Its key is free in this session.
 * @param {Session} session
 * @param {Content} content
 * @param {Mask|null} mask
 * @returns {{session: Session, key: string}}
 */
export function addEdit(session, content, mask) {
  const { key, hue } = freeKey(session);
  /** @type {Edit} */
  const edit = { key, enabled: true, mask, hue, name: null, ...content };
  return { session: { ...session, edits: [...session.edits, edit] }, key };
}

/**
 * The same edit once more, right after it.
 * @param {Session} session
 * @param {string} key
 * @returns {{session: Session, key: string}}
 */
export function duplicateEdit(session, key) {
  const at = session.edits.findIndex((edit) => edit.key === key);
  if (at < 0) return { session, key };
  const fresh = freeKey(session);
  const edits = [...session.edits];
  edits.splice(at + 1, 0, { ...edits[at], ...fresh });
  return { session: { ...session, edits }, key: fresh.key };
}

/**
 * Only this edit on; all of them when it is so already.
 * @param {Session} session
 * @param {string} key
 * @returns {Session}
 */
export function soloEdit(session, key) {
  const isAlone = session.edits.every((edit) => edit.enabled === (edit.key === key));
  const edits = session.edits.map((edit) => ({ ...edit, enabled: isAlone || edit.key === key }));
  return { ...session, edits };
}

/**
 * @param {Session} session
 * @param {string} key
 * @param {string} name nothing: by its attribute again
 * @returns {Session}
 */
export function renameEdit(session, key, name) {
  const next = name.trim().slice(0, MAX_NAME) || null;
  return changeEdit(session, key, (edit) => (edit.name === next ? edit : { ...edit, name: next }));
}

/** @param {Session} session */
function freeKey({ edits }) {
  const serial = 1 + Math.max(0, ...edits.map((edit) => Number(edit.key.slice(1))));
  return { key: `e${serial}`, hue: serial - 1 };
}

/**
 * Paint a stroke into an edit's mask, or erase it there.
 * @param {Session} session
 * @param {string} key
 * @param {'paint'|'erase'} mode
 * @param {Mask} coverage
 * @returns {Session}
 */
export function strokeEdit(session, key, mode, coverage) {
  return changeEdit(session, key, (edit) => {
    const base = edit.mask ?? constantMask(coverage.width, coverage.height, 1);
    return { ...edit, mask: mode === 'paint' ? paint(base, coverage) : erase(base, coverage) };
  });
}

/**
 * Give an edit another mask.
 * @param {Session} session
 * @param {string} key
 * @param {Mask} mask
 * @returns {Session}
 */
export function maskEdit(session, key, mask) {
  return changeEdit(session, key, (edit) => ({ ...edit, mask }));
}

/**
 * @param {Session} session
 * @param {string} key
 * @param {number} strength
 */
export function weightEdit(session, key, strength) {
  return changeEdit(session, key, (edit) =>
    edit.type === 'attribute' && edit.strength !== strength ? { ...edit, strength } : edit,
  );
}

/**
 * Change what an edit does, not where.
 * @param {Session} session
 * @param {string} key
 * @param {Content} content of the edit's own type
 * @returns {Session}
 */
export function contentEdit(session, key, content) {
  return changeEdit(session, key, (edit) => (edit.type === content.type ? { ...edit, ...content } : edit));
}

/**
 * @param {Session} session
 * @param {string} key
 */
export function toggleEdit(session, key) {
  return changeEdit(session, key, (edit) => ({ ...edit, enabled: !edit.enabled }));
}

/**
 * @param {Session} session
 * @param {string} key
 * @returns {Session}
 */
export function removeEdit(session, key) {
  return { ...session, edits: session.edits.filter((edit) => edit.key !== key) };
}

/**
 * Move an edit so that it becomes entry `index` of the list.
 * @param {Session} session
 * @param {string} key
 * @param {number} index
 * @returns {Session}
 */
export function moveEdit(session, key, index) {
  const from = session.edits.findIndex((edit) => edit.key === key);
  const to = Math.min(session.edits.length - 1, Math.max(0, index));
  if (from < 0 || from === to) return session;
  const edits = [...session.edits];
  const [moved] = edits.splice(from, 1);
  edits.splice(to, 0, moved);
  return { ...session, edits };
}

/**
 * The session as the API and `latentbrush edit --recipe` take it.
 * @param {Session} session
 * @returns {{latent_id: string, edits: Record<string, any>[]}}
 */
export function toWire(session) {
  return { latent_id: session.latent_id, edits: editsToWire(session.edits) };
}

/** @param {readonly Edit[]} edits */
export function editsToWire(edits) {
  return edits.map(editToWire);
}

/**
 * The same edits on another latent of the same picture, encoded in another way or in another part of it: what was copied
 * from the one before is copied from this one, and what lies outside the new part goes.
 * @param {readonly Edit[]} edits
 * @param {Change} change
 * @returns {Edit[]}
 */
export function editsOnto(edits, { from, to, before, after, place, masks = new Map() }) {
  const isSame = !place && before.width === after.width && before.height === after.height;
  const moved = place ?? ((/** @type {Point} */ point) => point);
  const carry = (/** @type {Mask} */ mask) => {
    if (!masks.has(mask)) masks.set(mask, carried(mask, after, moved));
    return masks.get(mask) ?? mask;
  };
  return edits.map((edit) => {
    const mask = edit.mask && !isSame ? carry(edit.mask) : edit.mask;
    if (edit.type !== 'transplant') return { ...edit, mask };
    const donor = edit.donor === from ? to : edit.donor;
    return { ...edit, mask, donor, offset: isSame ? edit.offset : offsetOnto(edit.offset, before, after, moved) };
  });
}

/**
 * @typedef {object} Change
 * @property {string} from latent
 * @property {string} to latent
 * @property {Size} before of its masks
 * @property {Size} after of its masks
 * @property {Map<Mask, Mask>} [masks] those that were carried already: steps share them
 * @property {((place: Point) => Point)} [place] where a place of the new part was in the old one, both from 0 to 1; none: there
 */

/**
 * A way in cells, as so many cells of another part.
 * @param {readonly [number, number]} offset
 * @param {Size} before
 * @param {Size} after
 * @param {(place: Point) => Point} place
 * @returns {[number, number]}
 */
function offsetOnto([dx, dy], before, after, place) {
  const origin = place({ x: 0, y: 0 });
  const [right, down] = [place({ x: 1, y: 0 }), place({ x: 0, y: 1 })].map(({ x, y }) => [x - origin.x, y - origin.y]);
  const [x, y] = [dx / before.width, dy / before.height];
  const area = right[0] * down[1] - right[1] * down[0];
  const across = ((x * down[1] - y * down[0]) / area) * after.width;
  const along = ((y * right[0] - x * right[1]) / area) * after.height;
  return [Math.round(across), Math.round(along)];
}

/**
 * Edits as the API has them. What of them cannot be painted on here is kept as it came.
 * @param {Record<string, any>[]} edits
 * @param {import('./mask-wire.js').ReadMask} readMask in the size that masks of this latent have here
 * @returns {Edit[]}
 */
export function editsFromWire(edits, readMask) {
  return edits.map((edit, i) => editFromWire(edit, i, readMask));
}

/** Whether two lists do the same in the same places, however their masks are kept. @param {readonly Edit[]} edits @param {readonly Edit[]} others */
export function doTheSame(edits, others) {
  const withoutMask = (/** @type {Edit} */ edit) => JSON.stringify(editToWire({ ...edit, mask: null }));
  return (
    edits.length === others.length &&
    edits.every((edit, i) => areAlike(edit.mask, others[i].mask) && withoutMask(edit) === withoutMask(others[i]))
  );
}

/** @param {Edit} edit */
function editToWire(edit) {
  const name = edit.name === null ? {} : { name: edit.name };
  if (edit.type === 'other') return { ...edit.wire, ...name, enabled: edit.enabled };
  return { ...name, ...contentToWire(edit), mask: maskToWire(edit.mask), enabled: edit.enabled };
}

/** @param {Content} content */
function contentToWire(content) {
  switch (content.type) {
    case 'attribute': {
      const { type, attribute, strength, layers } = content;
      return { type, attribute, strength, ...(layers && { layers }) };
    }
    case 'transplant':
      return { type: content.type, donor: content.donor, offset: content.offset };
    case 'resample':
      return { type: content.type, seed: content.seed, amount: content.amount };
  }
}

/**
 * @param {Record<string, any>} wire
 * @param {number} index
 * @param {import('./mask-wire.js').ReadMask} readMask
 * @returns {Edit}
 */
function editFromWire(wire, index, readMask) {
  const { name: _, ...rest } = wire;
  const common = { key: `e${index + 1}`, hue: index, enabled: wire.enabled !== false, name: wire.name ?? null };
  const mask = wire.mask ? readMask(wire.mask) : null;
  const isPaintable = wire.mask?.kind === 'all' || mask !== null;
  const content = contentFromWire(wire);
  return content && isPaintable ? { ...common, mask, ...content } : { ...common, mask, type: 'other', wire: rest };
}

/** @param {Record<string, any>} wire @returns {Content|null} null: there is no tool for it */
function contentFromWire({ type, attribute, strength, layers = null, donor, offset = [0, 0], seed, amount = 1 }) {
  if (type === 'attribute' && Number.isFinite(strength)) return { type, attribute, strength, layers }; // not one that reaches a reading
  if (type === 'transplant') return { type, donor, offset };
  if (type === 'resample' && Number.isSafeInteger(seed)) return { type, seed, amount };
  return null;
}

/**
 * @param {Session} session
 * @param {string} key
 * @param {(edit: Edit) => Edit} change
 * @returns {Session} the same one when nothing changed
 */
function changeEdit(session, key, change) {
  const edits = session.edits.map((edit) => (edit.key === key ? change(edit) : edit));
  return edits.every((edit, i) => edit === session.edits[i]) ? session : { ...session, edits };
}
