/** Hits against function evaluations: the share of particles that reach the target. */

import { percent } from "../format.js";
import { currentPoints, overEvaluations, told } from "./evaluations.js";

/**
 * @param {import("./charts.js").Shown[]} flows
 * @param {number[]} bars
 * @returns {import("./chart.js").Drawing}
 */
export function hitsDrawing(flows, bars) {
  const curves = flows.map(({ name, line, mark, solver, shown, curves: { errors } }) => ({
    name,
    line,
    mark,
    points: currentPoints(errors.get(solver), shown, ({ hits }) => hits),
  }));
  const words = curves.map(({ name, points }) => `${name} ${told(points, percent)}`);
  return {
    ...overEvaluations(curves, bars),
    y: { label: "share of hits", min: 0, max: 1.02, ticks: [0, 0.25, 0.5, 0.75, 1] },
    curves,
    value: percent,
    summary: `Hits against evaluations: ${words.join("; ")}.`,
  };
}
