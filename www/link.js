/**
 * The state as a link: `#dataset=checkerboard&n=4&seed=7`. Each key has one row in {@link KEYS}: where in the state
 * its value lies, and how it is written and read. What a row does not accept becomes a complaint for the reader and
 * leaves the default.
 */

import { anyNumber, distributionOf, entryOf, maybe, number, onOrOff, oneOf, place, someOf, wholeNumber } from "./codecs.js";
import { COLORS, LAYERS, PROBES, VIEWS } from "./layer-table.js";
import { SETTINGS } from "./setting-table.js";
import { FLOWS, MAX_EULER_STEPS, MAX_NAME_LENGTH, MAX_NOISE, MAX_ROUNDS, MAX_SEED, MAX_TRAINING_STEPS, MAX_WEIGHT, PARTICLES, SPEEDS } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Flow} Flow */
/** @typedef {import("./state.js").FlowName} FlowName */
/** @typedef {import("./state.js").Round} Round */
/** @typedef {import("./state.js").Setting} Setting */
/** @typedef {import("./registry.js").Registry} Registry */
/** @template T @typedef {import("./codecs.js").Codec<T>} Codec */

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
  dots: inState("dots", onOrOff),
  trails: inState("trails", onOrOff),
  outline: inState("outline", onOrOff),
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
