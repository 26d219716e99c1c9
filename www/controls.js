/** The reader's controls outside the panels: native elements, each an event that becomes a message. */

import { count, percent } from "./format.js";
import { find } from "./find.js";
import { offer } from "./offer.js";
import { keepTaste } from "./preferences.js";
import { MAX_EULER_STEPS, MAX_SEED, MAX_TRAINING_STEPS, PARTICLES, SPEEDS } from "./state.js";
import { write } from "./write.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./update.js").Message} Message */

/** A number being typed is taken over after this pause, or at once on Enter. */
const TYPING_MILLISECONDS = 600;

export class Controls {
  #eulerSteps = find(document, "#euler-steps", HTMLInputElement);
  #eulerStepsValue = find(document, ".euler-value", HTMLOutputElement);
  #fewer = find(document, "#fewer-steps", HTMLButtonElement);
  #more = find(document, "#more-steps", HTMLButtonElement);
  #play = find(document, "#play", HTMLButtonElement);
  #time = find(document, "#time", HTMLInputElement);
  #timeValue = find(document, ".time-value span", HTMLElement);
  #speed = find(document, "#speed", HTMLSelectElement);
  #train = find(document, "#train", HTMLButtonElement);
  #oneStep = find(document, "#one-step", HTMLButtonElement);
  #reset = find(document, "#reset", HTMLButtonElement);
  #until;
  #seed;
  #particles = find(document, "#particles", HTMLSelectElement);
  #switch = find(document, "#switch", HTMLFieldSetElement);

  /** @param {import("./lab.js").Context} context */
  constructor({ dispatch, state, flows }) {
    const view = (/** @type {import("./update.js").View} */ change) => dispatch({ kind: "view", change });
    this.#eulerSteps.max = String(MAX_EULER_STEPS);
    options(this.#speed, SPEEDS, (speed) => `${speed}×`);
    options(this.#particles, PARTICLES, count);
    for (const button of [this.#play, this.#train, this.#oneStep, this.#reset]) button.disabled = false;

    on(this.#eulerSteps, "input", () => dispatch({ kind: "euler-steps", n: this.#eulerSteps.valueAsNumber }));
    on(this.#fewer, "click", () => dispatch({ kind: "euler-steps", n: state().n - 1 }));
    on(this.#more, "click", () => dispatch({ kind: "euler-steps", n: state().n + 1 }));
    on(this.#play, "click", () => dispatch({ kind: "play", playing: !state().playing }));
    on(this.#time, "input", () => dispatch({ kind: "scrub", time: this.#time.valueAsNumber }));
    on(this.#speed, "change", () => {
      view({ speed: Number(this.#speed.value) });
      keepTaste("speed", state());
    });
    on(this.#train, "click", () => dispatch({ kind: state().training ? "pause-training" : "train", step: flows.pace.furthest }));
    on(this.#oneStep, "click", () => dispatch({ kind: "one-step", step: flows.pace.furthest }));
    on(this.#reset, "click", () => dispatch({ kind: "reset" }));
    on(this.#particles, "change", () => view({ particles: Number(this.#particles.value) }));
    on(this.#switch, "change", () => {
      const chosen = this.#switch.querySelector("input:checked");
      if (chosen instanceof HTMLInputElement) view({ panel: chosen.value === "curved" ? "curved" : "straight" });
    });
    const field = (/** @type {string} */ id) => find(document, id, HTMLInputElement);
    this.#seed = new Typed(field("#seed"), 0, MAX_SEED, () => state().seed, (seed) => dispatch({ kind: "seed", seed }));
    this.#until = new Typed(field("#until"), 1, MAX_TRAINING_STEPS, () => state().until, (until) => view({ until }));
  }

  /**
   * @param {State} state
   * @param {State | undefined} before what is on screen; undefined the first time
   */
  render(state, before) {
    if (state.n !== before?.n) {
      this.#eulerSteps.value = this.#eulerStepsValue.value = String(state.n);
      offer(this.#fewer, state.n > Number(this.#eulerSteps.min));
      offer(this.#more, state.n < Number(this.#eulerSteps.max));
    }
    if (state.playing !== before?.playing) this.#play.textContent = state.playing ? "Pause" : "Play";
    if (state.time !== before?.time) {
      this.#time.value = String(state.time);
      const text = state.time.toFixed(2);
      if (this.#timeValue.textContent !== text) {
        this.#timeValue.textContent = text;
        this.#time.setAttribute("aria-valuetext", `t = ${text}`);
      }
    }
    if (state.speed !== before?.speed) this.#speed.value = String(state.speed);
    if (state.training !== before?.training) this.#train.textContent = state.training ? "Pause training" : "Train";
    if (state.seed !== before?.seed) this.#seed.show(state.seed);
    if (state.until !== before?.until) this.#until.show(state.until);
    if (state.particles !== before?.particles) this.#particles.value = String(state.particles);
    if (state.panel !== before?.panel) {
      const radio = this.#switch.querySelector(`input[value="${state.panel}"]`);
      if (radio instanceof HTMLInputElement) radio.checked = true;
    }
    if (state.straight.name !== before?.straight.name) this.#nameSwitch("straight", state.straight.name);
    if (state.curved.name !== before?.curved.name) this.#nameSwitch("curved", state.curved.name);
  }

  /** @param {import("./side.js").Side} side */
  pictured({ name, picture }) {
    find(this.#switch, `.switch-hits[data-panel="${name}"]`, HTMLElement).textContent = picture ? percent(picture.report.hits) : "–";
  }

  /** @param {string} flow @param {string} name */
  #nameSwitch(flow, name) {
    find(this.#switch, `[data-name="${flow}"]`, HTMLElement).textContent = name;
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} event
 * @param {() => void} action
 */
function on(element, event, action) {
  element.addEventListener(event, action);
}

/**
 * @param {HTMLSelectElement} select
 * @param {readonly number[]} values
 * @param {(value: number) => string} text
 */
function options(select, values, text) {
  select.replaceChildren(...values.map((value) => new Option(text(value), String(value))));
}

/** A whole number typed by the reader: taken over when it is complete and valid; what is not stays, with the reason. */
class Typed {
  #input;
  #reason;
  #refusal;

  /**
   * @param {HTMLInputElement} input
   * @param {number} min
   * @param {number} max
   * @param {() => number} current
   * @param {(value: number) => void} changed
   */
  constructor(input, min, max, current, changed) {
    this.#input = input;
    this.#reason = find(document, `#${input.id}-reason`, HTMLElement);
    this.#refusal = `${input.labels?.[0]?.textContent} not taken: a whole number from ${min} to ${count(max)} is needed.`;
    [input.min, input.max] = [String(min), String(max)];
    let timer = 0;
    const take = () => {
      clearTimeout(timer);
      const value = input.valueAsNumber;
      const isValid = Number.isInteger(value) && value >= min && value <= max;
      this.#judge(isValid);
      if (isValid && value !== current()) changed(value);
    };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      // An empty field is about to be filled.
      if (input.value !== "" || input.validity.badInput) timer = setTimeout(take, TYPING_MILLISECONDS);
    });
    input.addEventListener("change", take);
  }

  /** @param {boolean} isValid */
  #judge(isValid) {
    this.#input.setAttribute("aria-invalid", String(!isValid));
    write(this.#reason, isValid ? "" : this.#refusal);
  }

  /** @param {number} value */
  show(value) {
    this.#input.value = String(value);
    this.#judge(true);
  }
}
