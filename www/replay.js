/** The second time axis: which training step's weights are on show. */

import { count } from "./format.js";
import { find } from "./find.js";
import { offer } from "./offer.js";

/** @typedef {import("./state.js").State} State */

/** Each kept step is shown for this long at least, and until both panels show it. */
const PACE_MILLISECONDS = 250;

/** Where motion is not wanted, the button goes one step on. */
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class Replay {
  #context;
  #slider = find(document, "#replay", HTMLInputElement);
  #value = find(document, ".replay-value", HTMLOutputElement);
  #play = find(document, "#replay-play", HTMLButtonElement);
  /** The kept training steps of both flows, ascending. @type {number[]} */
  #steps = [];
  #isPlaying = false;
  #steppedAt = 0;
  #now = 0;

  /** @param {import("./lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    this.#slider.addEventListener("input", () => {
      this.#isPlaying = false;
      this.#show(this.#slider.valueAsNumber);
    });
    this.#play.addEventListener("click", () => {
      this.#isPlaying = !this.#isPlaying && !STILL.matches;
      if (this.#isPlaying || STILL.matches) this.#show(this.#position === this.#steps.length ? 0 : this.#position + 1);
      this.#describe();
    });
    STILL.addEventListener("change", () => this.#describe());
  }

  /** @param {State} state @param {State | undefined} before */
  render(state, before) {
    if (state.replay !== before?.replay) this.#describe();
  }

  charted() {
    const steps = new Set(this.#context.sides.flatMap(({ history }) => history.map(({ step }) => step)));
    // A link may ask for a step that is not among those kept, or not yet.
    const newest = Math.max(0, ...this.#context.sides.map(({ step }) => step));
    this.#steps = [...steps].filter((step) => step < newest).sort((a, b) => a - b);
    this.#describe();
  }

  /** @param {number} now */
  frame(now) {
    this.#now = now;
    if (!this.#isPlaying || now - this.#steppedAt < PACE_MILLISECONDS) return;
    const isShown = this.#context.sides.every(({ failed, picture, engine }) => failed || (picture && engine.isCurrent(picture)));
    if (!isShown) return;
    const next = this.#position + 1;
    this.#isPlaying = next < this.#steps.length;
    this.#show(next);
  }

  /** The kept step on show, as an index; their number for the newest weights. */
  get #position() {
    const { replay } = this.#context.state();
    return replay === undefined ? this.#steps.length : Math.max(0, this.#steps.findLastIndex((step) => step <= replay));
  }

  /** @param {number} position */
  #show(position) {
    this.#steppedAt = this.#now;
    this.#context.dispatch({ kind: "view", change: { replay: this.#steps[position] } });
    this.#describe();
  }

  #describe() {
    const position = this.#position;
    const step = this.#steps[position];
    const text = step === undefined ? "newest" : `step ${count(step)}`;
    this.#slider.max = String(this.#steps.length);
    this.#slider.value = String(position);
    this.#slider.setAttribute("aria-valuetext", step === undefined ? "newest weights" : text);
    this.#value.value = text;
    this.#play.textContent = STILL.matches ? "Next kept step" : this.#isPlaying ? "Stop replay" : "Replay training";
    offer(this.#play, this.#steps.length > 0);
  }
}
