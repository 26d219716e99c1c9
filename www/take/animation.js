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
  #state;
  #panels;
  #element = document.createElement("div");
  #theme;

  /** @param {Context} context */
  constructor(context) {
    const state = (this.#state = context.state());
    // Every frame is read back.
    this.canvas.getContext("2d", { willReadFrequently: true });
    this.#theme = context.theme();
    this.#element.className = "take-stage";
    this.#panels = shownSides(context).map((side) => {
      const [particles, backdrop] = [document.createElement("canvas"), document.createElement("canvas")];
      this.#element.append(backdrop, particles);
      const { picture } = side;
      if (!picture) throw new Error("there is no picture yet");
      return { plane: new Plane(particles, backdrop), layers: [backdrop, particles], picture, name: side.name, caption: captionOf(state, side, picture) };
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
  }

  /** @param {number} time */
  draw(time) {
    for (const { plane } of this.#panels) plane.paint(time);
    compose(this.canvas, this.#panels, SIDE, 1, this.#theme, commonLine(this.#state, this.#panels[0]?.picture.step ?? 0, time));
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
 * Frame by frame, each with its time however slow the machine is: the same state gives the same frames.
 * @param {(share: number) => void} progress
 * @param {(time: number, milliseconds: number) => Promise<void>} add takes a time of the flow, which is shown so long
 */
async function play(progress, add) {
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const isEnd = frame === 0 || frame === FRAMES - 1;
    await add(frame / (FRAMES - 1), isEnd ? REST_MILLISECONDS : FRAME_MILLISECONDS);
    progress((frame + 1) / FRAMES);
    await pause();
  }
}

/**
 * @param {Context} context
 * @param {(share: number) => void} progress
 */
export async function animatedPng(context, progress) {
  const stage = new Stage(context);
  try {
    const typical = [0, 0.5, 1].map((time) => stage.pixels(time));
    const file = new AnimatedPng(stage.canvas.width, stage.canvas.height, typical);
    await play(progress, (time, milliseconds) => file.add(stage.pixels(time), milliseconds));
    return file.parts();
  } finally {
    stage.clear();
  }
}

/**
 * @param {Context} context
 * @param {(share: number) => void} progress
 */
export async function video(context, progress) {
  const stage = new Stage(context);
  /** @type {Parameters<typeof webm>[0]} */
  const frames = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      frames.push({ time: chunk.timestamp / 1000, isKey: chunk.type === "key", bytes });
    },
    // What is asked of it next, or its end, fails with the reason.
    error: () => undefined,
  });
  try {
    stage.draw(0);
    const { width, height } = stage.canvas;
    encoder.configure({ codec: "vp8", width, height, bitrate: 6e6 });
    let length = 0;
    await play(progress, async (time, milliseconds) => {
      stage.draw(time);
      while (encoder.encodeQueueSize > 4) await pause();
      const frame = new VideoFrame(stage.canvas, { timestamp: 1000 * length });
      encoder.encode(frame);
      frame.close();
      length += milliseconds;
    });
    // Whatever the machine's speed, no frame is left out.
    await encoder.flush();
    return webm(frames, { width, height, length });
  } finally {
    if (encoder.state !== "closed") encoder.close();
    stage.clear();
  }
}
