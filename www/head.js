/** A panel's head: what its flow is made of, each choice a native control. */

import { DIFFUSION, MENUS, possible, tell } from "./choices.js";
import { dismissable } from "./drawer.js";
import { decimal } from "./format.js";
import { button, make } from "./make.js";
import { MAX_NAME_LENGTH, MAX_NOISE, MAX_WEIGHT } from "./state.js";
import { find } from "./find.js";
import { enable } from "./offer.js";
import { readOutline } from "./registry.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Flow} Flow */
/** @typedef {import("./state.js").FlowName} FlowName */
/** @typedef {import("./choices.js").Menu} Menu */

export class Head {
  #name;
  #dispatch;
  /** @type {State | undefined} */
  #state;
  /** @type {{ menu: Menu, select: HTMLSelectElement }[]} */
  #menus = [];
  #title;
  #noise;
  #noiseValue;
  #noiseReason;
  #guided;
  #guidedReason;
  #weight;
  #weightValue;
  #heading;
  #extras;
  /** The one that made the last choice. @type {HTMLInputElement | undefined} */
  #slider;

  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} extras where it is told what “More” adds
   * @param {FlowName} name
   * @param {(message: import("./update.js").Message) => void} dispatch
   */
  constructor(element, extras, name, dispatch) {
    this.#name = name;
    this.#dispatch = dispatch;
    this.#heading = find(element, ".panel-name", HTMLElement);
    this.#extras = extras;
    new ResizeObserver(() => this.#fitName()).observe(this.#heading);
    const choices = find(element, ".choices", HTMLElement);
    for (const menu of Object.values(MENUS)) choices.append(this.#select(menu));

    const more = find(element, ".more-choices", HTMLElement);
    dismissable(find(element, ".more", HTMLDetailsElement));
    this.#noise = range(MAX_NOISE, 0.05);
    this.#noiseValue = make("output", { ariaHidden: "true" });
    this.#noiseReason = make("p", { className: "reason" });
    this.#noise.addEventListener("input", () => this.#choose({ noise: this.#noise.valueAsNumber }, this.#noise));
    this.#guided = make("select", {});
    this.#guidedReason = make("p", { className: "reason" });
    this.#guided.addEventListener("change", () => this.#choose({ guided: Number(this.#guided.value) }));
    this.#weight = range(MAX_WEIGHT, 0.25);
    this.#weightValue = make("output", { ariaHidden: "true" });
    this.#weight.addEventListener("input", () => this.#choose({ weight: this.#weight.valueAsNumber }, this.#weight));
    this.#title = make("input", { type: "text", maxLength: MAX_NAME_LENGTH });
    this.#title.addEventListener("change", () => {
      const text = this.#title.value.trim();
      if (text) this.#choose({ name: text });
      else this.#title.value = this.#state?.[name].name ?? "";
    });
    more.append(
      labelled("Noise g", this.#noise, this.#noiseValue),
      this.#noiseReason,
      this.#select(DIFFUSION),
      labelled("Guide towards", this.#guided),
      labelled("Guidance weight", this.#weight, this.#weightValue),
      this.#guidedReason,
      labelled("Name", this.#title),
      button("Copy to the other panel", () => dispatch({ kind: "copy", from: name })),
    );
  }

  /**
   * @param {State} state
   * @param {State | undefined} before
   */
  render(state, before) {
    this.#state = state;
    const flow = state[this.#name];
    if (flow === before?.[this.#name] && state.dataset === before.dataset) return;
    if (this.#heading.textContent !== flow.name) {
      this.#heading.textContent = flow.name;
      // Measured when the page is laid out anyway.
      requestAnimationFrame(() => this.#fitName());
    }
    for (const { menu, select } of this.#menus) {
      this.#list(menu, select);
      select.value = menu.chosen(flow);
    }
    this.#title.value = flow.name;
    const noise = flow.noise > 0 ? `noise g = ${decimal(flow.noise)}` : "";
    this.#extras.textContent = flow.guided < 0 ? noise : `towards mode ${flow.guided + 1}, weight ${decimal(flow.weight)}`;
    this.#noise.value = String(flow.noise);
    this.#noiseValue.value = decimal(flow.noise);
    this.#weight.value = String(flow.weight);
    this.#weightValue.value = decimal(flow.weight);
    enable(this.#weight, flow.guided >= 0);
    if (state.dataset !== before?.dataset) this.#listClasses(state.dataset);
    this.#guided.value = String(flow.guided);
  }

  /** Says what of the drawer cannot be. @param {State} state @param {State | undefined} before */
  settled(state, before) {
    const flow = state[this.#name];
    if (flow === before?.[this.#name] && state.dataset === before.dataset) return;
    this.#allow(this.#noise, this.#noiseReason, { noise: flow.noise || 0.5 });
    this.#allow(this.#guided, this.#guidedReason, { guided: Math.max(0, flow.guided) });
    if (flow.guided < 0) this.#guidedReason.textContent ||= "A weight needs a class.";
  }

  /** Sets a name that is too long for one line in two, or three, of the same height together. */
  #fitName() {
    const { classList } = this.#heading;
    classList.remove("is-long", "is-longest");
    if (this.#heading.scrollWidth > this.#heading.clientWidth) classList.add("is-long");
    // Letters reach a little over their line; a line too many is a half more.
    if (this.#heading.scrollHeight > 1.25 * this.#heading.clientHeight) classList.add("is-longest");
  }

  /** One class for each mode of the target. @param {string} dataset */
  #listClasses(dataset) {
    const { modes } = readOutline(dataset);
    const classes = Array.from({ length: modes }, (_, i) => new Option(`mode ${i + 1}`, String(i)));
    this.#guided.replaceChildren(new Option("no class", "-1"), ...classes);
  }

  /**
   * Disables a control whose change cannot be, and says why.
   * @param {HTMLInputElement | HTMLSelectElement} control
   * @param {HTMLElement} line
   * @param {Partial<Flow>} change
   */
  #allow(control, line, change) {
    if (!this.#state) return;
    const outcome = possible(this.#state, this.#name, change);
    enable(control, !("reason" in outcome));
    line.textContent = "reason" in outcome ? `Not here: ${outcome.reason}.` : "";
  }

  /** @param {Menu} menu */
  #select(menu) {
    const select = make("select", { autocomplete: "off" });
    this.#list(menu, select);
    // Whether an option is possible depends on all other choices: it is found out when the reader turns to the menu.
    for (const event of ["focus", "pointerenter"]) select.addEventListener(event, () => this.#markImpossible(menu, select));
    select.addEventListener("change", () => {
      const option = menu.options(this.#state).find(({ name }) => name === select.value);
      if (option) this.#choose(option.change);
    });
    this.#menus.push({ menu, select });
    return labelled(menu.label, select);
  }

  /** Lists a menu's options, where they are not yet. @param {Menu} menu @param {HTMLSelectElement} select */
  #list(menu, select) {
    const options = menu.options(this.#state);
    if (options.length === select.options.length && options.every(({ name }, i) => name === select.options[i]?.value)) return;
    const chosen = select.value;
    select.replaceChildren(
      ...options.map(({ name, label, summary }) => Object.assign(new Option(label, name), { title: summary })),
    );
    if (chosen) select.value = chosen;
  }

  /** @param {Menu} menu @param {HTMLSelectElement} select */
  #markImpossible(menu, select) {
    if (!this.#state) return;
    this.#list(menu, select);
    for (const [i, { name, label, summary, change }] of menu.options(this.#state).entries()) {
      const option = select.options[i];
      if (!option) continue;
      const outcome = name === select.value ? undefined : possible(this.#state, this.#name, change);
      const reason = outcome && "reason" in outcome ? outcome.reason : undefined;
      option.disabled = reason !== undefined;
      option.textContent = reason === undefined ? label : `${label} – not here: ${reason}`;
      option.title = reason ?? summary;
    }
  }

  /** @param {Partial<Flow>} change @param {HTMLInputElement} [slider] a choice it makes on its way to another is none of its own */
  #choose(change, slider) {
    if (!this.#state) return;
    const outcome = possible(this.#state, this.#name, change);
    if ("reason" in outcome || outcome.gaveWay || !slider || slider !== this.#slider) tell(outcome);
    this.#slider = slider;
    if ("reason" in outcome) {
      const { menu, select } = this.#menus.find(({ menu: { chosen }, select: { value } }) => this.#state && chosen(this.#state[this.#name]) !== value) ?? {};
      if (menu && select) select.value = menu.chosen(this.#state[this.#name]);
    } else {
      this.#dispatch({ kind: "flow", flow: this.#name, change: outcome.change });
    }
  }
}

/**
 * @param {string} text
 * @param {HTMLElement} control
 * @param {HTMLElement[]} after
 */
function labelled(text, control, ...after) {
  return make("label", { className: "choice" }, make("span", {}, text), control, ...after);
}

/** @param {number} max @param {number} step */
function range(max, step) {
  return make("input", { type: "range", className: "slider", min: "0", max: String(max), step: String(step), autocomplete: "off" });
}
