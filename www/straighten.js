/** Rounds that straighten a flow: buttons to begin one, and a switch between the generations they leave. */

import { possible, tell } from "./choices.js";
import { dismissable } from "./drawer.js";
import { decimal, measure, percent } from "./format.js";
import { find } from "./find.js";
import { button, make } from "./make.js";
import { enable, handOn, offer } from "./offer.js";
import { labelOf } from "./registry.js";
import { MAX_ROUNDS, onlyTimeDiffers } from "./state.js";
import { write } from "./write.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Flow} Flow */
/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./lab.js").Context} Context */

const LOOK_MILLISECONDS = 200;

export class Straighten {
  #parts;
  #lookedAt = 0;

  /** @param {Context} context */
  constructor(context) {
    this.#parts = context.sides.map((side) => new Rounds(side, context));
  }

  /** @param {State} state @param {State | undefined} before */
  render(state, before) {
    if (before && onlyTimeDiffers(state, before)) return;
    for (const part of this.#parts) part.look();
  }

  /** @param {State} state @param {State | undefined} before */
  settled(state, before) {
    for (const part of this.#parts) part.settled(state, before);
  }

  /** @param {number} now */
  frame(now) {
    if (now - this.#lookedAt < LOOK_MILLISECONDS) return;
    this.#lookedAt = now;
    for (const part of this.#parts) part.look();
  }
}

/** The rounds of one flow. */
class Rounds {
  #side;
  #context;
  #buttons;
  #progress;
  #progressText;
  #list;
  /** What the list shows, as text. */
  #listed = "";

  /** @param {Side} side @param {Context} context */
  constructor(side, context) {
    this.#side = side;
    this.#context = context;
    const element = find(side.panel.element, ".straighten", HTMLDetailsElement);
    this.#progress = find(element, "progress", HTMLProgressElement);
    this.#progressText = find(element, ".progress-text", HTMLElement);
    this.#list = find(element, ".generations tbody", HTMLElement);
    dismissable(element);
    this.#list.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#show(Number(target.value));
    });
    this.#buttons = context.registry.rounds.map((entry) => {
      const beginning = button(entry.label, () => this.#begin(entry.name));
      const note = make("p", { className: "reason", id: `${side.name}-round-${entry.name}` });
      beginning.setAttribute("aria-describedby", note.id);
      find(element, ".rounds", HTMLElement).append(beginning, note);
      return { ...entry, button: beginning, note };
    });
  }

  get #name() {
    return this.#side.name;
  }

  /** Offers the rounds that can be. @param {State} state @param {State | undefined} before */
  settled(state, before) {
    if (state[this.#name] === before?.[this.#name] && state.dataset === before.dataset) return;
    for (const { name, summary, button, note } of this.#buttons) {
      const outcome = this.#outcome(state, name);
      offer(button, !("reason" in outcome));
      note.textContent = "reason" in outcome ? `Not here: ${outcome.reason}.` : summary;
    }
  }

  /** What another round comes to. @param {State} state @param {string} name */
  #outcome(state, name) {
    const { rounds } = state[this.#name];
    if (rounds.length >= MAX_ROUNDS) return { reason: `${MAX_ROUNDS} rounds are the most` };
    return possible(state, this.#name, { rounds: [...rounds, { name, after: this.#after(state) }] });
  }

  /** When another round begins: now, or with the one before it where that is still to come. @param {State} state */
  #after(state) {
    return Math.max(this.#context.flows.pace.nextFree, state[this.#name].rounds.at(-1)?.after ?? 1);
  }

  /** @param {string} name */
  #begin(name) {
    const { dispatch, state } = this.#context;
    const outcome = this.#outcome(state(), name);
    if ("reason" in outcome) return;
    tell(outcome);
    const { rounds: _rounds, ...change } = outcome.change;
    dispatch({ kind: "round", flow: this.#name, name, after: this.#after(state()), change });
  }

  /** Shows the last weights of a generation. @param {number} generation */
  #show(generation) {
    const { history, step } = this.#side;
    const isNewest = generation === this.#side.generationAt(step);
    const kept = history.findLast((entry) => entry.generation === generation);
    if (isNewest || kept) this.#context.dispatch({ kind: "view", change: { replay: isNewest ? undefined : kept?.step } });
  }

  /** Brings what workers tell on the page. */
  look() {
    const side = this.#side;
    const { round, step } = side;
    this.#progress.hidden = !round;
    this.#progress.value = round?.share ?? 0;
    const text = round ? `${labelOf(this.#context.registry.rounds, round.name)}: making pairs, ${percent(round.share)}` : "";
    write(this.#progressText, text);

    const { replay, [this.#name]: flow } = this.#context.state();
    const newest = side.generationAt(step);
    const shown = side.generationAt(Math.min(replay ?? step, step));
    const names = ["1st", ...flow.rounds.map(({ name }, i) => `${name} ${flow.rounds.slice(0, i + 1).filter((round) => round.name === name).length}`)];
    const rows = names.map((name, i) => {
      const { straightness, hits } = side.generations[i] ?? {};
      const canBeShown = i === newest || (i < newest && side.history.some(({ generation }) => generation === i));
      return { name, canBeShown, isShown: i === shown, straightness, hits };
    });
    this.#fill(rows);
  }

  /** @param {{ name: string, canBeShown: boolean, isShown: boolean, straightness: number | undefined, hits: number | undefined }[]} rows */
  #fill(rows) {
    const listed = JSON.stringify(rows);
    if (listed === this.#listed) return;
    this.#listed = listed;
    for (const row of [...this.#list.children].slice(rows.length)) {
      handOn(row);
      row.remove();
    }
    for (const [i, { name, canBeShown, isShown, straightness, hits }] of rows.entries()) {
      const row = this.#list.children[i] ?? this.#list.appendChild(newRow(`${this.#name}-generation`, i));
      const input = find(row, "input", HTMLInputElement);
      input.checked = isShown;
      enable(input, canBeShown);
      const texts = [name, straightness === undefined ? "–" : measure(straightness), hits === undefined ? "–" : percent(hits)];
      for (const [at, cell] of [...row.querySelectorAll("data, label span")].entries()) cell.textContent = texts[at] ?? "";
      for (const [at, cell] of [...row.querySelectorAll("data")].entries()) cell.value = decimal([straightness, hits][at] ?? NaN);
    }
  }
}

/** @param {string} group @param {number} generation */
function newRow(group, generation) {
  const input = make("input", { type: "radio", name: group, value: String(generation), autocomplete: "off" });
  const cells = ["straightness", "hits"].map((quantity) => {
    const data = make("data", {});
    data.dataset.generation = quantity;
    return make("td", {}, data);
  });
  return make("tr", {}, make("th", { scope: "row" }, make("label", {}, input, make("span", {}))), ...cells);
}
