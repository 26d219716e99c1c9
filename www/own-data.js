/**
 * “Your own data”: a dialog in which the reader draws, types or drops a distribution. What it makes is a short
 * code, flow-core's, that takes the place of a preset's name in the state and so in the link.
 */

import { own_drawing, own_image, own_limits, own_mixture, own_modes, own_points, own_table } from "../pkg/flow_wasm.js";
import { chooseForBoth } from "./choices.js";
import { count } from "./format.js";
import { Board } from "./own-data/board.js";
import { Modes } from "./own-data/modes.js";
import { pixelsOfFile, pixelsOfWord } from "./own-data/pixels.js";
import { find } from "./find.js";
import { offer } from "./offer.js";
import { OWN, isOwn } from "./registry.js";

/** @typedef {import("./own-data/board.js").Stroke} Stroke */
/** @typedef {"draw" | "modes" | "points" | "image" | "word"} Way */

const LARGEST_TABLE = 1_000_000;
const TYPING_MILLISECONDS = 250;
/** A mode's ring, in standard deviations: it holds 95 % of the mode. */
const RING = 2.45;

export class OwnData {
  #context;
  #limits = /** @type {{ points: number, modes: number, code: number, halfSide: number }} */ (JSON.parse(own_limits()));
  #dialog = find(document, "#own-data", HTMLDialogElement);
  #board = new Board(find(document, "#own-canvas", HTMLCanvasElement), this.#limits.halfSide);
  #modes = new Modes(find(document, "#own-modes", HTMLElement), this.#board, () => this.#refresh());
  /** @type {Stroke[]} */
  #strokes = [];
  /** @type {import("./own-data/pixels.js").Pixels | undefined} */
  #image;
  /** @type {string | undefined} */
  #code;
  #typing = 0;

  #brush = input("#own-brush");
  #eraser = input("#own-eraser");
  #sd = input("#own-sd");
  #weight = input("#own-weight");
  #fit = input("#own-fit");
  #bright = input("#own-bright");
  #word = input("#own-word");
  #table = find(document, "#own-table", HTMLTextAreaElement);
  #size = find(document, "#own-size", HTMLSelectElement);
  #count = find(document, "#own-count", HTMLElement);
  #error = find(document, "#own-error", HTMLElement);
  #undo = find(document, "#own-undo", HTMLButtonElement);
  #remove = find(document, "#own-remove", HTMLButtonElement);
  #uses = [find(document, "#own-target", HTMLButtonElement), find(document, "#own-source", HTMLButtonElement)];

  /** @param {import("./lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    const { points, modes, code } = this.#limits;
    find(document, "#own-limits", HTMLElement).textContent =
      `At most ${count(points)} points or ${modes} modes, ${count(code)} characters in the link. Nothing leaves this page.`;
    on("#own-open", "click", () => this.#open());
    on("#own-close", "click", () => this.#dialog.close());
    on("#own-clear", "click", () => this.#clear());
    this.#undo.addEventListener("click", () => {
      this.#strokes.pop();
      this.#refresh();
    });
    on("#own-add", "click", () => this.#addMode([0, 0]));
    this.#remove.addEventListener("click", () => this.#modes.remove());
    this.#sd.addEventListener("input", () => this.#modes.change({ sd: this.#sd.valueAsNumber }));
    this.#weight.addEventListener("input", () => this.#modes.change({ weight: this.#weight.valueAsNumber }));
    for (const control of this.#dialog.querySelectorAll("[name=own-way], [name=own-ink], #own-fit, #own-size")) {
      control.addEventListener("change", () => this.#refresh());
    }
    for (const control of [this.#table, this.#word]) {
      control.addEventListener("input", () => {
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => this.#refresh(), TYPING_MILLISECONDS);
      });
    }
    for (const chooser of [input("#own-table-file"), input("#own-image-file")]) {
      chooser.addEventListener("change", () => {
        const file = chooser.files?.[0];
        if (file) void this.#take(file);
        // So that choosing the same file again, once it was changed, is a change.
        chooser.value = "";
      });
    }
    this.#dialog.addEventListener("dragover", (event) => event.preventDefault());
    this.#dialog.addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) void this.#take(file);
    });
    this.#board.draws(
      () => {
        if (this.#way === "draw") return { radius: this.#brush.valueAsNumber, erase: this.#eraser.checked };
        return undefined;
      },
      (stroke) => this.#paint(undefined, stroke),
      (stroke) => {
        this.#strokes.push(stroke);
        this.#refresh();
      },
    );
    find(document, "#own-canvas", HTMLCanvasElement).addEventListener("pointerdown", (event) => {
      if (this.#way !== "modes" || event.button !== 0) return;
      // Else the board would take the focus from the new mode.
      event.preventDefault();
      this.#addMode(this.#board.place(event));
    });
    this.#uses[0]?.addEventListener("click", () => this.#use({ dataset: OWN + this.#code }));
    this.#uses[1]?.addEventListener("click", () => this.#use({}, { source: OWN + this.#code }));
    new ResizeObserver(() => this.#refresh()).observe(find(document, "#own-canvas", HTMLCanvasElement));
  }

  themed() {
    this.#refresh();
  }

  /** @returns {Way} */
  get #way() {
    const chosen = this.#dialog.querySelector("[name=own-way]:checked");
    return /** @type {Way} */ (chosen instanceof HTMLInputElement ? chosen.value : "draw");
  }

  /** @param {Way} way */
  #turnTo(way) {
    const radio = this.#dialog.querySelector(`[name=own-way][value=${way}]`);
    if (radio instanceof HTMLInputElement) radio.checked = true;
    this.#refresh();
  }

  #open() {
    const { dataset, straight, curved } = this.#context.state();
    const name = [dataset, straight.source, curved.source].find(isOwn);
    const isEmpty = this.#strokes.length + this.#modes.list.length + this.#table.value.length + this.#word.value.length === 0 && !this.#image;
    if (name && isEmpty) this.#adopt(name.slice(OWN.length));
    this.#dialog.showModal();
    this.#refresh();
  }

  /** Takes over what a link brought, to go on from there. @param {string} code */
  #adopt(code) {
    const modes = /** @type {[number, number, number, number][]} */ (JSON.parse(own_modes(code)));
    if (modes.length > 0) {
      this.#modes.replace(modes.map(([x, y, sd, weight]) => ({ center: [x, y], sd, weight })));
      this.#turnTo("modes");
      return;
    }
    const flat = own_points(code, this.#limits.points);
    const lines = Array.from({ length: flat.length / 2 }, (_, i) => `${flat[2 * i]?.toFixed(3)},${flat[2 * i + 1]?.toFixed(3)}`);
    this.#table.value = lines.join("\n");
    this.#fit.checked = false;
    this.#turnTo("points");
  }

  /** @param {import("./own-data/board.js").Point} center */
  #addMode(center) {
    if (this.#modes.list.length >= this.#limits.modes) {
      this.#complain(`there are ${this.#limits.modes} modes already, and that is the most there can be`);
    } else {
      this.#modes.add({ center, sd: this.#sd.valueAsNumber, weight: 1 });
    }
  }

  /** @param {File} file */
  async #take(file) {
    try {
      if (file.type.startsWith("image/")) {
        this.#image = await pixelsOfFile(file);
        this.#turnTo("image");
      } else if (file.size > LARGEST_TABLE) {
        throw new Error(`“${file.name}” has ${count(Math.ceil(file.size / 1000))} kB, but must have at most ${count(LARGEST_TABLE / 1000)}`);
      } else {
        this.#table.value = await file.text();
        this.#turnTo("points");
      }
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
    }
  }

  #clear() {
    const way = this.#way;
    if (way === "draw") this.#strokes = [];
    else if (way === "modes") this.#modes.replace([]);
    else if (way === "points") this.#table.value = "";
    else if (way === "image") this.#image = undefined;
    else this.#word.value = "";
    this.#refresh();
  }

  // --- from what the reader did to a code ---------------------------------------------------------------

  /** The code of what there is, and what to say about it; undefined while there is nothing. */
  #make() {
    const points = Number(this.#size.value);
    switch (this.#way) {
      case "draw":
        return this.#strokes.some(({ erase }) => !erase) ? { code: own_drawing(JSON.stringify(this.#strokes), points) } : undefined;
      case "modes": {
        const modes = this.#modes.list.map(({ center, sd, weight }) => [...center, sd, weight]);
        return modes.length > 0 ? { code: own_mixture(JSON.stringify(modes)), said: modes.length === 1 ? "1 mode" : `${modes.length} modes` } : undefined;
      }
      case "points": {
        if (this.#table.value.trim() === "") return undefined;
        const { code, read } = JSON.parse(own_table(this.#table.value, this.#fit.checked));
        const kept = Math.min(read, this.#limits.points);
        return { code, said: read > kept ? `${count(kept)} of ${count(read)} points, taken evenly` : undefined };
      }
      case "image":
        return this.#image && { code: this.#sampled(this.#image, this.#bright.checked, points) };
      case "word": {
        const word = this.#word.value.trim();
        return word === "" ? undefined : { code: this.#sampled(pixelsOfWord(word, this.#context.theme().font), false, points) };
      }
    }
  }

  /** @param {import("./own-data/pixels.js").Pixels} pixels @param {boolean} bright @param {number} points */
  #sampled({ data, width, height }, bright, points) {
    return own_image(new Uint8Array(data.buffer), width, height, bright, points);
  }

  #refresh() {
    if (!this.#dialog.open) return;
    this.#dialog.dataset.way = this.#way;
    offer(this.#undo, this.#strokes.length > 0);
    const { chosen } = this.#modes;
    offer(this.#remove, Boolean(chosen));
    this.#weight.disabled = !chosen;
    if (chosen) {
      this.#sd.value = String(chosen.sd);
      this.#weight.value = String(chosen.weight);
    }
    this.#code = undefined;
    this.#complain("");
    let said = "Nothing yet.";
    try {
      const made = this.#make();
      this.#code = made?.code;
      if (made) {
        const points = made.said ?? `${count(own_points(made.code, this.#limits.points).length / 2)} points`;
        said = `${points}, ${count(made.code.length)} characters in the link.`;
      }
    } catch (error) {
      said = "";
      this.#complain(error instanceof Error ? error.message : String(error));
    }
    if (this.#count.textContent !== said) this.#count.textContent = said;
    for (const button of this.#uses) button.disabled = this.#code === undefined;
    this.#paint(this.#code);
  }

  /** @param {string} reason */
  #complain(reason) {
    const text = reason && `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
    if (this.#error.textContent !== text) this.#error.textContent = text;
  }

  /** @param {string} [code] @param {Stroke} [unfinished] */
  #paint(code, unfinished) {
    const isDrawing = this.#way === "draw";
    this.#board.paint(this.#context.theme(), {
      points: code ? own_points(code, this.#limits.points) : undefined,
      strokes: isDrawing ? (unfinished ? [...this.#strokes, unfinished] : this.#strokes) : [],
      rings: this.#way === "modes" ? this.#modes.list.map(({ center, sd }) => ({ center, radius: RING * sd })) : [],
    });
  }

  // --- into the lab ---------------------------------------------------------------------------------------

  /** @param {Parameters<typeof chooseForBoth>[1]} shared @param {Parameters<typeof chooseForBoth>[2]} [each] */
  #use(shared, each) {
    if (this.#code === undefined) return;
    const reason = chooseForBoth(this.#context, shared, each);
    if (reason === undefined) this.#dialog.close();
    else this.#complain(reason);
  }
}

/** @param {string} selector */
function input(selector) {
  return find(document, selector, HTMLInputElement);
}

/** @param {string} selector @param {string} event @param {() => void} action */
function on(selector, event, action) {
  find(document, selector, HTMLElement).addEventListener(event, action);
}
