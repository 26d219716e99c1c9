/** From the page's state to flow-core's configuration of one flow. */

import { defaultConfig, registry } from "./registry.js";
import { FLOWS } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Flow} Flow */
/** @typedef {import("./state.js").FlowName} FlowName */

/** @typedef {import("./sampling.js").Sampling} Sampling */

/**
 * flow_core::Config, as far as the page sets it.
 * @typedef {object} Config
 * @property {number} seed
 * @property {{ preset: string }} target
 * @property {{ preset: string }} source
 * @property {{ type: string }} schedule
 * @property {{ type: string }} coupling
 * @property {Record<string, unknown>} [network]
 * @property {Record<string, unknown> & { class_dropout: number | null }} training
 * @property {{ after: number }[]} rounds
 * @property {Sampling} sampling
 */

/** A network that can be guided is not told the class of this share of its pairs, if nothing else is set. */
export const CLASS_DROPOUT = 0.1;
/** Where a fall of the learning rate without a default sets in, or ends. */
export const DECAY_STEPS = 10_000;

/**
 * Everything that determines one flow of the page.
 * @param {State} state
 * @param {FlowName} name
 * @returns {Config}
 */
export function configOf(state, name) {
  const flow = state[name];
  return {
    seed: state.seed,
    target: { preset: state.dataset },
    source: { preset: flow.source },
    schedule: { type: flow.schedule },
    coupling: { type: flow.coupling, ...(flow.coupling === defaultConfig().coupling.type ? settingsOf(state, "coupling") : {}) },
    network: settingsOf(state, "network"),
    training: trainingSettings(state, flow),
    rounds: flow.rounds.map(({ name: round, after }) => ({ ...registry().rounds.find((entry) => entry.name === round)?.value, after })),
    sampling: samplingOf(state, name),
  };
}

/**
 * What the reader set in one part of the configuration.
 * @param {State} state
 * @param {string} part
 * @returns {Record<string, unknown>}
 */
function settingsOf({ settings }, part) {
  const own = Object.entries(settings).filter(([path]) => path.startsWith(`${part}.`));
  return Object.fromEntries(own.map(([path, value]) => [path.slice(part.length + 1), value]));
}

/** @param {State} state @param {Flow} flow @returns {Config["training"]} */
function trainingSettings(state, { guided }) {
  const { decay, "decay.steps": steps, "decay.exponent": exponent, class_dropout: dropout, ...plain } = settingsOf(state, "training");
  /** @type {Config["training"]} */
  const training = { ...plain, class_dropout: guided < 0 ? null : Number(dropout ?? CLASS_DROPOUT) };
  if (decay !== undefined || steps !== undefined || exponent !== undefined) {
    const known = defaultConfig().training.decay;
    const type = decay ?? known.type;
    const whole = { type, steps: steps ?? (type === known.type ? known.steps : DECAY_STEPS), exponent: exponent ?? known.exponent };
    const { exponent: _, ...withoutExponent } = whole;
    training["decay"] = type === "constant" ? { type } : type === "cosine" ? withoutExponent : whole;
  }
  return training;
}

/**
 * How the flow's field is followed: as many steps of its solver as `state.n` function evaluations pay for, and at least one.
 * @param {State} state
 * @param {FlowName} name
 * @returns {Sampling}
 */
export function samplingOf(state, name) {
  const { n, particles, [name]: flow } = state;
  const { field, solver, diffusion, noise, guided, weight } = flow;
  return {
    particles,
    steps: Math.max(1, Math.floor(n / evaluationsPerStep(solver))),
    solver: { type: solver },
    field,
    diffusion: noise > 0 ? { type: diffusion, g: noise } : null,
    guidance: guided < 0 ? null : { class: guided, weight },
  };
}

/** @param {string} solver */
export function evaluationsPerStep(solver) {
  return registry().solvers.find(({ name }) => name === solver)?.evaluationsPerStep ?? 1;
}

/**
 * What a network is trained on, as text to compare: equal texts, equal training.
 * @param {Config} config
 */
export function trainingOf({ sampling: _sampling, rounds: _rounds, ...training }) {
  return JSON.stringify(training);
}

/**
 * Whether the flows of two states learn the same from the same, rounds included. In which panel does not matter: exchanged
 * flows are brought to where they were, and learn nothing new.
 * @param {State} a
 * @param {State} b
 */
export function sameTraining(a, b) {
  const lessons = (/** @type {State} */ state) =>
    FLOWS.map((name) => {
      const config = configOf(state, name);
      return trainingOf(config) + JSON.stringify(config.rounds);
    });
  return lessons(a).sort().join() === lessons(b).sort().join();
}
