/** The flow as a moving picture: the particles on their way from t = 0 to t = 1, again and again. */

import { Plane } from "../plane.js";
import { readOutline } from "../registry.js";
import { AnimatedPng } from "./apng.js";
import { compose } from "./canvas.js";
import { pause } from "./download.js";
import { captionOf, commonLine, shownSides } from "./scene.js";
import { webm } from "./webm.js";

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

const FRAME_RATE = 30;
const QUEUE = 4;

/** Whether this browser can encode a video. */
export function canEncode() {
  return "VideoEncoder" in globalThis;
}

/**
 * Encoded frame by frame: however slow the machine is, no frame is left out and each has its time.
 * @param {Context} context
 * @param {(share: number) => void} progress
 */
export async function video(context, progress) {
  const stage = new Stage(context);
  /** @type {Parameters<typeof webm>[0]} */
  const frames = [];
  /** @type {unknown} */
  let failure;
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      frames.push({ time: Math.round(chunk.timestamp / 1000), isKey: chunk.type === "key", bytes });
    },
    error: (error) => (failure = error),
  });
  try {
    const motion = (FRAMES - 2) * FRAME_MILLISECONDS;
    const length = motion + 2 * REST_MILLISECONDS;
    const count = Math.round((length / 1000) * FRAME_RATE);
    stage.draw(0);
    const { width, height } = stage.canvas;
    encoder.configure({ codec: "vp8", width, height, bitrate: 6e6, framerate: FRAME_RATE });
    for (let i = 0; i < count; i += 1) {
      const passed = (1000 * i) / FRAME_RATE;
      stage.draw(Math.min(1, Math.max(0, (passed - REST_MILLISECONDS) / motion)));
      while (encoder.state === "configured" && encoder.encodeQueueSize > QUEUE) await pause();
      if (failure) throw failure;
      const frame = new VideoFrame(stage.canvas, { timestamp: 1000 * passed });
      // Each second begins anew, so that a player finds its way.
      encoder.encode(frame, { keyFrame: i % FRAME_RATE === 0 });
      frame.close();
      progress((i + 1) / count);
      await pause();
    }
    await encoder.flush();
    if (frames.length < count) throw new Error(`only ${frames.length} of ${count} frames were encoded`);
    return [webm(frames, { width, height, length, codec: "V_VP8" })];
  } finally {
    if (encoder.state !== "closed") encoder.close();
    stage.clear();
  }
}
