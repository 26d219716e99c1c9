/** The sentence under the panels, computed from what is on screen. */

import { count, measure, times } from "./format.js";

/** @typedef {import("./engine.js").Picture} Picture */

/** Before this training step a comparison says more about patience than about paths. */
export const LEARNT_AT = 400;
/** Ratios of energy distance below this are called a tie, of straightness below this equal. */
const TIE = 1.3;
/** Twice the energy distance that n points drawn from the data itself leave is about this over n: nobody can tell less. */
const SAMPLING_NOISE = 10;

/**
 * @param {Picture | undefined} straight
 * @param {Picture | undefined} curved
 * @param {{ name: string, failed: boolean }[]} failures
 * @returns {string}
 */
export function verdict(straight, curved, failures) {
  const failed = failures.filter((panel) => panel.failed);
  if (failed.length > 0) return `${failed.map((panel) => panel.name).join(" and ")} stopped, so there is nothing to compare.`;
  if (!straight || !curved) return "Two networks are about to start learning, from random weights, in this page.";
  if (straight.steps !== curved.steps) return "Following the particles anew …";

  const step = Math.min(straight.step, curved.step);
  if (step < LEARNT_AT) {
    const had = step === 0 ? "Before their first training step" : `After only ${count(step)} training ${step === 1 ? "step" : "steps"}`;
    return `${had} both fields are still rough; the comparison is worth reading from step ${count(LEARNT_AT)} on.`;
  }

  const steps = straight.steps === 1 ? "With a single Euler step" : `With ${straight.steps} Euler steps`;
  const [best, worst] =
    straight.report.energy <= curved.report.energy ? [flow("Straight", straight), flow("Curved", curved)] : [flow("Curved", curved), flow("Straight", straight)];
  const ratio = worst.energy / Math.max(best.energy, 1e-12);
  const distances = `energy distance ${measure(best.energy)} against ${measure(worst.energy)}`;
  const noise = SAMPLING_NOISE / straight.particles;
  if (worst.energy < noise) {
    return `${steps} both flows land as close to the data as ${count(straight.particles)} particles can tell (${distances}).`;
  }
  if (ratio < TIE) return `${steps} the two flows land about equally far from the data (${distances}).`;

  const bend = worst.straightness / Math.max(best.straightness, 1e-12);
  const straightnesses = `straightness ${measure(best.straightness)} against ${measure(worst.straightness)}`;
  const factor = best.energy < noise ? `over ${times(worst.energy / noise)}` : times(ratio);
  const comparison = `${steps} ${best.name} lands ${factor} closer to the data than ${worst.name} (${distances})`;
  if (bend >= TIE) return `${comparison}: its trajectories are ${times(bend)} straighter (${straightnesses}).`;
  if (bend > 1 / TIE) return `${comparison}, though both bend alike (${straightnesses}): where a trajectory bends counts too.`;
  return `${comparison}, although its trajectories bend more (${straightnesses}): where they bend counts too.`;
}

/**
 * @param {string} name
 * @param {Picture} picture
 */
function flow(name, { report: { energy, straightness } }) {
  return { name, energy: Math.max(0, energy), straightness };
}
