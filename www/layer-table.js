/** What can be laid over or under the particles, by name; the drawing is in layers.js. */

/**
 * @typedef {object} LayerEntry
 * @property {string} name
 * @property {string} label
 * @property {string} words what is seen, for the legend
 * @property {string} meaning what it tells, for the glossary
 * @property {boolean} isWash a wash of ink over the whole plane; of these one is shown at a time
 */

/** @type {readonly LayerEntry[]} */
export const LAYERS = [
  {
    name: "arrows",
    label: "Velocity arrows",
    words: "arrows: the velocity of the field at this time",
    meaning: "What the field says at this time: where a particle at each place goes next, and how fast.",
    isWash: false,
  },
  {
    name: "grid",
    label: "Warped grid",
    words: "grid: what the flow makes of a square grid over the source",
    meaning: "A square grid over the noise, carried along by the flow. Where its cells shrink, particles gather. An exact flow bends its lines and never folds them; too few steps may.",
    isWash: false,
  },
  {
    name: "chords",
    label: "Chords",
    words: "chords: from each particle’s start straight to its end",
    meaning: "The straight line from each particle’s start to its end. Where the way leaves its chord, it bends, and a long step errs.",
    isWash: false,
  },
  {
    name: "crowd",
    label: "Density of the particles",
    words: "wash: where the particles are now; darker is denser",
    meaning: "How thickly the particles lie at this time, smoothed into a surface.",
    isWash: true,
  },
  {
    name: "true",
    label: "True density",
    words: "wash: the density of the paths that the network learns from",
    meaning: "How thickly the paths of all possible pairs lie at this time: what the particles should look like on their way.",
    isWash: true,
  },
  {
    name: "learned",
    label: "Learned density",
    words: "wash: the density of the learnt flow, if followed without any error of steps",
    meaning: "How thickly the learnt field lets particles lie, found by adding up how much it spreads them along their way. No cloud of particles is needed for it.",
    isWash: true,
  },
  {
    name: "error",
    label: "Error of the field",
    words: "wash: how far the learnt velocity is from the exact one, left blank where hardly any particle comes",
    meaning: "Distance between the learnt velocity and the exact one at this time. Where hardly a path passes, the network has seen nothing and the field matters little.",
    isWash: true,
  },
];

/** How the plane can be asked why. @type {readonly { name: string, label: string }[]} */
export const PROBES = [
  { name: "off", label: "nothing" },
  { name: "pairs", label: "Why does it bend? The pairs that pass a place" },
  { name: "ways", label: "The way from one start, for N = 1, 2, 4, 8" },
];
