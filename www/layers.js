/**
 * Layers under the particles: arrows, a warped grid, chords, and washes of density or error. Each asks its
 * flow's worker for what it shows while it can be seen.
 */

import { find } from "./find.js";
import { Inquiry } from "./inquiry.js";
import { DRAWN } from "./layer-drawings.js";
import { COLORS, LAYERS, PARTS } from "./layer-table.js";
import { make } from "./make.js";
import { menu } from "./menu.js";
import { keepTaste } from "./preferences.js";
import { clearSheet, sheet, showSheet } from "./sheet.js";
import { write } from "./write.js";

/** @typedef {import("./lab.js").Context} Context */
/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./layer-table.js").LayerName} LayerName */

/**
 * The layers of one side.
 * @typedef {object} Sheet
 * @property {HTMLCanvasElement} canvas
 * @property {Map<LayerName, Inquiry<any>>} answers
 * @property {import("./engine.js").Picture | undefined} picture that they were drawn for
 * @property {boolean} isStale
 */

export class Layers {
  #context;
  #legend = find(document, "#layers-legend", HTMLElement);
  #colors;
  /** @type {Map<(typeof PARTS)[number]["name"], HTMLInputElement>} */
  #parts = new Map();
  /** @type {Map<string, HTMLInputElement>} */
  #boxes = new Map();
  /** @type {Map<Side, Sheet>} */
  #sheets = new Map();
  #spokenAt = 0;

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    for (const { name, label } of PARTS) {
      this.#parts.set(name, checkbox("#parts", name, label, (isOn) => {
        context.dispatch({ kind: "view", change: { [name]: isOn } });
        keepTaste(name, context.state());
      }));
    }
    for (const { name, label } of LAYERS) this.#boxes.set(name, checkbox("#layers", `layer-${name}`, label, (isOn) => this.#toggle(name, isOn)));
    this.#colors = menu("#colors", COLORS, (colors) => context.dispatch({ kind: "view", change: { colors } }));
    for (const side of context.sides) {
      const canvas = sheet(side, ".plane-backdrop", "plane-layers", () => this.#draw(side, known));
      const known = /** @type {Sheet} */ ({ canvas, answers: new Map(LAYERS.map(({ name }) => [name, new Inquiry()])), picture: undefined, isStale: true });
      this.#sheets.set(side, known);
    }
  }

  /** @param {string} name @param {boolean} isOn */
  #toggle(name, isOn) {
    const wash = (/** @type {string} */ other) => LAYERS.find((entry) => entry.name === other)?.isWash;
    const rest = this.#context.state().layers.filter((other) => other !== name && !(isOn && wash(name) && wash(other)));
    this.#context.dispatch({ kind: "view", change: { layers: isOn ? [...rest, name] : rest } });
  }

  /**
   * @param {import("./state.js").State} state
   * @param {import("./state.js").State | undefined} before
   */
  render(state, before) {
    if (state.colors !== before?.colors) this.#colors.value = state.colors;
    for (const [name, box] of this.#parts) if (state[name] !== before?.[name]) box.checked = state[name];
    if (state.layers !== before?.layers) for (const [name, box] of this.#boxes) box.checked = state.layers.includes(name);
    if (state.layers !== before?.layers || state.time !== before.time || state.dataset !== before.dataset || state.straight !== before.straight || state.curved !== before.curved) this.#spoil();
  }

  themed() {
    this.#spoil();
  }

  resized() {
    this.#spoil();
  }

  #spoil() {
    for (const known of this.#sheets.values()) known.isStale = true;
  }

  /** @param {number} now */
  frame(now) {
    const { layers, view } = this.#context.state();
    if (document.hidden) return;
    for (const [side, known] of this.#sheets) {
      showSheet(known.canvas, layers.length > 0 && view === "plane");
      if (known.canvas.hidden || known.canvas.clientWidth === 0) continue;
      if (side.picture !== known.picture) known.isStale = true;
      known.picture = side.picture;
      for (const { name } of LAYERS) if (layers.includes(name)) this.#ask(side, known, name, now);
      if (known.isStale) this.#draw(side, known);
    }
    if (now - this.#spokenAt > 400) {
      this.#spokenAt = now;
      this.#describe();
    }
  }

  /** @type {(side: Side, known: Sheet, name: LayerName, now: number) => void} */
  #ask(side, known, name, now) {
    const { time } = this.#context.state();
    const { pause, moves, ask } = DRAWN[name];
    const { picture } = side;
    if (!picture) return;
    /** @type {Parameters<Inquiry<unknown>["ask"]>[0]} */
    const about = [picture, side.panel.plane.view, moves ? time : undefined];
    known.answers.get(name)?.ask(about, now, pause, () => ask(side, time))?.then(() => (known.isStale = true));
  }

  /** @param {Side} side @param {Sheet} known */
  #draw(side, known) {
    known.isStale = false;
    const plot = clearSheet(known.canvas, side, this.#context.theme());
    const { layers, time } = this.#context.state();
    // An answer about an experiment that is no more is not shown.
    if (!side.picture) return;
    // Washes lie lowest.
    for (const { name } of [...LAYERS].reverse()) {
      const data = known.answers.get(name)?.data;
      if (layers.includes(name) && data) DRAWN[name].draw(plot, data, side, time);
    }
  }

  #describe() {
    const state = this.#context.state();
    const isPlane = state.view === "plane";
    const lines = LAYERS.filter(({ name }) => isPlane && state.layers.includes(name)).map(({ name, label, words }) => {
      const notes = [...this.#sheets].flatMap(([side, { answers, picture }]) => {
        const { reason, data } = answers.get(name) ?? {};
        const note = picture && (reason || (data && DRAWN[name].says?.(data)));
        return note ? [`${state[side.name].name}: ${note}`] : [];
      });
      return `${label}: ${words}${notes.map((note) => ` ${note}.`).join("")}`;
    });
    if (!isPlane && (state.layers.length > 0 || state.probe !== "off")) lines.push("Layers and questions are about the plane; the journey shows none.");
    if (state.colors === "origin") lines.push("A particle’s colour tells where it began: its direction gives the hue, its distance from the middle the strength.");
    write(this.#legend, lines.join(" "));
  }
}

/** Lists something to show or leave out. @param {string} list @param {string} id @param {string} text @param {(isOn: boolean) => void} choose */
function checkbox(list, id, text, choose) {
  const box = make("input", { type: "checkbox", id, autocomplete: "off" });
  box.addEventListener("change", () => choose(box.checked));
  find(document, list, HTMLElement).append(make("label", { className: "layer" }, box, text));
  return box;
}
