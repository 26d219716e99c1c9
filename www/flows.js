/** The two flows at work: brings the workers in line with the state. */

import { Answers } from "./answers.js";
import { Comparison } from "./comparison.js";
import { errorCurve } from "./charts/evaluations.js";
import { find } from "./find.js";
import { Pace } from "./pace.js";
import { Panel } from "./panel.js";
import { readOutline } from "./registry.js";
import { configOf, samplingOf, trainingOf } from "./experiment.js";
import { fieldOf } from "./sampling.js";
import { Side } from "./side.js";
import { FLOWS, onlyTimeDiffers } from "./state.js";

/** @typedef {import("./state.js").State} State */

const PULSE_MILLISECONDS = 2_000;

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
  /** @readonly */
  pace;
  /** @readonly */
  comparison;
  #host;
  #element = find(document, "#panels", HTMLElement);
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
    const answers = new Answers(this, host);
    const template = find(document, "#panel-template", HTMLTemplateElement);
    this.sides = FLOWS.map((name) => {
      const panel = new Panel(template, name, host.dispatch);
      return new Side(name, panel, module, (side, message) => answers.hear(side, message));
    });
    this.pace = new Pace(this.sides, host);
    this.comparison = new Comparison(this.sides, host);
    this.#element.replaceChildren(...this.sides.map(({ panel }) => panel.element));
    setInterval(() => this.sides.forEach(({ engine }) => engine.checkPulse()), PULSE_MILLISECONDS);
  }

  /**
   * @param {State} state
   * @param {State | undefined} before
   */
  render(state, before) {
    const isTick = before && onlyTimeDiffers(state, before) && this.sides.every(({ config }) => config);
    if (!isTick) this.#follow(state, before);
    this.comparison.showWaiting();
  }

  /** @param {State} state @param {State | undefined} before */
  settled(state, before) {
    for (const { panel } of this.sides) panel.settled(state, before);
  }

  /** @param {State} state @param {State | undefined} before */
  #follow(state, before) {
    for (const { name, panel } of this.sides) {
      panel.render(state, before);
      const [flow, old] = [state[name], before?.[name]];
      if (state.dataset !== before?.dataset || flow.source !== old?.source) {
        panel.plane.setTarget(readOutline(state.dataset), readOutline(flow.source));
      }
      if (state.colors !== before?.colors) panel.plane.setColors(state.colors === "origin");
      panel.plane.setParts(state);
    }
    if (state.panel !== before?.panel) this.#element.dataset.shown = state.panel;

    this.#begin(this.sides.filter((side) => this.#mustBegin(side, state)));
    for (const side of this.sides) {
      const sampling = samplingOf(state, side.name);
      if (before && fieldOf(sampling) !== fieldOf(samplingOf(before, side.name))) side.forgetMeasured();
      side.engine.sample(sampling, state.replay);
      if (before && (state.allSolvers !== before.allSolvers || state[side.name].solver !== before[side.name].solver)) side.engine.setCurve(errorCurve(state, side.name));
    }
    if (before && (state.n !== before.n || state.allSolvers !== before.allSolvers || state.straight !== before.straight || state.curved !== before.curved)) {
      this.#host.charted();
      this.comparison.judge();
    }
    this.pace.steer();
  }

  /**
   * Tells a worker of a round that was added. Returns whether it must begin anew instead.
   * @param {Side} side
   * @param {State} state
   */
  #mustBegin(side, state) {
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

  /** One flow begins anew, after it stopped. @param {Side} side */
  restart(side) {
    this.#begin([side]);
    this.pace.steer();
  }

  /**
   * Begins these flows' experiments anew.
   * @param {Side[]} sides
   */
  #begin(sides) {
    if (sides.length === 0) return;
    // First all counters, then all workers: what a worker is told depends on the others' counters.
    for (const side of sides) side.step = 0;
    const start = this.pace.start();
    for (const side of sides) {
      const state = this.#host.state();
      side.forget();
      side.config = configOf(state, side.name);
      side.panel.forgetTraining();
      this.comparison.clear(side, "Starting from random weights …");
      // A checkpoint has only its newest weights; training again makes the earlier ones, with the same bits.
      const checkpoint = state.replay === undefined ? this.#restorable(side.name, side.config, start.goal) : undefined;
      side.engine.configure(side.config, start, state.replay, errorCurve(state, side.name), checkpoint);
      this.#host.charted();
    }
    this.#restorable = NOTHING;
    this.comparison.judge();
  }
}
