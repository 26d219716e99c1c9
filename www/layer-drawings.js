/** What each layer asks its flow's worker for, and how it draws the answer. */

import { crowdOf, positionsAt } from "./crowd.js";
import { measure, minus } from "./format.js";
import { largest } from "./sheet.js";

/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./sheet.js").Plot} Plot */
/** @typedef {import("./engine.js").Picture} Picture */

const ARROWS = 22;
const WASH = 48;
const GRID_LINES = 13;
const GRID_POINTS = 31;
const CHORDS = 400;
/** The worst error is marked while t is no farther from it than this. */
const NEAR = 0.05;

/**
 * How one layer comes by what it shows and draws it.
 * @typedef {object} Drawn
 * @property {number} pause milliseconds between questions
 * @property {boolean} moves whether what it shows depends on t
 * @property {(side: Side, time: number) => Promise<any>} ask
 * @property {(plot: Plot, data: any, side: Side, time: number) => void} draw
 * @property {(data: any) => string} [says] numbers for the legend
 */

/** The square on show, as flow-wasm reads it. @param {Side} side */
function viewKey(side) {
  return JSON.stringify(side.panel.plane.view);
}

/** Answers that hold as long as their picture does. @type {WeakMap<Picture, Map<string, Promise<any>>>} */
const remembered = new WeakMap();

/** Asks once for each picture what does not depend on t. @param {Side} side @param {"held_out_log_likelihood" | "worst_error" | "field_error"} method @returns {Promise<any>} */
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

/** @type {Record<import("./layer-table.js").LayerName, Drawn>} */
export const DRAWN = {
  arrows: {
    pause: 40,
    moves: true,
    ask: async (side, time) => {
      const { x, y, halfSide } = side.panel.plane.view;
      const at = (/** @type {number} */ i) => ((i + 0.5) / ARROWS) * 2 * halfSide - halfSide;
      const places = new Float32Array(2 * ARROWS * ARROWS);
      for (let i = 0; i < ARROWS * ARROWS; i += 1) places.set([x + at(i % ARROWS), y - at(Math.floor(i / ARROWS))], 2 * i);
      return { places, velocities: await side.engine.ask("velocity_at", places, time) };
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
      return { steps, states: await side.engine.ask("warped_grid", GRID_LINES, GRID_POINTS, steps) };
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
    ask: async (side, time) => ({ values: await side.engine.ask("density", "true", time, WASH, viewKey(side)) }),
    says: ({ values }) => `at most ${measure(largest(values))} per unit of area`,
  },
  learned: {
    pause: 300,
    moves: true,
    draw: inkWash,
    ask: async (side, time) => ({
      values: await side.engine.ask("density", "learned", time, WASH, viewKey(side)),
      likelihood: await once(side, "held_out_log_likelihood"),
    }),
    says: ({ values, likelihood }) => `at most ${measure(largest(values))} per unit of area; ${likelihood}`,
  },
  error: {
    pause: 250,
    moves: true,
    ask: async (side, time) => ({
      values: await side.engine.ask("error_map", time, WASH, viewKey(side)),
      worst: JSON.parse(await once(side, "worst_error")),
      squared: await once(side, "field_error"),
    }),
    draw: (plot, { values, worst }, _, time) => {
      plot.wash(values, plot.theme.miss);
      if (Math.abs(time - worst.t) > NEAR) return;
      const [x, y] = plot.place([worst.x, worst.y]);
      plot.pen(plot.theme.ink, 1, 1.5);
      plot.context.arc(x, y, 9 * plot.pixel, 0, 2 * Math.PI);
      plot.context.stroke();
    },
    says: ({ values, worst, squared }) =>
      `at most ${measure(largest(values))} now; over all t a mean squared error of ${measure(squared)} per axis, and the worst, ${measure(worst.error)}, ` +
      `at t = ${worst.t.toFixed(2)}, place (${minus(worst.x.toFixed(1))}, ${minus(worst.y.toFixed(1))}), with a ring there`,
  },
};
