/** Which changes of a flow are possible, what else they change, and why others are not. */

import { configOf } from "./experiment.js";
import { isOwn, reasonAgainst, registry } from "./registry.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Flow} Flow */
/** @typedef {import("./state.js").FlowName} FlowName */

/** What gives way, one after the other, where two choices exclude each other. @type {readonly Partial<Flow>[]} */
const GIVES_WAY = [{ noise: 0 }, { solver: "euler" }, { guided: -1 }, { field: "learned" }, { rounds: [] }];

/** A round chosen as a coupling begins here: by then the first field has been learnt. */
const ROUND_AFTER = 1500;

/**
 * What a change comes to: the change and whatever must give way to it, or the reason why it cannot be.
 * @param {State} state
 * @param {FlowName} name
 * @param {Partial<Flow>} change
 * @returns {{ change: Partial<Flow> } | { reason: string }}
 */
export function possible(state, name, change) {
  let tried = change;
  let reason = reasonTo(state, name, tried);
  for (const giving of GIVES_WAY) {
    if (reason === undefined) break;
    if (Object.keys(giving).some((part) => part in change)) continue;
    tried = { ...giving, ...tried };
    const next = reasonTo(state, name, tried);
    // The first reason names what the reader asked for; later ones only what is left of it.
    reason = next === undefined ? undefined : reason;
  }
  return reason === undefined ? { change: tried } : { reason };
}

/** @param {State} state @param {FlowName} name @param {Partial<Flow>} change */
function reasonTo(state, name, change) {
  return reasonAgainst(configOf({ ...state, [name]: { ...state[name], ...change } }, name));
}

/**
 * One way to choose among named things.
 * @typedef {object} Menu
 * @property {string} label
 * @property {(flow: Flow) => string} chosen the name of the option chosen now
 * @property {(state?: State) => { name: string, label: string, summary: string, change: Partial<Flow> }[]} options
 */

/**
 * @param {"schedule" | "source" | "field" | "solver" | "diffusion"} part
 * @param {"schedules" | "sources" | "fields" | "solvers" | "diffusions"} table
 * @param {string} label
 * @returns {Menu}
 */
function menuOf(part, table, label) {
  return {
    label,
    chosen: (flow) => flow[part],
    options: () => registry()[table].map((entry) => ({ ...entry, change: { [part]: entry.name } })),
  };
}

/** The menus of a panel's head, each over one table of flow-core. @type {Record<string, Menu>} */
export const MENUS = {
  schedule: menuOf("schedule", "schedules", "Path"),
  coupling: {
    // To learn from pairs that a network made is a coupling too: the network's own.
    label: "Coupling",
    chosen: ({ coupling, rounds }) => rounds.at(-1)?.name ?? coupling,
    options: () => [
      ...registry().couplings.map((entry) => ({ ...entry, change: { coupling: entry.name, rounds: [] } })),
      ...registry().rounds.map((entry) => ({ ...entry, change: { coupling: "independent", rounds: [{ name: entry.name, after: ROUND_AFTER }] } })),
    ],
  },
  source: {
    ...menuOf("source", "sources", "Source"),
    // What the reader made for one place can be used in the others.
    options: (state) => {
      const own = state ? new Set([state.dataset, state.straight.source, state.curved.source].filter(isOwn)) : [];
      const mine = [...own].map((name, i) => ({ name, label: i === 0 ? "Your points" : `Your points ${i + 1}`, summary: "What you drew, typed or dropped." }));
      return [...registry().sources, ...mine].map((entry) => ({ ...entry, change: { source: entry.name } }));
    },
  },
  solver: menuOf("solver", "solvers", "Solver"),
  field: menuOf("field", "fields", "Field"),
};

/** How the strength of noise depends on time. */
export const DIFFUSION = menuOf("diffusion", "diffusions", "Noise over time");
