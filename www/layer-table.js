/** What can be laid over or under the particles, by name; the drawing is in layers.js. */

/**
 * @typedef {object} LayerEntry
 * @property {string} name
 * @property {string} label
 * @property {string} words what is seen, for the legend
 * @property {boolean} isWash a wash of ink over the whole plane; of these one is shown at a time
 */

/** @type {readonly LayerEntry[]} */
export const LAYERS = [
  { name: "arrows", label: "Velocity arrows", words: "arrows: the velocity of the field at this time", isWash: false },
  { name: "grid", label: "Warped grid", words: "grid: what the flow makes of a square grid over the source", isWash: false },
  { name: "chords", label: "Chords", words: "chords: from each particle’s start straight to its end", isWash: false },
  { name: "crowd", label: "Density of the particles", words: "wash: where the particles are now; darker is denser", isWash: true },
  { name: "true", label: "True density", words: "wash: the density of the paths that the network learns from", isWash: true },
  { name: "learned", label: "Learned density", words: "wash: the density of the learnt flow, if followed without any error of steps", isWash: true },
  { name: "error", label: "Error of the field", words: "wash: how far the learnt velocity is from the exact one, left blank where hardly any particle comes", isWash: true },
];

/** How the plane can be asked why. @type {readonly { name: string, label: string }[]} */
export const PROBES = [
  { name: "off", label: "nothing" },
  { name: "pairs", label: "Why does it bend? The pairs that pass a place" },
  { name: "ways", label: "The way from one start, for N = 1, 2, 4, 8" },
];
