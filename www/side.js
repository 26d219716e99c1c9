/** One flow at run time: its worker, its panel, and what it last said. */

import { noCurves } from "./charts.js";
import { Engine } from "./engine.js";

/** @typedef {import("./state.js").FlowName} FlowName */
/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./engine.js").FromWorker} FromWorker */
/** @typedef {import("./panel.js").Panel} Panel */

export class Side {
  step = 0;
  failed = false;
  curves = noCurves();
  /** Of the newest picture's field; undefined until it is measured. @type {number | undefined} */
  straightness;
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
   * @param {(side: Side, message: FromWorker) => void} answer
   */
  constructor(name, panel, module, answer) {
    this.name = name;
    this.panel = panel;
    this.engine = new Engine(module, (message) => answer(this, message));
  }

  /** @param {number} time */
  paint(time) {
    const started = performance.now();
    this.panel.plane.paint(time);
    this.paintCost += 0.2 * (performance.now() - started - this.paintCost);
    this.stale = false;
  }
}
