/** What the pictures can show, by name: their own parts, layers over or under the particles, whose drawing is in layer-drawings.js, views, colours and questions. */

/** What every picture shows until the reader leaves it out. */
export const PARTS = /** @type {const} */ ([
  { name: "dots", label: "Particle dots", words: "where each particle is now; leave them out to see what lies under them." },
  { name: "trails", label: "Trails", words: "the way each particle has come, drawn behind it." },
  { name: "outline", label: "Target outline", words: "where a particle must end to be a hit." },
]);

/**
 * @typedef {object} LayerEntry
 * @property {string} name
 * @property {string} label
 * @property {string} words what is seen
 * @property {boolean} isWash a wash of ink over the whole plane; of these one is shown at a time
 */

/** @satisfies {readonly LayerEntry[]} */
export const LAYERS = /** @type {const} */ ([
  { name: "arrows", label: "Velocity arrows", words: "where the field sends a particle from each place at this time; longer is faster.", isWash: false },
  { name: "grid", label: "Warped grid", words: "what the flow makes of a square grid over the source. Where cells shrink particles gather; exact flows never fold it.", isWash: false },
  { name: "chords", label: "Chords", words: "from each particle’s start straight to its end. Where the way leaves its chord, long steps err.", isWash: false },
  { name: "crowd", label: "Density of the particles", words: "where the particles are now; the stronger, the denser.", isWash: true },
  { name: "true", label: "True density", words: "the density of the paths that the network learns from.", isWash: true },
  { name: "learned", label: "Learned density", words: "the density of the learnt flow, if followed without any error of steps.", isWash: true },
  { name: "error", label: "Error of the field", words: "how far the learnt velocity is from the exact one, left blank where hardly any particle comes.", isWash: true },
]);

/** @typedef {(typeof LAYERS)[number]["name"]} LayerName */

/** What a picture shows: the plane at one time, or all times side by side. */
export const VIEWS = /** @type {const} */ ([{ name: "plane", label: "plane" }, { name: "journey", label: "journey" }]);

/** What a particle’s colour tells: where it ends, or where it began. */
export const COLORS = /** @type {const} */ ([{ name: "hit", label: "hit or miss" }, { name: "origin", label: "origin" }]);

/** How the plane can be asked why. @type {readonly { name: string, label: string }[]} */
export const PROBES = [
  { name: "off", label: "nothing" },
  { name: "pairs", label: "Why does it bend? The pairs that pass a place" },
  { name: "ways", label: "The way from one start, for N = 1, 2, 4, 8" },
];
