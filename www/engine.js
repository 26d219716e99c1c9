/**
 * The page's end of a worker: sends it typed messages, hands on its answers, notices when it dies.
 */

import { pictureKey } from "./sampling.js";
import { startWorker } from "./worker/start.js";

/** @typedef {import("./experiment.js").Config} Config */
/** @typedef {import("./worker/questions.js").Questions} Questions */
/** @typedef {import("./worker/questions.js").Question} Question */
/** @typedef {import("./sampling.js").Sampling} Sampling */

/**
 * What the experiment says about its last sample.
 * @typedef {object} Report
 * @property {number} hits share of particles inside the target, 0..1
 * @property {number} modes modes reached
 * @property {number} modeCount modes there are
 * @property {number} energy energy distance to the data
 * @property {number} energyNoise what that is rarely above for draws from the data itself
 * @property {number} nfe function evaluations per particle
 * @property {string} hash fingerprint of the end positions
 */

/**
 * A point of the error curve to be measured.
 * @typedef {{ solver: string, steps: number, evaluations: number }} CurvePoint
 */

/**
 * How far to train for now, where to rest, and the step on the way whose weights the next picture is to show.
 * @typedef {{ until: number, goal: number, picture: number }} Course
 */

/**
 * @typedef {{ kind: "boot", module: WebAssembly.Module }
 *   | { kind: "configure", generation: number, config: Config, course: Course, replay: number | undefined, curve: CurvePoint[], checkpoint: Uint8Array | undefined }
 *   | { kind: "train", course: Course }
 *   | { kind: "round", name: string, after: number }
 *   | { kind: "sample", sampling: Sampling, replay: number | undefined }
 *   | { kind: "curve", curve: CurvePoint[] }
 *   | { kind: "give-way" }
 *   | { kind: "go-on" }
 *   | { kind: "ask", id: number, question: Question }} ToWorker
 */

/**
 * The network's states that are kept, by training step; `generation` counts the rounds before it.
 * @typedef {{ generation: number, step: number }[]} History
 */

/**
 * `positions` holds one state for each of `times`, each of `particles` points, each of two coordinates.
 * A picture of fewer particles than asked for is a first sight; the whole one follows. The next one should come after `pause` milliseconds at the earliest.
 * The page adds the straightness of its field once that is measured, NaN where there is none.
 * @typedef {{ kind: "progress", generation: number, step: number, loss: number, stepsPerSecond: number, history: Float32Array | undefined, states: History | undefined }} Progress
 * @typedef {{ kind: "picture", generation: number, step: number, sampling: Sampling, replay: number | undefined, particles: number, times: Float32Array, positions: Float32Array, hits: Uint8Array, report: Report, pause: number, straightness?: number }} Picture
 * @typedef {{ kind: "straightness", generation: number, step: number, sampling: Sampling, straightness: number | undefined }} Straightness the field's, whatever the number of steps
 * @typedef {{ kind: "floor", generation: number, step: number, floor: number | undefined }} Floor the loss that no network can go below
 * @typedef {{ kind: "error", generation: number, step: number, sampling: Sampling, point: CurvePoint, energy: number, hits: number, evaluations: number }} ErrorPoint what a solver's steps come to
 * @typedef {{ kind: "round", generation: number, step: number, name: string, share: number }} RoundBegun the share of its pairs that a round has made, 0..1
 * @typedef {{ kind: "refused", generation: number, step: number, reason: string }} Refused a sampling that cannot be
 * @typedef {{ kind: "answer", generation: number, step: number, id: number, value: any, error: string | undefined }} Answer
 * @typedef {{ kind: "failed", generation: number, isFinal: boolean, during: string, reason: string }} Failed finally, when the worker is of no more use
 * @typedef {Progress | Picture | Straightness | Floor | ErrorPoint | RoundBegun | Refused | Answer | Failed} FromWorker
 */

/** A worker that has work to do and says nothing for this long is taken for dead. */
const SILENCE_MILLISECONDS = 15_000;

/** A question without an answer, for what it was about is no more: not a failure of who answers. */
export class Dropped extends Error {}

export class Engine {
  /** @type {Worker | undefined} */
  #worker;
  #generation = 0;
  #heardAt = 0;
  #module;
  #deliver;
  /** What the worker was asked for, and what it has done of it. */
  #asked = { course: { until: 0, goal: 0, picture: 0 }, key: "" };
  #done = { step: 0, key: "" };
  #givesWay = false;
  #questions = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();

  /**
   * @param {WebAssembly.Module} module shared by all engines
   * @param {(message: Exclude<FromWorker, Answer>) => void} deliver called with each answer to the latest configuration
   */
  constructor(module, deliver) {
    this.#module = module;
    this.#deliver = deliver;
  }

  /** The training step the worker may be at by now, at most. */
  get furthest() {
    return Math.max(this.#done.step, this.#asked.course.until);
  }

  /**
   * Begins a new experiment, with a new worker if there is none; answers about earlier ones are dropped.
   * @param {Config} config
   * @param {Course} course
   * @param {number | undefined} replay the training step whose weights to show
   * @param {CurvePoint[]} curve where to measure the error
   * @param {Uint8Array} [checkpoint] what has been learned of it before
   */
  configure(config, course, replay, curve, checkpoint) {
    if (!this.#worker) this.#start();
    this.#generation += 1;
    this.#dropQuestions("the experiment has begun anew");
    this.#asked = { course, key: pictureKey({ sampling: config.sampling, replay }) };
    this.#done = { step: 0, key: "" };
    this.#post({ kind: "configure", generation: this.#generation, config, course, replay, curve, checkpoint });
  }

  /** @param {Course} course */
  train(course) {
    if (JSON.stringify(course) === JSON.stringify(this.#asked.course)) return;
    this.#asked.course = course;
    this.#post({ kind: "train", course });
  }

  /**
   * Begins a round when training reaches step `after`, which must not be before {@link furthest}.
   * @param {string} name
   * @param {number} after
   */
  addRound(name, after) {
    this.#post({ kind: "round", name, after });
  }

  /**
   * Pictures from now on are made like this.
   * @param {Sampling} sampling
   * @param {number | undefined} replay
   */
  sample(sampling, replay) {
    const key = pictureKey({ sampling, replay });
    if (key === this.#asked.key) return;
    this.#asked.key = key;
    this.#post({ kind: "sample", sampling, replay });
  }

  /** Whether a picture is of what was asked for last, and whole. @param {Picture} picture */
  isCurrent(picture) {
    return pictureKey(picture) === this.#asked.key && picture.particles === picture.sampling.particles;
  }

  /** Leaves the processor to the browser until told to go on. */
  giveWay() {
    if (this.#givesWay) return;
    this.#givesWay = true;
    this.#post({ kind: "give-way" });
  }

  goOn() {
    if (!this.#givesWay) return;
    this.#givesWay = false;
    this.#post({ kind: "go-on" });
  }

  /** @param {CurvePoint[]} curve */
  setCurve(curve) {
    this.#post({ kind: "curve", curve });
  }

  /**
   * Asks the worker's experiment something.
   * @template {keyof Questions} Name
   * @param {Name} name
   * @param {Parameters<Questions[Name]>} parameters
   * @returns {Promise<ReturnType<Questions[Name]>>} rejected with the reason when there is no answer
   */
  ask(name, ...parameters) {
    if (!this.#worker) return Promise.reject(new Dropped("this flow has stopped"));
    this.#questions += 1;
    const id = this.#questions;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ kind: "ask", id, question: { name, parameters } });
    });
  }

  /** Fails when the worker owes an answer and has long been silent. Call it now and then. */
  checkPulse() {
    const [asked, done] = [this.#asked, this.#done];
    const owes = done.step < asked.course.until || done.key !== asked.key || this.#waiting.size > 0;
    if (!owes || document.hidden) this.#heardAt = performance.now();
    else if (performance.now() - this.#heardAt > SILENCE_MILLISECONDS) this.#fail("running", "it has stopped answering");
  }

  #start() {
    const worker = startWorker();
    worker.addEventListener("message", (/** @type {MessageEvent<FromWorker>} */ { data: message }) => {
      this.#heardAt = performance.now();
      const isOfNow = message.generation === this.#generation;
      if (message.kind === "failed") {
        // The next experiment is on its way to a worker that only refused the one before.
        if (isOfNow || message.isFinal) this.#fail(message.during, message.reason);
      } else if (isOfNow) this.#hear(message);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail("running", event.message.replace(/^Uncaught (Error: )?/, "") || "it could not be started");
    });
    worker.addEventListener("messageerror", () => this.#fail("running", "a message could not be read"));
    this.#worker = worker;
    this.#post({ kind: "boot", module: this.#module });
  }

  /** @param {Exclude<FromWorker, Failed>} message */
  #hear(message) {
    this.#done.step = Math.max(this.#done.step, message.step);
    if (message.kind === "answer") {
      const question = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) question?.resolve(message.value);
      else question?.reject(new Error(message.error));
      return;
    }
    if (message.kind === "picture") this.#done.key = pictureKey(message);
    if (message.kind === "refused") this.#done.key = this.#asked.key;
    this.#deliver(message);
  }

  /** @param {string} during @param {string} reason */
  #fail(during, reason) {
    if (!this.#worker) return;
    this.#worker.terminate();
    this.#worker = undefined;
    this.#dropQuestions("this flow has stopped");
    this.#deliver({ kind: "failed", generation: this.#generation, isFinal: true, during, reason });
  }

  /** @param {string} reason */
  #dropQuestions(reason) {
    for (const { reject } of this.#waiting.values()) reject(new Dropped(reason));
    this.#waiting.clear();
  }

  /** @param {ToWorker} message */
  #post(message) {
    if (!this.#worker) return;
    this.#heardAt = performance.now();
    this.#worker.postMessage(message);
  }
}
