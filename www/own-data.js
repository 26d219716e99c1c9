/**
 * “Your own data”: a dialog in which the reader draws, types or drops a distribution. What it makes is a short
 * code, flow-core's, that takes the place of a preset's name in the state and so in the link.
 */

import { own_limits, own_modes, own_points } from "../pkg/flow_wasm.js";
import { chooseForBoth } from "./choices.js";
import { count } from "./format.js";
import { Board } from "./own-data/board.js";
import { Modes } from "./own-data/modes.js";
import { Drawing, Picture, Points, Word } from "./own-data/ways.js";
import { find } from "./find.js";
import { offer } from "./offer.js";
import { reasonOf } from "./reason.js";
import { OWN, isOwn } from "./registry.js";
import { write } from "./write.js";

/** @typedef {import("./own-data/board.js").Stroke} Stroke */
/** @typedef {"draw" | "modes" | "points" | "image" | "word"} WayName */

const TYPING_MILLISECONDS = 250;
/** As how many points drawings, images and words can be taken, as shares of the most there can be. */
const SHARES = [1 / 8, 1 / 4, 1 / 2, 1];
const SHARE_AT_FIRST = 1 / 2;
/** A mode's ring, in standard deviations: it holds 95 % of the mode. */
const RING = 2.45;

export class OwnData {
  #context;
  #limits = /** @type {{ points: number, modes: number, code: number, halfSide: number }} */ (JSON.parse(own_limits()));
  #dialog = find(document, "#own-data", HTMLDialogElement);
  #board = new Board(find(document, "#own-canvas", HTMLCanvasElement), this.#limits.halfSide);
  #modes = new Modes(find(document, ".own-modes", HTMLElement), this.#board, () => this.#refresh());
  #drawing = new Drawing();
  #points = new Points(this.#limits.points);
  #image = new Picture();
  /** By the values of their radios. @type {Record<WayName, import("./own-data/ways.js").Way>} */
  #ways;
  /** @type {string | undefined} */
  #code;
  #typing = 0;
  /** The one that was given last. @type {File | undefined} */
  #file;

  #brush = input("#own-brush");
  #eraser = input("#own-eraser");
  #sd = input("#own-sd");
  #weight = input("#own-weight");
  #size = find(document, "#own-size", HTMLSelectElement);
  #count = find(document, "#own-count", HTMLElement);
  #error = find(document, ".own-error", HTMLElement);
  #undo = find(document, "#own-undo", HTMLButtonElement);
  #remove = find(document, "#own-remove", HTMLButtonElement);
  #uses = [find(document, "#own-target", HTMLButtonElement), find(document, "#own-source", HTMLButtonElement)];

  /** @param {import("./lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    const word = new Word(() => context.theme().font);
    this.#ways = { draw: this.#drawing, modes: this.#modes, points: this.#points, image: this.#image, word };
    const { points, modes, code } = this.#limits;
    find(document, ".own-limits", HTMLElement).textContent =
      `At most ${count(points)} points or ${modes} modes, ${count(code)} characters in the link. Nothing leaves this page.`;
    this.#size.append(...SHARES.map((share) => new Option(String(share * points))));
    this.#size.value = String(SHARE_AT_FIRST * points);
    on("#own-open", "click", () => this.#open());
    on("#own-close", "click", () => this.#dialog.hidePopover());
    on("#own-clear", "click", () => {
      this.#ways[this.#way].clear();
      this.#refresh();
    });
    this.#undo.addEventListener("click", () => {
      this.#drawing.strokes.pop();
      this.#refresh();
    });
    on("#own-add", "click", () => this.#addMode([0, 0]));
    this.#remove.addEventListener("click", () => this.#modes.remove());
    this.#sd.addEventListener("input", () => this.#modes.change({ sd: this.#sd.valueAsNumber }));
    this.#weight.addEventListener("input", () => this.#modes.change({ weight: this.#weight.valueAsNumber }));
    for (const control of this.#dialog.querySelectorAll("[name=own-way], [name=own-ink], #own-fit, #own-size")) {
      control.addEventListener("change", () => this.#refresh());
    }
    for (const control of this.#dialog.querySelectorAll("#own-table, #own-word")) {
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
    this.#dialog.addEventListener("drop", (event) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      void this.#take(file);
    });
    // A file that nothing takes would take the place of the page.
    for (const kind of /** @type {const} */ (["dragover", "drop"])) {
      document.addEventListener(kind, (event) => {
        const isChooser = event.target instanceof HTMLInputElement && event.target.type === "file";
        if (event.dataTransfer?.types.includes("Files") && !isChooser) event.preventDefault();
      });
    }
    this.#board.draws(
      () => {
        if (this.#way === "draw") return { radius: this.#brush.valueAsNumber, erase: this.#eraser.checked };
        return undefined;
      },
      (stroke) => this.#paint(undefined, stroke),
      (stroke) => {
        this.#drawing.strokes.push(stroke);
        this.#refresh();
      },
    );
    find(document, "#own-canvas", HTMLCanvasElement).addEventListener("pointerdown", (event) => {
      if (this.#way !== "modes" || event.button !== 0) return;
      // Else the board would take the focus from the new mode.
      event.preventDefault();
      this.#addMode(this.#board.place(event));
    });
    this.#uses[0]?.addEventListener("click", () => this.#use("target"));
    this.#uses[1]?.addEventListener("click", () => this.#use("source"));
    new ResizeObserver(() => this.themed()).observe(find(document, "#own-canvas", HTMLCanvasElement));
  }

  themed() {
    this.#paint(this.#code);
  }

  /** @returns {WayName} */
  get #way() {
    const chosen = this.#dialog.querySelector("[name=own-way]:checked");
    return /** @type {WayName} */ (chosen instanceof HTMLInputElement ? chosen.value : "draw");
  }

  /** @param {WayName} way */
  #turnTo(way) {
    const radio = this.#dialog.querySelector(`[name=own-way][value=${way}]`);
    if (radio instanceof HTMLInputElement) radio.checked = true;
    this.#refresh();
  }

  #open() {
    const { dataset, straight, curved } = this.#context.state();
    const name = [dataset, straight.source, curved.source].find(isOwn);
    const isEmpty = Object.values(this.#ways).every((way) => way.isEmpty);
    if (name && isEmpty) this.#adopt(name.slice(OWN.length));
    this.#dialog.showPopover();
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
    this.#points.adopt(code);
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
    this.#file = file;
    // A later one may have been read sooner.
    const isLast = () => this.#file === file;
    try {
      const isImage = file.type.startsWith("image/");
      const takeUp = await (isImage ? this.#image : this.#points).read(file);
      if (!isLast()) return;
      takeUp();
      this.#turnTo(isImage ? "image" : "points");
    } catch (error) {
      if (!isLast()) return;
      // First what is still being typed, or its turn would take the complaint away.
      this.#refresh();
      this.#complain(reasonOf(error));
    }
  }

  // --- from what the reader did to a code ---------------------------------------------------------------

  #refresh() {
    clearTimeout(this.#typing);
    if (!this.#dialog.matches(":popover-open")) return;
    this.#dialog.dataset.way = this.#way;
    offer(this.#undo, this.#drawing.strokes.length > 0);
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
      const way = this.#ways[this.#way];
      const made = way.isEmpty ? undefined : way.make(Number(this.#size.value));
      this.#code = made?.code;
      if (made) {
        const points = own_points(made.code, this.#limits.points).length / 2;
        said = `${made.said ?? (points === 1 ? "1 point" : `${count(points)} points`)}, ${count(made.code.length)} characters in the link.`;
      }
    } catch (error) {
      said = "";
      this.#complain(reasonOf(error));
    }
    write(this.#count, said);
    for (const button of this.#uses) button.disabled = this.#code === undefined;
    this.#paint(this.#code);
  }

  /** @param {string} reason */
  #complain(reason) {
    const text = reason && `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
    write(this.#error, text);
  }

  /** @param {string} [code] @param {Stroke} [unfinished] */
  #paint(code, unfinished) {
    const isDrawing = this.#way === "draw";
    this.#board.paint(this.#context.theme(), {
      points: code ? own_points(code, this.#limits.points) : undefined,
      strokes: isDrawing ? (unfinished ? [...this.#drawing.strokes, unfinished] : this.#drawing.strokes) : [],
      rings: this.#way === "modes" ? this.#modes.list.map(({ center, sd }) => ({ center, radius: RING * sd })) : [],
    });
  }

  // --- into the lab ---------------------------------------------------------------------------------------

  /** @param {"target" | "source"} as */
  #use(as) {
    // What was typed a moment ago counts.
    this.#refresh();
    if (this.#code === undefined) return;
    const name = OWN + this.#code;
    const reason = as === "target" ? chooseForBoth(this.#context, { dataset: name }) : chooseForBoth(this.#context, {}, { source: name });
    if (reason === undefined) this.#dialog.hidePopover();
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
