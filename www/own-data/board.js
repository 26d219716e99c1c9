/** The square on which own data are drawn and shown: the lab's plane, x to the right and y upwards. */

import { context2d } from "../context2d.js";
import { css } from "../theme.js";

/** @typedef {[number, number]} Point */
/** @typedef {{ path: Point[], radius: number, erase: boolean }} Stroke */

/** What is fitted into the plane reaches from minus this to this along its longer side: flow-core's rule, drawn as a dashed square. */
export const FITTED = 4;
/** A brush that has moved less than this share of its radius has not moved. */
const NEAREST = 0.4;

export class Board {
  #canvas;
  #context;
  halfSide;
  /** @type {Stroke | undefined} */
  #stroke;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} halfSide the plane is shown from minus this to this
   */
  constructor(canvas, halfSide) {
    this.#canvas = canvas;
    this.#context = context2d(canvas);
    this.halfSide = halfSide;
  }

  /** Where on the plane a pointer is. @param {PointerEvent} event @returns {Point} */
  place({ clientX, clientY }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const along = (/** @type {number} */ share) => Number(((2 * share - 1) * this.halfSide).toFixed(3));
    return [along((clientX - left) / width), along(1 - (clientY - top) / height)];
  }

  /** A place as shares of the square's width and height, from the left and from the top. @param {Point} place */
  share([x, y]) {
    return [(1 + x / this.halfSide) / 2, (1 - y / this.halfSide) / 2];
  }

  /**
   * Lets the pointer draw while `brush` gives one.
   * @param {() => Omit<Stroke, "path"> | undefined} brush
   * @param {(stroke: Stroke) => void} moved
   * @param {(stroke: Stroke) => void} finished
   */
  draws(brush, moved, finished) {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => {
      const kind = event.button === 0 ? brush() : undefined;
      if (!kind || this.#stroke) return;
      canvas.setPointerCapture(event.pointerId);
      this.#stroke = { ...kind, path: [this.place(event)] };
      moved(this.#stroke);
    });
    canvas.addEventListener("pointermove", (event) => {
      const stroke = this.#stroke;
      if (!stroke) return;
      for (const one of event.getCoalescedEvents?.() ?? [event]) {
        const [x, y] = this.place(one);
        const [lastX, lastY] = stroke.path.at(-1) ?? [0, 0];
        if (Math.hypot(x - lastX, y - lastY) >= NEAREST * stroke.radius) stroke.path.push([x, y]);
      }
      moved(stroke);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => {
        const stroke = this.#stroke;
        this.#stroke = undefined;
        if (stroke) finished(stroke);
      });
    }
  }

  /**
   * @param {import("../theme.js").Theme} theme
   * @param {{ points?: Float32Array | undefined, strokes?: Stroke[], rings?: { center: Point, radius: number }[] }} shown
   */
  paint(theme, { points = new Float32Array(), strokes = [], rings = [] }) {
    const side = Math.round(this.#canvas.clientWidth * devicePixelRatio);
    const context = this.#context;
    if (side === 0) return;
    this.#canvas.width = this.#canvas.height = side;
    const unit = side / 2 / this.halfSide;
    context.setTransform(unit, 0, 0, -unit, side / 2, side / 2);
    context.lineCap = context.lineJoin = "round";

    // The strokes first: an eraser must take away ink, and not the lines of the plane.
    context.globalAlpha = 1;
    for (const { path, radius, erase } of strokes) {
      context.globalCompositeOperation = erase ? "destination-out" : "source-over";
      context.strokeStyle = css(theme.rule);
      context.lineWidth = 2 * radius;
      context.beginPath();
      for (const [x, y] of [...path.slice(0, 1), ...path]) context.lineTo(x, y);
      context.stroke();
    }
    context.globalCompositeOperation = "destination-over";
    const edge = this.halfSide;
    context.strokeStyle = css(theme.rule);
    context.lineWidth = 1 / unit;
    context.beginPath();
    for (const [x, y, toX, toY] of /** @type {const} */ ([[-edge, 0, edge, 0], [0, -edge, 0, edge]])) {
      context.moveTo(x, y);
      context.lineTo(toX, toY);
    }
    context.stroke();
    context.setLineDash([4 / unit, 4 / unit]);
    context.strokeRect(-FITTED, -FITTED, 2 * FITTED, 2 * FITTED);
    context.setLineDash([]);

    context.globalCompositeOperation = "source-over";
    context.fillStyle = context.strokeStyle = css(theme.ink);
    for (const { center, radius } of rings) {
      context.beginPath();
      context.arc(...center, radius, 0, 2 * Math.PI);
      context.stroke();
    }
    context.globalAlpha = 0.7;
    const dot = (1.6 * devicePixelRatio) / unit;
    for (let i = 0; i < points.length; i += 2) {
      context.fillRect((points[i] ?? 0) - dot / 2, (points[i + 1] ?? 0) - dot / 2, dot, dot);
    }
  }
}
