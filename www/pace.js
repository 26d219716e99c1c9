/** How far the two flows train: to where they pause, in step with each other. */

import { count } from "./format.js";
import { find } from "./find.js";
import { write } from "./write.js";

/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./flows.js").Host} Host */

/** Neither flow trains further ahead of the other than this, so that the two can be compared at any moment. */
const LEASH_STEPS = 250;
/** So soon there is a first picture of what was learnt. */
const FIRST_STEPS = 50;

export class Pace {
  #sides;
  #host;
  /** The training step whose weights the next pictures show. */
  #picture = 0;
  #state = find(document, "#training-state", HTMLElement);

  /** @param {Side[]} sides @param {Host} host */
  constructor(sides, host) {
    this.#sides = sides;
    this.#host = host;
  }

  /** The further training step of the two flows. */
  get furthest() {
    return Math.max(...this.#sides.map(({ step }) => step));
  }

  /** A training step that neither worker has passed, nor will before it hears of it. */
  get nextFree() {
    return Math.max(1, ...this.#sides.map(({ engine }) => engine.furthest));
  }

  /** What a flow that begins anew is told. @returns {import("./engine.js").Course} */
  start() {
    const goal = this.#goal;
    this.#picture = Math.min(FIRST_STEPS, goal);
    return { until: this.#picture, goal, picture: this.#picture };
  }

  /** The training step at which both networks rest. */
  get #goal() {
    const { until, stop, training } = this.#host.state();
    return Math.max(training ? until : (stop ?? until), this.furthest);
  }

  /** Tells the workers how far to train. */
  steer() {
    const { training, stop } = this.#host.state();
    const goal = this.#goal;
    const alive = this.#sides.filter(({ failed }) => !failed);
    const slowest = Math.min(...alive.map(({ step }) => step));
    const until = Math.min(goal, slowest + LEASH_STEPS);
    // Both flows take their next pictures there: of two that train side by side, neither has passed it.
    const now = performance.now();
    const isTaken = alive.every((side) => !side.isRenewed || (side.pictureStep >= this.#picture && side.renewsAt <= now));
    if (isTaken) this.#picture = until;
    for (const { engine } of alive) engine.train({ until, goal, picture: this.#picture });
    const hasReached = training && alive.length > 0 && slowest >= goal;
    // A worker told to pause has already gone a little further: the link must name the step where both rest.
    const hasPassed = !training && stop !== undefined && goal > stop;
    if (hasReached || hasPassed) this.#host.dispatch({ kind: "pause-training", step: goal });
    this.#describe(goal, slowest);
  }

  /** @param {number} goal @param {number} slowest */
  #describe(goal, slowest) {
    const { training } = this.#host.state();
    let text = `Trained to step ${count(goal)}. Press Train to go on.`;
    if (slowest === Infinity) text = "Both networks have stopped.";
    else if (training) text = `Training until step ${count(goal)}; the networks stay within ${LEASH_STEPS} steps of each other.`;
    else if (slowest < goal) text = `Bringing both networks to step ${count(goal)}.`;
    write(this.#state, text);
  }
}
