/** What the page may ask of an experiment. */

import { attempt, send, stamp } from "./messages.js";

/** @typedef {import("../../pkg/flow_wasm.js").Lab} Lab */
/** @typedef {import("./session.js").Session} Session */

/**
 * By name: with what, and what the answer is. Typed arrays are moved, not copied; what is structured comes as JSON.
 * @typedef {object} Questions
 * @property {() => string} configuration
 * @property {() => Uint8Array<ArrayBuffer>} checkpoint
 * @property {() => Uint8Array<ArrayBuffer>} safetensors
 * @property {(places: Float32Array, t: number) => Float32Array} velocity
 * @property {(lines: number, points: number, steps: number) => Float32Array} grid
 * @property {(x: number, y: number, steps: string) => string} ways
 * @property {(x: number, y: number, t: number, count: number) => string} pairs
 * @property {(kind: "true" | "learned", t: number, side: number, view: string) => Float32Array} density
 * @property {() => string} likelihood
 * @property {(t: number, side: number, view: string) => Float32Array} error-map
 * @property {() => string} worst-error
 * @property {() => number} field-error
 */

/** @type {{ [Name in keyof Questions]: (lab: Lab, ...parameters: Parameters<Questions[Name]>) => ReturnType<Questions[Name]> }} */
const QUESTIONS = {
  configuration: (lab) => lab.config_json(),
  checkpoint: (lab) => lab.checkpoint(),
  safetensors: (lab) => lab.safetensors(),
  velocity: (lab, places, t) => lab.velocity_at(places, t),
  grid: (lab, lines, points, steps) => lab.warped_grid(lines, points, steps),
  ways: (lab, x, y, steps) => lab.trajectories_from(x, y, steps),
  pairs: (lab, x, y, t, count) => lab.pairs_through(x, y, t, count),
  density: (lab, kind, t, side, view) => lab.density(kind, t, side, view),
  likelihood: (lab) => lab.held_out_log_likelihood(),
  "error-map": (lab, t, side, view) => lab.error_map(t, side, view),
  "worst-error": (lab) => lab.worst_error(),
  "field-error": (lab) => lab.field_error(),
};

/**
 * A question by name, as it is sent.
 * @template {keyof Questions} [Name=keyof Questions]
 * @typedef {{ name: Name, parameters: Parameters<Questions[Name]> }} Question
 */

/** @type {<Name extends keyof Questions>(session: Session, id: number, question: Question<Name>) => void} */
export function answer(session, id, { name, parameters }) {
  const { value, reason } = attempt(() => QUESTIONS[name](session.lab, ...parameters));
  send({ kind: "answer", ...stamp(session), id, value, error: reason }, ArrayBuffer.isView(value) ? [value] : []);
}
