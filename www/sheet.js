/** Sheets: canvases that lie over or under a side's particles, and what is drawn on them in the plane's coordinates. */

import { context2d } from "./context2d.js";
import { find } from "./find.js";
import { make } from "./make.js";
import { css } from "./theme.js";

/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./theme.js").Theme} Theme */
/** @typedef {import("./theme.js").Rgb} Rgb */

/** A canvas with the plane's coordinates. */
export class Plot {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Side} side
   * @param {Theme} theme
   */
  constructor(canvas, side, theme) {
    const { x, y, halfSide } = side.panel.plane.view;
    this.context = context2d(canvas);
    this.theme = theme;
    this.size = canvas.width;
    this.pixel = canvas.width / Math.max(1, canvas.clientWidth);
    this.scale = canvas.width / (2 * halfSide);
    this.view = { x, y, halfSide };
  }

  /** @param {ArrayLike<number>} point @returns {[number, number]} */
  place(point) {
    const [x = 0, y = 0] = Array.from(point);
    return [this.size / 2 + (x - this.view.x) * this.scale, this.size / 2 - (y - this.view.y) * this.scale];
  }

  /** @param {Rgb} color @param {number} alpha @param {number} [width] */
  pen(color, alpha, width = 1) {
    this.context.strokeStyle = this.context.fillStyle = css(color, alpha);
    this.context.lineWidth = width * this.pixel;
    this.context.lineCap = this.context.lineJoin = "round";
    this.context.beginPath();
  }

  /** @param {ArrayLike<number>[]} points */
  line(points) {
    points.forEach((point, i) => (i === 0 ? this.context.moveTo(...this.place(point)) : this.context.lineTo(...this.place(point))));
  }

  /** An arrow from a place along a vector. @param {ArrayLike<number>} from @param {[number, number]} vector */
  arrow(from, [dx, dy]) {
    const [x, y] = this.place(from);
    const [tx, ty] = [x + dx * this.scale, y - dy * this.scale];
    const length = Math.hypot(tx - x, ty - y);
    if (length < 1.5 * this.pixel) return;
    const head = Math.min(6 * this.pixel, 0.45 * length) / length;
    const [ux, uy] = [(tx - x) * head, (ty - y) * head];
    this.context.moveTo(x, y);
    this.context.lineTo(tx, ty);
    this.context.moveTo(tx - ux - 0.5 * uy, ty - uy + 0.5 * ux);
    this.context.lineTo(tx, ty);
    this.context.lineTo(tx - ux + 0.5 * uy, ty - uy - 0.5 * ux);
  }

  /** A grid of values as ink: darkest where the value is largest. @param {ArrayLike<number>} values @param {Rgb} color */
  wash(values, color) {
    const side = Math.round(Math.sqrt(values.length));
    const most = largest(values);
    const image = new ImageData(side, side);
    for (let i = 0; i < values.length; i += 1) {
      const share = most > 0 ? Math.max(0, values[i] || 0) / most : 0;
      image.data.set([...color, Math.round(100 * Math.sqrt(share))], 4 * i);
    }
    const cells = new OffscreenCanvas(side, side);
    context2d(cells).putImageData(image, 0, 0);
    this.context.imageSmoothingEnabled = true;
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(cells, 0, 0, this.size, this.size);
  }
}

/** The largest value above zero. @param {ArrayLike<number>} values */
export function largest(values) {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) if ((values[i] ?? 0) > most) most = values[i] ?? 0;
  return most;
}

/** How each sheet is drawn as it is to be now. @type {WeakMap<HTMLCanvasElement, () => void>} */
const drawings = new WeakMap();
/** Pixels of a sheet for each of the page's, where they are not those of the screen. @type {number | undefined} */
let wanted;

/**
 * A canvas of a side's plane, after the one that `selector` finds.
 * @param {Side} side
 * @param {string} selector
 * @param {string} name
 * @param {() => void} draw fits it and draws on it
 */
export function sheet(side, selector, name, draw) {
  const canvas = make("canvas", { className: name, ariaHidden: "true" });
  drawings.set(canvas, draw);
  find(side.panel.element, selector, HTMLCanvasElement).after(canvas);
  return canvas;
}

/**
 * Draws a canvas anew if it is a sheet.
 * @param {HTMLCanvasElement} canvas
 * @param {number} [ratio] pixels for each of the page's, for a picture that leaves the page
 */
export function redraw(canvas, ratio) {
  wanted = ratio;
  drawings.get(canvas)?.();
  wanted = undefined;
}

/**
 * Shows a sheet, or hides it: an empty one that is there costs its memory, and is blended into every frame.
 * @param {HTMLCanvasElement} canvas @param {boolean} isShown
 */
export function showSheet(canvas, isShown) {
  if (canvas.hidden === !isShown) return;
  canvas.hidden = !isShown;
  if (!isShown) canvas.width = canvas.height = 1;
}

/** Fits a canvas to its box and empties it. @param {HTMLCanvasElement} canvas @param {Side} side @param {Theme} theme */
export function clearSheet(canvas, side, theme) {
  fit(canvas);
  const plot = new Plot(canvas, side, theme);
  plot.context.clearRect(0, 0, plot.size, plot.size);
  return plot;
}

/** Gives a canvas the pixels of its box. Returns whether it has any. @param {HTMLCanvasElement} canvas */
export function fit(canvas) {
  const side = Math.round(canvas.clientWidth * (wanted ?? Math.min(2, devicePixelRatio)));
  if (side > 0 && canvas.width !== side) canvas.width = canvas.height = side;
  return side > 0;
}
