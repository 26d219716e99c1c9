/** The page's state: one plain value that determines everything on screen, and its limits. */

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
 * @property {boolean} dots whether the particles are drawn
 * @property {boolean} trails whether trajectories are drawn behind the particles
 * @property {boolean} outline whether the target's support is drawn
 * @property {(typeof import("./layer-table.js").COLORS)[number]["name"]} colors what a particle's colour tells
 * @property {(typeof import("./layer-table.js").VIEWS)[number]["name"]} view what the pictures show
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
    dots: true,
    trails: true,
    outline: true,
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

/** The fields in which a state differs from the one before it; all of them where there was none. @param {State} state @param {State | undefined} before */
export function differences(state, before) {
  return /** @type {(keyof State)[]} */ (Object.keys(state)).filter((field) => !before || state[field] !== before[field]);
}

/** Whether two states show the same, but for the particles' place on their way. @param {State} a @param {State} b */
export function onlyTimeDiffers(a, b) {
  return differences(a, b).every((field) => field === "time");
}
