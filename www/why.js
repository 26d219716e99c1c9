/**
 * "Why does it bend?": a place on the plane, moved by pointer or arrow keys, is asked which pairs' paths pass it
 * and what their mean is; or a start, what becomes of it with few and with many steps.
 */

import { ARROWS } from "./arrows.js";
import { find } from "./find.js";
import { measure, minus } from "./format.js";
import { Inquiry } from "./inquiry.js";
import { PROBES } from "./layer-table.js";
import { make } from "./make.js";
import { menu } from "./menu.js";
import { clearSheet, sheet, showSheet } from "./sheet.js";
import { write } from "./write.js";

/** @typedef {import("./lab.js").Context} Context */
/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./sheet.js").Plot} Plot */
/** @typedef {readonly [number, number]} Point */

/**
 * What flow-core says about a place.
 * @typedef {object} Passing
 * @property {{ x0: Point, x1: Point, path: Point[], velocity: Point, weight: number }[]} pairs
 * @property {Point} mean
 * @property {Point | null} network
 * @property {Point | null} exact
 * @property {"posterior" | "nearby"} how
 * @property {number | null} bandwidth
 */

const PAIRS = 40;
const STEPS = [1, 2, 4, 8];
const DASHES = [[], [8, 4], [4, 3], [1.5, 3]];
const ASK_MILLISECONDS = 60;
const SPEAK_MILLISECONDS = 500;
const MARKS = "Hollow circles are noise, filled ones data; the thick arrow is the mean, a thin orange one the field on show.";

/**
 * What one side is asked, and what it answered: the pairs that pass the place, or the ways from there by number of steps.
 * @typedef {object} Probe
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLButtonElement} handle
 * @property {Inquiry<{ passing?: Passing, ways?: Record<string, Point[]> }>} inquiry
 * @property {import("./engine.js").Picture | undefined} picture that it was drawn for
 * @property {boolean} isStale
 */

export class Why {
  #context;
  #select;
  #words = find(document, "#why-words", HTMLElement);
  /** @type {Map<Side, Probe>} */
  #probes = new Map();
  #spokenAt = 0;

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    this.#select = menu("#probe", PROBES, (probe) => context.dispatch({ kind: "view", change: { probe } }));
    for (const side of context.sides) {
      const canvas = sheet(side, ".plane-particles", "plane-why", () => this.#draw(side, probe));
      const handle = make("button", { className: "probe" });
      canvas.after(handle);
      handle.addEventListener("keydown", (event) => this.#keyed(event, side));
      const plane = find(side.panel.element, ".plane", HTMLElement);
      const point = (/** @type {PointerEvent} */ event) => this.#moveTo(side, plane, event);
      plane.addEventListener("pointerdown", (event) => {
        // What stands on the plane, such as a button to restart, keeps its own pointer.
        const isOther = event.target instanceof Element && event.target.closest("button, details, dialog, .plane-message") !== null && event.target !== handle;
        if (!isAsked(context.state()) || isOther) return;
        plane.setPointerCapture(event.pointerId);
        handle.focus({ preventScroll: true });
        event.preventDefault();
        point(event);
      });
      plane.addEventListener("pointermove", (event) => {
        if (isAsked(context.state()) && plane.hasPointerCapture(event.pointerId)) point(event);
      });
      const probe = /** @type {Probe} */ ({ canvas, handle, inquiry: new Inquiry(), picture: undefined, isStale: true });
      this.#probes.set(side, probe);
    }
  }

  /** @param {Side} side @param {HTMLElement} plane @param {PointerEvent} event */
  #moveTo(side, plane, event) {
    const box = plane.getBoundingClientRect();
    const { x, y, halfSide } = side.panel.plane.view;
    const scale = (2 * halfSide) / box.width;
    this.#set(x - halfSide + (event.clientX - box.left) * scale, y + halfSide - (event.clientY - box.top) * scale, side);
  }

  /** @param {KeyboardEvent} event @param {Side} side */
  #keyed(event, side) {
    const direction = ARROWS[event.key];
    if (!direction) return;
    event.preventDefault();
    event.stopPropagation();
    const step = side.panel.plane.view.halfSide * (event.shiftKey ? 0.1 : 0.025);
    const { place } = this.#context.state();
    this.#set(place[0] + direction[0] * step, place[1] + direction[1] * step, side);
  }

  /** @param {number} x @param {number} y @param {Side} side */
  #set(x, y, side) {
    const { view } = side.panel.plane;
    const within = (/** @type {number} */ value, /** @type {number} */ center) =>
      Math.round(100 * Math.min(center + view.halfSide, Math.max(center - view.halfSide, value))) / 100;
    this.#context.dispatch({ kind: "view", change: { place: [within(x, view.x), within(y, view.y)] } });
  }

  /**
   * @param {import("./state.js").State} state
   * @param {import("./state.js").State | undefined} before
   */
  render(state, before) {
    if (state.probe !== before?.probe || state.view !== before.view) {
      this.#select.value = state.probe;
      const isOn = isAsked(state);
      find(document, "#panels", HTMLElement).dataset.probe = isOn ? state.probe : "off";
      for (const [{ panel }, { handle }] of this.#probes) {
        if (!isOn && handle === document.activeElement) panel.element.focus();
        handle.hidden = !isOn;
      }
    }
    // While the clock runs each answer is of another moment: it is told when the reader can listen.
    if (state.playing !== before?.playing) this.#words.ariaLive = state.playing ? "off" : "polite";
    const isMoved = state.probe !== before?.probe || state.place !== before.place || state.time !== before.time;
    if (isMoved || state.dataset !== before?.dataset) this.#spoil();
  }

  themed() {
    this.#spoil();
  }

  resized() {
    this.#spoil();
  }

  #spoil() {
    for (const probe of this.#probes.values()) probe.isStale = true;
  }

  /** @param {number} now */
  frame(now) {
    const state = this.#context.state();
    const isOn = isAsked(state);
    for (const [side, probe] of this.#probes) {
      showSheet(probe.canvas, isOn);
      if (!isOn || document.hidden || probe.canvas.clientWidth === 0) continue;
      if (side.picture !== probe.picture) probe.isStale = true;
      probe.picture = side.picture;
      this.#ask(side, probe, now);
      if (probe.isStale) this.#draw(side, probe);
    }
    if (now - this.#spokenAt > SPEAK_MILLISECONDS) {
      this.#spokenAt = now;
      const lines = isOn ? [...this.#probes].map(([side, probe]) => this.#describe(side, probe)).filter(Boolean) : [];
      if (lines.length > 0 && state.probe === "pairs") lines.push(MARKS);
      const text = lines.join(" ");
      write(this.#words, text);
    }
  }

  /** @param {Side} side @param {Probe} probe @param {number} now */
  #ask(side, probe, now) {
    const { probe: kind, place, time } = this.#context.state();
    const { engine, picture } = side;
    if (!picture) return;
    const isPairs = kind === "pairs";
    const question = () => (isPairs ? engine.ask("pairs_through", ...place, time, PAIRS) : engine.ask("trajectories_from", ...place, JSON.stringify(STEPS)));
    const answer = async () => ({ [isPairs ? "passing" : "ways"]: JSON.parse(await question()) });
    probe.inquiry.ask([picture, kind, place, isPairs ? time : 0], now, ASK_MILLISECONDS, answer)?.then(() => (probe.isStale = true));
  }

  /** @param {Side} side @param {Probe} probe */
  #draw(side, probe) {
    probe.isStale = false;
    const plot = clearSheet(probe.canvas, side, this.#context.theme());
    const { probe: kind, place } = this.#context.state();
    const [x, y] = plot.place(place);
    probe.handle.style.left = `${(100 * x) / plot.size}%`;
    probe.handle.style.top = `${(100 * y) / plot.size}%`;
    const shown = kind === "pairs" ? "The pairs that pass here" : "The way from here";
    probe.handle.setAttribute("aria-label", `${shown}: x ${minus(place[0].toFixed(2))}, y ${minus(place[1].toFixed(2))}. Arrow keys move it.`);
    const { passing, ways } = (side.picture && probe.inquiry.data) ?? {};
    if (passing) drawPassing(plot, place, passing);
    if (ways) drawWays(plot, ways);
    plot.pen(plot.theme.ink, 1, 1.5);
    plot.context.arc(x, y, 5 * plot.pixel, 0, 2 * Math.PI);
    plot.context.stroke();
  }

  /** @param {Side} side @param {Probe} probe */
  #describe(side, { inquiry: { data, reason } }) {
    const { [side.name]: flow, time } = this.#context.state();
    if (!side.picture) return "";
    const { passing, ways } = data ?? {};
    if (reason) return `${flow.name}: ${reason}.`;
    if (ways) {
      const [one, , , eight] = STEPS.map((steps) => ways[steps]?.at(-1) ?? [NaN, NaN]);
      const apart = one && eight ? Math.hypot((one[0] ?? 0) - (eight[0] ?? 0), (one[1] ?? 0) - (eight[1] ?? 0)) : NaN;
      return `${flow.name}: one step and eight steps end ${measure(apart)} apart.`;
    }
    if (!passing) return "";
    const { pairs, mean, network, how, bandwidth } = passing;
    const speed = Math.hypot(...mean);
    const spread = Math.sqrt(pairs.reduce((sum, { velocity, weight }) => sum + weight * ((velocity[0] - mean[0]) ** 2 + (velocity[1] - mean[1]) ** 2), 0));
    const found = how === "posterior" ? "the pairs whose paths pass here" : `pairs that pass within about ${measure(bandwidth ?? NaN)}`;
    const opinion =
      spread < 0.25 * speed ? "agree on where to go" : spread < speed ? "go partly different ways" : "go quite different ways";
    const off = network ? Math.hypot(network[0] - mean[0], network[1] - mean[1]) : NaN;
    const net = network ? ` The field on show is ${measure(off)} from that mean.` : "";
    return `${flow.name}, t = ${time.toFixed(2)}: ${found} ${opinion} (mean speed ${measure(speed)}, scatter ${measure(spread)}).${net}`;
  }
}

/** Whether there is a plane, and it is asked something. @param {import("./state.js").State} state */
function isAsked({ probe, view }) {
  return probe !== "off" && view === "plane";
}

/** @param {Plot} plot @param {Point} place @param {Passing} passing */
function drawPassing(plot, place, { pairs, mean, network }) {
  const { context, theme } = plot;
  for (const { path, x0, x1, weight } of pairs) {
    const alpha = Math.min(0.8, 0.22 * Math.sqrt(weight * PAIRS));
    plot.pen(theme.ink, alpha);
    plot.line(path);
    context.stroke();
    for (const [end, isFilled] of /** @type {[Point, boolean][]} */ ([[x0, false], [x1, true]])) {
      plot.pen(theme.ink, Math.min(1, 2 * alpha));
      context.arc(...plot.place(end), 2.5 * plot.pixel, 0, 2 * Math.PI);
      if (isFilled) context.fill();
      else context.stroke();
    }
  }
  // A quarter of a time unit of motion: long enough to be seen, short enough to stay in the picture.
  const arrow = (/** @type {Point} */ [vx, vy]) => plot.arrow(place, [0.25 * vx, 0.25 * vy]);
  plot.pen(theme.plane, 0.9, 7);
  arrow(mean);
  context.stroke();
  plot.pen(theme.ink, 1, 4);
  arrow(mean);
  context.stroke();
  if (!network) return;
  plot.pen(theme.miss, 1, 2);
  arrow(network);
  context.stroke();
}

/** @param {Plot} plot @param {Record<string, Point[]>} ways */
function drawWays(plot, ways) {
  const { context, theme, pixel } = plot;
  STEPS.forEach((steps, i) => {
    const way = ways[steps] ?? [];
    const end = way.at(-1);
    if (!end) return;
    context.setLineDash((DASHES[STEPS.length - 1 - i] ?? []).map((dash) => dash * pixel));
    plot.pen(theme.ink, 0.9, 1.5);
    plot.line(way);
    context.stroke();
    context.setLineDash([]);
    for (const state of way) {
      plot.pen(theme.ink, 1);
      context.arc(...plot.place(state), 2 * pixel, 0, 2 * Math.PI);
      context.fill();
    }
  });
  const ends = STEPS.flatMap((steps) => {
    const end = ways[steps]?.at(-1);
    return end ? [{ steps, at: plot.place(end) }] : [];
  });
  context.font = `600 ${12 * pixel}px ${theme.font}`;
  labelPlaces(ends.map(({ at }) => at), pixel).forEach((at, i) => {
    const text = String(ends[i]?.steps);
    plot.pen(theme.plane, 1, 4);
    context.strokeText(text, ...at);
    plot.pen(theme.ink, 1);
    context.fillText(text, ...at);
  });
}

/** Where a label stands beside its point, in CSS pixels, and how large it is. */
const BESIDE = [[6, -5], [6, 14], [-14, -5], [-14, 14]];
const [WIDTH, HEIGHT] = [10, 13];

/**
 * Beside each point a place for a label, such that none lies on another.
 * @param {Point[]} points
 * @param {number} pixel
 */
export function labelPlaces(points, pixel) {
  /** @type {[number, number][]} */
  const places = [];
  for (const [x, y] of points) {
    const around = BESIDE.map(([dx = 0, dy = 0]) => /** @type {[number, number]} */ ([x + dx * pixel, y + dy * pixel]));
    const isFree = (/** @type {Point} */ at) => places.every(([u, v]) => Math.abs(u - at[0]) >= WIDTH * pixel || Math.abs(v - at[1]) >= HEIGHT * pixel);
    places.push(around.find(isFree) ?? [x, y]);
  }
  return places;
}
