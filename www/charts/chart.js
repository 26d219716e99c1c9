/**
 * One chart of the page: drawn by plotters, with a legend, values read under the pointer or by the arrow keys,
 * and a table behind it.
 */

import { draw_chart } from "../../pkg/flow_wasm.js";
import { find } from "../find.js";
import { write } from "../write.js";
import { placeOn, valueAt } from "./axis.js";
import { showLegend } from "./legend.js";
import { nearest } from "./points.js";
import { fillTable } from "./table.js";

/** @typedef {import("../theme.js").Theme} Theme */
/** @typedef {import("./axis.js").Axis} Axis */
/** @typedef {import("./points.js").Point} Point */

/**
 * A named curve; those without marks of their own differ by their line.
 * @typedef {object} Curve
 * @property {string} name
 * @property {Point[]} points ascending by x
 * @property {"solid" | "dashed" | "none"} [line]
 * @property {"disc" | "ring" | "square" | "triangle" | "cross" | "plus"} [mark]
 * @property {boolean} [isQuiet] whether it stands behind the others, in grey
 * @property {boolean} [isConstant] whether it has the same value at every x
 */

/**
 * What a chart shows.
 * @typedef {object} Drawing
 * @property {Axis} x
 * @property {Axis} y
 * @property {Curve[]} curves
 * @property {number[]} bars places on the x axis that are marked
 * @property {number} [home] the x that is read when the reader points at none; the last by default
 * @property {(x: number) => string} place an x in words
 * @property {(y: number) => string} value a y in words
 * @property {string} summary what a reader who does not see the chart should know
 */

/** Points nearer to each other than this share of the axis are read as one. */
const SAME = 0.004;
/** A curve is read at a place only where it has a point this near. */
const NEAR = 0.03;
const ROWS = 24;
/** Time in ms between paintings out of sight, which are for whoever prints the page or keeps a picture of it. */
const FAR_PAUSE = 1500;

export class Chart {
  #canvas;
  #plot;
  #probe;
  #cross;
  #reading;
  #legend;
  #table;
  /** @type {Drawing | undefined} */
  #drawing;
  /** @type {Theme | undefined} */
  #theme;
  /** Whether it is in the window or will soon be. */
  #isNear = false;
  /** The timer of the next painting out of sight; 0 for none. @type {number} */
  #later = 0;
  /** The plotting area in CSS pixels. */
  #area = { left: 0, right: 1, top: 0, bottom: 1 };
  /** Where the reader reads; undefined for the drawing's own place. @type {number | undefined} */
  #at;

  /**
   * @param {HTMLElement} figure
   * @param {string} name
   * @param {() => void} stale called when it should be drawn again
   */
  constructor(figure, name, stale) {
    const template = find(document, "#chart-template", HTMLTemplateElement);
    const parts = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.#plot = find(parts, ".chart-plot", HTMLElement);
    this.#canvas = find(parts, "canvas", HTMLCanvasElement);
    this.#probe = find(parts, "input", HTMLInputElement);
    this.#cross = find(parts, ".chart-cross", HTMLElement);
    this.#reading = find(parts, ".chart-reading", HTMLElement);
    this.#legend = find(parts, ".chart-legend", HTMLElement);
    this.#table = find(parts, "table", HTMLTableElement);
    const details = find(parts, "details", HTMLDetailsElement);
    this.#canvas.setAttribute("aria-label", `${name}: no values yet`);
    this.#probe.setAttribute("aria-label", `Read ${name}`);
    find(details, "summary", HTMLElement).textContent = `${name} as a table`;
    find(details, ".table-scroll", HTMLElement).setAttribute("aria-label", `${name}, table`);
    details.addEventListener("toggle", stale);
    this.#probe.addEventListener("input", () => this.#read(this.#stops()[this.#probe.valueAsNumber]));
    this.#probe.addEventListener("focus", () => this.#read(this.#at ?? this.#home));
    this.#probe.addEventListener("blur", () => this.#read(undefined));
    for (const event of /** @type {const} */ (["pointermove", "pointerdown"])) {
      this.#plot.addEventListener(event, (pointer) => this.#point(pointer));
    }
    this.#plot.addEventListener("pointerleave", () => {
      if (document.activeElement !== this.#probe) this.#read(undefined);
    });
    new IntersectionObserver((entries) => this.#approach(entries), { rootMargin: "25%" }).observe(this.#plot);
    figure.prepend(this.#plot, this.#reading, this.#legend);
    figure.append(details);
  }

  /** Shows a drawing: its words at once, its lines when they can be seen, and now and then before. @param {Drawing} drawing @param {Theme} theme */
  draw(drawing, theme) {
    this.#drawing = drawing;
    this.#theme = theme;
    this.#canvas.setAttribute("aria-label", drawing.summary);
    showLegend(this.#legend, drawing.curves);
    if (this.#isNear) this.#paint(drawing, theme);
    else this.#later ||= setTimeout(() => this.#catchUp(), FAR_PAUSE);
    this.#read(this.#at);
    if (this.#table.closest("details")?.open) this.#fill(drawing);
  }

  /** @param {IntersectionObserverEntry[]} entries the last says how it is now */
  #approach(entries) {
    const wasNear = this.#isNear;
    this.#isNear = entries.at(-1)?.isIntersecting ?? true;
    if (this.#isNear && !wasNear) this.#catchUp();
  }

  #catchUp() {
    clearTimeout(this.#later);
    this.#later = 0;
    if (this.#drawing && this.#theme) this.#paint(this.#drawing, this.#theme);
  }

  /** @param {Drawing} drawing @param {Theme} theme */
  #paint({ x, y, curves, bars }, { ink, muted, rule, strong, font }) {
    const canvas = this.#canvas;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((length) => Math.round(length * devicePixelRatio));
    if (!width || !height) return;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.getContext("2d")?.clearRect(0, 0, width, height);
    const series = [
      ...bars.map((at) => ({ color: rule, points: [[at, y.min], [at, y.max]], width: 6 })),
      ...curves.map(({ points, line, mark, isQuiet }) => ({ color: isQuiet ? strong : ink, points, line, mark, width: isQuiet ? 1 : 1.5 })),
    ];
    const look = { ink, muted, rule, font, text_size: 12, pixel_ratio: devicePixelRatio };
    const area = JSON.parse(draw_chart(canvas, JSON.stringify({ x, y, series, theme: look })));
    for (const side of /** @type {const} */ (["left", "right", "top", "bottom"])) this.#area[side] = area[side] / devicePixelRatio;
  }

  // --- reading --------------------------------------------------------------------------------------

  /** Every x at which there is something to read. */
  #stops() {
    const { x, curves } = this.#drawing ?? { x: { label: "", min: 0, max: 1 }, curves: [] };
    const all = curves.filter(({ isConstant }) => !isConstant).flatMap(({ points }) => points.map(([at]) => at));
    let last = -Infinity;
    return all.sort((a, b) => a - b).filter((at) => {
      const isNew = placeOn(x, at) - last >= SAME;
      if (isNew) last = placeOn(x, at);
      return isNew;
    });
  }

  get #home() {
    return this.#drawing?.home ?? this.#stops().at(-1);
  }

  /** @param {PointerEvent} pointer */
  #point({ clientX }) {
    if (!this.#drawing) return;
    const { left, right } = this.#area;
    const place = (clientX - this.#canvas.getBoundingClientRect().left - left) / (right - left);
    this.#read(valueAt(this.#drawing.x, Math.min(1, Math.max(0, place))));
  }

  /** Shows the values nearest to an x. @param {number | undefined} at */
  #read(at) {
    const drawing = this.#drawing;
    if (!drawing) return;
    const { x, y, curves } = drawing;
    const stops = this.#stops();
    const wanted = at ?? this.#home;
    const stop = nearest(stops.map((stop) => [stop, 0]), wanted ?? 0, (value) => placeOn(x, value))?.[0];
    this.#at = at === undefined ? undefined : stop;
    this.#cross.hidden = this.#at === undefined || stop === undefined;
    const words = stop === undefined ? "No values yet." : readingOf(drawing, stop);
    write(this.#reading, words);
    this.#probe.max = String(Math.max(0, stops.length - 1));
    this.#probe.value = String(Math.max(0, stops.indexOf(stop ?? NaN)));
    this.#probe.setAttribute("aria-valuetext", words);
    if (this.#cross.hidden || stop === undefined) return;
    const { left, right, top, bottom } = this.#area;
    this.#cross.style.translate = `${left + (right - left) * placeOn(x, stop)}px ${top}px`;
    this.#cross.style.blockSize = `${bottom - top}px`;
    const values = curves.map((curve) => valueOf(drawing, curve, stop)).filter((value) => value !== undefined);
    this.#cross.replaceChildren(
      ...values.map((value) => {
        const dot = document.createElement("i");
        dot.style.translate = `0 ${(bottom - top) * (1 - Math.min(1, Math.max(0, placeOn(y, value))))}px`;
        return dot;
      }),
    );
  }

  /** @param {Drawing} drawing */
  #fill(drawing) {
    const stops = this.#stops();
    const stride = Math.max(1, Math.ceil(stops.length / ROWS));
    const rows = stops
      .filter((_, i) => (stops.length - 1 - i) % stride === 0)
      .map((at) => [
        drawing.place(at),
        ...drawing.curves.map((curve) => {
          const value = valueOf(drawing, curve, at);
          return value === undefined ? "–" : drawing.value(value);
        }),
      ]);
    fillTable(this.#table, [drawing.x.label, ...drawing.curves.map(({ name }) => name)], rows);
  }
}

/** @param {Drawing} drawing @param {number} at */
function readingOf(drawing, at) {
  const values = drawing.curves.flatMap((curve) => {
    const value = valueOf(drawing, curve, at);
    return value === undefined ? [] : [`${curve.name} ${drawing.value(value)}`];
  });
  return `${drawing.place(at)}: ${values.join(", ")}`;
}

/** A curve's value at an x, if it has one there. @param {Drawing} drawing @param {Curve} curve @param {number} at */
function valueOf({ x }, { points, isConstant }, at) {
  const place = (/** @type {number} */ value) => placeOn(x, value);
  const point = nearest(points, at, place);
  return point && (isConstant || Math.abs(place(point[0]) - place(at)) <= NEAR) ? point[1] : undefined;
}
