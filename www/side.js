/** One flow at run time: its worker, its panel, and what it last said. */

import { Engine } from "./engine.js";

/** @typedef {import("./state.js").FlowName} FlowName */
/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./engine.js").History} History */
/** @typedef {import("./engine.js").FromWorker} FromWorker */
/** @typedef {import("./experiment.js").Config} Config */
/** @typedef {import("./panel.js").Panel} Panel */
/** @typedef {[number, number]} Point */

/**
 * What is known about training and errors, for the charts.
 * @typedef {object} Curves
 * @property {Point[]} losses training step and mean loss
 * @property {number} floor the loss that no network can go below; NaN while unknown
 * @property {Map<string, Map<number, { energy: number, step: number }>>} errors by solver, by evaluations
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
  curves = noCurves();
  /** Of the newest picture's field; undefined until it is measured. @type {number | undefined} */
  straightness;
  /** The weights that can be replayed. @type {History} */
  history = [];
  /** Whether what is on the canvas is out of date. */
  stale = true;
  /** What painting usually costs, in milliseconds. */
  paintCost = 0;
  /** A newer picture that waits for the particles to come to rest. @type {Picture | undefined} */
  waiting;

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

  /** Forgets all that was said about an earlier experiment. */
  forget() {
    this.failed = false;
    this.waiting = this.straightness = undefined;
    this.curves = noCurves();
    this.history = [];
  }

  /** @param {number} time */
  paint(time) {
    const started = performance.now();
    this.panel.plane.paint(time);
    this.paintCost += 0.2 * (performance.now() - started - this.paintCost);
    this.stale = false;
  }
}
