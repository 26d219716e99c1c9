/** The dataset picker: native radio buttons, each with a picture drawn by the real sampler. */

import { Painter, target_points } from "../pkg/flow_wasm.js";
import { chooseForBoth, tell } from "./choices.js";
import { context2d } from "./context2d.js";
import { find } from "./find.js";
import { make } from "./make.js";
import { viewOf } from "./plane.js";
import { isOwn, readOutline } from "./registry.js";
import { packed } from "./theme.js";

const THUMBNAIL_POINTS = 400;
const THUMBNAIL_SIDE = 36;

export class DatasetPicker {
  #group = find(document, "#dataset", HTMLElement);
  /** @type {Map<string, { radio: HTMLInputElement, canvas: HTMLCanvasElement }>} */
  #choices = new Map();
  #context;

  /** @param {import("./lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    this.#group.replaceChildren();
    for (const entry of context.registry.targets) this.#add(entry);
  }

  /** @param {import("./registry.js").Entry} entry */
  #add({ name, label, summary }) {
    const radio = make("input", { type: "radio", name: "dataset", value: name });
    radio.addEventListener("change", () => this.#choose(name));
    const canvas = make("canvas", { ariaHidden: "true" });
    const words = make("span", {}, label);
    words.dataset.label = label;
    this.#group.append(make("label", { className: "dataset", title: summary }, radio, canvas, words));
    this.#choices.set(name, { radio, canvas });
  }

  /** @param {string} name */
  #choose(name) {
    const reason = chooseForBoth(this.#context, { dataset: name });
    if (reason === undefined) return;
    tell({ reason });
    this.render(this.#context.state(), undefined);
  }

  /** The reader's own data have one place at the row's end; newer ones take it. @param {string} name */
  #addOwn(name) {
    const before = [...this.#choices.keys()].find(isOwn);
    if (before) {
      this.#choices.get(before)?.radio.parentElement?.remove();
      this.#choices.delete(before);
    }
    this.#add({ name, label: "Your data", summary: "What you drew, typed or dropped." });
    this.themed(this.#context.theme());
  }

  /**
   * @param {import("./state.js").State} state
   * @param {import("./state.js").State | undefined} before
   */
  render({ dataset }, before) {
    if (isOwn(dataset) && !this.#choices.has(dataset)) this.#addOwn(dataset);
    const choice = this.#choices.get(dataset);
    if (!choice || dataset === before?.dataset) return;
    choice.radio.checked = true;
    // On a small screen the row scrolls sideways; asked now, the page would have to be laid out for it.
    const { parentElement: label } = choice.radio;
    if (label) requestAnimationFrame(() => this.#group.scrollTo({ left: label.offsetLeft - (this.#group.clientWidth - label.clientWidth) / 2 }));
  }

  /** @param {import("./theme.js").Theme} theme */
  themed(theme) {
    const side = Math.round(THUMBNAIL_SIDE * devicePixelRatio);
    const painter = new Painter(side, side);
    painter.set_colors(packed(theme.ink), packed(theme.ink));
    painter.set_style(0.6 * devicePixelRatio, 0.6, 0);
    for (const [name, { canvas }] of this.#choices) {
      canvas.width = canvas.height = side;
      const { x, y, halfSide } = viewOf(readOutline(name));
      painter.look_at(x, y, halfSide * 0.95);
      painter.paint_points(context2d(canvas), target_points(name, THUMBNAIL_POINTS));
    }
    painter.free();
  }
}
