/** For readers who prefer no motion: under each picture a strip of five moments on the way. */

import { Painter } from "../pkg/flow_wasm.js";
import { make } from "./make.js";
import { isDark, packed } from "./theme.js";

/** @typedef {import("./side.js").Side} Side */

const TIMES = [0, 0.25, 0.5, 0.75, 1];
const GAP = 8;

export class Film {
  #context;
  #preference = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {Painter | undefined} */
  #painter;
  /** @type {Map<Side, { figure: HTMLElement, canvas: HTMLCanvasElement }>} */
  #strips = new Map();

  /** @param {import("./lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    this.#preference.addEventListener("change", () => this.#drawAll());
    this.#drawAll();
  }

  /** @param {import("./state.js").State} state @param {import("./state.js").State | undefined} before */
  render(state, before) {
    if (state.colors !== before?.colors || state.dots !== before.dots) this.#drawAll();
  }

  /** @param {Side} side */
  pictured(side) {
    if (this.#preference.matches) this.#draw(side);
  }

  resized() {
    this.#drawAll();
  }

  themed() {
    this.#drawAll();
  }

  #drawAll() {
    for (const side of this.#context.sides) {
      if (this.#preference.matches) this.#draw(side);
      const strip = this.#strips.get(side);
      if (strip) strip.figure.hidden = !this.#preference.matches;
    }
  }

  /** @param {Side} side */
  #draw(side) {
    const { canvas } = this.#strips.get(side) ?? this.#add(side);
    const { picture } = side;
    const width = Math.round(canvas.clientWidth * devicePixelRatio);
    const gap = Math.round(GAP * devicePixelRatio);
    const frame = Math.floor((width - gap * (TIMES.length - 1)) / TIMES.length);
    const target = canvas.getContext("2d");
    if (!target || frame <= 0) return;
    canvas.width = width;
    canvas.height = frame;
    if (!picture) return;
    const theme = this.#context.theme();
    const painter = (this.#painter ??= new Painter(1, 1));
    const { x, y, halfSide } = side.panel.plane.view;
    painter.resize(frame, frame);
    painter.look_at(x, y, halfSide);
    painter.set_colors(packed(theme.hit), packed(theme.miss));
    painter.color_by_origin(this.#context.state().colors === "origin", isDark(theme));
    painter.set_style(0.8 * devicePixelRatio, this.#context.state().dots ? 0.6 : 0, 0);
    painter.set_flow(picture.positions, picture.hits, picture.times);
    const small = document.createElement("canvas");
    small.width = small.height = frame;
    const context = small.getContext("2d");
    if (!context) return;
    for (const [i, time] of TIMES.entries()) {
      painter.paint(context, time);
      target.drawImage(small, i * (frame + gap), 0);
    }
  }

  /** @param {Side} side */
  #add(side) {
    const canvas = make("canvas", {});
    const caption = make("figcaption", {}, ...TIMES.map((time) => make("span", {}, `t = ${time}`)));
    // The picture above says in words what there is to say.
    const figure = make("figure", { className: "film", ariaHidden: "true" }, canvas, caption);
    side.panel.element.append(figure);
    const strip = { figure, canvas };
    this.#strips.set(side, strip);
    return strip;
  }
}
