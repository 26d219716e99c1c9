/**
 * The page's end of a worker: sends it typed messages, hands on its answers, notices when it dies.
 */

import { startWorker } from "./assets.js";

/**
 * flow_core::Config, as far as the page sets it.
 * @typedef {object} Config
 * @property {number} seed
 * @property {{ preset: string }} target
 * @property {{ type: string }} schedule
 * @property {{ type: string }} coupling
 * @property {{ particles: number, steps: number }} sampling
 */

/**
 * What the experiment says about its last sample.
 * @typedef {object} Report
 * @property {number} hits share of particles inside the target, 0..1
 * @property {number} modes modes reached
 * @property {number} modeCount modes there are
 * @property {number} energy energy distance to the data
 * @property {number} nfe function evaluations per particle
 * @property {string} hash fingerprint of the end positions
 */

/**
 * @typedef {{ kind: "boot", module: WebAssembly.Module, glue: string }
 *   | { kind: "configure", generation: number, config: Config, until: number, goal: number, curve: number[] }
 *   | { kind: "train", until: number, goal: number }
 *   | { kind: "sample", steps: number, particles: number }} ToWorker
 */

/**
 * `positions` holds `steps + 1` states, each of `particles` points, each of two coordinates.
 * @typedef {{ kind: "progress", generation: number, step: number, loss: number, stepsPerSecond: number, history: Float32Array | undefined }} Progress
 * @typedef {{ kind: "picture", generation: number, step: number, steps: number, particles: number, positions: Float32Array, hits: Uint8Array, report: Report }} Picture
 * @typedef {{ kind: "straightness", generation: number, step: number, straightness: number }} Straightness the field's, whatever the number of steps
 * @typedef {{ kind: "floor", generation: number, step: number, floor: number }} Floor the loss that no network can go below
 * @typedef {{ kind: "error", generation: number, step: number, evaluations: number, energy: number }} ErrorPoint
 * @typedef {{ kind: "failed", during: string, reason: string }} Failed
 * @typedef {Progress | Picture | Straightness | Floor | ErrorPoint | Failed} FromWorker
 */

/** A worker that has work to do and says nothing for this long is taken for dead. */
const SILENCE_MILLISECONDS = 15_000;

export class Engine {
  /** @type {Worker | undefined} */
  #worker;
  #generation = 0;
  #heardAt = 0;
  #module;
  #deliver;
  /** What the worker was asked for, and what it has done of it. */
  #asked = { until: 0, goal: 0, eulerSteps: 0, particles: 0 };
  #done = { step: 0, eulerSteps: 0, particles: 0 };

  /**
   * @param {WebAssembly.Module} module shared by all engines
   * @param {(message: FromWorker) => void} deliver called with each answer to the latest configuration
   */
  constructor(module, deliver) {
    this.#module = module;
    this.#deliver = deliver;
  }

  /** Whether the worker is alive. */
  get running() {
    return this.#worker !== undefined;
  }

  /**
   * Begins a new experiment, with a new worker if there is none; answers about earlier ones are dropped.
   * @param {Config} config
   * @param {number} until training step to train to for now
   * @param {number} goal training step to rest at
   * @param {number[]} curve evaluations at which to measure the error
   */
  configure(config, until, goal, curve) {
    if (!this.#worker) this.#start();
    this.#generation += 1;
    const { steps: eulerSteps, particles } = config.sampling;
    this.#asked = { until, goal, eulerSteps, particles };
    this.#done = { step: 0, eulerSteps: 0, particles: 0 };
    this.#post({ kind: "configure", generation: this.#generation, config, until, goal, curve });
  }

  /**
   * @param {number} until training step to train to for now
   * @param {number} goal training step to rest at
   */
  train(until, goal) {
    if (until === this.#asked.until && goal === this.#asked.goal) return;
    this.#asked = { ...this.#asked, until, goal };
    this.#post({ kind: "train", until, goal });
  }

  /**
   * Pictures from now on take this many Euler steps and show this many particles.
   * @param {number} steps
   * @param {number} particles
   */
  sample(steps, particles) {
    if (steps === this.#asked.eulerSteps && particles === this.#asked.particles) return;
    this.#asked = { ...this.#asked, eulerSteps: steps, particles };
    this.#post({ kind: "sample", steps, particles });
  }

  /** Fails when the worker owes an answer and has long been silent. Call it now and then. */
  checkPulse() {
    const [asked, done] = [this.#asked, this.#done];
    const owes = done.step < asked.until || done.eulerSteps !== asked.eulerSteps || done.particles !== asked.particles;
    if (!owes || document.hidden) this.#heardAt = performance.now();
    else if (performance.now() - this.#heardAt > SILENCE_MILLISECONDS) this.#fail("running", "it has stopped answering");
  }

  #start() {
    const { worker, glue } = startWorker();
    worker.addEventListener("message", (/** @type {MessageEvent<FromWorker>} */ { data: message }) => {
      this.#heardAt = performance.now();
      if (message.kind === "failed") {
        this.#fail(message.during, message.reason);
      } else if (message.generation === this.#generation) {
        this.#done.step = Math.max(this.#done.step, message.step);
        if (message.kind === "picture") this.#done = { ...this.#done, eulerSteps: message.steps, particles: message.particles };
        this.#deliver(message);
      }
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail("running", event.message.replace(/^Uncaught (Error: )?/, "") || "it could not be started");
    });
    worker.addEventListener("messageerror", () => this.#fail("running", "a message could not be read"));
    this.#worker = worker;
    this.#post({ kind: "boot", module: this.#module, glue });
  }

  /** @param {string} during @param {string} reason */
  #fail(during, reason) {
    if (!this.#worker) return;
    this.#worker.terminate();
    this.#worker = undefined;
    this.#deliver({ kind: "failed", during, reason });
  }

  /** @param {ToWorker} message */
  #post(message) {
    if (!this.#worker) return;
    this.#heardAt = performance.now();
    this.#worker.postMessage(message);
  }
}
