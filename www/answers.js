/** What a worker says goes to where it is remembered and shown. */

import { insert } from "./charts/points.js";
import { samplingOf } from "./experiment.js";
import { labelOf, registry } from "./registry.js";
import { fieldOf, showsLearning } from "./sampling.js";

/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./engine.js").FromWorker} FromWorker */

/** What is remembered of the straightness during training. */
const STRAIGHTNESS_POINTS = 300;

export class Answers {
  #flows;
  #host;

  /** @param {import("./flows.js").Flows} flows @param {import("./flows.js").Host} host */
  constructor(flows, host) {
    this.#flows = flows;
    this.#host = host;
  }

  /** @param {Side} side @param {Exclude<FromWorker, import("./engine.js").Answer>} message */
  hear(side, message) {
    const { comparison, pace } = this.#flows;
    switch (message.kind) {
      case "progress":
        side.step = message.step;
        side.panel.progress(message);
        if (message.history) side.curves.losses = pairs(message.history);
        if (message.states) side.history = message.states;
        if (message.history) this.#host.charted();
        pace.steer();
        break;
      case "picture":
        comparison.receive(side, message);
        break;
      case "straightness":
        side.straighten(message);
        if (message.straightness !== undefined && this.#isOfFieldShown(side, message)) {
          const { curves } = side;
          if (showsLearning(message.sampling)) insert(curves.straightness, [message.step, message.straightness], STRAIGHTNESS_POINTS);
          side.note("straightness", message.step, message.straightness);
          this.#host.charted();
        }
        comparison.showStraightness(side);
        break;
      case "floor":
        side.curves.floor = message.floor ?? NaN;
        side.panel.floor(message.floor);
        this.#host.charted();
        break;
      case "error": {
        if (!this.#isOfFieldShown(side, message)) break;
        const { step, energy, hits, evaluations } = message;
        const { solver, steps } = message.point;
        const known = side.curves.errors.get(solver) ?? new Map();
        side.curves.errors.set(solver, known.set(steps, { evaluations, energy, hits, step }));
        if (solver === "euler" && steps === 1) side.note("hits", step, hits);
        this.#host.charted();
        break;
      }
      case "round": {
        const label = labelOf(registry().rounds, message.name);
        side.round = message.share < 1 ? { name: message.name, share: message.share } : undefined;
        side.panel.announce(side.round ? `${label}: the network makes its own pairs …` : "");
        break;
      }
      case "refused":
        side.refused = message.reason;
        comparison.clear(side, `This cannot be shown: ${message.reason}.`);
        comparison.judge();
        break;
      case "failed":
        side.failed = true;
        side.round = undefined;
        side.panel.forgetTraining();
        comparison.clear(side, "");
        side.panel.fail(`${this.#host.state()[side.name].name} stopped while ${message.during}: ${message.reason}.`, () => {
          this.#flows.restart(side);
        });
        comparison.judge();
        pace.steer();
        break;
    }
    comparison.renew();
  }

  /** Whether something was measured of the field that is on show now. @param {Side} side @param {{ sampling: import("./experiment.js").Sampling }} message */
  #isOfFieldShown({ name }, { sampling }) {
    return fieldOf(sampling) === fieldOf(samplingOf(this.#host.state(), name));
  }
}

/** @param {Float32Array} flat @returns {[number, number][]} */
function pairs(flat) {
  return Array.from({ length: flat.length >> 1 }, (_, i) => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0]);
}
