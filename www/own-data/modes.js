/** Gaussian modes on the board: each a button that is dragged, or moved by the arrow keys. */

import { own_mixture } from "../../pkg/flow_wasm.js";
import { ARROWS } from "../arrows.js";
import { button } from "../make.js";

/** @typedef {import("./board.js").Point} Point */
/** @typedef {import("./ways.js").Way} Way */
/** @typedef {{ center: Point, sd: number, weight: number }} Mode */

const STEP = 0.1;
const FAST = 5;

/** @implements {Way} */
export class Modes {
  /** @type {Mode[]} */
  list = [];
  #layer;
  #board;
  #changed;
  #chosen = -1;

  /**
   * @param {HTMLElement} layer lies over the board
   * @param {import("./board.js").Board} board
   * @param {() => void} changed
   */
  constructor(layer, board, changed) {
    this.#layer = layer;
    this.#board = board;
    this.#changed = changed;
  }

  get isEmpty() {
    return this.list.length === 0;
  }

  clear() {
    this.replace([]);
  }

  make() {
    const modes = this.list.map(({ center, sd, weight }) => [...center, sd, weight]);
    return { code: own_mixture(JSON.stringify(modes)), said: modes.length === 1 ? "1 mode" : `${modes.length} modes` };
  }

  /** The mode whose numbers the controls show. */
  get chosen() {
    return this.list[this.#chosen];
  }

  /** @param {Mode} mode */
  add(mode) {
    this.list.push(mode);
    this.#update(this.list.length - 1);
    this.#focus();
  }

  /** @param {Partial<Mode>} change to the chosen mode */
  change(change) {
    const mode = this.chosen;
    if (mode) Object.assign(mode, change);
    this.#update();
  }

  remove() {
    if (!this.chosen) return;
    this.list.splice(this.#chosen, 1);
    this.#update(Math.min(this.#chosen, this.list.length - 1));
    this.#focus();
  }

  /** @param {Mode[]} list */
  replace(list) {
    this.list = list;
    this.#update(list.length - 1);
  }

  #focus() {
    const button = this.#layer.children[this.#chosen] ?? document.querySelector("#own-add");
    if (button instanceof HTMLElement) button.focus();
  }

  #update(chosen = this.#chosen) {
    this.#chosen = chosen;
    while (this.#layer.childElementCount < this.list.length) this.#layer.append(this.#button(this.#layer.childElementCount));
    while (this.#layer.childElementCount > this.list.length) this.#layer.lastElementChild?.remove();
    for (const [i, { center, sd }] of this.list.entries()) {
      const button = /** @type {HTMLElement} */ (this.#layer.children[i]);
      const [left = 0, top = 0] = this.#board.share(center);
      button.style.insetInlineStart = `${100 * left}%`;
      button.style.insetBlockStart = `${100 * top}%`;
      button.ariaLabel = `Mode ${i + 1} at ${center[0].toFixed(1)}, ${center[1].toFixed(1)}, size ${sd}`;
      button.ariaPressed = String(i === chosen);
    }
    this.#changed();
  }

  /** @param {number} i */
  #button(i) {
    const choose = () => i !== this.#chosen && this.#update(i);
    const handle = button(String(i + 1), choose, { className: "own-mode" });
    handle.addEventListener("focus", choose);
    handle.addEventListener("pointerdown", (event) => {
      if (event.button === 0) handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) this.#move(i, this.#board.place(event));
    });
    handle.addEventListener("keydown", (event) => {
      const direction = ARROWS[event.key];
      const isRemoval = event.key === "Delete" || event.key === "Backspace";
      if (!isRemoval && !direction) return;
      event.preventDefault();
      if (!direction) return this.remove();
      const step = event.shiftKey ? FAST * STEP : STEP;
      const [x, y] = this.list[i]?.center ?? [0, 0];
      this.#move(i, [x + direction[0] * step, y + direction[1] * step]);
    });
    return handle;
  }

  /** @param {number} i @param {Point} to */
  #move(i, to) {
    const mode = this.list[i];
    if (!mode) return;
    const inside = (/** @type {number} */ x) => Number(Math.min(this.#board.halfSide, Math.max(-this.#board.halfSide, x)).toFixed(2));
    mode.center = [inside(to[0]), inside(to[1])];
    this.#update(i);
  }
}
