/** The two charts under the lab: loss during training, error against evaluations. Drawn by plotters. */

import { draw_chart } from "../pkg/flow_wasm.js";
import { count, measure } from "./format.js";
import { evaluationsPerStep } from "./experiment.js";
import { find } from "./panel.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").FlowName} FlowName */
/** @typedef {import("./side.js").Curves} Curves */
/** @typedef {import("./engine.js").CurvePoint} CurvePoint */
/** @typedef {import("./theme.js").Theme} Theme */
/** @typedef {import("./theme.js").Rgb} Rgb */
/** @typedef {[number, number]} Point */
/** By evaluations. @typedef {Map<number, { energy: number, step: number }>} Errors */

/**
 * flow_wasm::chart::Series
 * @typedef {{ color: Rgb, points: Point[], mark?: "line" | "dashed" | "disc" | "ring", width?: number }} Series
 */
/** @typedef {{ label: string, min: number, max: number, log?: boolean, ticks?: number[] }} Axis */

/** Evaluations at which the error is measured. */
const EVALUATIONS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 100];

/** A point measured before this share of the training so far says little about the field of now. */
const CURRENT_SHARE = 0.4;
const LOSS_POINTS = 100;
const ROWS = 24;

const DRAW_MILLISECONDS = 400;

/**
 * Where the error of a flow is measured: at what its solver can reach with these evaluations.
 * @param {State} state
 * @param {FlowName} name
 * @returns {CurvePoint[]}
 */
export function errorCurve(state, name) {
  const { solver } = state[name];
  const each = evaluationsPerStep(solver);
  return EVALUATIONS.filter((evaluations) => evaluations % each === 0).map((evaluations) => ({ solver, steps: evaluations / each, evaluations }));
}

export class Charts {
  #loss = canvasOf("#loss-chart");
  #error = canvasOf("#error-chart");
  #lossTable = find(document, "#loss-table", HTMLTableElement);
  #errorTable = find(document, "#error-table", HTMLTableElement);

  #context;
  #drawnAt = 0;
  #stale = true;

  /** @param {import("./lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    for (const details of document.querySelectorAll(".chart details")) details.addEventListener("toggle", () => this.charted());
  }

  charted() {
    this.#stale = true;
  }

  resized() {
    this.#stale = true;
  }

  themed() {
    this.#stale = true;
  }

  /** @param {number} now */
  frame(now) {
    if (!this.#stale || now - this.#drawnAt < DRAW_MILLISECONDS) return;
    this.#drawnAt = now;
    this.#stale = false;
    // Not within the frame: the particles come first.
    setTimeout(() => this.#draw());
  }

  #draw() {
    const theme = this.#context.theme();
    const [straight, curved] = this.#context.sides.map(({ curves }) => curves);
    if (!straight || !curved) return;
    this.#drawLoss({ straight, curved }, theme);
    this.#drawError({ straight, curved }, this.#context.state().n, theme);
  }

  get #names() {
    const { straight, curved } = this.#context.state();
    return [straight.name, curved.name];
  }

  /** @param {Record<FlowName, Curves>} curves @param {Theme} theme */
  #drawLoss({ straight, curved }, theme) {
    const smooth = { straight: smoothed(straight.losses), curved: smoothed(curved.losses) };
    const lastStep = Math.max(100, ...[straight, curved].map(({ losses }) => losses.at(-1)?.[0] ?? 0));
    const values = [smooth.straight, smooth.curved].flatMap((points) => points.map(([, loss]) => loss));
    const all = [...values, straight.floor, curved.floor].filter((value) => Number.isFinite(value) && value > 0);
    const flat = (/** @type {number} */ floor) => /** @type {Point[]} */ (Number.isFinite(floor) ? [[0, floor], [lastStep, floor]] : []);
    /** @type {Series[]} */
    const series = [
      { color: theme.strong, points: flat(straight.floor), width: 1 },
      { color: theme.strong, points: flat(curved.floor), width: 1 },
      { color: theme.ink, points: smooth.straight },
      { color: theme.ink, points: smooth.curved, mark: "dashed" },
    ];
    const y = { label: "loss per dimension", min: Math.min(0.1, ...all) / 1.4, max: Math.max(1, ...all) * 1.4, log: true };
    draw(this.#loss, { label: "training step", min: 0, max: lastStep }, y, series, theme);
    const words = [straight, curved].map(({ losses, floor }, i) => {
      const now = losses.at(-1);
      return `${this.#names[i]} ${now ? measure(now[1]) : "no value"}${Number.isFinite(floor) ? `, floor ${measure(floor)}` : ""}`;
    });
    label(this.#loss, `Loss after ${count(lastStep)} training steps: ${words.join("; ")}.`);
    if (isOpen(this.#lossTable)) this.#fillLossTable(straight, curved);
  }

  /** @param {Record<FlowName, Curves>} curves @param {number} n @param {Theme} theme */
  #drawError({ straight, curved }, n, theme) {
    const [own, other] = this.#errors({ straight, curved });
    const errors = { straight: pointsOf(own), curved: pointsOf(other) };
    const all = [...errors.straight, ...errors.curved].map(([, energy]) => energy);
    const low = Math.max(1e-4, Math.min(0.01, ...all));
    const high = Math.max(1, ...all);
    /** @type {Series[]} */
    const series = [
      { color: theme.rule, points: [[n, low / 2], [n, high * 2]], width: 6 },
      { color: theme.ink, points: errors.straight, mark: "disc" },
      { color: theme.ink, points: errors.curved, mark: "dashed" },
      { color: theme.ink, points: errors.curved, mark: "ring", width: 1 },
    ];
    draw(
      this.#error,
      { label: "function evaluations per particle", min: 0.9, max: 112, log: true, ticks: [1, 2, 4, 8, 16, 32, 64, 100] },
      { label: "energy distance", min: low / 1.3, max: high * 1.3, log: true },
      series,
      theme,
    );
    const words = [errors.straight, errors.curved].map((points, i) => `${this.#names[i]} ${points.map(([evaluations, energy]) => `${measure(energy)} at ${evaluations}`).filter((_, i) => i % 4 === 0).join(", ") || "no values"}`);
    label(this.#error, `Energy distance against evaluations: ${words.join("; ")}.`);
    if (isOpen(this.#errorTable)) this.#fillErrorTable(own, other);
  }

  /** @param {Curves} straight @param {Curves} curved */
  #fillLossTable(straight, curved) {
    const longer = straight.losses.length >= curved.losses.length ? straight.losses : curved.losses;
    const stride = Math.max(1, Math.ceil(longer.length / ROWS));
    const rows = longer
      .filter((_, i) => (longer.length - 1 - i) % stride === 0)
      .map(([step]) => [count(step), ...[straight, curved].map(({ losses }) => measure(nearest(losses, step)))]);
    fill(this.#lossTable, ["Training step", ...this.#names], rows);
  }

  /** The errors of each flow's own solver. @param {Record<FlowName, Curves>} curves @returns {[Errors, Errors]} */
  #errors({ straight, curved }) {
    const state = this.#context.state();
    return [straight.errors.get(state.straight.solver) ?? new Map(), curved.errors.get(state.curved.solver) ?? new Map()];
  }

  /** @param {Errors} straight @param {Errors} curved */
  #fillErrorTable(straight, curved) {
    const rows = EVALUATIONS.map((evaluations) => [
      String(evaluations),
      ...[straight, curved].flatMap((errors) => {
        const point = errors.get(evaluations);
        return point ? [measure(point.energy), count(point.step)] : ["–", "–"];
      }),
    ]);
    fill(this.#errorTable, ["Evaluations", this.#names[0] ?? "", "at training step", this.#names[1] ?? "", "at training step"], rows);
  }
}

/** Means of consecutive losses, few enough to be a calm line. @param {Point[]} losses @returns {Point[]} */
function smoothed(losses) {
  const width = Math.ceil(losses.length / LOSS_POINTS);
  return Array.from({ length: Math.ceil(losses.length / Math.max(1, width)) }, (_, i) => {
    const bucket = losses.slice(i * width, (i + 1) * width);
    const sum = bucket.reduce((total, [, loss]) => total + loss, 0);
    return [bucket.at(-1)?.[0] ?? 0, sum / bucket.length];
  });
}

/** @param {Errors} errors @returns {Point[]} */
function pointsOf(errors) {
  const latest = Math.max(0, ...[...errors.values()].map(({ step }) => step));
  return [...errors]
    .filter(([, { step }]) => step >= CURRENT_SHARE * latest)
    .sort(([a], [b]) => a - b)
    .map(([evaluations, { energy }]) => [evaluations, Math.max(1e-4, energy)]);
}

/** @param {Point[]} losses @param {number} step */
function nearest(losses, step) {
  let best = NaN;
  let distance = Infinity;
  for (const [at, loss] of losses) {
    if (Math.abs(at - step) < distance) [best, distance] = [loss, Math.abs(at - step)];
  }
  return best;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Axis} x
 * @param {Axis} y
 * @param {Series[]} series
 * @param {Theme} theme
 */
function draw(canvas, x, y, series, theme) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((length) => Math.round(length * devicePixelRatio));
  if (!width || !height) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d")?.clearRect(0, 0, width, height);
  const { ink, muted, rule, font } = theme;
  draw_chart(canvas, JSON.stringify({ x, y, series, theme: { ink, muted, rule, font, text_size: 12, pixel_ratio: devicePixelRatio } }));
}

/** @param {HTMLCanvasElement} canvas @param {string} text */
function label(canvas, text) {
  canvas.setAttribute("aria-label", text);
}

/** @param {HTMLTableElement} table */
function isOpen(table) {
  return table.closest("details")?.open ?? false;
}

/**
 * @param {HTMLTableElement} table
 * @param {string[]} headings
 * @param {string[][]} rows
 */
function fill(table, headings, rows) {
  const head = document.createElement("thead");
  const headRow = head.insertRow();
  for (const text of headings) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = text;
    headRow.append(cell);
  }
  const body = document.createElement("tbody");
  for (const row of rows) {
    const bodyRow = body.insertRow();
    for (const text of row) bodyRow.insertCell().textContent = text;
  }
  table.replaceChildren(head, body);
}

/** @param {string} selector */
function canvasOf(selector) {
  return find(document, selector, HTMLCanvasElement);
}
