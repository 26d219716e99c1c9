/** The flow as a moving picture: the particles on their way from t = 0 to t = 1, again and again. */

import { Plane } from "../plane.js";
import { readOutline } from "../registry.js";
import { AnimatedPng } from "./apng.js";
import { compose } from "./canvas.js";
import { pause } from "./download.js";
import { captionOf, commonLine, shownSides } from "./scene.js";

/** @typedef {import("../lab.js").Context} Context */

/** Of each picture, in pixels. */
const SIDE = 360;
export const FRAMES = 48;
const FRAME_MILLISECONDS = 50;
/** The first and the last frame are looked at for longer. */
const REST_MILLISECONDS = 900;

/** A stage of its own: what happens on the page meanwhile does not disturb the animation. */
class Stage {
  canvas = document.createElement("canvas");
  #context;
  #panels;
  #element = document.createElement("div");
  #theme;
  #step;

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    // Every frame is read back.
    this.canvas.getContext("2d", { willReadFrequently: true });
    this.#theme = context.theme();
    const state = context.state();
    this.#element.className = "take-stage";
    this.#panels = shownSides(context).map((side) => {
      const [particles, backdrop] = [document.createElement("canvas"), document.createElement("canvas")];
      this.#element.append(backdrop, particles);
      const { picture } = side;
      if (!picture) throw new Error("there is no picture yet");
      return { plane: new Plane(particles, backdrop), layers: [backdrop, particles], picture, name: side.name, caption: captionOf(context, side, picture) };
    });
    this.#element.style.setProperty("--side", `${SIDE / devicePixelRatio}px`);
    document.body.append(this.#element);
    for (const { plane, picture, name } of this.#panels) {
      plane.setTheme(this.#theme);
      plane.setTarget(readOutline(state.dataset), readOutline(state[name].source));
      plane.setParts(state);
      plane.setColors(state.colors === "origin");
      plane.fit();
      plane.show(picture);
    }
    this.#step = this.#panels[0]?.picture.step ?? 0;
  }

  /** @param {number} time */
  draw(time) {
    for (const { plane } of this.#panels) plane.paint(time);
    compose(this.canvas, this.#panels, SIDE, 1, this.#theme, commonLine(this.#context, this.#step, time));
  }

  /** Red, green, blue and opacity of every pixel. @param {number} time */
  pixels(time) {
    this.draw(time);
    const { canvas } = this;
    const image = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height);
    if (!image) throw new Error("the picture could not be read");
    return image.data;
  }

  clear() {
    this.#element.remove();
  }
}

/**
 * Made frame by frame: the same state gives the same frames.
 * @param {Context} context
 * @param {(share: number) => void} progress
 */
export async function animatedPng(context, progress) {
  const stage = new Stage(context);
  try {
    const typical = [0, 0.5, 1].map((time) => stage.pixels(time));
    const file = new AnimatedPng(stage.canvas.width, stage.canvas.height, typical);
    for (let frame = 0; frame < FRAMES; frame += 1) {
      const isEnd = frame === 0 || frame === FRAMES - 1;
      await file.add(stage.pixels(frame / (FRAMES - 1)), isEnd ? REST_MILLISECONDS : FRAME_MILLISECONDS);
      progress((frame + 1) / FRAMES);
      await pause();
    }
    return file.parts();
  } finally {
    stage.clear();
  }
}

const VIDEO = "video/webm";

/** Whether this browser can record a video. */
export function canRecord() {
  return typeof MediaRecorder !== "undefined" && MediaRecorder.isTypeSupported(VIDEO) && "captureStream" in HTMLCanvasElement.prototype;
}

/**
 * Recorded as it is played, in as many seconds as it lasts.
 * @param {Context} context
 * @param {(share: number) => void} progress
 */
export async function video(context, progress) {
  const stage = new Stage(context);
  try {
    stage.draw(0);
    const recorder = new MediaRecorder(stage.canvas.captureStream(30), { mimeType: VIDEO, videoBitsPerSecond: 6e6 });
    /** @type {Blob[]} */
    const parts = [];
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    const stopped = new Promise((resolve, reject) => {
      recorder.addEventListener("stop", resolve);
      recorder.addEventListener("error", () => reject(new Error("the recording failed")));
    });
    recorder.start();
    const length = (FRAMES - 2) * FRAME_MILLISECONDS;
    const started = performance.now();
    for (let passed = 0; passed < length + 2 * REST_MILLISECONDS; passed = performance.now() - started) {
      stage.draw(Math.min(1, Math.max(0, (passed - REST_MILLISECONDS) / length)));
      progress(passed / (length + 2 * REST_MILLISECONDS));
      await new Promise((resolve) => setTimeout(resolve, 33));
    }
    recorder.stop();
    await stopped;
    return parts;
  } finally {
    stage.clear();
  }
}
