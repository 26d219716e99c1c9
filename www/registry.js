/** What flow-core can do, by name: the tables behind every menu of the page. */

import { check_config, outline, registry as readTables } from "../pkg/flow_wasm.js";

/** @typedef {{ name: string, label: string, summary: string }} Entry */
/** @typedef {Entry & { evaluationsPerStep: number, isAdaptive: boolean }} SolverEntry */
/** @typedef {Entry & { value: object }} RoundEntry */

/**
 * @typedef {object} Registry
 * @property {Entry[]} targets
 * @property {Entry[]} sources
 * @property {Entry[]} schedules
 * @property {Entry[]} couplings
 * @property {Entry[]} fields
 * @property {SolverEntry[]} solvers
 * @property {Entry[]} diffusions
 * @property {RoundEntry[]} rounds
 */

/**
 * @typedef {{ circle: { center: [number, number], radius: number } } | { polygon: [number, number][] }} Shape
 * @typedef {{ bounds: [number, number, number, number], shapes: Shape[], modes: number }} Outline bounds: left, right, bottom, top
 */

/** @type {Registry | undefined} */
let tables;

/** The tables, once the module is loaded. @returns {Registry} */
export function registry() {
  tables ??= /** @type {Registry} */ (JSON.parse(readTables()));
  return tables;
}

/**
 * The support of a preset, to be drawn in thin ink.
 * @param {string} preset
 * @returns {Outline}
 */
export function readOutline(preset) {
  return JSON.parse(outline(preset));
}

/**
 * Why a configuration cannot be; undefined when it can.
 * @param {import("./experiment.js").Config} config
 */
export function reasonAgainst(config) {
  return check_config(JSON.stringify(config));
}

/**
 * @param {Entry[]} entries
 * @param {string} name
 */
export function labelOf(entries, name) {
  return entries.find((entry) => entry.name === name)?.label ?? name;
}
