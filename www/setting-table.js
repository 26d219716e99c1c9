/** What shapes the networks and their training beside the choices in a panel's head: one row for each setting. */

/**
 * @typedef {object} Row
 * @property {string} path where it lies in flow-core's configuration, and its key in the link
 * @property {string} label
 * @property {string} unit what the number counts; empty where it counts nothing
 * @property {string} summary one sentence
 * @property {{ name: string, label: string }[]} [choices] for a setting that is one of a few
 * @property {boolean} [isSwitch] for a setting that is on or off
 * @property {string[]} [decays] the falls of the learning rate that have this setting
 */

/** @type {readonly { title: string, rows: Row[] }[]} */
export const GROUPS = [
  {
    title: "Network",
    rows: [
      { path: "network.width", label: "Width", unit: "units", summary: "Units in each hidden layer. Wider networks can bend the field more finely, and take longer." },
      { path: "network.depth", label: "Depth", unit: "layers", summary: "Hidden layers between the features and the answer." },
      { path: "network.harmonics", label: "Harmonics", unit: "waves", summary: "Sine waves of place and time, each finer than the last, that the network is given beside the plain numbers." },
      { path: "network.base_frequency", label: "Base frequency", unit: "", summary: "Frequency of the coarsest of these waves over the plane. Higher shows finer detail, and more noise." },
    ],
  },
  {
    title: "Training",
    rows: [
      { path: "training.batch_size", label: "Batch size", unit: "pairs", summary: "Pairs of noise and data in one training step. Larger batches are less noisy and slower." },
      { path: "training.learning_rate", label: "Learning rate", unit: "", summary: "Size of Adam’s steps at their largest, for a network 64 units wide." },
      {
        path: "training.decay",
        label: "Learning rate falls",
        unit: "",
        summary: "How the learning rate shrinks with training: never, ever more slowly, or to zero at a planned end.",
        choices: [
          { name: "constant", label: "Never" },
          { name: "power", label: "By a power" },
          { name: "cosine", label: "As a cosine" },
        ],
      },
      { path: "training.decay.steps", label: "Fall steps", unit: "steps", decays: ["power", "cosine"], summary: "When a power’s fall sets in, or a cosine’s ends: there a first network stops learning, and a round’s begins anew." },
      { path: "training.decay.exponent", label: "Fall exponent", unit: "", decays: ["power"], summary: "How steep the power’s fall is." },
      { path: "training.ema_decay", label: "Averaging", unit: "", summary: "Share of the weights’ moving average that each step keeps. The picture shows the average; 0 shows the bare weights." },
      {
        path: "training.objective",
        label: "Objective",
        unit: "",
        summary: "What the loss compares. The three are one regression with different weights over time.",
        choices: [
          { name: "velocity", label: "Velocity" },
          { name: "noise", label: "Noise" },
          { name: "data", label: "Data" },
        ],
      },
      { path: "training.stable_targets", label: "Stable targets", unit: "", isSwitch: true, summary: "Averages each target over the whole batch: less noise for more work." },
      { path: "training.class_dropout", label: "Class dropout", unit: "", summary: "Share of pairs whose class a guided network is not told, so that it learns both fields." },
      {
        path: "training.engine",
        label: "Engine",
        unit: "",
        summary: "What computes the gradient: one fused operation, or burn’s ordinary ones.",
        choices: [
          { name: "fused", label: "Fused" },
          { name: "flex", label: "burn flex" },
          { name: "ndarray", label: "burn ndarray" },
        ],
      },
    ],
  },
  {
    title: "Minibatch OT",
    rows: [
      { path: "coupling.batch_size", label: "Points assigned", unit: "points", summary: "Points of noise and of data that are paired with one another at a time." },
      { path: "coupling.reuse", label: "Batches per assignment", unit: "batches", summary: "Training batches drawn for each assignment solved; solving takes longer than a training step." },
      { path: "coupling.pool", label: "Assignments kept", unit: "batches", summary: "The most assigned batches that training pairs are drawn from." },
      { path: "coupling.even", label: "Evenly drawn", unit: "", isSwitch: true, summary: "Draws the points of a batch evenly instead of at random, so that a small batch stands for a large one." },
    ],
  },
];

/** @type {readonly Row[]} */
export const SETTINGS = GROUPS.flatMap(({ rows }) => rows);
