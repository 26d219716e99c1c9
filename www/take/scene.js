/** What both panels show, in words and numbers, for pictures that leave the page. */

import { count, measure, percent } from "../format.js";
import { labelOf, registry } from "../registry.js";

/** @typedef {import("../engine.js").Picture} Picture */
/** @typedef {import("../lab.js").Context} Context */
/** @typedef {import("../side.js").Side} Side */
/** @typedef {import("../state.js").State} State */

/**
 * A panel in words.
 * @typedef {object} Caption
 * @property {string} name
 * @property {string} choices what the flow is made of
 * @property {string[]} numbers what came of it, in two lines
 */

/** Sizes in CSS pixels. */
export const PAD = 16;
export const LINE = 20;
/** Room above a picture for its head, below it for its numbers, and below all for what both share. */
export const HEAD = PAD + 2 * LINE;
export const FOOT = 3 * LINE + PAD / 2;

/**
 * The flows that are on show; on a small screen, one.
 * @param {Context} context
 */
export function shownSides({ sides }) {
  const shown = sides.filter(({ panel, picture }) => picture && panel.element.getClientRects().length > 0);
  if (shown.length === 0) throw new Error("there is no picture yet");
  return shown;
}

/** @param {State} state @param {Side} side @param {Picture} picture @returns {Caption} */
export function captionOf(state, side, { report, sampling, straightness = NaN }) {
  const flow = state[side.name];
  const { schedules, couplings, rounds, sources, solvers, fields } = registry();
  const { diffusion, guidance } = sampling;
  const choices = [
    labelOf(schedules, flow.schedule),
    labelOf(couplings, flow.coupling),
    ...flow.rounds.map(({ name, after }) => `${labelOf(rounds, name)} after ${count(after)}`),
    labelOf(sources, flow.source),
    labelOf(solvers, flow.solver),
    ...(diffusion ? [`noise ${diffusion.g}`] : []),
    labelOf(fields, flow.field),
    ...(guidance ? [`towards mode ${guidance.class + 1}, weight ${guidance.weight}`] : []),
  ];
  const { hits, modes, modeCount, nfe, energy } = report;
  const numbers = [
    `${percent(hits)} hits · ${modes} of ${modeCount} modes · ${count(nfe)} evaluations`,
    `energy distance ${measure(energy)} · straightness ${measure(straightness)}`,
  ];
  return { name: flow.name, choices: choices.join(" · "), numbers };
}

/** What both panels have in common. @param {State} state @param {number} step @param {number} [time] */
export function commonLine({ dataset, n, seed, particles }, step, time) {
  const parts = [labelOf(registry().targets, dataset), `N = ${n}`];
  if (time !== undefined) parts.push(`t = ${time.toFixed(2)}`);
  return [...parts, `training step ${count(step)}`, `${count(particles)} particles`, `seed ${seed}`, "Flow Matching Lab"].join(" · ");
}
