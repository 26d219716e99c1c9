/** How the field's trajectories straighten, or bend, while it is learnt. */

import { count, measure } from "../format.js";

/** Straighter than this is straight to the eye, and to the axis. */
const LEAST = 1e-4;

/** So few points are marked, for a line between them would seem to know what was not measured. */
const FEW = 12;

/**
 * @param {import("./charts.js").Shown[]} flows
 * @param {number[]} bars
 * @returns {import("./chart.js").Drawing}
 */
export function straightnessDrawing(flows, bars) {
  const curves = flows.map(({ name, line, mark, curves: { straightness } }) => ({
    name,
    line,
    ...(straightness.length <= FEW && { mark }),
    points: straightness.map(([step, value]) => /** @type {[number, number]} */ ([step, Math.max(LEAST, value)])),
  }));
  const all = curves.flatMap(({ points }) => points.map(([, value]) => value));
  const last = Math.max(0, ...curves.map(({ points }) => points.at(-1)?.[0] ?? 0));
  const words = curves.map(({ name, points }) => `${name} ${points.length ? measure(points.at(-1)?.[1] ?? NaN) : "no value"}`);
  return {
    x: { label: "training step", min: 0, max: Math.max(100, last) },
    y: { label: "straightness", min: Math.min(0.01, ...all) / 1.3, max: Math.max(1, ...all) * 1.3, log: true },
    curves,
    bars,
    place: (step) => `Step ${count(step)}`,
    value: measure,
    summary: `Straightness after ${count(last)} training steps: ${words.join("; ")}.`,
  };
}
