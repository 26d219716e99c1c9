/** The charts under the lab. */

import { find } from "../find.js";
import { Chart } from "./chart.js";
import { errorDrawing } from "./error.js";
import { hitsDrawing } from "./hits.js";
import { lossDrawing } from "./loss.js";
import { straightnessDrawing } from "./straightness.js";

/** @typedef {import("../state.js").State} State */

/**
 * What the charts must know of one flow.
 * @typedef {object} Shown
 * @property {string} name
 * @property {string} solver
 * @property {number} shown training step of the weights on show
 * @property {import("../side.js").Curves} curves
 * @property {"solid" | "dashed"} line
 * @property {"disc" | "ring"} mark
 */

const DRAW_MILLISECONDS = 400;

export class Charts {
  #context;
  #loss = this.#chart("loss", "Loss");
  #error = this.#chart("error", "Error against evaluations");
  #straightness = this.#chart("straightness", "Straightness over training");
  #hits = this.#chart("hits", "Hits against evaluations");
  #log = find(document, "#log-loss", HTMLInputElement);
  #solvers = find(document, "#all-solvers", HTMLInputElement);
  #drawnAt = 0;
  #stale = true;

  /** @param {import("../lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    const { dispatch } = context;
    this.#log.addEventListener("change", () => dispatch({ kind: "view", change: { logLoss: this.#log.checked } }));
    this.#solvers.addEventListener("change", () => dispatch({ kind: "view", change: { allSolvers: this.#solvers.checked } }));
  }

  /** @param {string} id @param {string} name */
  #chart(id, name) {
    return new Chart(find(document, `#${id}-chart`, HTMLElement), name, () => this.charted());
  }

  /** @param {State} state @param {State | undefined} before */
  render(state, before) {
    this.#log.checked = state.logLoss;
    this.#solvers.checked = state.allSolvers;
    if (state.logLoss !== before?.logLoss || state.allSolvers !== before.allSolvers || state.replay !== before.replay) this.#stale = true;
  }

  charted() {
    this.#stale = true;
  }

  pictured() {
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
    // Not within the frame, and one at a time: the particles come first.
    for (const draw of this.#drawings()) setTimeout(draw);
  }

  #drawings() {
    const state = this.#context.state();
    const theme = this.#context.theme();
    const flows = this.#context.sides.map(({ name, curves, step, picture }, i) => ({
      name: state[name].name,
      solver: state[name].solver,
      shown: state.replay === undefined ? step : (picture?.step ?? step),
      curves,
      line: /** @type {const} */ (["solid", "dashed"])[i] ?? "solid",
      mark: /** @type {const} */ (["disc", "ring"])[i] ?? "disc",
    }));
    const replayed = state.replay === undefined ? [] : [state.replay];
    return [
      () => this.#loss.draw(lossDrawing(flows, state.logLoss, replayed), theme),
      () => this.#error.draw(errorDrawing(flows, state.allSolvers, [state.n]), theme),
      () => this.#straightness.draw(straightnessDrawing(flows, replayed), theme),
      () => this.#hits.draw(hitsDrawing(flows, [state.n]), theme),
    ];
  }
}
