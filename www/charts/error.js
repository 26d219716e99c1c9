/** Error against function evaluations: what a solver's steps are worth, at equal cost. */

import { measure } from "../format.js";
import { labelOf, registry } from "../registry.js";
import { currentPoints, markOf, overEvaluations, told } from "./evaluations.js";

/** Below this the energy distance of so many points is noise. */
const LEAST = 1e-4;

/**
 * @param {import("./charts.js").Shown[]} flows
 * @param {boolean} allSolvers
 * @param {number[]} bars
 * @returns {import("./chart.js").Drawing}
 */
export function errorDrawing(flows, allSolvers, bars) {
  const curves = flows.flatMap(({ name, line, mark, solver, shown, curves: { errors } }) =>
    registry()
      .solvers.filter((entry) => allSolvers || entry.name === solver)
      .map((entry) => ({
        name: allSolvers ? `${name} with ${entry.label}` : name,
        line,
        mark: allSolvers ? markOf(entry.name, mark) : mark,
        isQuiet: allSolvers && entry.name !== solver,
        points: currentPoints(errors.get(entry.name), shown, ({ energy }) => Math.max(LEAST, energy)),
      })),
  );
  const all = curves.flatMap(({ points }) => points.map(([, energy]) => energy));
  const words = flows.map(({ name, solver, shown, curves: { errors } }) => {
    const points = currentPoints(errors.get(solver), shown, ({ energy }) => energy);
    return `${name} with ${labelOf(registry().solvers, solver)} ${told(points, measure)}`;
  });
  return {
    ...overEvaluations(curves, bars),
    y: { label: "energy distance", min: Math.min(0.01, ...all) / 1.3, max: Math.max(1, ...all) * 1.3, log: true },
    curves: curves.sort((a, b) => Number(b.isQuiet) - Number(a.isQuiet)),
    value: measure,
    summary: `Energy distance against evaluations: ${words.join("; ")}.`,
  };
}
