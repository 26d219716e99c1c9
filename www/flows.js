/**
 * The two flows at work: brings the workers in line with the state, keeps both trainings in step, and
 * shows what the workers answer.
 */

import { errorCurve } from "./charts/evaluations.js";
import { insert } from "./charts/points.js";
import { percent, count } from "./format.js";
import { find } from "./find.js";
import { Panel } from "./panel.js";
import { labelOf, readOutline, registry } from "./registry.js";
import { configOf, samplingOf, trainingOf } from "./experiment.js";
import { fieldOf, showsLearning } from "./sampling.js";
import { Side } from "./side.js";
import { FLOWS } from "./state.js";
import { LEARNT_AT, verdict } from "./verdict.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./engine.js").FromWorker} FromWorker */

/** Neither flow trains further ahead of the other than this, so that the two can be compared at any moment. */
const LEASH_STEPS = 250;
const PULSE_MILLISECONDS = 2_000;
/** What is remembered of the straightness during training. */
const STRAIGHTNESS_POINTS = 300;

/** What a flow was doing when it stopped: what its worker was told. @type {Record<string, string>} */
const DURING = {
  boot: "it was being loaded",
  configure: "it was being set up",
  round: "it began a round",
  sample: "a picture was asked for",
  ask: "it was asked something",
};
const AT_WORK = "it was at work";

/**
 * What the flows need of the lab.
 * @typedef {object} Host
 * @property {(message: import("./update.js").Message) => void} dispatch
 * @property {() => State} state
 * @property {() => boolean} isInFlight whether particles are on their way and should not be disturbed
 * @property {(side: Side) => void} pictured called when a side shows a new picture
 * @property {() => void} charted called when there is something new for the charts
 */

/**
 * The bytes of a checkpoint from which a flow's experiment can go on towards training step `goal`, if there are such.
 * @typedef {(flow: import("./state.js").FlowName, config: import("./experiment.js").Config, goal: number) => Uint8Array | undefined} Restorable
 */

/** @type {Restorable} */
export const NOTHING = () => undefined;

export class Flows {
  /** @readonly @type {Side[]} */
  sides;
  #host;
  #element = find(document, "#panels", HTMLElement);
  #verdict = find(document, "#verdict", HTMLElement);
  #trainingState = find(document, "#training-state", HTMLElement);
  /** What the next experiments may continue from. @type {Restorable} */
  #restorable;

  /**
   * @param {WebAssembly.Module} module
   * @param {Host} host
   * @param {Restorable} restorable what the first experiments may continue from
   */
  constructor(module, host, restorable) {
    this.#host = host;
    this.#restorable = restorable;
    const template = find(document, "#panel-template", HTMLTemplateElement);
    this.sides = FLOWS.map((name) => {
      const panel = new Panel(template, name, host.dispatch);
      return new Side(name, panel, module, (side, message) => this.#answer(side, message));
    });
    this.#element.replaceChildren(...this.sides.map(({ panel }) => panel.element));
    setInterval(() => this.sides.forEach(({ engine }) => engine.checkPulse()), PULSE_MILLISECONDS);
  }

  /**
   * @param {State} state
   * @param {State | undefined} before
   */
  render(state, before) {
    for (const { name, panel } of this.sides) {
      panel.render(state, before);
      const [flow, old] = [state[name], before?.[name]];
      if (state.dataset !== before?.dataset || flow.source !== old?.source) {
        panel.plane.setTarget(readOutline(state.dataset), readOutline(flow.source));
      }
      if (state.colors !== before?.colors) panel.plane.setColors(state.colors === "origin");
      if (state.trails !== before?.trails) panel.plane.setTrails(state.trails);
    }
    if (state.panel !== before?.panel) this.#element.dataset.shown = state.panel;

    this.#begin(this.sides.filter((side) => this.#follow(side, state)));
    for (const side of this.sides) {
      const sampling = samplingOf(state, side.name);
      if (before && fieldOf(sampling) !== fieldOf(samplingOf(before, side.name))) side.forgetMeasured();
      side.engine.sample(sampling, state.replay);
    }
    if (before && (state.n !== before.n || state.allSolvers !== before.allSolvers || state.straight !== before.straight || state.curved !== before.curved)) {
      for (const { name, engine } of this.sides) engine.setCurve(errorCurve(state, name));
      this.#host.charted();
      this.#showVerdict();
    }
    if (!this.#host.isInFlight()) this.showWaiting();
    this.#steer();
  }

  /**
   * Tells a worker of a round that was added. Returns whether it must begin anew instead.
   * @param {Side} side
   * @param {State} state
   */
  #follow(side, state) {
    const config = configOf(state, side.name);
    const known = side.config;
    if (!known || trainingOf(known) !== trainingOf(config)) return true;
    const isContinued = known.rounds.every((round, i) => JSON.stringify(round) === JSON.stringify(config.rounds[i]));
    const added = state[side.name].rounds.slice(known.rounds.length);
    if (!isContinued || added.some(({ after }) => after < side.engine.furthest)) return true;
    for (const { name, after } of added) side.engine.addRound(name, after);
    side.config = config;
    return false;
  }

  /** With the next state all experiments begin anew. */
  forget() {
    for (const side of this.sides) side.config = undefined;
  }

  /**
   * Goes over to `state`, from what has been learned of it before.
   * @param {State} state
   * @param {Restorable} restorable
   */
  restore(state, restorable) {
    this.#restorable = restorable;
    this.forget();
    this.#host.dispatch({ kind: "replace", state: { ...state } });
  }

  /**
   * Begins these flows' experiments anew.
   * @param {Side[]} sides
   */
  #begin(sides) {
    // First all counters, then all workers: what a worker is told depends on the others' counters.
    for (const side of sides) side.step = 0;
    for (const side of sides) {
      const state = this.#host.state();
      const goal = this.#goal();
      side.forget();
      side.config = configOf(state, side.name);
      side.panel.clear("Starting from random weights …");
      // A checkpoint has only its newest weights; training again makes the earlier ones, with the same bits.
      const checkpoint = state.replay === undefined ? this.#restorable(side.name, side.config, goal) : undefined;
      side.engine.configure(side.config, { until: Math.min(LEASH_STEPS, goal), goal }, state.replay, errorCurve(state, side.name), checkpoint);
      this.#host.charted();
    }
    this.#restorable = NOTHING;
  }

  // --- training -------------------------------------------------------------------------------------

  /** The further training step of the two flows. */
  get furthestStep() {
    return Math.max(...this.sides.map(({ step }) => step));
  }

  /** A training step that neither worker has passed, nor will before it hears of it. */
  get nextFreeStep() {
    return Math.max(1, ...this.sides.map(({ engine }) => engine.furthest));
  }

  /** The training step at which both networks rest. */
  #goal() {
    const { until, stop, training } = this.#host.state();
    return Math.max(training ? until : (stop ?? until), this.furthestStep);
  }

  /** Tells the workers how far to train: to the pause, but in step with each other. */
  #steer() {
    const { training, stop } = this.#host.state();
    const goal = this.#goal();
    const alive = this.sides.filter(({ failed }) => !failed);
    const slowest = Math.min(...alive.map(({ step }) => step));
    for (const { engine } of alive) engine.train({ until: Math.min(goal, slowest + LEASH_STEPS), goal });
    const hasReached = training && alive.length > 0 && slowest >= goal;
    // A worker told to pause has already gone a little further: the link must name the step where both rest.
    const hasPassed = !training && stop !== undefined && goal > stop;
    if (hasReached || hasPassed) this.#host.dispatch({ kind: "pause-training", step: goal });
    this.#describeTraining(goal, slowest);
  }

  /** @param {number} goal @param {number} slowest */
  #describeTraining(goal, slowest) {
    const { training, until } = this.#host.state();
    const text = training
      ? `Training, both networks in step, until step ${count(goal)}.`
      : slowest < goal
        ? `Bringing both networks to step ${count(goal)}.`
        : goal === until
          ? `Trained to step ${count(goal)}, as set. Press Train to go on.`
          : `Paused at step ${count(goal)}. Press Train to go on.`;
    if (this.#trainingState.textContent !== text) this.#trainingState.textContent = text;
  }

  // --- answers --------------------------------------------------------------------------------------

  /** @param {Side} side @param {Exclude<FromWorker, import("./engine.js").Answer>} message */
  #answer(side, message) {
    switch (message.kind) {
      case "progress":
        side.step = message.step;
        side.panel.progress(message);
        if (message.history) side.curves.losses = pairs(message.history);
        if (message.states) side.history = message.states;
        if (message.history) this.#host.charted();
        this.#steer();
        break;
      case "picture":
        this.#receive(side, message);
        break;
      case "straightness":
        if (!this.#isOfFieldShown(side, message)) break;
        side.straightness = message.straightness;
        if (message.straightness !== undefined) {
          const { curves } = side;
          if (showsLearning(message.sampling)) insert(curves.straightness, [message.step, message.straightness], STRAIGHTNESS_POINTS);
          side.note("straightness", message.step, message.straightness);
          this.#host.charted();
        }
        if (!side.waiting) this.#showStraightness(side);
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
        side.panel.plane.show(undefined);
        side.panel.say(`This cannot be shown: ${message.reason}.`);
        break;
      case "failed":
        side.failed = true;
        side.waiting = undefined;
        side.panel.fail(`${this.#host.state()[side.name].name} stopped while ${DURING[message.during] ?? AT_WORK}: ${message.reason}.`, () => {
          this.#begin([side]);
          this.#steer();
        });
        this.#showVerdict();
        this.#steer();
        break;
    }
  }

  /** Whether something was measured of the field that is on show now. @param {Side} side @param {{ sampling: import("./experiment.js").Sampling }} message */
  #isOfFieldShown({ name }, { sampling }) {
    return fieldOf(sampling) === fieldOf(samplingOf(this.#host.state(), name));
  }

  /**
   * Particles in flight are not disturbed: while the clock runs, a newer picture of the same kind waits until
   * they rest. Only a field that is just beginning to learn changes under them, for then there is nothing to disturb.
   * @param {Side} side @param {Picture} picture
   */
  #receive(side, picture) {
    const shown = side.picture;
    const isRenewal =
      shown !== undefined &&
      JSON.stringify(shown.sampling) === JSON.stringify(picture.sampling) &&
      shown.particles === picture.particles &&
      shown.replay === picture.replay &&
      shown.step >= LEARNT_AT;
    if (isRenewal && this.#host.isInFlight()) side.waiting = picture;
    else this.#show(side, picture);
  }

  /** @param {Side} side @param {Picture} picture */
  #show(side, picture) {
    side.waiting = undefined;
    side.panel.show(picture, this.#host.state(), side.engine.isCurrent(picture));
    this.#showStraightness(side);
    const hits = document.querySelector(`.switch-hits[data-panel="${side.name}"]`);
    if (hits) hits.textContent = percent(picture.report.hits);
    this.#host.pictured(side);
    this.#showVerdict();
  }

  showWaiting() {
    for (const side of this.sides) if (side.waiting) this.#show(side, side.waiting);
  }

  /** @param {Side} side */
  #showStraightness(side) {
    side.panel.straighten(side.straightness);
    this.#showVerdict();
  }

  #showVerdict() {
    const state = this.#host.state();
    const text = verdict(
      this.sides.map(({ name, picture, straightness, failed, engine }) => ({
        name: state[name].name,
        picture: picture && engine.isCurrent(picture) ? picture : undefined,
        hadPicture: picture !== undefined,
        straightness,
        failed,
      })),
    );
    if (this.#verdict.textContent !== text) this.#verdict.textContent = text;
  }
}

/** @param {Float32Array} flat @returns {[number, number][]} */
function pairs(flat) {
  return Array.from({ length: flat.length >> 1 }, (_, i) => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0]);
}
