/** A chart's legend: each curve's own stroke and mark, and its name in words. */

import { make } from "../make.js";

/** @typedef {import("./chart.js").Curve} Curve */

const SVG = "http://www.w3.org/2000/svg";
const DISC = "M11 6a3 3 0 1 0 6 0a3 3 0 1 0-6 0";

/** Marks at the middle of a sample, as plotters draws them on the canvas. @type {Record<string, { path: string, filled?: boolean }>} */
const MARKS = {
  disc: { path: DISC, filled: true },
  ring: { path: DISC },
  square: { path: "M11 3h6v6h-6z" },
  triangle: { path: "M14 2l4.5 7h-9z", filled: true },
  cross: { path: "M11 3l6 6m0-6l-6 6" },
  plus: { path: "M11 6h6m-3-3v6" },
};

/**
 * @param {HTMLElement} list
 * @param {Curve[]} curves
 */
export function showLegend(list, curves) {
  const key = JSON.stringify(curves.map(({ name, line, mark, isQuiet }) => [name, line, mark, isQuiet]));
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...curves.map((curve) => make("li", {}, sample(curve), curve.name)));
}

/** @param {Curve} curve */
function sample({ line = "solid", mark, isQuiet }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 28 12");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.toggle("is-quiet", isQuiet ?? false);
  if (line !== "none") svg.append(path("M0 6h28", line === "dashed" ? "5 4" : ""));
  const shape = MARKS[mark ?? ""];
  if (shape) svg.append(path(shape.path, "", shape.filled));
  return svg;
}

/** @param {string} d @param {string} dashes @param {boolean} [filled] */
function path(d, dashes, filled) {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", d);
  if (dashes) path.setAttribute("stroke-dasharray", dashes);
  if (filled) path.setAttribute("fill", "currentColor");
  return path;
}
