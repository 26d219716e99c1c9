/** What flow-core can do, by name: the tables behind every menu of the page. */

import { outline, registry } from "../pkg/flow_wasm.js";

/** @typedef {{ name: string, label: string, summary: string }} Entry */

/** @typedef {{ targets: Entry[], schedules: Entry[], couplings: Entry[] }} Registry */

/**
 * @typedef {{ circle: { center: [number, number], radius: number } } | { polygon: [number, number][] }} Shape
 * @typedef {{ bounds: [number, number, number, number], shapes: Shape[] }} Outline bounds: left, right, bottom, top
 */

/** @returns {Registry} */
export function readRegistry() {
  return JSON.parse(registry());
}

/**
 * The support of a target, to be drawn in thin ink.
 * @param {string} target
 * @returns {Outline}
 */
export function readOutline(target) {
  return JSON.parse(outline(target));
}

/**
 * @param {Entry[]} entries
 * @param {string} name
 */
export function labelOf(entries, name) {
  return entries.find((entry) => entry.name === name)?.label ?? name;
}
