/** Which changes of a flow are possible, what else they change, and why others are not. */

import { configOf } from "./experiment.js";
import { dismiss, notify } from "./notices.js";
import { isOwn, reasonAgainst, registry } from "./registry.js";
import { FLOWS } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Flow} Flow */
/** @typedef {import("./state.js").FlowName} FlowName */

/** What gives way where two choices exclude each other, what costs least first. @type {readonly { how: string, change: Partial<Flow> }[]} */
const GIVES_WAY = [
  { how: "without noise", change: { noise: 0 } },
  { how: "in Euler steps", change: { solver: "euler" } },
  { how: "without guidance", change: { guided: -1 } },
  { how: "with the learned field", change: { field: "learned" } },
  { how: "without further rounds", change: { rounds: [] } },
];

/** The notice about the last choice. */
export const NOTICE = "choice";

/** A round chosen as a coupling begins here: by then the first field has been learnt. */
const ROUND_AFTER = 1500;

/**
 * What a change comes to: the change and whatever must give way to it, and why; or the reason why it cannot be.
 * @param {State} state
 * @param {FlowName} name
 * @param {Partial<Flow>} change
 * @returns {{ change: Partial<Flow>, gaveWay?: string } | { reason: string }}
 */
export function possible(state, name, change) {
  const reason = reasonTo(state, name, change);
  if (reason === undefined) return { change };
  const givings = GIVES_WAY.filter((giving) => !Object.keys(giving.change).some((part) => part in change));
  // One alone where that is enough, else the first ones together.
  const tries = [...givings.map((giving) => [giving]), ...givings.map((_, i) => givings.slice(0, i + 1))];
  for (const given of tries) {
    const tried = Object.assign({}, ...given.map((giving) => giving.change), change);
    if (reasonTo(state, name, tried) !== undefined) continue;
    return { change: tried, gaveWay: `${state[name].name} goes on ${given.map(({ how }) => how).join(", ")}: ${reason}.` };
  }
  // It names what the reader asked for; later reasons only what is left of it.
  return { reason };
}

/**
 * What a change of what both flows share, or of each of them, comes to.
 * @param {State} state
 * @param {Partial<Pick<State, "dataset">>} shared
 * @param {Partial<Flow>} [each]
 * @returns {{ change: Partial<State>, gaveWay: string } | { reason: string }}
 */
export function possibleForBoth(state, shared, each = {}) {
  const changed = { ...state, ...shared };
  const outcomes = FLOWS.map((name) => possible(changed, name, each));
  /** @type {Partial<State>} */
  const change = { ...shared };
  for (const [i, name] of FLOWS.entries()) {
    const outcome = outcomes[i];
    if (!outcome || "reason" in outcome) return { reason: `${state[name].name} cannot use it: ${outcome?.reason}` };
    if (Object.keys(outcome.change).length > 0) change[name] = { ...state[name], ...outcome.change };
  }
  return { change, gaveWay: outcomes.flatMap((outcome) => ("gaveWay" in outcome && outcome.gaveWay) || []).join(" ") };
}

/**
 * Takes up a choice for both flows, and tells what gave way to it. Returns the reason where it cannot be.
 * @param {import("./lab.js").Context} context
 * @param {Partial<Pick<State, "dataset">>} shared
 * @param {Partial<Flow>} [each]
 */
export function chooseForBoth({ state, dispatch }, shared, each) {
  const outcome = possibleForBoth(state(), shared, each);
  if ("reason" in outcome) return outcome.reason;
  tell(outcome);
  dispatch({ kind: "experiment", change: outcome.change });
  return undefined;
}

/** Tells what gave way to a choice, or why it cannot be, in place of what was told of the last one. @param {{ gaveWay?: string | undefined } | { reason: string }} outcome */
export function tell(outcome) {
  const text = "reason" in outcome ? `This cannot be chosen here: ${outcome.reason}.` : outcome.gaveWay;
  if (text) notify(text, NOTICE);
  else dismiss(NOTICE);
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
