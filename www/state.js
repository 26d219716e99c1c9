/**
 * The page's state: one plain value that determines everything on screen, and its form in the address.
 *
 * `#dataset=checkerboard&n=4&seed=7` is that form. Each key has one row in {@link KEYS}, which reads, checks
 * and writes it; what a row does not accept becomes a complaint for the reader and leaves the default.
 */

/**
 * What one of the two flows is made of; the names are those of flow-core's registry.
 * @typedef {{ schedule: string, coupling: string }} Flow
 */

/** @typedef {"straight" | "curved"} FlowName */

/**
 * @typedef {object} State
 * @property {string} dataset name of the target
 * @property {number} n Euler steps
 * @property {number} seed seed of every random stream
 * @property {number} particles particles in each panel
 * @property {boolean} playing whether the clock runs
 * @property {number} time flow time t, 0..1
 * @property {number} speed flow time relative to the normal speed
 * @property {boolean} trails whether trajectories are drawn behind the particles
 * @property {boolean} training whether the networks are learning
 * @property {number} until the training step at which both networks pause by themselves
 * @property {number | undefined} stop the training step at which the reader paused them
 * @property {FlowName} panel the panel a small screen shows
 * @property {Flow} straight
 * @property {Flow} curved
 */

/**
 * The names a link may use, from flow-core's registry.
 * @typedef {{ datasets: string[], schedules: string[], couplings: string[] }} Names
 */

/** @type {readonly FlowName[]} */
export const FLOWS = ["straight", "curved"];
export const PARTICLES = [500, 1000, 2000, 5000, 10000, 20000];
export const SPEEDS = [0.25, 0.5, 1, 2];
export const MAX_EULER_STEPS = 100;
export const MAX_SEED = 2 ** 32 - 1;
export const MAX_TRAINING_STEPS = 1_000_000;
/** Training pauses here by itself, so that a forgotten page does not run for ever. */
export const DEFAULT_UNTIL = 10_000;

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
    training: true,
    until: DEFAULT_UNTIL,
    stop: undefined,
    panel: "straight",
    straight: { schedule: "cond-ot", coupling: "minibatch-ot" },
    curved: { schedule: "cosine", coupling: "independent" },
  };
}

/**
 * One key of the address.
 * @typedef {object} Key
 * @property {(state: State) => string} write
 * @property {(text: string, names: Names) => Partial<State> | undefined} read undefined when `text` is not accepted
 * @property {(names: Names) => string} accepted what is, in words
 */

/**
 * @param {"n" | "seed" | "until"} field
 * @param {number} min
 * @param {number} max
 * @returns {Key}
 */
function wholeNumber(field, min, max) {
  return {
    write: (state) => String(state[field]),
    read: (text) => {
      const value = Number(text);
      return /^\d{1,10}$/.test(text) && value >= min && value <= max ? { [field]: value } : undefined;
    },
    accepted: () => `a whole number from ${min} to ${max}`,
  };
}

/**
 * @param {"particles" | "speed"} field
 * @param {readonly number[]} choices
 * @returns {Key}
 */
function oneNumberOf(field, choices) {
  return {
    write: (state) => String(state[field]),
    read: (text) => {
      const value = choices.find((choice) => String(choice) === text);
      return value === undefined ? undefined : { [field]: value };
    },
    accepted: () => `one of ${choices.join(", ")}`,
  };
}

/**
 * @param {"trails" | "playing"} field
 * @returns {Key}
 */
function onOrOff(field) {
  return {
    write: (state) => (state[field] ? "on" : "off"),
    read: (text) => (text === "on" || text === "off" ? { [field]: text === "on" } : undefined),
    accepted: () => "on or off",
  };
}

/**
 * @param {FlowName} flow
 * @param {"schedule" | "coupling"} part
 * @param {(names: Names) => string[]} choices
 * @returns {Key}
 */
function partOfFlow(flow, part, choices) {
  const key = {
    /** @param {State} state */
    write: (state) => state[flow][part],
    /** @type {Key["read"]} */
    read: (text, names) => (choices(names).includes(text) ? { [flow]: { [part]: text } } : undefined),
    /** @param {Names} names */
    accepted: (names) => `one of ${choices(names).join(", ")}`,
  };
  return key;
}

/** @type {Record<string, Key>} */
const KEYS = {
  dataset: {
    write: (state) => state.dataset,
    read: (text, names) => (names.datasets.includes(text) ? { dataset: text } : undefined),
    accepted: (names) => `one of ${names.datasets.join(", ")}`,
  },
  n: wholeNumber("n", 1, MAX_EULER_STEPS),
  seed: wholeNumber("seed", 0, MAX_SEED),
  particles: oneNumberOf("particles", PARTICLES),
  until: {
    // Training is deterministic, so the step at which it was paused is all a link needs to show the same weights.
    ...wholeNumber("until", 1, MAX_TRAINING_STEPS),
    write: (state) => String(state.stop ?? state.until),
  },
  "straight.schedule": partOfFlow("straight", "schedule", (names) => names.schedules),
  "straight.coupling": partOfFlow("straight", "coupling", (names) => names.couplings),
  "curved.schedule": partOfFlow("curved", "schedule", (names) => names.schedules),
  "curved.coupling": partOfFlow("curved", "coupling", (names) => names.couplings),
  play: onOrOff("playing"),
  t: {
    write: (state) => String(Number(state.time.toFixed(3))),
    read: (text) => {
      const value = Number(text);
      return text.trim() !== "" && value >= 0 && value <= 1 ? { time: value } : undefined;
    },
    accepted: () => "a number from 0 to 1",
  },
  speed: oneNumberOf("speed", SPEEDS),
  trails: onOrOff("trails"),
  panel: {
    write: (state) => state.panel,
    read: (text) => (text === "straight" || text === "curved" ? { panel: text } : undefined),
    accepted: () => "straight or curved",
  },
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
    const text = key.write(state);
    const wanted = ALWAYS.includes(name) || name === "t" || text !== key.write(defaults);
    if (wanted) parameters.set(name, text);
  }
  return `#${parameters}`;
}

/**
 * The state a link asks for, and what in the link could not be understood.
 * @param {string} hash with or without its `#`
 * @param {State} defaults
 * @param {Names} names
 * @returns {{ state: State, complaints: string[] }}
 */
export function readHash(hash, defaults, names) {
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
    const change = key.read(text, names);
    if (!change) {
      const used = key.write(defaults);
      complaints.push(`The link’s key “${name}” is “${shorten(text)}”, but must be ${key.accepted(names)}. It is set to ${used}.`);
      continue;
    }
    state = {
      ...state,
      ...change,
      straight: { ...state.straight, ...change.straight },
      curved: { ...state.curved, ...change.curved },
    };
  }
  // A still picture without a time shows the end.
  if (!state.playing && !parameters.has("t")) state = { ...state, time: 1 };
  return { state, complaints };
}

/** @param {string} text */
function shorten(text) {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
