/** One panel: head with its choices, picture, and numbers. */

import { count, decimal, measure, percent } from "./format.js";
import { Plane } from "./plane.js";
import { labelOf } from "./registry.js";

/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./engine.js").Progress} Progress */
/** @typedef {import("./state.js").Flow} Flow */
/** @typedef {import("./state.js").FlowName} FlowName */

/** @type {Record<FlowName, string>} */
export const NAMES = { straight: "Straight", curved: "Curved" };

export class Panel {
  /** @readonly */
  element;
  /** @readonly */
  plane;
  #name;
  #registry;
  #canvas;
  #message;
  /** @type {Map<string, HTMLDataElement>} */
  #stats = new Map();
  /** @type {Map<string, HTMLElement>} */
  #choices = new Map();
  #action;
  #share;
  #legend;

  /**
   * @param {HTMLTemplateElement} template
   * @param {FlowName} name
   * @param {import("./registry.js").Registry} registry
   */
  constructor(template, name, registry) {
    const fragment = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = find(fragment, ".panel", HTMLElement);
    this.#name = name;
    this.#registry = registry;
    this.element.dataset.flow = name;
    const heading = find(fragment, ".panel-name", HTMLElement);
    heading.textContent = NAMES[name];
    heading.id = `${name}-name`;
    this.element.setAttribute("aria-labelledby", heading.id);
    this.#canvas = find(fragment, ".plane-particles", HTMLCanvasElement);
    this.#message = find(fragment, ".plane-message", HTMLElement);
    this.plane = new Plane(this.#canvas, find(fragment, ".plane-backdrop", HTMLCanvasElement));
    for (const data of fragment.querySelectorAll("data")) this.#stats.set(data.dataset.stat ?? "", data);
    for (const choice of fragment.querySelectorAll("dd")) {
      if (choice.dataset.choice) this.#choices.set(choice.dataset.choice, choice);
    }
    this.#action = find(fragment, ".choice-action", HTMLElement);
    this.#share = find(fragment, ".share", HTMLElement);
    this.#legend = { hit: find(this.#share, ".share-hit", HTMLElement), miss: find(this.#share, ".share-miss", HTMLElement) };
    this.clear("Loading …");
  }

  /**
   * Puts a button under the choices.
   * @param {() => void} pressed
   */
  addAction(pressed) {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", pressed);
    this.#action.append(button);
    return button;
  }

  /** @param {Flow} flow */
  describe(flow) {
    const texts = {
      path: labelOf(this.#registry.schedules, flow.schedule),
      coupling: labelOf(this.#registry.couplings, flow.coupling),
      source: "Gaussian",
      solver: "Euler",
      field: "learned",
    };
    for (const [name, text] of Object.entries(texts)) {
      const choice = this.#choices.get(name);
      if (choice && choice.textContent !== text) choice.textContent = text;
    }
  }

  /**
   * Nothing to show yet, or not any more.
   * @param {string} message
   */
  clear(message) {
    this.plane.show(undefined);
    for (const data of this.#stats.values()) setData(data, "", "–");
    this.#share.classList.add("is-empty");
    this.#legend.hit.textContent = "reached";
    this.#legend.miss.textContent = "missed";
    this.say(message);
    this.#canvas.setAttribute("aria-label", `${NAMES[this.#name]}: no particles yet`);
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
    this.clear("");
    const words = document.createElement("span");
    words.textContent = message;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Restart ${NAMES[this.#name]}`;
    button.addEventListener("click", restart);
    this.#message.classList.add("is-failure");
    this.#message.replaceChildren(words, button);
  }

  /**
   * @param {Picture} picture
   * @param {string} dataset the target's label
   */
  show(picture, dataset) {
    const { report } = picture;
    this.say("");
    this.plane.show(picture);
    this.#set("hits", report.hits, percent(report.hits));
    this.#share.classList.remove("is-empty");
    this.#share.style.setProperty("--share", String(report.hits));
    const reached = Math.round(report.hits * picture.particles);
    this.#legend.hit.textContent = `${count(reached)} reached`;
    this.#legend.miss.textContent = `${count(picture.particles - reached)} missed`;
    this.#set("modes", report.modes, `${report.modes} of ${report.modeCount}`);
    this.#set("energy", report.energy, measure(report.energy));
    this.#set("nfe", report.nfe, count(report.nfe));
    this.#set("sample-step", picture.step, count(picture.step));
    const hash = this.#stats.get("hash");
    if (hash) setData(hash, report.hash, report.hash.slice(0, 8));
    const steps = picture.steps === 1 ? "1 Euler step" : `${picture.steps} Euler steps`;
    this.#canvas.setAttribute(
      "aria-label",
      `${NAMES[this.#name]}, ${dataset}: after ${steps}, ${percent(report.hits)} of ${count(picture.particles)} particles ` +
        `reach the target, in ${report.modes} of ${report.modeCount} modes.`,
    );
  }

  /** @param {number} floor of the loss */
  floor(floor) {
    this.#set("loss-floor", floor, measure(floor));
  }

  /** @param {number} straightness of the field on screen */
  straighten(straightness) {
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
  if (data.textContent !== text) data.textContent = text;
}

/**
 * @template {Element} T
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(parent, selector, type) {
  const element = parent.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`the page has no ${selector}`);
  return element;
}
