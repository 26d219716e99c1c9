/**
 * Layers under the particles: arrows, a warped grid, chords, and washes of density or error. Each asks its
 * flow's worker for what it shows, one question at a time and at a bounded rate, and only while it can be seen.
 */

import { crowdOf, positionsAt } from "./crowd.js";
import { measure } from "./format.js";
import { LAYERS } from "./layer-table.js";
import { find } from "./find.js";
import { css } from "./theme.js";

/** @typedef {import("./lab.js").Context} Context */
/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./theme.js").Theme} Theme */
/** @typedef {import("./theme.js").Rgb} Rgb */
/** @typedef {import("./layer-table.js").LayerEntry} LayerEntry */

const ARROWS = 22;
const WASH = 48;
const GRID_LINES = 13;
const GRID_POINTS = 31;
const CHORDS = 400;
/** Reasons that are none: the flow has just begun anew. */
const PASSING = /begun anew|has stopped/;

/**
 * How one layer comes by what it shows and draws it.
 * @typedef {object} Drawn
 * @property {number} pause milliseconds between questions
 * @property {boolean} moves whether what it shows depends on t
 * @property {(side: Side, time: number) => Promise<any>} ask
 * @property {(plot: Plot, data: any, side: Side, time: number) => void} draw
 * @property {(data: any) => string} [says] numbers for the legend
 */

/** A canvas with the plane's coordinates. */
export class Plot {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Side} side
   * @param {Theme} theme
   */
  constructor(canvas, side, theme) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser gives the page no canvas to draw on");
    const { x, y, halfSide } = side.panel.plane.view;
    this.context = context;
    this.theme = theme;
    this.size = canvas.width;
    this.pixel = canvas.width / Math.max(1, canvas.clientWidth);
    this.scale = canvas.width / (2 * halfSide);
    this.view = { x, y, halfSide };
  }

  /** @param {ArrayLike<number>} point @returns {[number, number]} */
  place(point) {
    const [x = 0, y = 0] = Array.from(point);
    return [this.size / 2 + (x - this.view.x) * this.scale, this.size / 2 - (y - this.view.y) * this.scale];
  }

  /** @param {Rgb} color @param {number} alpha @param {number} [width] */
  pen(color, alpha, width = 1) {
    this.context.strokeStyle = this.context.fillStyle = css(color, alpha);
    this.context.lineWidth = width * this.pixel;
    this.context.lineCap = this.context.lineJoin = "round";
    this.context.beginPath();
  }

  /** @param {ArrayLike<number>[]} points */
  line(points) {
    points.forEach((point, i) => (i === 0 ? this.context.moveTo(...this.place(point)) : this.context.lineTo(...this.place(point))));
  }

  /** An arrow from a place along a vector. @param {ArrayLike<number>} from @param {[number, number]} vector */
  arrow(from, [dx, dy]) {
    const [x, y] = this.place(from);
    const [tx, ty] = [x + dx * this.scale, y - dy * this.scale];
    const length = Math.hypot(tx - x, ty - y);
    if (length < 1.5 * this.pixel) return;
    const head = Math.min(6 * this.pixel, 0.45 * length) / length;
    const [ux, uy] = [(tx - x) * head, (ty - y) * head];
    this.context.moveTo(x, y);
    this.context.lineTo(tx, ty);
    this.context.moveTo(tx - ux - 0.5 * uy, ty - uy + 0.5 * ux);
    this.context.lineTo(tx, ty);
    this.context.lineTo(tx - ux + 0.5 * uy, ty - uy - 0.5 * ux);
  }

  /** A grid of values as ink: darkest where the value is largest. @param {ArrayLike<number>} values @param {Rgb} color */
  wash(values, color) {
    const side = Math.round(Math.sqrt(values.length));
    const most = largest(values);
    const image = new ImageData(side, side);
    for (let i = 0; i < values.length; i += 1) {
      const share = most > 0 ? Math.max(0, values[i] || 0) / most : 0;
      image.data.set([...color, Math.round(100 * Math.sqrt(share))], 4 * i);
    }
    const cells = new OffscreenCanvas(side, side);
    cells.getContext("2d")?.putImageData(image, 0, 0);
    this.context.imageSmoothingEnabled = true;
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(cells, 0, 0, this.size, this.size);
  }
}

/** @param {ArrayLike<number>} values */
function largest(values) {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) if ((values[i] ?? 0) > most) most = values[i] ?? 0;
  return most;
}

/** @param {Side} side */
function viewOf(side) {
  return JSON.stringify(side.panel.plane.view);
}

/** Answers that hold as long as their picture does. @type {WeakMap<Picture, Map<string, Promise<any>>>} */
const remembered = new WeakMap();

/** Asks once for each picture what does not depend on t. @param {Side} side @param {"likelihood" | "worst-error" | "field-error"} method @returns {Promise<any>} */
function once(side, method) {
  const { picture } = side;
  if (!picture) return side.engine.ask(method);
  const answers = remembered.get(picture) ?? new Map();
  remembered.set(picture, answers);
  const answer = answers.get(method) ?? side.engine.ask(method);
  answers.set(method, answer);
  return answer;
}

/** @type {Drawn["draw"]} */
const inkWash = (plot, { values }) => plot.wash(values, plot.theme.ink);

/** By name. @type {Record<string, Drawn>} */
const DRAWN = {
  arrows: {
    pause: 40,
    moves: true,
    ask: async (side, time) => {
      const { x, y, halfSide } = side.panel.plane.view;
      const at = (/** @type {number} */ i) => ((i + 0.5) / ARROWS) * 2 * halfSide - halfSide;
      const places = new Float32Array(2 * ARROWS * ARROWS);
      for (let i = 0; i < ARROWS * ARROWS; i += 1) places.set([x + at(i % ARROWS), y - at(Math.floor(i / ARROWS))], 2 * i);
      return { places, velocities: await side.engine.ask("velocity", places, time) };
    },
    draw: (plot, { places, velocities }) => {
      const cell = (2 * plot.view.halfSide) / ARROWS;
      plot.pen(plot.theme.ink, 0.35);
      for (let i = 0; i < velocities.length; i += 2) {
        const speed = Math.hypot(velocities[i], velocities[i + 1]);
        if (!(speed > 0)) continue;
        // Fast and slow are both to be seen: length grows ever more slowly with speed.
        const length = (cell * 0.95 * speed) / (speed + plot.view.halfSide / 3);
        plot.arrow(places.subarray(i, i + 2), [(velocities[i] / speed) * length, (velocities[i + 1] / speed) * length]);
      }
      plot.context.stroke();
    },
  },
  grid: {
    pause: 250,
    moves: false,
    ask: async (side) => {
      const steps = Math.min(64, side.picture?.times.length ? side.picture.times.length - 1 : 16);
      return { steps, states: await side.engine.ask("grid", GRID_LINES, GRID_POINTS, steps) };
    },
    draw: (plot, { steps, states }, _, time) => {
      const before = Math.min(steps - 1, Math.floor(time * steps));
      const share = time * steps - before;
      const count = 2 * GRID_LINES * GRID_POINTS;
      const at = (/** @type {number} */ i) => {
        const [a, b] = [2 * (before * count + i), 2 * ((before + 1) * count + i)];
        return [0, 1].map((axis) => states[a + axis] + share * (states[b + axis] - states[a + axis]));
      };
      plot.pen(plot.theme.ink, 0.4, 0.75);
      for (let line = 0; line < 2 * GRID_LINES; line += 1) {
        plot.line(Array.from({ length: GRID_POINTS }, (_, i) => at(line * GRID_POINTS + i)));
      }
      plot.context.stroke();
    },
  },
  chords: {
    pause: 0,
    moves: false,
    ask: async () => ({}),
    draw: (plot, _, { picture }) => {
      if (!picture) return;
      const [start, end] = [positionsAt(picture, 0), positionsAt(picture, 1)];
      plot.pen(plot.theme.ink, 0.12, 0.75);
      for (let i = 0; i < Math.min(CHORDS, picture.particles); i += 1) plot.line([start(i), end(i)]);
      plot.context.stroke();
    },
  },
  crowd: {
    pause: 60,
    moves: true,
    ask: async (side, time) => ({ values: side.picture ? crowdOf(side.picture, time, side.panel.plane.view) : [] }),
    draw: inkWash,
  },
  true: {
    pause: 150,
    moves: true,
    draw: inkWash,
    ask: async (side, time) => ({ values: await side.engine.ask("density", "true", time, WASH, viewOf(side)) }),
    says: ({ values }) => `at most ${measure(largest(values))} per unit of area`,
  },
  learned: {
    pause: 300,
    moves: true,
    draw: inkWash,
    ask: async (side, time) => ({
      values: await side.engine.ask("density", "learned", time, WASH, viewOf(side)),
      likelihood: JSON.parse(await once(side, "likelihood")),
    }),
    says: ({ values, likelihood }) =>
      `at most ${measure(largest(values))} per unit of area; ${likelihood.count} points of data kept from training have a mean log-likelihood of ${minus(likelihood.mean.toFixed(2))} nats`,
  },
  error: {
    pause: 250,
    moves: true,
    ask: async (side, time) => ({
      values: await side.engine.ask("error-map", time, WASH, viewOf(side)),
      worst: JSON.parse(await once(side, "worst-error")),
      squared: await once(side, "field-error"),
    }),
    draw: (plot, { values, worst }, _, time) => {
      plot.wash(values, plot.theme.miss);
      const [x, y] = plot.place([worst.x, worst.y]);
      plot.pen(plot.theme.ink, Math.abs(time - worst.t) < 0.05 ? 1 : 0.4, 1.5);
      plot.context.arc(x, y, 9 * plot.pixel, 0, 2 * Math.PI);
      plot.context.stroke();
    },
    says: ({ worst, squared }) =>
      `mean squared error ${measure(squared)} per axis; worst (ringed) ${measure(worst.error)} at t = ${worst.t.toFixed(2)}, ` +
      `place (${minus(worst.x.toFixed(1))}, ${minus(worst.y.toFixed(1))})`,
  },
};

/** @param {string} number */
function minus(number) {
  return number.replace("-", "−");
}

/** What one layer of one side last heard. */
class Answer {
  /** @type {any} */
  data;
  reason = "";
  of = "";
  askedAt = 0;
  isWaiting = false;
}

export class Layers {
  #context;
  #legend = find(document, "#layers-legend", HTMLElement);
  #colors = find(document, "#colors", HTMLSelectElement);
  /** @type {Map<string, HTMLInputElement>} */
  #boxes = new Map();
  /** @type {Map<Side, { canvas: HTMLCanvasElement, answers: Map<string, Answer>, isStale: boolean }>} */
  #sheets = new Map();
  #spokenAt = 0;

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    const list = find(document, "#layers", HTMLElement);
    for (const { name, label } of LAYERS) {
      const [row, box] = checkbox(label);
      box.id = `layer-${name}`;
      box.addEventListener("change", () => this.#toggle(name, box.checked));
      this.#boxes.set(name, box);
      list.append(row);
    }
    this.#colors.addEventListener("change", () => context.dispatch({ kind: "view", change: { colors: this.#colors.value === "origin" ? "origin" : "hit" } }));
    for (const side of context.sides) {
      const canvas = sheet(side, ".plane-backdrop", "plane-layers");
      this.#sheets.set(side, { canvas, answers: new Map(LAYERS.map(({ name }) => [name, new Answer()])), isStale: true });
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
    if (state.layers !== before?.layers) for (const [name, box] of this.#boxes) box.checked = state.layers.includes(name);
    if (state.layers !== before?.layers || state.time !== before.time || state.dataset !== before.dataset || state.straight !== before.straight || state.curved !== before.curved) this.#spoil();
  }

  pictured() {
    this.#spoil();
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
    const { layers } = this.#context.state();
    if (document.hidden) return;
    for (const [side, known] of this.#sheets) {
      showSheet(known.canvas, layers.length > 0);
      if (known.canvas.hidden || known.canvas.clientWidth === 0) continue;
      for (const name of layers) this.#ask(side, known, name, now);
      if (known.isStale) this.#draw(side, known);
    }
    if (now - this.#spokenAt > 400) {
      this.#spokenAt = now;
      this.#describe();
    }
  }

  /** @type {(side: Side, known: { answers: Map<string, Answer>, isStale: boolean }, name: string, now: number) => void} */
  #ask(side, known, name, now) {
    const [layer, answer] = [DRAWN[name], known.answers.get(name)];
    const state = this.#context.state();
    if (!layer || !answer || answer.isWaiting || now - answer.askedAt < layer.pause || !side.picture) return;
    const of = JSON.stringify([side.picture.step, side.picture.sampling, side.picture.replay, viewOf(side), side.config?.seed, layer.moves ? state.time : 0]);
    if (of === answer.of) return;
    answer.isWaiting = true;
    answer.askedAt = now;
    layer.ask(side, state.time).then(
      (data) => Object.assign(answer, { data, reason: "", of, isWaiting: false }),
      (error) => {
        const isPassing = PASSING.test(error.message);
        Object.assign(answer, { data: undefined, reason: isPassing ? "" : error.message, of: isPassing ? "" : of, isWaiting: false });
      },
    ).then(() => (known.isStale = true));
  }

  /** @type {(side: Side, known: { canvas: HTMLCanvasElement, answers: Map<string, Answer>, isStale: boolean }) => void} */
  #draw(side, known) {
    known.isStale = false;
    const plot = clearSheet(known.canvas, side, this.#context.theme());
    const { layers, time } = this.#context.state();
    // Washes lie lowest.
    for (const { name } of [...LAYERS].reverse()) {
      const data = known.answers.get(name)?.data;
      if (layers.includes(name) && data) DRAWN[name]?.draw(plot, data, side, time);
    }
  }

  #describe() {
    const state = this.#context.state();
    const lines = LAYERS.filter(({ name }) => state.layers.includes(name)).map(({ name, label, words }) => {
      const notes = [...this.#sheets].flatMap(([side, { answers }]) => {
        const answer = answers.get(name);
        const note = answer?.reason || (answer?.data && DRAWN[name]?.says?.(answer.data));
        return note ? [`${state[side.name].name}: ${note}`] : [];
      });
      return `${label}: ${words}${notes.map((note) => ` ${note}.`).join("")}`;
    });
    if (state.colors === "origin") lines.push("A particle’s colour tells where it began: its direction gives the hue, its distance from the middle the strength.");
    const text = lines.join(" ");
    if (this.#legend.textContent !== text) this.#legend.textContent = text;
  }
}

/** A canvas of a side's plane, after the one that `selector` finds. @param {Side} side @param {string} selector @param {string} name */
export function sheet(side, selector, name) {
  const canvas = document.createElement("canvas");
  canvas.className = name;
  canvas.setAttribute("aria-hidden", "true");
  find(side.panel.element, selector, HTMLCanvasElement).after(canvas);
  return canvas;
}

/**
 * Shows a sheet, or hides it: an empty one that is there costs its memory, and is blended into every frame.
 * @param {HTMLCanvasElement} canvas @param {boolean} isShown
 */
export function showSheet(canvas, isShown) {
  if (canvas.hidden === !isShown) return;
  canvas.hidden = !isShown;
  if (!isShown) canvas.width = canvas.height = 1;
}

/** Fits a canvas to its box and empties it. @param {HTMLCanvasElement} canvas @param {Side} side @param {Theme} theme */
export function clearSheet(canvas, side, theme) {
  const size = Math.round(canvas.clientWidth * Math.min(2, devicePixelRatio));
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const plot = new Plot(canvas, side, theme);
  plot.context.clearRect(0, 0, size, size);
  return plot;
}

/** @param {string} text @returns {[HTMLElement, HTMLInputElement]} */
function checkbox(text) {
  const label = document.createElement("label");
  label.className = "layer";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.autocomplete = "off";
  label.append(box, text);
  return [label, box];
}
