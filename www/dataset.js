/** The dataset picker: native radio buttons, each with a picture drawn by the real sampler. */

import { Painter, target_points } from "../pkg/flow_wasm.js";
import { viewOf } from "./plane.js";
import { readOutline } from "./registry.js";
import { packed } from "./theme.js";

const THUMBNAIL_POINTS = 400;
const THUMBNAIL_SIDE = 36;

export class DatasetPicker {
  #group;
  /** @type {Map<string, { radio: HTMLInputElement, canvas: HTMLCanvasElement }>} */
  #choices = new Map();

  /**
   * @param {HTMLElement} group
   * @param {import("./registry.js").Entry[]} targets
   * @param {(name: string) => void} chosen
   */
  constructor(group, targets, chosen) {
    this.#group = group;
    group.replaceChildren();
    for (const { name, label, summary } of targets) {
      const choice = document.createElement("label");
      choice.className = "dataset";
      choice.title = summary;
      const radio = document.createElement("input");
      radio.type = "radio";
      radio.name = "dataset";
      radio.value = name;
      radio.addEventListener("change", () => chosen(name));
      const canvas = document.createElement("canvas");
      canvas.setAttribute("aria-hidden", "true");
      const words = document.createElement("span");
      words.textContent = words.dataset.label = label;
      choice.append(radio, canvas, words);
      group.append(choice);
      this.#choices.set(name, { radio, canvas });
    }
  }

  /** @param {string} name */
  choose(name) {
    const choice = this.#choices.get(name);
    if (!choice) return;
    choice.radio.checked = true;
    // On a small screen the row scrolls sideways.
    const { parentElement: label } = choice.radio;
    if (label) this.#group.scrollTo({ left: label.offsetLeft - (this.#group.clientWidth - label.clientWidth) / 2 });
  }

  /** @param {import("./theme.js").Theme} theme */
  drawThumbnails(theme) {
    const side = Math.round(THUMBNAIL_SIDE * devicePixelRatio);
    const painter = new Painter(side, side);
    painter.set_colors(packed(theme.ink), packed(theme.ink));
    painter.set_style(0.6 * devicePixelRatio, 0.6, 0);
    for (const [name, { canvas }] of this.#choices) {
      canvas.width = canvas.height = side;
      const context = canvas.getContext("2d");
      if (!context) continue;
      const { x, y, halfSide } = viewOf(readOutline(name));
      painter.look_at(x, y, halfSide * 0.95);
      painter.paint_points(context, target_points(name, THUMBNAIL_POINTS));
    }
    painter.free();
  }
}
