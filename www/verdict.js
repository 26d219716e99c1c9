/** The sentence under the panels, computed from what is on screen. */

import { showsLearning } from "./sampling.js";
import { count, measure, percent, times } from "./format.js";

/** @typedef {import("./engine.js").Picture} Picture */

/** Before this training step a comparison says more about patience than about paths. */
export const LEARNT_AT = 400;
/** Ratios of energy distance below this are called a tie, of straightness below this equal. */
const TIE = 1.3;
/** Shares of hits this many standard deviations apart are no chance. */
const SURE = 4;

/**
 * What the verdict must know of one flow.
 * @typedef {object} Shown
 * @property {string} name
 * @property {Picture | undefined} picture of what is asked for now
 * @property {boolean} hadPicture whether there was ever one
 * @property {string} refused why there cannot be one
 * @property {boolean} failed
 */

/** @typedef {Shown & { picture: Picture, energy: number }} Compared */

/**
 * @param {Shown[]} flows the two that are compared
 * @returns {string}
 */
export function verdict(flows) {
  const failed = flows.filter((flow) => flow.failed);
  if (failed.length > 0) return `${failed.map(({ name }) => name).join(" and ")} stopped, so there is nothing to compare.`;
  const refused = flows.filter((flow) => flow.refused);
  if (refused.length > 0) return `${refused.map(({ name }) => name).join(" and ")} cannot be shown, so there is nothing to compare.`;
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
  const guided = flows.filter(({ picture }) => (picture?.sampling.guidance?.weight ?? 0) > 0);
  if (guided.length > 0) {
    const [are, distances] = guided.length === 1 ? ["is", "its distance from all of them says"] : ["are", "their distances from all of them say"];
    return `${guided.map(({ name }) => name).join(" and ")} ${are} guided to one of the data’s modes, so ${distances} nothing here: look where the particles end.`;
  }
  const steps = means([a, b]);
  const left = { ...straight, picture: a, energy: Math.max(0, a.report.energy) };
  const right = { ...curved, picture: b, energy: Math.max(0, b.report.energy) };
  const [best, worst] = left.energy <= right.energy ? [left, right] : [right, left];
  const noise = Math.max(a.report.energyNoise, b.report.energyNoise);
  const distances = (/** @type {Compared} */ one, /** @type {Compared} */ other) => `energy distance ${measure(one.energy)} against ${measure(other.energy)}`;
  if (worst.energy < noise) {
    return `${steps} both flows land as close to the data as the energy distance of so many particles can tell (${distances(left, right)})${hits(left, right)}.`;
  }
  if (worst.energy < TIE * Math.max(best.energy, noise)) {
    return `${steps} the two flows land about equally far from the data (${distances(left, right)})${hits(left, right)}.`;
  }
  if (best.energy < noise) {
    // A ratio to noise would be noise: what can be said is that one distance is there and the other is not.
    return `${steps} ${best.name} lands as close to the data as the energy distance of so many particles can tell; ${worst.name} does not (${distances(best, worst)})${reason(best, worst)}.`;
  }
  const factor = times(worst.energy / best.energy);
  return `${steps} ${best.name} lands ${factor} closer to the data than ${worst.name} (${distances(best, worst)})${reason(best, worst)}.`;
}

/**
 * What the energy distance does not see: that more of one flow's particles reach the target.
 * @param {Compared} left
 * @param {Compared} right
 */
function hits(left, right) {
  const [more, fewer] = left.picture.report.hits >= right.picture.report.hits ? [left, right] : [right, left];
  const [p, q] = [more.picture.report.hits, fewer.picture.report.hits];
  const deviation = Math.sqrt((p * (1 - p)) / more.picture.particles + (q * (1 - q)) / fewer.picture.particles);
  if (p - q <= SURE * deviation) return "";
  return `; yet ${percent(p)} of ${more.name}’s particles reach the target, and ${percent(q)} of ${fewer.name}’s`;
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
 * @param {Compared} nearer
 * @param {Compared} farther
 */
function reason({ name, picture: { straightness: best = NaN } }, { picture: { straightness: worst = NaN } }) {
  if (Number.isNaN(best + worst)) return "";
  const ratio = worst / Math.max(best, 1e-9);
  const values = `straightness ${measure(best)} against ${measure(worst)}`;
  if (ratio >= TIE) return `: ${name}’s trajectories are ${times(ratio)} straighter (${values})`;
  if (ratio > 1 / TIE) return `, though both bend alike (${values}): where a trajectory bends counts too`;
  return `, although ${name}’s trajectories bend more (${values}): where they bend counts too`;
}
