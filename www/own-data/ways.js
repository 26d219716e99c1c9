/** The ways to make own data: what the reader did in each, and the code it comes to. Modes have a file of their own. */

import { own_drawing, own_image, own_points, own_table } from "../../pkg/flow_wasm.js";
import { count } from "../format.js";
import { find } from "../find.js";
import { pixelsOfFile, pixelsOfWord } from "./pixels.js";

/** @typedef {import("./board.js").Stroke} Stroke */
/** @typedef {import("./pixels.js").Pixels} Pixels */

/**
 * @typedef {object} Way
 * @property {boolean} isEmpty
 * @property {() => void} clear
 * @property {(points: number) => { code: string, said?: string | undefined }} make of what there is: the code, and how much it is where that is not its number of points
 */

const LARGEST_TABLE = 1_000_000;

/** @implements {Way} */
export class Drawing {
  /** @type {Stroke[]} */
  strokes = [];

  get isEmpty() {
    return this.strokes.every(({ erase }) => erase);
  }

  clear() {
    this.strokes = [];
  }

  /** @param {number} points */
  make(points) {
    return { code: own_drawing(JSON.stringify(this.strokes), points) };
  }
}

/** What is typed into a field of the dialog. */
class Typed {
  field;

  /** @param {HTMLInputElement | HTMLTextAreaElement} field */
  constructor(field) {
    this.field = field;
  }

  get isEmpty() {
    return this.field.value.trim() === "";
  }

  clear() {
    this.field.value = "";
  }
}

/** @implements {Way} */
export class Points extends Typed {
  #fit = find(document, "#own-fit", HTMLInputElement);
  #most;

  /** @param {number} most points there can be */
  constructor(most) {
    super(find(document, "#own-table", HTMLTextAreaElement));
    this.#most = most;
  }

  make() {
    const { code, read } = JSON.parse(own_table(this.field.value, this.#fit.checked));
    return { code, said: read > this.#most ? `${count(this.#most)} of ${count(read)} points, taken evenly` : undefined };
  }

  /** Returns what takes it up. @param {File} file */
  async read(file) {
    if (file.size > LARGEST_TABLE) {
      throw new Error(`“${file.name}” has ${count(Math.ceil(file.size / 1000))} kB, but must have at most ${count(LARGEST_TABLE / 1000)}`);
    }
    const text = await file.text();
    return () => {
      this.field.value = text;
    };
  }

  /** Goes on from a code. @param {string} code */
  adopt(code) {
    const flat = own_points(code, this.#most);
    const lines = Array.from({ length: flat.length / 2 }, (_, i) => `${flat[2 * i]?.toFixed(3)},${flat[2 * i + 1]?.toFixed(3)}`);
    this.field.value = lines.join("\n");
    this.#fit.checked = false;
  }
}

/** @implements {Way} */
export class Picture {
  #bright = find(document, "#own-bright", HTMLInputElement);
  /** @type {Pixels | undefined} */
  #pixels;

  get isEmpty() {
    return !this.#pixels;
  }

  clear() {
    this.#pixels = undefined;
  }

  /** @param {number} points */
  make(points) {
    return { code: sampled(/** @type {Pixels} */ (this.#pixels), this.#bright.checked, points) };
  }

  /** Returns what takes it up. @param {File} file */
  async read(file) {
    const pixels = await pixelsOfFile(file);
    return () => {
      this.#pixels = pixels;
    };
  }
}

/** @implements {Way} */
export class Word extends Typed {
  #font;

  /** @param {() => string} font the page's font family */
  constructor(font) {
    super(find(document, "#own-word", HTMLInputElement));
    this.#font = font;
  }

  /** @param {number} points */
  make(points) {
    return { code: sampled(pixelsOfWord(this.field.value.trim(), this.#font()), false, points) };
  }
}

/** @param {Pixels} pixels @param {boolean} bright @param {number} points */
function sampled({ data, width, height }, bright, points) {
  return own_image(new Uint8Array(data.buffer), width, height, bright, points);
}
