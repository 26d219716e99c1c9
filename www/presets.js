/** Prepared comparisons, in one row: each sets both panels, and nothing else but what it is about. */

import { tell } from "./choices.js";
import { find } from "./find.js";
import { button } from "./make.js";
import { reasonAgainstFlows } from "./settings.js";
import { plainFlow } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Flow} Flow */

/**
 * @typedef {object} Preset
 * @property {string} label
 * @property {string} summary what to look for
 * @property {[string, Partial<Flow>]} straight the left panel's name and what is not plain about it
 * @property {[string, Partial<Flow>]} curved the right panel's
 * @property {number} n Euler steps
 */

const OT = { coupling: "minibatch-ot" };

/** @type {readonly Preset[]} */
const PRESETS = [
  {
    label: "Straight against curved",
    summary: "A straight path with an optimal-transport coupling against a diffusion path with random pairs.",
    straight: ["Straight", OT],
    curved: ["Curved", { schedule: "cosine" }],
    n: 2,
  },
  {
    label: "The coupling did it",
    summary: "The same straight path twice: only the pairs differ. Compare at one Euler step.",
    straight: ["OT coupling", OT],
    curved: ["Independent", {}],
    n: 1,
  },
  {
    label: "Before and after reflow",
    summary: "Both learn the same bent flow; after step 1,500 one learns anew from its own pairs of noise and sample.",
    straight: ["After reflow", { rounds: [{ name: "reflow", after: 1500 }] }],
    curved: ["Before reflow", {}],
    n: 1,
  },
  {
    label: "ODE against SDE",
    summary: "The same network followed without and with noise: other ways, the same distributions.",
    straight: ["ODE", {}],
    curved: ["SDE", { noise: 1 }],
    n: 50,
  },
  {
    label: "Euler against Heun",
    summary: "Two solvers on the same network at equal function evaluations: Heun takes half as many steps.",
    straight: ["Euler", { schedule: "cosine" }],
    curved: ["Heun", { schedule: "cosine", solver: "heun" }],
    n: 8,
  },
  {
    label: "Learned against exact",
    summary: "What the network has learnt so far against the field it is after, in closed form.",
    straight: ["Learned", {}],
    curved: ["Exact", { field: "exact" }],
    n: 32,
  },
];

export class Presets {
  #context;
  /** @type {HTMLButtonElement[]} */
  #buttons;
  #summary = find(document, ".preset-summary", HTMLElement);

  /** @param {import("./lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    this.#buttons = PRESETS.map((preset) =>
      button(preset.label, () => this.#choose(preset), { className: "preset", title: preset.summary }),
    );
    find(document, "#presets", HTMLElement).replaceChildren(...this.#buttons);
    find(document, "#swap", HTMLButtonElement).addEventListener("click", () => context.dispatch({ kind: "swap" }));
  }

  /** @param {State} state @param {State | undefined} before */
  render(state, before) {
    if (state.straight === before?.straight && state.curved === before.curved) return;
    let summary = "";
    for (const [i, preset] of PRESETS.entries()) {
      const isChosen = JSON.stringify(flowsOf(preset)) === JSON.stringify([state.straight, state.curved]);
      this.#buttons[i]?.setAttribute("aria-pressed", String(isChosen));
      if (isChosen) summary = preset.summary;
    }
    this.#summary.textContent = summary;
  }

  /** @param {Preset} preset */
  #choose(preset) {
    const [straight, curved] = flowsOf(preset);
    if (!straight || !curved) return;
    const change = { straight, curved, n: preset.n };
    const against = reasonAgainstFlows({ ...this.#context.state(), ...change });
    tell({ gaveWay: against && `Network and optimizer go back to their defaults: ${against.reason}.` });
    this.#context.dispatch({ kind: "experiment", change: against ? { ...change, settings: {} } : change });
  }
}

/** @param {Preset} preset @returns {Flow[]} */
function flowsOf({ straight, curved }) {
  return [straight, curved].map(([name, change]) => ({ ...plainFlow(name), ...change }));
}
