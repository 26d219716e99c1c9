/** The style sheet's colours as numbers, for everything that is drawn on a canvas. */

/** @typedef {[number, number, number]} Rgb */

/**
 * @typedef {object} Theme
 * @property {Rgb} plane the pictures' own paper
 * @property {Rgb} ink
 * @property {Rgb} muted
 * @property {Rgb} rule
 * @property {Rgb} strong
 * @property {Rgb} hit
 * @property {Rgb} miss
 * @property {string} font
 */

/** Asks for the colours again whenever one of these changes, or the reader’s own choice. */
const QUERIES = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"];

/**
 * Reads the tokens of `tokens.css`, which may be any CSS colour, system colours included.
 * @returns {Theme}
 */
export function readTheme() {
  const probe = document.createElement("span");
  probe.style.setProperty("forced-color-adjust", "none");
  probe.hidden = true;
  document.body.append(probe);
  const read = (/** @type {string} */ token) => {
    probe.style.color = `var(${token})`;
    const [red = 0, green = 0, blue = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
    return /** @type {Rgb} */ ([red, green, blue]);
  };
  const [plane, ink] = [read("--plane"), read("--ink")];
  // The reader's own palette has nothing between ink and paper: what lies behind data is mixed, or it would cover them.
  const isForced = matchMedia("(forced-colors: active)").matches;
  const mixed = (/** @type {number} */ share) => /** @type {Rgb} */ (ink.map((value, i) => Math.round(share * value + (1 - share) * (plane[i] ?? 0))));
  const theme = {
    plane,
    ink,
    muted: read("--muted"),
    rule: isForced ? mixed(0.35) : read("--rule"),
    strong: isForced ? mixed(0.6) : read("--rule-strong"),
    hit: read("--hit"),
    miss: read("--miss"),
    font: getComputedStyle(document.documentElement).fontFamily,
  };
  probe.remove();
  return theme;
}

/** @param {() => void} changed */
export function watchTheme(changed) {
  for (const query of QUERIES) matchMedia(query).addEventListener("change", changed);
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["data-scheme"] });
}

/** 0xRRGGBB @param {Rgb} color */
export function packed([red, green, blue]) {
  return (red << 16) | (green << 8) | blue;
}

/** @param {number} color 0xRRGGBB @returns {Rgb} */
export function unpacked(color) {
  return [color >> 16, (color >> 8) & 255, color & 255];
}

/** Whether light stands on dark. @param {Theme} theme */
export function isDark({ plane: [red, green, blue] }) {
  return red + green + blue < 384;
}

/** @param {Rgb} color @param {number} [alpha] */
export function css([red, green, blue], alpha = 1) {
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}
