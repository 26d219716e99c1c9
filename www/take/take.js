/** “Take it with you”: everything on the page as files, and the page itself as one. */

import { command_lines, pytorch_script } from "../../pkg/flow_wasm.js";
import { find } from "../find.js";
import { Dropped } from "../engine.js";
import { dismiss, notify } from "../notices.js";
import { reasonOf } from "../reason.js";
import { readOutline } from "../registry.js";
import { redraw } from "../sheet.js";
import { FLOWS } from "../state.js";
import { write } from "../write.js";
import { animatedPng, video } from "./animation.js";
import { Autosave } from "./autosave.js";
import { compose, toPng } from "./canvas.js";
import { samples, trajectories } from "./csv.js";
import { loadPage, MOST_BYTES, savePage } from "./document.js";
import { fileName, offer } from "./download.js";
import { captionOf, commonLine, shownSides } from "./scene.js";
import { trajectoriesSvg } from "./svg.js";

/** @typedef {import("../lab.js").Context} Context */
/** @typedef {import("../state.js").State} State */
/** @typedef {import("../side.js").Side} Side */
/** @typedef {import("../engine.js").Picture} Picture */

/** Device pixels for each of the page's in a picture that leaves it. */
const RATIO = 2;
const KEY = "take";

export class Take {
  #context;
  #element = find(document, "#take", HTMLElement);
  #progress = find(this.#element, "progress", HTMLProgressElement);
  #status = find(this.#element, "#take-status", HTMLElement);
  #flow = find(this.#element, "#take-flow", HTMLSelectElement);
  #commands = find(this.#element, "#take-commands", HTMLElement);
  #isBusy = false;
  /** What was on show when the file was asked for. @type {State} */
  #state;

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    this.#state = context.state();
    /** @type {Record<string, () => Promise<string>>} */
    const actions = {
      png: () => this.#png(),
      svg: () => this.#svg(),
      apng: () => this.#moving(animatedPng, "image/apng", "png", "animation"),
      webm: () => this.#moving(video, "video/webm", "webm"),
      samples: () => this.#table("samples", samples),
      trajectories: () => this.#table("trajectories", trajectories),
      weights: () => this.#weights(),
      script: () => this.#text("py", "text/x-python", pytorch_script),
      commands: () => this.#text("sh", "text/x-shellscript", command_lines),
      save: async () => this.#offer("application/octet-stream", [await savePage(context)], context.flows.pace.furthest, "flowlab"),
    };
    for (const button of this.#element.querySelectorAll("button")) {
      const action = actions[button.value];
      if (action) button.addEventListener("click", () => this.#run(action));
    }
    find(this.#element, "[value=webm]", HTMLButtonElement).hidden = !("VideoEncoder" in globalThis);
    const file = find(this.#element, "#take-load", HTMLInputElement);
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen) this.#run(() => this.#load(chosen));
      // The same file can be chosen again.
      file.value = "";
    });
    find(this.#element, "details", HTMLDetailsElement).addEventListener("toggle", () => this.#showCommands());
    const saved = find(this.#element, "#take-saved", HTMLElement);
    new Autosave(context, (text) => (saved.textContent = text));
  }

  /** @param {State} state @param {State | undefined} before */
  render(state, before) {
    for (const [i, name] of FLOWS.entries()) {
      const option = this.#flow.options[i];
      if (option && state[name].name !== before?.[name].name) option.textContent = state[name].name;
    }
    if (state.straight !== before?.straight || state.curved !== before.curved || state.n !== before.n || state.particles !== before.particles) this.#showCommands();
  }

  /** Training has gone on. */
  charted() {
    this.#showCommands();
  }

  /**
   * One at a time, with its progress; what goes wrong is told.
   * @param {() => Promise<string>} action resolves to what there is to say
   */
  async #run(action) {
    if (this.#isBusy) {
      this.#status.textContent = "One at a time: the file before is still being made.";
      return;
    }
    this.#isBusy = true;
    this.#state = this.#context.state();
    dismiss(KEY);
    this.#status.textContent = "Working …";
    this.#show(0);
    try {
      this.#status.textContent = await action();
    } catch (error) {
      this.#status.textContent = "";
      notify(`That did not work: ${reasonOf(error)}.`, KEY);
    } finally {
      this.#progress.hidden = true;
      this.#isBusy = false;
    }
  }

  #show = (/** @type {number} */ share) => {
    this.#progress.hidden = false;
    this.#progress.value = share;
  };

  /** @param {string} type @param {BlobPart[]} parts @param {number} step the training step whose weights it shows @param {string} ending @param {string} [part] */
  #offer(type, parts, step, ending, part) {
    const name = fileName(this.#state, step, ending, part);
    offer(name, type, parts);
    return `${name} is ready.`;
  }

  /** What a moving picture leaves out is told. @param {typeof animatedPng} make @param {string} type @param {string} ending @param {string} [part] */
  async #moving(make, type, ending, part) {
    const { layers, probe, view } = this.#state;
    const { step } = pictureOf(shownSides(this.#context)[0]);
    const said = this.#offer(type, await make(this.#context, this.#show), step, ending, part);
    return layers.length > 0 || probe !== "off" || view !== "plane" ? `${said} It shows the particles on the plane and nothing else.` : said;
  }

  /** The flow whose data are asked for. */
  get #side() {
    const side = this.#context.sides.find(({ name }) => name === this.#flow.value) ?? this.#context.sides[0];
    if (!side) throw new Error("there is no flow");
    return side;
  }

  // --- pictures -------------------------------------------------------------------------------------

  async #png() {
    const { time } = this.#state;
    const sides = shownSides(this.#context);
    const canvas = document.createElement("canvas");
    // All of this in one go: the reader never sees the large canvases.
    const shots = sides.map((side) => ({
      caption: captionOf(this.#state, side, pictureOf(side)),
      layers: [...side.panel.element.querySelectorAll("canvas")].filter((layer) => layer.closest(".plane") && layer.checkVisibility({ opacityProperty: true })),
    }));
    const layers = shots.flatMap(({ layers }) => layers);
    for (const { panel } of sides) {
      panel.plane.fit(RATIO);
      panel.plane.paint(time);
    }
    for (const layer of layers) redraw(layer, RATIO);
    const { step } = pictureOf(sides[0]);
    try {
      const side = shots[0]?.layers[0]?.clientWidth ?? 0;
      compose(canvas, shots, side, RATIO, this.#context.theme(), commonLine(this.#state, step, time));
    } finally {
      for (const side of sides) {
        side.panel.plane.fit();
        side.paint(time);
      }
      for (const layer of layers) redraw(layer);
    }
    return this.#offer("image/png", [await toPng(canvas)], step, "png");
  }

  async #svg() {
    const { dots, outline, dataset } = this.#state;
    const panels = shownSides(this.#context).map((side) => ({
      caption: captionOf(this.#state, side, pictureOf(side)),
      dots,
      outline,
      picture: pictureOf(side),
      target: readOutline(dataset),
      source: readOutline(this.#state[side.name].source),
      inkOf: side.panel.plane.inks(),
    }));
    const step = panels[0]?.picture.step ?? 0;
    return this.#offer("image/svg+xml", [trajectoriesSvg(panels, this.#context.theme(), commonLine(this.#state, step))], step, "svg");
  }

  // --- data -----------------------------------------------------------------------------------------

  /** @param {string} what @param {typeof samples} write */
  async #table(what, write) {
    const side = this.#side;
    const picture = pictureOf(side);
    return this.#offer("text/csv", await write(picture, this.#show), picture.step, "csv", `${side.name}-${what}`);
  }

  async #weights() {
    const side = this.#side;
    const bytes = await side.engine.ask("safetensors");
    return this.#offer("application/octet-stream", [bytes], side.step, "safetensors", side.name);
  }

  /** @param {string} ending @param {string} type @param {typeof command_lines} write */
  async #text(ending, type, write) {
    const side = this.#side;
    const config = await side.engine.ask("config_json");
    return this.#offer(type, [write(config, side.step, side.name)], side.step, ending, side.name);
  }

  async #showCommands() {
    if (!this.#commands.closest("details")?.open) return;
    // Asked last: the page is laid out for the answer.
    const selection = getSelection();
    if (selection?.isCollapsed === false && selection.containsNode(this.#commands, true)) return;
    try {
      const texts = await Promise.all(this.#context.sides.map(async ({ engine, name, step }) => command_lines(await engine.ask("config_json"), step, name)));
      const text = texts.map((text, i) => `# ${this.#context.state()[FLOWS[i] ?? "straight"].name}\n${text}`).join("\n");
      write(this.#commands, text);
    } catch (error) {
      if (!(error instanceof Dropped)) this.#commands.textContent = reasonOf(error);
    }
  }

  // --- the page as a file ---------------------------------------------------------------------------

  /** @param {File} file */
  async #load(file) {
    if (file.size > MOST_BYTES) throw new Error(`“${file.name}” is too large to be a saved experiment`);
    const complaints = loadPage(this.#context, new Uint8Array(await file.arrayBuffer()));
    if (complaints.length > 0) notify(complaints.join(" "), KEY);
    return `${file.name} is loaded.`;
  }
}

/** @param {Side | undefined} side @returns {Picture} */
function pictureOf(side) {
  if (!side?.picture) throw new Error("there is no picture yet");
  return side.picture;
}
