/**
 * The one holder of the state: actions in, `syncState` of every component out.
 */

import { reduce } from './state.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Action} Action */
/** @typedef {{dom: HTMLElement, syncState: (state: State) => void}} Component */

export class Store {
  #state;
  /** @type {((state: State, before: State) => void)[]} */
  #listeners = [];

  /** @param {State} state */
  constructor(state) {
    this.#state = state;
  }

  get state() {
    return this.#state;
  }

  /** @param {(state: State, before: State) => void} listener */
  subscribe(listener) {
    this.#listeners.push(listener);
  }

  /** @param {Action} action */
  dispatch = (action) => {
    const before = this.#state;
    this.#state = reduce(before, action);
    if (this.#state === before) return;
    for (const listener of this.#listeners) listener(this.#state, before);
  };
}
