/** Ticks on the time line at the states the solvers really visited: the left panel's above, the right one's below. */

import { find } from "./find.js";

/** @typedef {import("./side.js").Side} Side */

const SVG = "http://www.w3.org/2000/svg";
const [LENGTH, HEIGHT] = [1000, 14];

export class Ticks {
  /** @type {Map<Side, SVGPathElement>} */
  #paths = new Map();

  /** @param {import("./lab.js").Context} context */
  constructor({ sides }) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${LENGTH} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    for (const side of sides) {
      const path = document.createElementNS(SVG, "path");
      svg.append(path);
      this.#paths.set(side, path);
    }
    find(document, "#time-ticks", HTMLElement).replaceChildren(svg);
  }

  /** @param {Side} side */
  pictured(side) {
    const [from, to] = side.name === "straight" ? [0, HEIGHT / 2] : [HEIGHT / 2, HEIGHT];
    const marks = Array.from(side.picture?.times ?? [], (t) => `M${(LENGTH * t).toFixed(1)} ${from}V${to}`).join("");
    const path = this.#paths.get(side);
    if (path && path.getAttribute("d") !== marks) path.setAttribute("d", marks);
  }
}
