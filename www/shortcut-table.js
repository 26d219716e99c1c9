/**
 * The page's shortcuts. What is done often has one key, given here. For the rest there are two: the first names
 * a part of the page, the second, taken from its label, a control in it, as the page is when it starts.
 */

/**
 * A shortcut works a control of the page, in one of a few ways. Controls that are not there have none.
 * @typedef {object} Shortcut
 * @property {string} key as `KeyboardEvent.key` says it
 * @property {string} label what it does
 * @property {string} selector the control
 * @property {Way} does
 * @property {number} [by] for sliders: how far
 * @property {boolean} [isRepeated] whether a press repeats while its key is held; what goes one further always does
 */

/** @typedef {"press" | "focus" | "next" | "previous" | "cycle" | "more" | "less" | "open"} Way */

/** @type {readonly { title: string, shortcuts: Shortcut[] }[]} */
export const GROUPS = [
  {
    title: "Particles",
    shortcuts: [
      { key: "p", label: "Play or pause", selector: "#play", does: "press" },
      { key: "+", label: "One Euler step more", selector: "#more-steps", does: "press", isRepeated: true },
      { key: "-", label: "One Euler step fewer", selector: "#fewer-steps", does: "press", isRepeated: true },
      { key: ".", label: "Time forwards", selector: "#time", does: "more", by: 0.05 },
      { key: ",", label: "Time backwards", selector: "#time", does: "less", by: 0.05 },
      { key: "]", label: "Faster", selector: "#speed", does: "next" },
      { key: "[", label: "Slower", selector: "#speed", does: "previous" },
      { key: "l", label: "Trails on or off", selector: "#trails", does: "press" },
      { key: "m", label: "More particles", selector: "#particles", does: "next" },
      { key: "M", label: "Fewer particles", selector: "#particles", does: "previous" },
    ],
  },
  {
    title: "Training",
    shortcuts: [
      { key: "t", label: "Train or pause training", selector: "#train", does: "press" },
      { key: "o", label: "One training step", selector: "#one-step", does: "press" },
      { key: "r", label: "Reset", selector: "#reset", does: "press" },
      { key: "n", label: "To the seed", selector: "#seed", does: "focus" },
      { key: "b", label: "To the step where training pauses", selector: "#until", does: "focus" },
      { key: "R", label: "Replay training", selector: "#replay-play", does: "press" },
      { key: "<", label: "Show an earlier training step", selector: "#replay", does: "less", by: 1 },
      { key: ">", label: "Show a later training step", selector: "#replay", does: "more", by: 1 },
    ],
  },
  {
    title: "Experiment",
    shortcuts: [
      { key: "d", label: "Next dataset", selector: "#dataset", does: "next" },
      { key: "D", label: "Previous dataset", selector: "#dataset", does: "previous" },
      { key: "a", label: "Your own data", selector: "#own-open", does: "press" },
      { key: "c", label: "Next comparison", selector: "#presets", does: "next" },
      { key: "C", label: "Previous comparison", selector: "#presets", does: "previous" },
      { key: "x", label: "Swap panels", selector: "#swap", does: "press" },
      { key: "v", label: "The other panel, on a small screen", selector: "#switch", does: "next" },
      { key: "u", label: "Undo (also Ctrl+Z)", selector: "#undo", does: "press" },
      { key: "y", label: "Redo (also Shift+Ctrl+Z)", selector: "#redo", does: "press" },
      { key: "k", label: "Copy link", selector: "#copy-link", does: "press" },
    ],
  },
  {
    title: "Page",
    shortcuts: [
      { key: "e", label: "To the Euler steps", selector: "#euler-steps", does: "focus" },
      { key: "q", label: "To the place that is asked about", selector: ".probe", does: "focus" },
      { key: "h", label: "How to read this", selector: ".masthead-link", does: "press" },
      { key: "L", label: "Light, dark, or as the system", selector: "#scheme", does: "cycle" },
      { key: "?", label: "This list", selector: "#shortcuts-open, .shortcuts-open", does: "press" },
    ],
  },
];

/**
 * @typedef {object} Part
 * @property {string} key
 * @property {string} title
 * @property {string} selector
 * @property {string} [like] the part with the same second keys, which are listed there
 * @property {Way} [menus] what becomes of a menu; it takes the focus by default
 */

/** @type {readonly Part[]} */
export const PARTS = [
  { key: "s", title: "Layers", selector: ".layers", menus: "cycle" },
  { key: "f", title: "Charts", selector: ".charts" },
  { key: "g", title: "Take it with you", selector: "#take", menus: "cycle" },
  { key: "1", title: "First panel", selector: '.panel[data-flow="straight"]' },
  { key: "2", title: "Second panel", selector: '.panel[data-flow="curved"]', like: "1" },
  { key: "w", title: "Network and optimizer", selector: "#settings" },
];

/** One stop for a group of radios that come and go; the place asked about has a key of its own. */
const CONTROLS = "button:not(.probe), input, select, summary, fieldset.generations";

/** @typedef {{ key: string, label: string, control: HTMLElement, does: Way }} Second */
/** @typedef {Part & { seconds: Second[] }} OpenPart a part and its second keys */

/**
 * The second keys of a part, as the page is now.
 * @param {Part} part
 * @returns {Second[]}
 */
export function secondKeys({ selector, menus = "focus" }) {
  const taken = new Set();
  return [...(document.querySelector(selector)?.querySelectorAll(CONTROLS) ?? [])].flatMap((control) => {
    if (!(control instanceof HTMLElement)) return [];
    const label = wordsOf(control);
    const key = freeLetter(label, taken);
    taken.add(key);
    return [{ key, label, control, does: wayOf(control, menus) }];
  });
}

/** @param {HTMLElement} control @param {Way} menus @returns {Way} */
function wayOf(control, menus) {
  if (control.localName === "summary") return "open";
  if (control.localName === "select") return menus;
  if (control.localName === "fieldset") return "next";
  return control.matches("button, [type=checkbox], [type=file]") ? "press" : "focus";
}

/** @param {HTMLElement} control */
function wordsOf(control) {
  const label = "labels" in control && control.labels instanceof NodeList ? control.labels[0] : undefined;
  const words = label instanceof HTMLElement ? (label.querySelector("span") ?? label) : (control.querySelector("legend") ?? control.firstChild);
  return (control.getAttribute("aria-label") ?? words?.textContent ?? "").trim();
}

/** The initial of a word, else any letter, that is not taken. @param {string} label @param {Set<string>} taken */
function freeLetter(label, taken) {
  const letters = label.toLowerCase().replaceAll(/[^a-z ]/g, "");
  const initials = letters.split(" ").map((word) => word.charAt(0));
  const wanted = [...initials, ...letters.replaceAll(" ", ""), ..."abcdefghijklmnopqrstuvwxyz0123456789"];
  const key = wanted.find((letter) => letter && !taken.has(letter));
  if (!key) throw new Error(`no key is left for ${label}`);
  return key;
}
