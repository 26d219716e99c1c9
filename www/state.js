/**
 * The page's state: one plain value that determines everything on screen, and its form in the address.
 *
 * `#dataset=checkerboard&n=4&seed=7` is that form. Each key has one row in {@link KEYS}: where in the state its
 * value lies, and how it is written and read. What a row does not accept becomes a complaint for the reader and
 * leaves the default.
 */

import { SETTINGS } from "./setting-table.js";
import { COLORS, LAYERS, PROBES, VIEWS } from "./layer-table.js";

/**
 * A further round of training, by its name in flow-core's registry, after the given training step.
 * @typedef {{ name: string, after: number }} Round
 */

/**
 * What one of the two flows is made of; the names are those of flow-core's registry.
 * @typedef {object} Flow
 * @property {string} name what the reader calls it
 * @property {string} schedule
 * @property {string} coupling
 * @property {Round[]} rounds what it learns from itself
 * @property {string} source
 * @property {string} field
 * @property {string} solver
 * @property {string} diffusion how the strength of the noise depends on time
 * @property {number} noise strength of the noise; 0 for the flow itself
 * @property {number} guided the class to guide towards; -1 for none
 * @property {number} weight guidance weight
 */

/** @typedef {"straight" | "curved"} FlowName */
/** @typedef {number | string | boolean} Setting */
/** @typedef {Readonly<Record<string, Setting>>} Settings */

/**
 * @typedef {object} State
 * @property {string} dataset name of the target
 * @property {number} n function evaluations: the number of Euler steps
 * @property {number} seed seed of every random stream
 * @property {number} particles particles in each panel
 * @property {boolean} playing whether the clock runs
 * @property {number} time flow time t, 0..1
 * @property {number} speed flow time relative to the normal speed
 * @property {boolean} trails whether trajectories are drawn behind the particles
 * @property {(typeof COLORS)[number]["name"]} colors what a particle's colour tells
 * @property {(typeof VIEWS)[number]["name"]} view what the pictures show
 * @property {readonly string[]} layers what lies over and under the particles
 * @property {string} probe what the plane is asked
 * @property {readonly [number, number]} place about which place
 * @property {boolean} training whether the networks are learning
 * @property {number} until the training step at which both networks pause by themselves
 * @property {number | undefined} stop the training step at which the reader paused them
 * @property {number | undefined} replay the training step whose weights are shown; undefined for the newest
 * @property {boolean} allSolvers whether the error is drawn for every solver
 * @property {boolean} logLoss whether the loss is drawn on a logarithmic axis
 * @property {FlowName} panel the panel a small screen shows
 * @property {Settings} settings what the reader set of networks and training, by its place in flow-core's configuration
 * @property {Flow} straight
 * @property {Flow} curved
 */

/** @typedef {import("./registry.js").Registry} Registry */

/** @type {readonly FlowName[]} */
export const FLOWS = ["straight", "curved"];
export const PARTICLES = [500, 1000, 2000, 5000, 10000, 20000];
export const SPEEDS = [0.25, 0.5, 1, 2];
export const MAX_EULER_STEPS = 100;
export const MAX_SEED = 2 ** 32 - 1;
export const MAX_TRAINING_STEPS = 1_000_000;
export const MAX_NOISE = 2;
export const MAX_WEIGHT = 8;
export const MAX_NAME_LENGTH = 24;
export const MAX_ROUNDS = 6;
/** Training pauses here by itself, so that a forgotten page does not run for ever. */
export const DEFAULT_UNTIL = 10_000;

/**
 * A flow about which nothing was said but its name.
 * @param {string} name
 * @returns {Flow}
 */
export function plainFlow(name) {
  return {
    name,
    schedule: "cond-ot",
    coupling: "independent",
    rounds: [],
    source: "gaussian",
    field: "learned",
    solver: "euler",
    diffusion: "sqrt-sigma",
    noise: 0,
    guided: -1,
    weight: 2,
  };
}

/**
 * The state before the reader, or a link, has said anything.
 * @param {{ reducedMotion: boolean }} preferences
 * @returns {State}
 */
export function defaultState({ reducedMotion }) {
  return {
    dataset: "five-modes",
    n: 2,
    seed: 1,
    particles: 2000,
    playing: !reducedMotion,
    time: reducedMotion ? 1 : 0,
    speed: 1,
    trails: true,
    colors: "hit",
    view: "plane",
    layers: [],
    probe: "off",
    place: [0.5, 0.5],
    training: true,
    until: DEFAULT_UNTIL,
    stop: undefined,
    replay: undefined,
    allSolvers: false,
    logLoss: true,
    panel: "straight",
    settings: {},
    straight: { ...plainFlow("Straight"), coupling: "minibatch-ot" },
    curved: { ...plainFlow("Curved"), schedule: "cosine" },
  };
}

// --- values as text -----------------------------------------------------------------------------------

/**
 * How a value is written in the address, read from it, and described to a reader who got it wrong.
 * @template T
 * @typedef {object} Codec
 * @property {(value: T) => string} write
 * @property {(text: string, registry: Registry) => T | undefined} read undefined when `text` is not accepted
 * @property {(registry: Registry) => string} accepted what is, in words
 */

/** @param {number} min @param {number} max @returns {Codec<number>} */
export function wholeNumber(min, max) {
  return {
    write: String,
    read: (text) => (/^-?\d{1,10}$/.test(text) ? within(Number(text), min, max) : undefined),
    accepted: () => `a whole number from ${min} to ${max}`,
  };
}

/** Written with at most three decimals. @param {number} min @param {number} max @returns {Codec<number>} */
export function number(min, max) {
  return {
    write: (value) => String(Number(value.toFixed(3))),
    read: (text) => (/^-?\d{0,10}\.?\d{0,20}$/.test(text) && /\d/.test(text) ? within(Number(text), min, max) : undefined),
    accepted: () => `a number from ${min} to ${max}`,
  };
}

/** @param {number} value @param {number} min @param {number} max */
function within(value, min, max) {
  return value >= min && value <= max ? value : undefined;
}

/**
 * A value that may be missing, which is written as nothing.
 * @template T
 * @param {Codec<T>} codec
 * @returns {Codec<T | undefined>}
 */
export function maybe(codec) {
  return { ...codec, write: (value) => (value === undefined ? "" : codec.write(value)) };
}

/**
 * @template {string | number} T
 * @param {readonly T[]} choices
 * @returns {Codec<T>}
 */
export function oneOf(choices) {
  return {
    write: String,
    read: (text) => choices.find((choice) => String(choice) === text),
    accepted: () => `one of ${choices.join(", ")}`,
  };
}

/** @param {(registry: Registry) => { name: string }[]} entries @returns {Codec<string>} */
export function entryOf(entries) {
  return {
    write: String,
    read: (text, registry) => entries(registry).find(({ name }) => name === text)?.name,
    accepted: (registry) => `one of ${entries(registry).map(({ name }) => name).join(", ")}`,
  };
}

/**
 * A distribution: one of a table, or the reader's own.
 * @param {(registry: Registry) => { name: string }[]} entries
 * @returns {Codec<string>}
 */
function distributionOf(entries) {
  const preset = entryOf(entries);
  return {
    ...preset,
    read: (text, registry) => preset.read(text, registry) ?? (registry.isOwnData(text) ? text : undefined),
    accepted: (registry) => `${preset.accepted(registry)}, or own data as this page wrote them`,
  };
}

/** @type {Codec<boolean>} */
export const onOrOff = {
  write: (value) => (value ? "on" : "off"),
  read: (text) => (text === "on" ? true : text === "off" ? false : undefined),
  accepted: () => "on or off",
};

/** @type {Codec<string>} */
const title = {
  write: String,
  read: (text) => (text.trim() !== "" && text.length <= MAX_NAME_LENGTH ? text : undefined),
  accepted: () => `a name of 1 to ${MAX_NAME_LENGTH} characters`,
};

/** `reflow@1500.distil@3000` @type {Codec<Round[]>} */
const rounds = {
  write: (value) => value.map(({ name, after }) => `${name}@${after}`).join("."),
  read: (text, { rounds: known }) => {
    if (text === "") return [];
    const parsed = text.split(".").map((part) => /^([a-z-]+)@(\d{1,7})$/.exec(part));
    /** @type {Round[]} */
    const list = parsed.flatMap((match) => (match ? [{ name: match[1] ?? "", after: Number(match[2]) }] : []));
    const valid =
      list.length === parsed.length &&
      list.length <= MAX_ROUNDS &&
      list.every(({ name, after }, i) => known.some((round) => round.name === name) && after >= 1 && after <= MAX_TRAINING_STEPS && after >= (list[i - 1]?.after ?? 0));
    return valid ? list : undefined;
  },
  accepted: ({ rounds: known }) => `at most ${MAX_ROUNDS} rounds like ${known[0]?.name ?? "reflow"}@1500, of ${known.map(({ name }) => name).join(", ")}`,
};

/**
 * Some of these, each once, in any order: `arrows.grid`.
 * @param {readonly { name: string }[]} entries
 * @returns {Codec<readonly string[]>}
 */
export function someOf(entries) {
  const names = entries.map(({ name }) => name);
  return {
    write: (value) => value.join("."),
    read: (text) => {
      const chosen = text === "" ? [] : text.split(".");
      return chosen.every((name, i) => names.includes(name) && chosen.indexOf(name) === i) ? chosen : undefined;
    },
    accepted: () => `some of ${names.join(", ")}, with dots between them`,
  };
}

/** @type {Codec<readonly [number, number]>} */
const place = {
  write: ([x, y]) => `${Number(x.toFixed(2))}_${Number(y.toFixed(2))}`,
  read: (text) => {
    const [, x, y] = /^(-?\d{1,3}(?:\.\d{1,6})?)_(-?\d{1,3}(?:\.\d{1,6})?)$/.exec(text) ?? [];
    return x === undefined || y === undefined ? undefined : [Number(x), Number(y)];
  },
  accepted: () => "a place like 0.5_-1.2",
};

// --- where the values lie -----------------------------------------------------------------------------

/**
 * One key of the address.
 * @typedef {Codec<any> & { get: (state: State) => any, set: (state: State, value: any) => State }} Key
 */

/**
 * @template {keyof State} F
 * @param {F} field
 * @param {Codec<State[F]>} codec
 * @returns {Key}
 */
function inState(field, codec) {
  return { ...codec, get: (state) => state[field], set: (state, value) => ({ ...state, [field]: value }) };
}

/** Every part of a flow. @type {{ [P in keyof Flow]: Codec<Flow[P]> }} */
const PARTS = {
  schedule: entryOf((registry) => registry.schedules),
  coupling: entryOf((registry) => registry.couplings),
  rounds,
  source: distributionOf((registry) => registry.sources),
  field: entryOf((registry) => registry.fields),
  solver: entryOf((registry) => registry.solvers),
  diffusion: entryOf((registry) => registry.diffusions),
  noise: number(0, MAX_NOISE),
  guided: wholeNumber(-1, 63),
  weight: number(0, MAX_WEIGHT),
  name: title,
};

/** @param {FlowName} flow @returns {Record<string, Key>} */
function partsOf(flow) {
  const keys = Object.entries(PARTS).map(([part, codec]) => {
    const get = (/** @type {State} */ state) => state[flow][/** @type {keyof Flow} */ (part)];
    const set = (/** @type {State} */ state, /** @type {any} */ value) => ({ ...state, [flow]: { ...state[flow], [part]: value } });
    return [`${flow}.${part}`, { ...codec, get, set }];
  });
  return Object.fromEntries(keys);
}

/** flow-core says which numbers are in range. @type {Codec<number>} */
const anyNumber = {
  write: String,
  read: (text) => (/^-?\d{0,10}\.?\d{0,10}(e-?\d)?$/.test(text) && /^-?\.?\d/.test(text) ? Number(text) : undefined),
  accepted: () => "a number",
};

/** Whatever shapes the networks and their training; a setting left at its default has no value. @type {Record<string, Key>} */
const settingKeys = Object.fromEntries(
  SETTINGS.map(({ path, choices, isSwitch }) => {
    /** @type {Codec<any>} */
    const codec = isSwitch ? onOrOff : choices ? oneOf(choices.map(({ name }) => name)) : anyNumber;
    const set = (/** @type {State} */ state, /** @type {Setting} */ value) => ({ ...state, settings: { ...state.settings, [path]: value } });
    return [path, { ...maybe(codec), get: (/** @type {State} */ state) => state.settings[path], set }];
  }),
);

/** @type {Record<string, Key>} */
export const KEYS = {
  dataset: inState("dataset", distributionOf((registry) => registry.targets)),
  n: inState("n", wholeNumber(1, MAX_EULER_STEPS)),
  seed: inState("seed", wholeNumber(0, MAX_SEED)),
  particles: inState("particles", oneOf(PARTICLES)),
  until: {
    // Training is deterministic, so the step at which it was paused is all a link needs to show the same weights.
    ...inState("until", wholeNumber(1, MAX_TRAINING_STEPS)),
    get: (state) => state.stop ?? state.until,
  },
  replay: inState("replay", maybe(wholeNumber(0, MAX_TRAINING_STEPS))),
  ...partsOf("straight"),
  ...partsOf("curved"),
  ...settingKeys,
  play: inState("playing", onOrOff),
  t: inState("time", number(0, 1)),
  speed: inState("speed", oneOf(SPEEDS)),
  trails: inState("trails", onOrOff),
  colors: inState("colors", oneOf(COLORS.map(({ name }) => name))),
  view: inState("view", oneOf(VIEWS.map(({ name }) => name))),
  layers: inState("layers", someOf(LAYERS)),
  probe: inState("probe", oneOf(PROBES.map(({ name }) => name))),
  place: inState("place", place),
  solvers: inState("allSolvers", onOrOff),
  log: inState("logLoss", onOrOff),
  panel: inState("panel", oneOf(FLOWS)),
};

/** Keys a link always carries, because a reader is likely to edit them by hand. */
const ALWAYS = ["dataset", "n", "seed"];

/**
 * The address's form of a state: `dataset=five-modes&n=2&seed=1` and whatever differs from the default.
 * @param {State} state
 * @param {State} defaults
 */
export function writeHash(state, defaults) {
  const parameters = new URLSearchParams();
  for (const [name, key] of Object.entries(KEYS)) {
    // A running clock has no one time.
    if (name === "t" && state.playing) continue;
    const text = key.write(key.get(state));
    const wanted = ALWAYS.includes(name) || name === "t" || text !== key.write(key.get(defaults));
    if (wanted) parameters.set(name, text);
  }
  return `#${parameters}`;
}

/**
 * The state a link asks for, and what in the link could not be understood.
 * @param {string} hash with or without its `#`
 * @param {State} defaults
 * @param {Registry} registry
 * @returns {{ state: State, complaints: string[] }}
 */
export function readHash(hash, defaults, registry) {
  let state = defaults;
  /** @type {string[]} */
  const complaints = [];
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  for (const [name, text] of parameters) {
    const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
    if (!key) {
      complaints.push(`The link’s key “${shorten(name)}” is not known and was left out.`);
      continue;
    }
    const value = key.read(text, registry);
    if (value === undefined) {
      const used = key.write(key.get(defaults)) || "nothing";
      complaints.push(`The link’s key “${name}” is “${shorten(text)}”, but must be ${key.accepted(registry)}. It is set to ${used}.`);
    } else {
      state = key.set(state, value);
    }
  }
  // A still picture without a time shows the end.
  if (!state.playing && !parameters.has("t")) state = { ...state, time: 1 };
  return { state, complaints };
}

/** @param {string} text */
function shorten(text) {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
