/**
 * Everything that can happen to the state, and what it does.
 */

import { DEFAULT_UNTIL, MAX_EULER_STEPS, MAX_TRAINING_STEPS } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").FlowName} FlowName */

/**
 * @typedef {{ kind: "dataset", name: string }
 *   | { kind: "euler-steps", n: number }
 *   | { kind: "seed", seed: number }
 *   | { kind: "particles", count: number }
 *   | { kind: "coupling", flow: FlowName, coupling: string }
 *   | { kind: "play", playing: boolean }
 *   | { kind: "tick", time: number }
 *   | { kind: "scrub", time: number }
 *   | { kind: "speed", speed: number }
 *   | { kind: "trails", trails: boolean }
 *   | { kind: "train", step: number }
 *   | { kind: "pause-training", step: number }
 *   | { kind: "one-step", step: number }
 *   | { kind: "until", until: number }
 *   | { kind: "reset" }
 *   | { kind: "panel", panel: FlowName }
 *   | { kind: "replace", state: State }} Message
 */

/**
 * The state after a message. Messages about training carry `step`, the furthest training step of the two
 * flows: both always stop at one common step, so that they stay comparable and the picture reproducible.
 * @param {State} state
 * @param {Message} message
 * @returns {State}
 */
export function update(state, message) {
  switch (message.kind) {
    case "dataset":
      return restarted({ ...state, dataset: message.name });
    case "euler-steps":
      return { ...state, n: Math.min(MAX_EULER_STEPS, Math.max(1, Math.round(message.n))) };
    case "seed":
      return restarted({ ...state, seed: message.seed });
    case "particles":
      return { ...state, particles: message.count };
    case "coupling":
      return restarted({ ...state, [message.flow]: { ...state[message.flow], coupling: message.coupling } });
    case "play":
      return { ...state, playing: message.playing };
    case "tick":
      return { ...state, time: message.time };
    case "scrub":
      return { ...state, playing: false, time: message.time };
    case "speed":
      return { ...state, speed: message.speed };
    case "trails":
      return { ...state, trails: message.trails };
    case "train":
      return { ...state, training: true, stop: undefined, until: nextPause(state.until, message.step) };
    case "pause-training":
      return { ...state, training: false, stop: message.step };
    case "one-step":
      return { ...state, training: false, stop: message.step + 1 };
    case "until":
      return { ...state, until: message.until };
    case "reset":
      return restarted(state);
    case "panel":
      return { ...state, panel: message.panel };
    case "replace":
      return message.state;
  }
}

/**
 * New networks learn from the start.
 * @param {State} state
 * @returns {State}
 */
function restarted(state) {
  return { ...state, training: true, stop: undefined };
}

/**
 * The pause to train towards from `step`: the one already set if it lies ahead, else the next round one.
 * @param {number} until
 * @param {number} step
 */
function nextPause(until, step) {
  if (until > step) return until;
  return Math.min(MAX_TRAINING_STEPS, (Math.floor(step / DEFAULT_UNTIL) + 1) * DEFAULT_UNTIL);
}
