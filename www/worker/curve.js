/** The error curve: what some numbers of solver steps come to, measured again as training goes on. */

import { showsLearning } from "../sampling.js";
import { attempt, send, stamp } from "./messages.js";
import { chooseShown } from "./session.js";

/** @typedef {import("../engine.js").CurvePoint} CurvePoint */
/** @typedef {import("./session.js").Session} Session */

/** Points are measured at this pace at most, and take this share of the time at most. */
const POINT_MILLISECONDS = 200;
const CURVE_SHARE = 0.03;

/** @type {(session: Session, now: number) => boolean} */
export function curveIsDue(session, now) {
  return session.step > 0 && session.curve.length > 0 && now - session.curveAt >= Math.max(POINT_MILLISECONDS, session.curveCost / CURVE_SHARE);
}

/** @param {CurvePoint} point */
function nameOf({ solver, steps }) {
  return `${solver} ${steps}`;
}

/**
 * The point of the curve that training has changed most since it was measured, cheap points first.
 * @param {Session} session
 */
export function outdatedPoint({ curve, measured, shownStep, sampling }) {
  const urgencies = curve.map((point) => {
    const at = measured.get(nameOf(point));
    if (at === undefined) return Infinity;
    return showsLearning(sampling) ? Math.abs(shownStep - at) / ((at + 50) * Math.sqrt(point.evaluations)) : 0;
  });
  const most = Math.max(0, ...urgencies);
  return most > 0 ? curve[urgencies.indexOf(most)] : undefined;
}

/** @param {Session} session */
export function measureCurve(session) {
  const started = performance.now();
  const point = outdatedPoint(session);
  if (point) measure(session, point);
  session.curveAt = performance.now();
  session.curveCost = session.curveAt - started;
}

/**
 * Measures one Euler step of the weights of now, whichever are on show: before a round this is the last word about them.
 * @param {Session} session
 */
export function measureLast(session) {
  const point = { solver: "euler", steps: 1, evaluations: 1 };
  session.shown = -1;
  session.lab.show_step(-1);
  if (session.measured.get(nameOf(point)) !== session.step) measure(session, point);
  chooseShown(session);
}

/** @param {Session} session @param {CurvePoint} point */
function measure(session, point) {
  const { shownStep, sampling } = session;
  const found = attempt(() => session.lab.error_at(JSON.stringify({ type: point.solver }), point.steps)).value;
  session.measured.set(nameOf(point), shownStep);
  const [energy, hits, evaluations] = found ?? [];
  if (energy !== undefined && hits !== undefined && evaluations !== undefined) {
    send({ kind: "error", ...stamp(session), step: shownStep, sampling, point, energy, hits, evaluations });
  }
}
