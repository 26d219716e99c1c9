/** What the reader prefers, kept in this browser. Where nothing can be kept, nothing is, and the page works the same. */

import { KEYS } from "./link.js";

/** @typedef {import("./state.js").State} State */

const PREFIX = "flow-matching-lab.";
/** The keys of a link that are a matter of taste, and no part of an experiment. */
const TASTES = ["speed", "trails"];

/** @param {string} name */
export function preference(name) {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined; // private browsing
  }
}

/** @param {string} name @param {string} value */
export function prefer(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // private browsing
  }
}

/** What the reader chose counts on later visits, if it is a taste; what a link brought does not. @param {string} name @param {State} state */
export function keepTaste(name, state) {
  const key = KEYS[name];
  if (key && TASTES.includes(name)) prefer(name, key.write(key.get(state)));
}

/**
 * The state with the reader's tastes, for a page opened without a link: what a link says, or leaves at its default, counts more.
 * @param {State} state
 * @param {import("./registry.js").Registry} registry
 */
export function withTastes(state, registry) {
  return TASTES.reduce((tasteful, name) => {
    const value = KEYS[name]?.read(preference(name) ?? "", registry);
    return value === undefined ? tasteful : (KEYS[name]?.set(tasteful, value) ?? tasteful);
  }, state);
}
