/** A question about what is on show, asked anew when that changes: one at a time, and at a bounded pace. */

import { Dropped } from "./engine.js";
import { reasonOf } from "./reason.js";

/** @template T */
export class Inquiry {
  /** What was answered last. @type {T | undefined} */
  data;
  /** Why there is no answer. */
  reason = "";
  /** What the answer is about. @type {Parameters<Inquiry<T>["ask"]>[0] | []} */
  #about = [];
  #askedAt = -Infinity;
  #isWaiting = false;

  /**
   * @param {[import("./engine.js").Picture, ...unknown[]]} about what an answer would be about: the same parts, the same answer
   * @param {number} now
   * @param {number} pause milliseconds between questions
   * @param {() => Promise<T>} question
   * @returns {Promise<void> | undefined} resolved when there is something new; undefined while nothing is asked
   */
  ask(about, now, pause, question) {
    // An answer about an experiment that is no more is none.
    if (about[0].generation !== this.#about[0]?.generation) [this.data, this.reason] = [undefined, ""];
    const isKnown = about.length === this.#about.length && about.every((part, i) => part === this.#about[i]);
    if (isKnown || this.#isWaiting || now - this.#askedAt < pause) return undefined;
    this.#isWaiting = true;
    this.#askedAt = now;
    return question().then(
      (data) => this.#hear(about, data, ""),
      // What was dropped is asked again, of the experiment that has begun.
      (error) => (error instanceof Dropped ? this.#hear([], undefined, "") : this.#hear(about, undefined, reasonOf(error))),
    );
  }

  /** @param {Parameters<Inquiry<T>["ask"]>[0] | []} about @param {T | undefined} data @param {string} reason */
  #hear(about, data, reason) {
    this.#about = about;
    this.data = data;
    this.reason = reason;
    this.#isWaiting = false;
  }
}
