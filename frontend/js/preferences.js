/**
 * What a person prefers, kept in this browser. All reads forgive.
 */

/** @param {string} name @param {unknown} value */
export function savePreference(name, value) {
  writeJson(`latentbrush.${name}`, value);
}

/** @param {string} name @returns {any} null when there is none */
export function loadPreference(name) {
  return readJson(`latentbrush.${name}`);
}

/** A full or closed storage only costs what was to be written. @param {string} key @param {unknown} value */
export function writeJson(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // What the page holds in memory goes on.
  }
}

/** @param {string} key @returns {any} */
export function readJson(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}
