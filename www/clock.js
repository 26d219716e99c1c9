/** The one clock of both panels: flow time runs from 0 to 1 at a constant pace, rests, and starts again. */

const FLOW_SECONDS = 2.4;
const REST_SECONDS = 1.2;

export class Clock {
  /** Seconds into the current round, at normal speed. */
  #elapsed = 0;

  /** Flow time, 0..1. */
  get time() {
    return Math.min(1, this.#elapsed / FLOW_SECONDS);
  }

  /** Whether the particles rest at t = 1. */
  get resting() {
    return this.#elapsed >= FLOW_SECONDS;
  }

  /** @param {number} time */
  set(time) {
    this.#elapsed = time * FLOW_SECONDS;
  }

  /** Lets time pass; after the rest a new round begins. @param {number} seconds */
  advance(seconds) {
    this.#elapsed += seconds;
    if (this.#elapsed >= FLOW_SECONDS + REST_SECONDS) this.#elapsed = 0;
  }
}
