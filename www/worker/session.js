/** One experiment in a worker: all that is known about it, and which of its pictures are wanted. */

import { Lab } from "../../pkg/flow_wasm.js";
import { fieldOf } from "../sampling.js";
import { attempt, send, stamp } from "./messages.js";

/** @typedef {import("../engine.js").History} History */
/** @typedef {import("../sampling.js").Sampling} Sampling */
/** @typedef {Extract<import("../engine.js").ToWorker, { kind: "configure" }>} Configure */

/** The experiment, and all that is known about it. */
export class Session {
  /** @param {Configure} message */
  constructor({ generation, config, course, replay, curve, checkpoint }) {
    this.lab = checkpoint ? Lab.resume(checkpoint) : new Lab(JSON.stringify(config));
    if (checkpoint) this.lab.set_sampling(JSON.stringify(config.sampling));
    this.generation = generation;
    this.course = course;
    this.curve = curve;
    this.sampling = config.sampling;
    this.replay = replay;
    /** When the reader last asked for another picture. */
    this.askedAt = 0;
    /** Whether the sampling asked for last cannot be: then there is nothing to show. */
    this.isRefused = false;
    /** Rounds to be added when training gets there. @type {{ name: string, after: number }[]} */
    this.rounds = [];
    /** The round whose pairs are being made. @type {string | undefined} */
    this.preparing = undefined;
    /** The training step at which the last round began. */
    this.begunAt = -1;

    /** The weights on show: an entry of `states`, or -1 for those of now. */
    this.shown = -1;
    /** @type {History} */
    this.states = [];
    /** The last one made, and what it cost. @type {{ sampling: Sampling | undefined, replay: number | undefined, step: number, cost: number }} */
    this.picture = { sampling: undefined, replay: undefined, step: -1, cost: 0 };
    /** The sample under way. @type {{ particles: number, step: number, cost: number } | undefined} */
    this.sample = undefined;
    this.straightnessOf = "";
    this.curveAt = 0;
    this.curveCost = 0;
    /** Training step at which each point of the curve was measured. @type {Map<string, number>} */
    this.measured = new Map();
    this.isFloorKnown = false;

    this.reportedStep = -1;
    this.historyAt = 0;
    this.progressAt = performance.now();
    this.progressStep = 0;
    this.stepsPerSecond = 0;
  }

  get step() {
    return this.lab.training_step;
  }

  /** Whether a round has begun whose network has not learnt anything yet. */
  get isUntrained() {
    return this.step === this.begunAt;
  }

  /** The training step of the weights on show. */
  get shownStep() {
    return this.states[this.shown]?.step ?? this.step;
  }
}

/**
 * Pictures are made like this from now on; one under way is dropped.
 * @type {(session: Session, sampling: Sampling, replay: number | undefined) => void}
 */
export function resample(session, sampling, replay) {
  session.askedAt = performance.now();
  session.sample = undefined;
  session.replay = replay;
  const { reason } = attempt(() => session.lab.set_sampling(JSON.stringify(sampling)));
  session.isRefused = reason !== undefined;
  if (reason !== undefined) {
    send({ kind: "refused", ...stamp(session), reason });
    return;
  }
  if (fieldOf(sampling) !== fieldOf(session.sampling)) session.measured.clear();
  session.sampling = sampling;
  chooseShown(session);
}

/** Finds the kept weights that come nearest to what is to be replayed. @param {Session} session */
export function chooseShown(session) {
  const { lab, replay } = session;
  // Until training has passed the step that is to be shown, or when none is kept, the newest weights come nearest.
  const isNewest = replay === undefined || replay >= session.step || session.states.length === 0;
  const index = isNewest ? -1 : Math.max(0, session.states.findLastIndex(({ step }) => step <= replay));
  if (index === session.shown) return;
  session.shown = index;
  session.sample = undefined;
  lab.show_step(index);
}
