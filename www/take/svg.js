/** Trajectories as vectors. */

import { opacityOf, viewOf } from "../plane.js";
import { FOOT, HEAD, LINE, PAD } from "./scene.js";

/** @typedef {import("../engine.js").Picture} Picture */
/** @typedef {import("../theme.js").Theme} Theme */
/** @typedef {import("../registry.js").Outline} Outline */

/** More trajectories than this are neither readable nor quick to draw. */
export const MOST = 400;
const SIDE = 480;

/**
 * @param {{ caption: import("./scene.js").Caption, dots: boolean, outline: boolean, picture: Picture, target: Outline, source: Outline, inkOf: (particle: number) => import("../theme.js").Rgb }[]} panels
 * @param {Theme} theme
 * @param {string} common
 */
export function trajectoriesSvg(panels, theme, common) {
  const [width, height] = [PAD + panels.length * (SIDE + PAD), HEAD + SIDE + FOOT + LINE];
  const color = (/** @type {import("../theme.js").Rgb} */ [r, g, b]) => `rgb(${r},${g},${b})`;
  const first = Math.min(MOST, ...panels.map(({ picture }) => picture.particles));
  const note = `${common} · trajectories of the first ${first} particles`;
  const words = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ rest, most = SIDE) =>
    // Long lines are squeezed rather than cut; a letter takes about half its height.
    `<text x="${x}" y="${y}" ${rest}${text.length > most / 6 ? ` textLength="${most}" lengthAdjust="spacingAndGlyphs"` : ""}>${escape(text)}</text>`;
  const muted = `font-size="12" fill="${color(theme.muted)}"`;
  const drawn = panels.map(({ caption, dots, outline, picture, target, source, inkOf }, i) => {
    const view = viewOf(target, source);
    const scale = SIDE / (2 * view.halfSide);
    const at = (/** @type {number} */ x, /** @type {number} */ y) =>
      `${round(SIDE / 2 + (x - view.x) * scale)} ${round(SIDE / 2 - (y - view.y) * scale)}`;
    const outlines = (outline ? target.shapes : []).map((shape) => {
      if ("polygon" in shape) return `M${shape.polygon.map(([x, y]) => at(x, y)).join("L")}Z`;
      const [cx, cy] = shape.circle.center;
      const r = round(shape.circle.radius * scale);
      // Counterclockwise, as a polygon around what it encloses: a hole's border runs the other way.
      return `M${at(cx + shape.circle.radius, cy)}a${r} ${r} 0 1 0 ${-2 * r} 0a${r} ${r} 0 1 0 ${2 * r} 0Z`;
    });
    const { positions, particles, times, hits } = picture;
    const groups = [0, 1].map((hit) => {
      const chosen = Array.from({ length: first }, (_, p) => p).filter((p) => (hits[p] ? 1 : 0) === hit);
      const place = (/** @type {number} */ p, /** @type {number} */ step) => {
        const index = 2 * (step * particles + p);
        return at(positions[index] ?? 0, positions[index + 1] ?? 0);
      };
      const path = (/** @type {number} */ p, /** @type {string} */ d) => `<path stroke="${color(inkOf(p))}" d="${d}"/>`;
      const ways = chosen.map((p) => path(p, `M${Array.from(times, (_, step) => place(p, step)).join("L")}`));
      const ends = (dots ? chosen : []).map((p) => path(p, `M${place(p, times.length - 1)}h0`));
      return (
        `<g class="${hit ? "hits" : "misses"}" fill="none" stroke-linecap="round">` +
        `<g stroke-width="0.7" stroke-opacity="0.45">${ways.join("")}</g><g stroke-width="3.5">${ends.join("")}</g></g>`
      );
    });
    const { border, shade } = opacityOf(target);
    const x = PAD + i * (SIDE + PAD);
    return [
      words(caption.name, x, PAD + 14, `font-size="16" font-weight="600" fill="${color(theme.ink)}"`),
      words(caption.choices, x, PAD + LINE + 12, muted),
      `<svg x="${x}" y="${HEAD}" width="${SIDE}" height="${SIDE}">`,
      `<rect width="${SIDE}" height="${SIDE}" fill="none" stroke="${color(theme.rule)}"/>`,
      `<path d="${outlines.join("")}" stroke="${color(theme.ink)}" stroke-opacity="${border}" fill="${color(theme.ink)}" fill-opacity="${shade}"/>`,
      ...groups.reverse(),
      "</svg>",
      ...caption.numbers.map((text, row) => words(text, x, HEAD + SIDE + (row + 1) * LINE, `font-size="12" fill="${color(theme.ink)}"`)),
    ].join("\n");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escape(theme.font)}">`,
    `<title>${escape(note)}</title>`,
    `<rect width="${width}" height="${height}" fill="${color(theme.plane)}"/>`,
    ...drawn,
    words(note, PAD, HEAD + SIDE + FOOT, muted, width - 2 * PAD),
    "</svg>\n",
  ].join("\n");
}

/** @param {number} value */
function round(value) {
  return Number(value.toFixed(2));
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
