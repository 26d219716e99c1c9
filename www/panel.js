/** One panel: head with its choices, picture, and numbers. */

import { find } from "./find.js";
import { count, decimal, measure, percent } from "./format.js";
import { Head } from "./head.js";
import { button, make } from "./make.js";
import { Plane } from "./plane.js";
import { labelOf, registry } from "./registry.js";
import { showsLearning } from "./sampling.js";
import { write } from "./write.js";

/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./engine.js").Progress} Progress */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").FlowName} FlowName */

/** The numbers that are about training and not about the picture. */
const TRAINING = ["training-step", "steps-per-second", "loss", "loss-floor"];

export class Panel {
  /** @readonly */
  element;
  /** @readonly */
  plane;
  #flow;
  #name = "";
  /** What the picture shows, in words. */
  #shown = "";
  #head;
  #canvas;
  #message;
  #announcement;
  /** @type {Map<string, HTMLDataElement>} */
  #stats = new Map();
  #share;
  #legend;

  /**
   * @param {HTMLTemplateElement} template
   * @param {FlowName} flow
   * @param {(message: import("./update.js").Message) => void} dispatch
   */
  constructor(template, flow, dispatch) {
    const fragment = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = find(fragment, ".panel", HTMLElement);
    this.#flow = flow;
    this.element.dataset.flow = flow;
    const heading = find(fragment, ".panel-name", HTMLElement);
    heading.id = `${flow}-name`;
    this.element.setAttribute("aria-labelledby", heading.id);
    this.element.tabIndex = -1;
    this.#head = new Head(find(fragment, ".panel-head", HTMLElement), find(fragment, ".plane-extras", HTMLElement), flow, dispatch);
    this.#canvas = find(fragment, ".plane-particles", HTMLCanvasElement);
    this.#message = find(fragment, ".plane-message", HTMLElement);
    this.#announcement = find(fragment, ".plane-announcement", HTMLElement);
    this.plane = new Plane(this.#canvas, find(fragment, ".plane-backdrop", HTMLCanvasElement));
    for (const data of fragment.querySelectorAll("data")) this.#stats.set(data.dataset.stat ?? "", data);
    this.#share = find(fragment, ".share", HTMLElement);
    this.#legend = { hit: find(this.#share, ".share-hit", HTMLElement), miss: find(this.#share, ".share-miss", HTMLElement) };
    this.clear("Loading …");
    this.forgetTraining();
  }

  /**
   * @param {State} state
   * @param {State | undefined} before
   */
  render(state, before) {
    const { name } = state[this.#flow];
    if (name !== this.#name) {
      this.#name = name;
      this.#label();
    }
    this.#head.render(state, before);
  }

  /** @param {State} state @param {State | undefined} before */
  settled(state, before) {
    this.#head.settled(state, before);
    this.plane.settled();
  }

  /** A line over the picture about work in progress; empty for none. @param {string} text */
  announce(text) {
    write(this.#announcement, text);
  }

  /** Nothing is known of training yet, or not any more. */
  forgetTraining() {
    for (const name of TRAINING) this.#set(name, NaN, "–");
  }

  /**
   * Nothing to show yet, or not any more.
   * @param {string} message
   */
  clear(message) {
    this.plane.show(undefined);
    for (const [name, data] of this.#stats) if (!TRAINING.includes(name)) setData(data, "", "–");
    this.#share.classList.add("is-empty");
    this.#legend.hit.textContent = "reached";
    this.#legend.miss.textContent = "missed";
    this.say(message);
    this.announce("");
    this.#label(": no particles yet");
  }

  #label(shown = this.#shown) {
    this.#shown = shown;
    this.#canvas.setAttribute("aria-label", this.#name + shown);
  }

  /** @param {string} message */
  say(message) {
    this.#message.classList.remove("is-failure");
    this.#message.replaceChildren(message);
  }

  /**
   * @param {string} message
   * @param {() => void} restart
   */
  fail(message, restart) {
    this.#message.classList.add("is-failure");
    this.#message.replaceChildren(
      make("span", {}, message),
      button(`Restart ${this.#name}`, () => {
        restart();
        this.element.focus();
      }),
    );
  }

  /**
   * @param {Picture} picture
   * @param {State} state
   * @param {boolean} isWhole whether it is all that was asked for; if not, its fingerprint means nothing
   */
  show(picture, state, isWhole) {
    const { report, sampling, particles } = picture;
    this.say("");
    this.plane.show(picture);
    this.#set("hits", report.hits, percent(report.hits));
    this.#share.classList.remove("is-empty");
    this.#share.style.setProperty("--share", String(report.hits));
    const reached = Math.round(report.hits * particles);
    this.#legend.hit.textContent = `${count(reached)} reached`;
    this.#legend.miss.textContent = `${count(particles - reached)} missed`;
    this.#set("modes", report.modes, `${report.modes} of ${report.modeCount}`);
    this.#set("energy", report.energy, measure(report.energy));
    this.#set("nfe", report.nfe, count(report.nfe));
    // No weights move particles along a field that is not learnt.
    const step = showsLearning(sampling) ? picture.step : NaN;
    this.#set("sample-step", step, Number.isNaN(step) ? "–" : count(step));
    const hash = this.#stats.get("hash");
    if (hash) setData(hash, isWhole ? report.hash : "", isWhole ? report.hash.slice(0, 8) : "–");
    const solver = labelOf(registry().solvers, sampling.solver.type);
    const taken = picture.times.length - 1;
    const steps = `${count(taken)} ${solver} ${taken === 1 ? "step" : "steps"}`;
    this.#label(
      `, ${labelOf(registry().targets, state.dataset)}: after ${steps}, ${percent(report.hits)} of ${count(particles)} particles ` +
        `reach the target, in ${report.modes} of ${report.modeCount} modes.`,
    );
  }

  /** @param {number | undefined} floor of the loss; undefined where it is not known */
  floor(floor = NaN) {
    this.#set("loss-floor", floor, measure(floor));
  }

  /** @param {number | undefined} straightness of the field on screen, once it is known */
  straighten(straightness = NaN) {
    this.#set("straightness", straightness, measure(straightness));
  }

  /** @param {Pick<Progress, "step" | "loss" | "stepsPerSecond">} progress */
  progress({ step, loss, stepsPerSecond }) {
    this.#set("training-step", step, count(step));
    this.#set("loss", loss, measure(loss));
    this.#set("steps-per-second", stepsPerSecond, count(stepsPerSecond));
  }

  /** @param {string} name @param {number} value @param {string} text */
  #set(name, value, text) {
    const data = this.#stats.get(name);
    if (data) setData(data, decimal(value), text);
  }
}

/** @param {HTMLDataElement} data @param {string} value @param {string} text */
function setData(data, value, text) {
  data.value = value;
  write(data, text);
}
