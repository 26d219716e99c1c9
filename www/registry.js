/** What flow-core can do, by name: the tables behind every menu of the page. */

import { check_config, complete_config, outline, own_fault, registry as readTables } from "../pkg/flow_wasm.js";
import { SETTINGS } from "./setting-table.js";

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
 * @property {(name: string) => boolean} isOwnData whether a name is a whole code of the reader's own data
 */

/**
 * @typedef {{ circle: { center: [number, number], radius: number } } | { polygon: [number, number][] }} Shape
 * @typedef {{ bounds: [number, number, number, number], shapes: Shape[], modes: number }} Outline bounds: left, right, bottom, top
 */

/** What stands before the code of the reader's own data where a preset's name is expected. */
export const OWN = "own.";

/** Whether a distribution is the reader's own. @param {string} name */
export function isOwn(name) {
  return name.startsWith(OWN);
}

/** @type {Registry | undefined} */
let tables;

/** The tables, once the module is loaded. @returns {Registry} */
export function registry() {
  tables ??= /** @type {Registry} */ ({ ...JSON.parse(readTables()), isOwnData: (name) => isOwn(name) && own_fault(name.slice(OWN.length)) === undefined });
  return tables;
}

/** @type {Record<string, any> | undefined} */
let defaults;

/** flow-core's configuration about which nothing was said, but for the coupling: the one that has settings. */
export function defaultConfig() {
  defaults ??= /** @type {Record<string, any>} */ (JSON.parse(complete_config('{"coupling":{"type":"minibatch-ot"}}')));
  return defaults;
}

/** Of all but the reader's own, of which there may be many. @type {Map<string, Outline>} */
const outlines = new Map();

/**
 * The support of a preset, to be drawn in thin ink.
 * @param {string} preset
 * @returns {Readonly<Outline>}
 */
export function readOutline(preset) {
  const read = outlines.get(preset) ?? JSON.parse(outline(preset));
  if (!isOwn(preset)) outlines.set(preset, read);
  return read;
}

/**
 * Why a configuration cannot be; undefined when it can.
 * @param {import("./experiment.js").Config} config
 */
export function reasonAgainst(config) {
  // A setting is called as its control is, and not by its place in flow-core.
  return check_config(JSON.stringify(config))?.replace(/[a-z]+(\.[a-z_]+)+/g, (path) => {
    const row = SETTINGS.find((row) => row.path === path);
    return row ? `“${row.label}”` : path;
  });
}

/**
 * @param {Entry[]} entries
 * @param {string} name
 */
export function labelOf(entries, name) {
  return entries.find((entry) => entry.name === name)?.label ?? (isOwn(name) ? "Your data" : name);
}
