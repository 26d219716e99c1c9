/** What the words of the page mean. `labels` are the other texts under which a word stands on a control or before a number. */

import { LAYERS, PARTS } from "./layer-table.js";

/** @type {readonly { term: string, meaning: string, labels?: string[] }[]} */
export const GLOSSARY = [
  { term: "Path", meaning: "How a noise point is joined with its data point: by a straight line at constant speed, or along a curve." },
  { term: "Coupling", meaning: "Which noise point is paired with which data point during training: at random, or so that pairs lie near each other, or by a network." },
  { term: "Source", meaning: "The distribution the particles start from, the noise." },
  { term: "Field", meaning: "What moves the particles: the learned network, the exact field in closed form, or for each particle the path to its own target." },
  { term: "Solver", meaning: "How the field is followed in steps. Better solvers ask the network several times in each." },
  { term: "Euler steps", meaning: "Function evaluations allowed for each particle. Euler’s method spends one on each step; other solvers take as many whole steps as this pays for." },
  { term: "Evaluations", meaning: "How often the network was asked for one particle (NFE)." },
  { term: "Time", meaning: "Flow time t. At 0 the particles are noise, at 1 they should be data." },
  { term: "Noise g", meaning: "Strength of the random kicks on the way. At 0 particles follow an ODE; above, an SDE that has the same distribution at every moment if the field is exact." },
  { term: "Noise over time", meaning: "How the strength of the kicks depends on flow time." },
  { term: "Guide towards", meaning: "Guidance: the class, here a mode of the target, that particles are led to." },
  { term: "Guidance weight", meaning: "How strongly: 0 ignores the class, 1 follows it, above 1 overstates the difference." },
  { term: "Hits", meaning: "Share of particles that end inside the target: within three standard deviations of a mode, or inside a cell.", labels: ["Hits against evaluations"] },
  { term: "Modes reached", meaning: "Parts of the target that particles end in. A flow that misses one has lost a part of the data." },
  { term: "Energy distance", meaning: "How far the cloud of end points is from the data as a whole. Zero when the two cannot be told apart.", labels: ["Error against evaluations"] },
  { term: "Straightness", meaning: "How much velocities change along the way, relative to the way gone. Zero means straight lines at constant speed.", labels: ["Straightness over training"] },
  { term: "Training step", meaning: "One batch of pairs shown to the network, and one correction of its weights.", labels: ["One training step"] },
  { term: "Steps per second", meaning: "Training speed on this machine." },
  { term: "Loss, floor", meaning: "Mean squared error of the velocity over a batch, and the part of it that no network can avoid because paths cross. A panel tells the mean of about 50 batches, a point of the chart that since the one before.", labels: ["Loss, and the floor under it"] },
  { term: "Picture from step", meaning: "The training step whose weights moved the particles on show." },
  { term: "Fingerprint", meaning: "A number made from every bit of all end positions. The same settings give the same one in every browser." },
  { term: "Seed", meaning: "Where every random number of the experiment starts. The same seed repeats it exactly." },
  { term: "Pause at step", meaning: "Both networks stop training by themselves at this training step." },
  { term: "Particles", meaning: "Points of noise that are moved in each panel." },
  { term: "Speed", meaning: "How fast the film of flow time runs." },
  { term: "Training step shown", meaning: "Which of the weights kept on the way move the particles." },
  { term: "View", meaning: "The plane shows one moment; the journey all of them, from the noise at the left to the data at the right." },
  { term: "Colour by", meaning: "What a particle’s colour tells: whether it reaches the target, or where it began." },
  { term: "Ask the plane", meaning: "A place shows the pairs whose paths pass it now; their mean, by posterior weight, is the exact field. Or a start shows where few and many steps lead." },
  { term: "Logarithmic", meaning: "Equal heights are equal ratios." },
  { term: "All solvers", meaning: "One curve for each way to follow the field as an ODE.", labels: ["All solvers, without noise"] },
  ...[...PARTS, ...LAYERS].map(({ label, words }) => ({ term: label, meaning: `${words.charAt(0).toUpperCase()}${words.slice(1)}` })),
  { term: "Posterior weight", meaning: "How probable it is that a path which passes a place belongs to a given pair." },
  { term: "Mean speed, scatter", meaning: "Of pairs that pass a place: the length of their mean velocity, and how far single ones are from it. Much scatter means crossing paths, and a bend." },
  { term: "Log-likelihood", meaning: "The logarithm of the learnt density at a data point: the higher, the more the flow expects it." },
  { term: "Moving average (EMA)", meaning: "The mean of the weights over the last steps, newer ones counting more. It moves the particles." },
  { term: "Optimal transport", meaning: "The pairing of noise and data whose squared distances have the least sum." },
  { term: "Generation", meaning: "The weights between two rounds of straightening, such as before and after a reflow." },
];

/** The entry of a text on the page, if it is one. @param {string} text */
export function entryFor(text) {
  const wanted = text.trim().toLowerCase();
  return GLOSSARY.find(({ term, labels = [] }) => [term, ...labels].some((label) => label.toLowerCase() === wanted));
}

/** @param {{ term: string }} entry */
export function idOf({ term }) {
  return `word-${term.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
}
