/**
 * The journey: time as a place. The source stands at the left, the data at the right, each a slice of the plane
 * seen from the side with the contours of its density, and the cloud of particles travels across as t runs.
 */

import { CROWD, crowdOf, positionsAt, softened } from "./crowd.js";
import { find } from "./find.js";
import { VIEWS } from "./layer-table.js";
import { menu } from "./menu.js";
import { fit, largest, sheet, showSheet } from "./sheet.js";
import { css } from "./theme.js";

/** @typedef {import("./lab.js").Context} Context */
/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./state.js").State} State */

/** How a slice is seen: its share of the canvas, and how much of its depth remains across and goes up. */
const [HEIGHT, ACROSS, UP] = [0.7, 0.26, 0.1];
const [FIRST, LAST] = [0.15, 0.85];
/** Of the largest density. */
const LEVELS = [0.15, 0.4, 0.75];
const WAYS = 160;
const MOST_PARTICLES = 4000;

/**
 * @typedef {object} Stage
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLCanvasElement} still what does not change with t
 * @property {string[]} inks each particle’s colour
 * @property {boolean} isStale
 * @property {boolean} isStillStale
 */

export class Journey {
  #context;
  #choice;
  /** @type {Map<Side, Stage>} */
  #stages = new Map();

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    this.#choice = menu("#view", VIEWS, (view) => context.dispatch({ kind: "view", change: { view } }));
    for (const side of context.sides) {
      const canvas = sheet(side, ".plane-particles", "plane-journey", () => this.#draw(side, stage));
      const stage = /** @type {Stage} */ ({ canvas, still: document.createElement("canvas"), inks: [], isStale: true, isStillStale: true });
      this.#stages.set(side, stage);
    }
  }

  /** @param {State} state @param {State | undefined} before */
  render(state, before) {
    if (state.view !== before?.view) {
      this.#choice.value = state.view;
      for (const { canvas } of this.#stages.values()) showSheet(canvas, state.view === "journey");
      find(document, "#panels", HTMLElement).dataset.view = state.view;
    }
    if (state.view !== before?.view || state.colors !== before.colors) this.#redraw();
    if (state.time !== before?.time || state.dots !== before.dots || state.panel !== before?.panel) for (const stage of this.#stages.values()) stage.isStale = true;
  }

  /** @param {Side} side */
  pictured(side) {
    const stage = this.#stages.get(side);
    if (stage) stage.isStale = stage.isStillStale = true;
  }

  themed() {
    this.#redraw();
  }

  resized() {
    this.#redraw();
  }

  #redraw() {
    for (const stage of this.#stages.values()) stage.isStale = stage.isStillStale = true;
  }

  /** Draws one stale stage a frame: the page must stay quick to answer. */
  frame() {
    if (this.#context.state().view !== "journey") return;
    for (const [side, stage] of this.#stages) if (stage.isStale) this.#draw(side, stage);
  }

  /** @param {Side} side @param {Stage} stage */
  #draw(side, stage) {
    const { canvas, still } = stage;
    if (!fit(canvas)) return;
    stage.isStale = false;
    const { time, dots } = this.#context.state();
    const context = canvas.getContext("2d");
    const { picture } = side;
    if (!context) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!picture) return;
    const count = Math.min(MOST_PARTICLES, picture.particles);
    if (stage.isStillStale || still.width !== canvas.width) {
      stage.isStillStale = false;
      still.width = canvas.width;
      still.height = canvas.height;
      const inkOf = side.panel.plane.inks();
      stage.inks = Array.from({ length: count }, (_, i) => css(inkOf(i), 0.7));
      this.#drawStill(side, picture, still);
    }
    context.drawImage(still, 0, 0);

    const theme = this.#context.theme();
    const pixel = canvas.width / canvas.clientWidth;
    const place = placeIn(canvas, side);
    const at = positionsAt(picture, time);
    const size = 1.6 * pixel;
    for (let i = 0; dots && i < count; i += 1) {
      const [x, y] = place(at(i), time);
      context.fillStyle = stage.inks[i] ?? "";
      context.fillRect(x - size / 2, y - size / 2, size, size);
    }
    context.lineWidth = pixel;
    context.strokeStyle = css(theme.ink, 0.9);
    slice(context, side, place, time);
    contours(context, softened(softened(crowdOf(picture, time, side.panel.plane.view))), side, place, time);
  }

  /** What does not change with t. @param {Side} side @param {Picture} picture @param {HTMLCanvasElement} still */
  #drawStill(side, picture, still) {
    const context = still.getContext("2d");
    if (!context) return;
    const theme = this.#context.theme();
    const stage = this.#stages.get(side);
    const pixel = still.width / Math.max(1, stage?.canvas.clientWidth ?? 1);
    const place = placeIn(still, side);
    const moments = [...picture.times].map((time) => ({ time, at: positionsAt(picture, time) }));
    const inkOf = side.panel.plane.inks();
    context.lineWidth = 0.75 * pixel;
    for (let i = 0; i < Math.min(WAYS, picture.particles); i += 1) {
      context.strokeStyle = css(inkOf(i), 0.22);
      context.beginPath();
      for (const { time, at } of moments) context.lineTo(...place(at(i), time));
      context.stroke();
    }
    context.lineWidth = pixel;
    for (const time of [0, 1]) {
      context.strokeStyle = css(theme.strong);
      slice(context, side, place, time);
      context.strokeStyle = css(theme.ink, 0.6);
      contours(context, softened(softened(crowdOf(picture, time, side.panel.plane.view))), side, place, time);
    }
    // The time line below, with a tick for each state.
    const { view } = side.panel.plane;
    const floor = still.height * (0.5 + HEIGHT / 2) + 22 * pixel;
    const across = (/** @type {number} */ time) => place([view.x, view.y], time)[0];
    context.strokeStyle = css(theme.strong);
    context.beginPath();
    context.moveTo(across(0), floor);
    context.lineTo(across(1), floor);
    for (const time of picture.times) {
      context.moveTo(across(time), floor - 3 * pixel);
      context.lineTo(across(time), floor + 3 * pixel);
    }
    context.stroke();
    context.fillStyle = css(theme.muted);
    context.font = `${12 * pixel}px ${theme.font}`;
    context.textAlign = "center";
    for (const [time, word] of /** @type {const} */ ([[0, "source, t = 0"], [1, "data, t = 1"]])) {
      context.fillText(word, across(time), floor + 18 * pixel);
    }
  }
}

/**
 * From a point of the plane and a time to a place on the canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {Side} side
 * @returns {(point: [number, number], time: number) => [number, number]}
 */
function placeIn({ width }, side) {
  const { x, y, halfSide } = side.panel.plane.view;
  const scale = (HEIGHT * width) / (2 * halfSide);
  return ([px, py], time) => [
    width * (FIRST + (LAST - FIRST) * time) + (px - x) * scale * ACROSS,
    width / 2 - (py - y) * scale - (px - x) * scale * UP,
  ];
}

/** The outline of the plane at a time. @param {CanvasRenderingContext2D} context @param {Side} side @param {ReturnType<typeof placeIn>} place @param {number} time */
function slice(context, side, place, time) {
  const { x, y, halfSide } = side.panel.plane.view;
  context.beginPath();
  for (const [right, top] of [[-1, -1], [1, -1], [1, 1], [-1, 1]]) {
    context.lineTo(...place([x + (right ?? 0) * halfSide, y + (top ?? 0) * halfSide], time));
  }
  context.closePath();
  context.stroke();
}

/**
 * Lines of equal density, found cell by cell (marching squares).
 * @param {CanvasRenderingContext2D} context
 * @param {Float32Array} density CROWD x CROWD cells, rows from the top
 * @param {Side} side
 * @param {ReturnType<typeof placeIn>} place
 * @param {number} time
 */
function contours(context, density, side, place, time) {
  const { x, y, halfSide } = side.panel.plane.view;
  const cell = (2 * halfSide) / CROWD;
  const most = largest(density);
  if (most <= 0) return;
  const value = (/** @type {number} */ column, /** @type {number} */ row) => density[row * CROWD + column] ?? 0;
  context.beginPath();
  for (const level of LEVELS.map((share) => share * most)) {
    for (let row = 0; row + 1 < CROWD; row += 1) {
      for (let column = 0; column + 1 < CROWD; column += 1) {
        const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
        /** @type {[number, number][]} */
        const crossings = [];
        for (let edge = 0; edge < 4; edge += 1) {
          const [[ac = 0, ar = 0] = [], [bc = 0, br = 0] = []] = [corners[edge], corners[(edge + 1) % 4]];
          const [a, b] = [value(ac, ar), value(bc, br)];
          if (a < level === b < level) continue;
          const share = (level - a) / (b - a);
          const [across, down] = [ac + share * (bc - ac) + 0.5, ar + share * (br - ar) + 0.5];
          crossings.push([x - halfSide + across * cell, y + halfSide - down * cell]);
        }
        for (let i = 0; i + 1 < crossings.length; i += 2) {
          const [from, to] = [crossings[i], crossings[i + 1]];
          if (!from || !to) continue;
          context.moveTo(...place(from, time));
          context.lineTo(...place(to, time));
        }
      }
    }
  }
  context.stroke();
}
