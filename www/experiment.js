/** From the page's state to flow-core's configuration of one flow. */

import { registry } from "./registry.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Flow} Flow */
/** @typedef {import("./state.js").FlowName} FlowName */

/**
 * flow_core::config::SamplingConfig
 * @typedef {object} Sampling
 * @property {number} particles
 * @property {number} steps
 * @property {{ type: string }} solver
 * @property {string} field
 * @property {{ type: string, g: number } | null} diffusion
 * @property {{ class: number, weight: number } | null} guidance
 */

/**
 * flow_core::Config, as far as the page sets it.
 * @typedef {object} Config
 * @property {number} seed
 * @property {{ preset: string }} target
 * @property {{ preset: string }} source
 * @property {{ type: string }} schedule
 * @property {{ type: string }} coupling
 * @property {{ class_dropout: number | null }} training
 * @property {object[]} rounds
 * @property {Sampling} sampling
 */

/** A network that can be guided is not told the class of this share of its pairs. */
const CLASS_DROPOUT = 0.1;

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
    coupling: { type: flow.coupling },
    training: { class_dropout: flow.guided < 0 ? null : CLASS_DROPOUT },
    rounds: flow.rounds.map(({ name: round, after }) => ({ ...registry().rounds.find((entry) => entry.name === round)?.value, after })),
    sampling: samplingOf(state, name),
  };
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

/** Whether a flow's network learns, so that its picture changes with training. @param {Sampling} sampling */
export function showsLearning({ field }) {
  return field === "learned";
}

/**
 * What a network is trained on, as text to compare: equal texts, equal training.
 * @param {Config} config
 */
export function trainingOf({ sampling: _sampling, rounds: _rounds, ...training }) {
  return JSON.stringify(training);
}
