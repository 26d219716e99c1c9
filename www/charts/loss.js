/** Loss during training, with the floor that no network can go below. */

import { count, measure } from "../format.js";
import { smoothed } from "./points.js";

const POINTS = 100;

/**
 * @param {import("./charts.js").Shown[]} flows
 * @param {boolean} log
 * @param {number[]} bars
 * @returns {import("./chart.js").Drawing}
 */
export function lossDrawing(flows, log, bars) {
  const lines = flows.map(({ name, line, curves: { losses } }) => ({ name, line, points: smoothed(losses, POINTS) }));
  const last = Math.max(0, ...lines.map(({ points }) => points.at(-1)?.[0] ?? 0));
  const end = Math.max(100, last);
  const floors = flows
    .filter(({ curves: { floor } }) => floor > 0)
    .map(({ name, line, curves: { floor } }) => ({
      name: `floor of ${name}`,
      line,
      points: /** @type {[number, number][]} */ ([[0, floor], [end, floor]]),
      isQuiet: true,
      isConstant: true,
    }));
  const values = [...lines, ...floors].flatMap(({ points }) => points.map(([, loss]) => loss)).filter((value) => value > 0);
  const [low, high] = [Math.min(0.5, ...values) / 1.2, Math.max(1, ...values) * (log ? 1.2 : 1.05)];
  const words = flows.map(({ name, curves: { floor } }, i) => {
    const now = lines[i]?.points.at(-1);
    return `${name} ${now ? measure(now[1]) : "no value"}${floor > 0 ? `, floor ${measure(floor)}` : ""}`;
  });
  return {
    x: { label: "training step", min: 0, max: end },
    y: { label: "mean loss per dimension", min: log ? low : 0, max: high, log },
    curves: [...floors, ...lines],
    bars,
    place: (step) => `Step ${count(step)}`,
    value: measure,
    summary: `Mean loss after ${count(last)} training steps: ${words.join("; ")}.`,
  };
}
