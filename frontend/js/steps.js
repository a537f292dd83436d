/**
 * The steps of the pictures that were open, in IndexedDB: what undo goes back to after a refresh. Masks that steps share
 * are kept once. A browser that gives no room forgets them, and nothing else.
 */

/** @typedef {import('./history.js').History<import('./session.js').Session>} Steps */

const DATABASE = 'latentbrush';
const STORE = 'steps';
const MAX_KEPT = 6; // pictures; each of their parts takes 2 MiB at most
const FORMAT = 2; // of a picture's steps: those of another page's are forgotten, but for those of one part only
const OF_ONE_PART = 1;

/** @type {Promise<IDBDatabase>|undefined} */
let opened;

/** @param {string} id of the session, or of its latent while the server has no session of it @param {readonly Steps[]} parts of each part of the picture */
export async function saveSteps(id, parts) {
  await within('readwrite', async (store) => {
    store.put({ id, format: FORMAT, savedAt: Date.now(), parts: parts.map(({ past, present, future }) => ({ past, present, future })) });
    const oldest = /** @type {string[]} */ (await done(store.index('savedAt').getAllKeys()));
    for (const each of oldest.slice(0, -MAX_KEPT)) store.delete(each);
  });
}

/** @param {string} id @returns {Promise<Steps[]>} of each part of the picture, as far as they are known */
export async function loadSteps(id) {
  const found = await within('readonly', (store) => done(store.get(id)));
  if (found?.format !== FORMAT && found?.format !== OF_ONE_PART) return [];
  const parts = found.format === OF_ONE_PART ? [found] : found.parts;
  return parts.map((/** @type {Steps} */ { past, present, future }) => ({ past, present, future, tag: null }));
}

/** The server has a session of a picture that was left meanwhile: its steps are the session's. @param {string} from @param {string} to */
export async function renameSteps(from, to) {
  const steps = await loadSteps(from);
  if (!steps.length || from === to) return;
  await saveSteps(to, steps);
  await forgetSteps(from);
}

/** @param {string} id */
export async function forgetSteps(id) {
  await within('readwrite', async (store) => void store.delete(id));
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T|null>} null when the browser has no room, or is not asked for
 */
async function within(mode, work) {
  try {
    opened ??= open();
    return await work((await opened).transaction(STORE, mode).objectStore(STORE));
  } catch {
    opened = undefined; // it may have been closed
    return null;
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: 'id' }).createIndex('savedAt', 'savedAt');
  };
  return done(request);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
