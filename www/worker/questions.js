/** What the page may ask of an experiment. */

import { attempt, send, stamp } from "./messages.js";

/** @typedef {import("./session.js").Session} Session */

/**
 * The methods that answer, by name. Typed arrays are moved, not copied; what is structured comes as JSON.
 * @typedef {Pick<import("../../pkg/flow_wasm.js").Lab,
 *   | "config_json" | "checkpoint" | "safetensors"
 *   | "velocity_at" | "warped_grid" | "trajectories_from" | "pairs_through"
 *   | "density" | "held_out_log_likelihood" | "error_map" | "worst_error" | "field_error">} Questions
 */

/**
 * A question by name, as it is sent.
 * @template {keyof Questions} [Name=keyof Questions]
 * @typedef {{ name: Name, parameters: Parameters<Questions[Name]> }} Question
 */

/** @type {<Name extends keyof Questions>(session: Session, id: number, question: Question<Name>) => void} */
export function answer(session, id, { name, parameters }) {
  const lab = /** @type {Record<keyof Questions, (...parameters: unknown[]) => unknown>} */ (/** @type {unknown} */ (session.lab));
  const { value, reason } = attempt(() => lab[name](...parameters));
  send({ kind: "answer", ...stamp(session), id, value, error: reason }, ArrayBuffer.isView(value) ? [value] : []);
}
