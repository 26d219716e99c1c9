/**
 * Everything that can happen to the state, and what it does.
 */

import { sameTraining } from "./experiment.js";
import { DEFAULT_UNTIL, MAX_EULER_STEPS, MAX_NAME_LENGTH, MAX_TRAINING_STEPS } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Flow} Flow */
/** @typedef {import("./state.js").FlowName} FlowName */

/**
 * What can change without touching any network.
 * @typedef {Partial<Omit<State, "dataset" | "seed" | "straight" | "curved" | "training" | "stop" | "settings">>} View
 */

/**
 * @typedef {{ kind: "experiment", change: Partial<Pick<State, "dataset" | "n" | "settings" | "straight" | "curved">> }
 *   | { kind: "euler-steps", n: number }
 *   | { kind: "seed", seed: number }
 *   | { kind: "flow", flow: FlowName, change: Partial<Flow> }
 *   | { kind: "round", flow: FlowName, name: string, after: number, change: Partial<Flow> }
 *   | { kind: "setting", path: string, value: import("./state.js").Setting | undefined }
 *   | { kind: "default-settings" }
 *   | { kind: "swap" }
 *   | { kind: "copy", from: FlowName }
 *   | { kind: "play", playing: boolean }
 *   | { kind: "tick", time: number }
 *   | { kind: "scrub", time: number }
 *   | { kind: "train", step: number }
 *   | { kind: "pause-training", step: number }
 *   | { kind: "one-step", step: number }
 *   | { kind: "reset" }
 *   | { kind: "view", change: View }
 *   | { kind: "replace", state: State }} Message
 */

/** A new round is trained for this long before the next pause, so that what it changes can be seen. */
const ROUND_STEPS = 2000;
/** What the name of a copy ends with. */
const COPY = " (copy)";

/**
 * The state after a message. Messages about training carry `step`, the furthest training step of the two
 * flows: both always stop at one common step, so that they stay comparable and the picture reproducible.
 * @param {State} state
 * @param {Message} message
 * @returns {State}
 */
export function update(state, message) {
  switch (message.kind) {
    case "experiment":
      return continued(state, { ...state, ...message.change });
    case "euler-steps":
      return { ...state, n: Math.min(MAX_EULER_STEPS, Math.max(1, Math.round(message.n))) };
    case "seed":
      return restarted({ ...state, seed: message.seed });
    case "flow":
      return continued(state, { ...state, [message.flow]: { ...state[message.flow], ...message.change } });
    case "round": {
      const flow = { ...state[message.flow], ...message.change };
      const rounds = [...flow.rounds, { name: message.name, after: message.after }];
      const until = Math.min(MAX_TRAINING_STEPS, Math.max(state.until, message.after + ROUND_STEPS));
      return { ...state, training: true, stop: undefined, replay: undefined, until, [message.flow]: { ...flow, rounds } };
    }
    case "setting": {
      const { [message.path]: _, ...others } = state.settings;
      return continued(state, { ...state, settings: message.value === undefined ? others : { ...others, [message.path]: message.value } });
    }
    case "default-settings":
      return continued(state, { ...state, settings: {} });
    case "swap":
      return { ...state, straight: state.curved, curved: state.straight };
    case "copy": {
      const [from, to] = message.from === "straight" ? [state.straight, "curved"] : [state.curved, "straight"];
      return continued(state, { ...state, [to]: { ...from, name: from.name.slice(0, MAX_NAME_LENGTH - COPY.length) + COPY } });
    }
    case "play":
      return { ...state, playing: message.playing };
    case "tick":
      return { ...state, time: message.time };
    case "scrub":
      return { ...state, playing: false, time: message.time };
    case "train":
      return { ...state, training: true, stop: undefined, replay: undefined, until: nextPause(state.until, message.step) };
    case "pause-training":
      return { ...state, training: false, stop: message.step };
    case "one-step":
      // Presses may come faster than steps.
      return { ...state, training: false, stop: Math.max(message.step, state.stop ?? 0) + 1, replay: undefined };
    case "reset":
      return restarted(state);
    case "view":
      return { ...state, ...message.change };
    case "replace":
      return message.state;
  }
}

/** The next state, in which new networks learn only where they learn something else. @param {State} state @param {State} next */
function continued(state, next) {
  return sameTraining(state, next) ? next : restarted(next);
}

/**
 * New networks learn from the start.
 * @param {State} state
 * @returns {State}
 */
function restarted(state) {
  return { ...state, training: true, stop: undefined, replay: undefined };
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
