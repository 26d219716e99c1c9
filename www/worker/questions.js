/** What the page may ask of an experiment. */

import { attempt, send, stamp } from "./messages.js";

/** @typedef {import("../../pkg/flow_wasm.js").Lab} Lab */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {Extract<import("../engine.js").ToWorker, { kind: "ask" }>} Ask */

/**
 * By name, and answered with plain values; typed arrays are moved, not copied.
 * @type {Record<string, (lab: Lab, parameters: any[]) => any>}
 */
const QUESTIONS = {
  configuration: (lab) => lab.config_json(),
  checkpoint: (lab) => lab.checkpoint(),
  safetensors: (lab) => lab.safetensors(),
  velocity: (lab, [places, t]) => lab.velocity_at(places, t),
  grid: (lab, [lines, points, steps]) => lab.warped_grid(lines, points, steps),
  ways: (lab, [x, y, steps]) => lab.trajectories_from(x, y, steps),
  pairs: (lab, [x, y, t, count]) => lab.pairs_through(x, y, t, count),
  density: (lab, [kind, t, side, view]) => lab.density(kind, t, side, view),
  likelihood: (lab) => lab.held_out_log_likelihood(),
  "error-map": (lab, [t, side, view]) => lab.error_map(t, side, view),
  "worst-error": (lab) => lab.worst_error(),
  "field-error": (lab) => lab.field_error(),
};

/** @type {(session: Session, question: Ask) => void} */
export function answer(session, { id, method, parameters }) {
  const reply = (/** @type {any} */ value, /** @type {string | undefined} */ error) =>
    send({ kind: "answer", ...stamp(session), id, value, error }, ArrayBuffer.isView(value) ? [value] : []);
  const question = Object.hasOwn(QUESTIONS, method) ? QUESTIONS[method] : undefined;
  if (!question) return reply(undefined, `there is no question “${method}”`);
  const { value, reason } = attempt(() => question(session.lab, parameters));
  reply(value, reason);
}
