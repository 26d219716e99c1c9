/** What is measured at each number of function evaluations, and which of it still says something. */

import { evaluationsPerStep } from "../experiment.js";
import { registry } from "../registry.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../state.js").FlowName} FlowName */
/** @typedef {import("../engine.js").CurvePoint} CurvePoint */
/** @typedef {import("../side.js").Measured} Measured */
/** @typedef {import("./points.js").Point} Point */

/** Evaluations at which solvers are compared. */
const EVALUATIONS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 100];
/** About what a solver that chooses its steps spends; what it spent is told with the measurement. */
const ADAPTIVE_EVALUATIONS = 48;
/** A point measured before this share of the training so far says little about the field of now. */
const CURRENT_SHARE = 0.4;

/**
 * What charts over evaluations have in common. The axis goes as far as the curves: a solver that chooses its steps can
 * spend more than is compared.
 * @param {{ points: Point[] }[]} curves
 * @param {number[]} bars
 */
export function overEvaluations(curves, bars) {
  const most = Math.max(100, ...curves.flatMap(({ points }) => points.map(([evaluations]) => evaluations)));
  return {
    x: { label: "function evaluations per particle", min: 0.9, max: 1.12 * most, log: true, ticks: [1, 2, 4, 8, 16, 32, 64, 100, 200, 400] },
    bars,
    ...(bars[0] && { home: bars[0] }),
    place: (/** @type {number} */ evaluations) => `${evaluations} ${evaluations === 1 ? "evaluation" : "evaluations"}`,
  };
}

/** Marks by solver, in the registry's order, but for the first: Euler's is the flow's own. */
const MARKS = /** @type {const} */ (["plus", "square", "triangle", "cross"]);

/** @template Own @param {string} solver @param {Own} own the flow's mark */
export function markOf(solver, own) {
  return MARKS[registry().solvers.findIndex(({ name }) => name === solver) - 1] ?? own;
}

/**
 * Where the error of a flow is measured: at what its solver, or every solver, can reach with these evaluations.
 * @param {State} state
 * @param {FlowName} name
 * @returns {CurvePoint[]}
 */
export function errorCurve(state, name) {
  const solvers = registry().solvers.filter(({ name: solver }) => state.allSolvers || solver === state[name].solver);
  const points = solvers.flatMap(({ name: solver, isAdaptive }) => {
    if (isAdaptive) return [{ solver, steps: 1, evaluations: ADAPTIVE_EVALUATIONS }];
    const each = evaluationsPerStep(solver);
    return EVALUATIONS.filter((evaluations) => evaluations % each === 0).map((evaluations) => ({ solver, steps: evaluations / each, evaluations }));
  });
  // One Euler step is what straightening is about, whatever the flow's solver.
  const hasOneStep = points.some(({ solver, evaluations }) => solver === "euler" && evaluations === 1);
  return hasOneStep ? points : [{ solver: "euler", steps: 1, evaluations: 1 }, ...points];
}

/**
 * The points of one solver that were measured with weights like those of now.
 * @param {Map<number, Measured> | undefined} measured by steps
 * @param {number} shown training step of the weights on show
 * @param {(measured: Measured) => number} quantity
 * @returns {Point[]}
 */
export function currentPoints(measured, shown, quantity) {
  return [...(measured?.values() ?? [])]
    .filter(({ step }) => step >= CURRENT_SHARE * shown && shown >= CURRENT_SHARE * step)
    .sort((a, b) => a.evaluations - b.evaluations)
    .map((one) => [one.evaluations, quantity(one)]);
}

/** Every fourth point in words. @param {Point[]} points @param {(value: number) => string} value */
export function told(points, value) {
  return points.filter((_, i) => i % 4 === 0).map(([evaluations, y]) => `${value(y)} at ${evaluations}`).join(", ") || "no values";
}
