/** One flow at run time: its worker, its panel, and what it last said. */

import { Engine } from "./engine.js";
import { fieldOf, showsLearning } from "./sampling.js";

/** @typedef {import("./state.js").FlowName} FlowName */
/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./engine.js").History} History */
/** @typedef {import("./engine.js").FromWorker} FromWorker */
/** @typedef {import("./experiment.js").Config} Config */
/** @typedef {import("./panel.js").Panel} Panel */
/** @typedef {import("./charts/points.js").Point} Point */

/**
 * What a solver's steps come to, measured with the weights of a training step.
 * @typedef {{ evaluations: number, energy: number, hits: number, step: number }} Measured
 */

/**
 * What is known of the network after so many rounds, from its last weights.
 * @typedef {{ straightness?: number, straightnessAt?: number, hits?: number, hitsAt?: number }} Generation
 */

/**
 * What is known about training and errors, for the charts.
 * @typedef {object} Curves
 * @property {Point[]} losses training step and mean loss
 * @property {number} floor the loss that no network can go below; NaN while unknown
 * @property {Map<string, Map<number, Measured>>} errors by solver, by steps
 * @property {Point[]} straightness training step and straightness then
 */

/** @returns {Curves} */
function noCurves() {
  return { losses: [], floor: NaN, errors: new Map(), straightness: [] };
}

export class Side {
  /** What the worker was configured with. @type {Config | undefined} */
  config;
  step = 0;
  failed = false;
  /** Why there is no picture, if there cannot be one. */
  refused = "";
  curves = noCurves();
  /** @type {import("./engine.js").Straightness | undefined} */
  #straightness;
  /** The weights that can be replayed. @type {History} */
  history = [];
  /** By the number of rounds before it. @type {Generation[]} */
  generations = [];
  /** The round whose pairs are being made, and the share that is done. @type {{ name: string, share: number } | undefined} */
  round;
  /** Whether what is on the canvas is out of date. */
  stale = true;
  /** What painting usually costs, in milliseconds. */
  paintCost = 0;
  /** A newer picture, until the other flow has one of as many training steps. @type {Picture | undefined} */
  coming;
  /** A newer picture that waits for the particles to come to rest. @type {Picture | undefined} */
  waiting;
  /** When it may have its next picture. */
  renewsAt = 0;

  /**
   * @param {FlowName} name
   * @param {Panel} panel
   * @param {WebAssembly.Module} module
   * @param {(side: Side, message: Exclude<FromWorker, import("./engine.js").Answer>) => void} answer
   */
  constructor(name, panel, module, answer) {
    this.name = name;
    this.panel = panel;
    this.engine = new Engine(module, (message) => answer(this, message));
  }

  /** The picture on show. */
  get picture() {
    return this.panel.plane.picture;
  }

  /** The training step of the newest picture. */
  get pictureStep() {
    return (this.coming ?? this.waiting ?? this.picture)?.step ?? 0;
  }

  /** Whether training renews its picture. */
  get isRenewed() {
    const { picture, failed } = this;
    return !failed && picture !== undefined && picture.replay === undefined && showsLearning(picture.sampling);
  }

  /** Whether its picture has a straightness that is not known: while the reader went on asking, there was no time to measure it. */
  get isUntold() {
    return this.isRenewed && this.picture?.straightness === undefined;
  }

  /** The number of rounds that had begun when a training step had been taken. @param {number} step */
  generationAt(step) {
    return this.config?.rounds.filter(({ after }) => after < step).length ?? 0;
  }

  /**
   * Remembers a quantity of the newest weights of their generation.
   * @param {"straightness" | "hits"} quantity
   * @param {number} step the weights' training step
   * @param {number} value
   */
  note(quantity, step, value) {
    const known = (this.generations[this.generationAt(step)] ??= {});
    if (step < (known[`${quantity}At`] ?? 0)) return;
    known[quantity] = value;
    known[`${quantity}At`] = step;
  }

  /** Keeps what was measured with the pictures that it is about, also with those to come. @param {import("./engine.js").Straightness | undefined} [measured] */
  straighten(measured = this.#straightness) {
    this.#straightness = measured;
    if (!measured) return;
    for (const picture of [this.coming, this.waiting, this.picture]) {
      if (!picture || fieldOf(picture.sampling) !== fieldOf(measured.sampling)) continue;
      if (picture.step === measured.step || !showsLearning(picture.sampling)) picture.straightness = measured.straightness ?? NaN;
    }
  }

  /** Forgets what was measured of another field than the one to be shown. */
  forgetMeasured() {
    this.curves.errors.clear();
    this.generations = [];
  }

  /** Forgets all that was said about an earlier experiment. */
  forget() {
    this.failed = false;
    this.refused = "";
    this.coming = this.waiting = this.#straightness = undefined;
    this.curves = noCurves();
    this.history = this.generations = [];
    this.round = undefined;
  }

  /** @param {number} time */
  paint(time) {
    const started = performance.now();
    this.panel.plane.paint(time);
    this.paintCost += 0.2 * (performance.now() - started - this.paintCost);
    this.stale = false;
  }
}
