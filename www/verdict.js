/** The sentence under the panels, computed from what is on screen. */

import { showsLearning } from "./sampling.js";
import { count, measure, times } from "./format.js";

/** @typedef {import("./engine.js").Picture} Picture */

/** Before this training step a comparison says more about patience than about paths. */
export const LEARNT_AT = 400;
/** Ratios of energy distance below this are called a tie, of straightness below this equal. */
const TIE = 1.3;
/** Twice the energy distance that n points drawn from the data itself leave is about this over n: nobody can tell less. */
const SAMPLING_NOISE = 10;

/**
 * What the verdict must know of one flow.
 * @typedef {object} Shown
 * @property {string} name
 * @property {Picture | undefined} picture of what is asked for now
 * @property {boolean} hadPicture whether there was ever one
 * @property {number | undefined} straightness
 * @property {boolean} failed
 */

/**
 * @param {Shown[]} flows the two that are compared
 * @returns {string}
 */
export function verdict(flows) {
  const failed = flows.filter((flow) => flow.failed);
  if (failed.length > 0) return `${failed.map(({ name }) => name).join(" and ")} stopped, so there is nothing to compare.`;
  const [straight, curved] = flows;
  const [a, b] = flows.map(({ picture }) => picture);
  if (flows.some(({ hadPicture }) => !hadPicture)) return "Two networks are about to start learning, from random weights, in this page.";
  if (!straight || !curved || !a || !b) return "Following the particles anew …";

  const rough = flows.filter(({ picture }) => picture && showsLearning(picture.sampling) && picture.step < LEARNT_AT);
  if (rough.length > 0) {
    const step = Math.min(...rough.map(({ picture }) => picture?.step ?? 0));
    const [whose, its] = rough.length === 1 ? [`the field of ${rough[0]?.name} is`, "its"] : ["both fields are", "their"];
    const had = step === 0 ? `Before ${its} first training step` : `After only ${count(step)} training ${step === 1 ? "step" : "steps"}`;
    return `${had} ${whose} still rough; the comparison is worth reading from step ${count(LEARNT_AT)} on.`;
  }
  const steps = means([a, b]);
  const compared = [
    { ...straight, energy: Math.max(0, a.report.energy) },
    { ...curved, energy: Math.max(0, b.report.energy) },
  ];
  const [best, worst] = compared.sort((x, y) => x.energy - y.energy);
  if (!best || !worst) return "";
  const distances = `energy distance ${measure(best.energy)} against ${measure(worst.energy)}`;
  const noise = SAMPLING_NOISE / a.report.measured;
  if (worst.energy < noise) {
    return `${steps} both flows land as close to the data as the energy distance of so many particles can tell (${distances}).`;
  }
  if (worst.energy < TIE * best.energy) return `${steps} the two flows land about equally far from the data (${distances}).`;
  if (best.energy < noise) {
    // A ratio to noise would be noise: what can be said is that one distance is there and the other is not.
    return `${steps} ${best.name} lands as close to the data as the energy distance of so many particles can tell; ${worst.name} does not (${distances})${reason(best, worst)}.`;
  }
  const factor = times(worst.energy / best.energy);
  return `${steps} ${best.name} lands ${factor} closer to the data than ${worst.name} (${distances})${reason(best, worst)}.`;
}

/**
 * With what both went: Euler steps where both take those, else function evaluations, which are what steps cost.
 * @param {Picture[]} pictures
 */
function means(pictures) {
  const [one = 0, other = 0] = pictures.map(({ report }) => report.nfe);
  const areEuler = pictures.every(({ sampling }) => sampling.solver.type === "euler" && !sampling.diffusion);
  if (areEuler && one === other) return one === 1 ? "With a single Euler step" : `With ${one} Euler steps`;
  if (one === other) return `With ${count(one)} function ${one === 1 ? "evaluation" : "evaluations"} each`;
  return `With ${count(one)} and ${count(other)} function evaluations`;
}

/**
 * Why, as far as straightness can say.
 * @param {Shown} best
 * @param {Shown} worst
 */
function reason({ name, straightness: best }, { straightness: worst }) {
  if (best === undefined || worst === undefined) return "";
  const ratio = worst / Math.max(best, 1e-9);
  const values = `straightness ${measure(best)} against ${measure(worst)}`;
  if (ratio >= TIE) return `: ${name}’s trajectories are ${times(ratio)} straighter (${values})`;
  if (ratio > 1 / TIE) return `, though both bend alike (${values}): where a trajectory bends counts too`;
  return `, although ${name}’s trajectories bend more (${values}): where they bend counts too`;
}
