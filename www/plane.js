/** The picture of one flow: the target in thin ink, and on top of it the particles at time t. */

import { Painter } from "../pkg/flow_wasm.js";
import { context2d } from "./context2d.js";
import { minus } from "./format.js";
import { css, isDark, packed, readTheme, unpacked } from "./theme.js";

/** @typedef {import("./theme.js").Theme} Theme */
/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./registry.js").Outline} Outline */

/** Sharper than this is slower without being seen. */
const MAX_SIDE_PIXELS = 1600;
const TRAIL = 0.35;
/** The borders of more shapes, the circles of own points, would blacken what they enclose: it is shaded a little darker instead. */
const MOST_BORDERS = 500;

export class Plane {
  #painter = new Painter(1, 1);
  #particles;
  #backdrop;
  #particleContext;
  #backdropContext;
  /** The target's. @type {Outline | undefined} */
  #outline;
  #view = { x: 0, y: 0, halfSide: 1 };
  /** Whether the backdrop is another than the one that is drawn. */
  #isOutdated = false;
  /** @type {Theme | undefined} */
  #theme;
  /** @type {Picture | undefined} */
  #picture;
  #pixelRatio = 1;
  #shown = { dots: true, trails: true, outline: true };
  #byOrigin = false;

  /**
   * @param {HTMLCanvasElement} particles
   * @param {HTMLCanvasElement} backdrop
   */
  constructor(particles, backdrop) {
    this.#particles = particles;
    this.#backdrop = backdrop;
    this.#particleContext = context2d(particles);
    this.#backdropContext = context2d(backdrop);
  }

  /** The picture that is shown. */
  get picture() {
    return this.#picture;
  }

  /**
   * Fits the canvases to their box in device pixels. Returns whether anything changed.
   * @param {number} [wanted] pixels of the canvases for each of the page's, for a picture that leaves the page
   */
  fit(wanted) {
    const width = this.#particles.clientWidth;
    const ratio = wanted ?? Math.min(devicePixelRatio, MAX_SIDE_PIXELS / Math.max(1, width));
    const side = Math.round(width * ratio);
    if (side === 0 || (side === this.#particles.width && ratio === this.#pixelRatio)) return false;
    this.#pixelRatio = ratio;
    for (const canvas of [this.#particles, this.#backdrop]) canvas.width = canvas.height = side;
    this.#painter.resize(side, side);
    this.#style();
    this.#drawBackdrop();
    return true;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    this.#theme = theme;
    this.#painter.set_colors(packed(theme.hit), packed(theme.miss));
    this.#tint();
    this.#drawBackdrop();
  }

  /** The square of the plane on show. */
  get view() {
    return this.#view;
  }

  /**
   * @param {Outline} target
   * @param {Outline} source
   */
  setTarget(target, source) {
    this.#outline = target;
    this.#view = viewOf(target, source);
    this.#painter.look_at(this.#view.x, this.#view.y, this.#view.halfSide);
    this.#isOutdated = true;
  }

  settled() {
    if (this.#isOutdated) this.#drawBackdrop();
  }

  /** Colours particles by where they began, or by where they end. @param {boolean} byOrigin */
  setColors(byOrigin) {
    this.#byOrigin = byOrigin;
    this.#tint();
  }

  #tint() {
    if (this.#theme) this.#painter.color_by_origin(this.#byOrigin, isDark(this.#theme));
  }

  /** What each particle is coloured with, for whoever draws them elsewhere. @returns {(particle: number) => import("./theme.js").Rgb} */
  inks() {
    const tints = this.#painter.tints();
    const { hit, miss } = this.#theme ?? readTheme();
    return (particle) => {
      const tint = tints[particle];
      return tint !== undefined ? unpacked(tint) : this.#picture?.hits[particle] ? hit : miss;
    };
  }

  /** Says which parts of the picture are drawn. @param {{ dots: boolean, trails: boolean, outline: boolean }} parts */
  setParts({ dots, trails, outline }) {
    if (outline !== this.#shown.outline) this.#isOutdated = true;
    this.#shown = { dots, trails, outline };
    this.#style();
  }

  /** @param {Picture | undefined} picture */
  show(picture) {
    this.#picture = picture;
    if (picture) {
      this.#painter.set_flow(picture.positions, picture.hits, picture.times);
      this.#style();
    } else {
      this.#particleContext.clearRect(0, 0, this.#particles.width, this.#particles.height);
    }
  }

  /** @param {number} time */
  paint(time) {
    if (this.#picture) this.#painter.paint(this.#particleContext, time);
  }

  /** Smaller and fainter dots for larger crowds, so that density stays readable. */
  #style() {
    const count = this.#picture?.particles ?? 2000;
    const crowd = Math.min(1, Math.sqrt(2000 / count));
    const side = this.#particles.width / this.#pixelRatio;
    const radius = Math.max(0.75, (0.7 + side / 500) * Math.sqrt(crowd)) * this.#pixelRatio;
    this.#painter.set_style(radius, this.#shown.dots ? 0.35 + 0.4 * crowd : 0, this.#shown.trails ? TRAIL : 0);
  }

  #drawBackdrop() {
    const { width: side } = this.#backdrop;
    if (!this.#outline || !this.#theme || side === 0) return;
    this.#isOutdated = false;
    const context = this.#backdropContext;
    const pixel = this.#pixelRatio;
    const { x, y, halfSide } = this.#view;
    const scale = side / (2 * halfSide);
    const place = (/** @type {[number, number]} */ [px, py]) =>
      /** @type {const} */ ([side / 2 + (px - x) * scale, side / 2 - (py - y) * scale]);
    context.clearRect(0, 0, side, side);

    if (this.#shown.outline) this.#drawOutline(context, place, scale);
    this.#drawScale(context, { x, y, halfSide }, place);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {(point: [number, number]) => readonly [number, number]} place
   * @param {number} scale pixels for each unit of the plane
   */
  #drawOutline(context, place, scale) {
    if (!this.#outline || !this.#theme) return;
    context.lineWidth = this.#pixelRatio;
    const { border, shade } = opacityOf(this.#outline);
    context.strokeStyle = css(this.#theme.ink, border);
    context.fillStyle = css(this.#theme.ink, shade);
    context.beginPath();
    for (const shape of this.#outline.shapes) {
      if ("circle" in shape) {
        const [cx, cy] = place(shape.circle.center);
        const radius = shape.circle.radius * scale;
        context.moveTo(cx + radius, cy);
        // Counterclockwise, as a polygon around what it encloses: a hole's border runs the other way.
        context.arc(cx, cy, radius, 0, 2 * Math.PI, true);
      } else {
        shape.polygon.forEach((corner, i) => (i === 0 ? context.moveTo(...place(corner)) : context.lineTo(...place(corner))));
        context.closePath();
      }
    }
    context.fill();
    if (border > 0) context.stroke();
  }

  /**
   * Ticks and numbers at the lower and left edge, so that lengths can be read.
   * @param {CanvasRenderingContext2D} context
   * @param {{ x: number, y: number, halfSide: number }} view
   * @param {(point: [number, number]) => readonly [number, number]} place
   */
  #drawScale(context, view, place) {
    if (!this.#theme) return;
    const side = this.#backdrop.width;
    const pixel = this.#pixelRatio;
    const step = view.halfSide > 3 ? 2 : 1;
    const reach = Math.floor((view.halfSide * 0.9) / step) * step;
    context.strokeStyle = css(this.#theme.strong);
    context.fillStyle = css(this.#theme.muted);
    context.font = `${11 * pixel}px ${this.#theme.font}`;
    /** @type {{ text: string, x: number, y: number, align: CanvasTextAlign, baseline: CanvasTextBaseline }[]} */
    const numbers = [];
    context.beginPath();
    for (let value = -reach; value <= reach; value += step) {
      const across = Math.round(place([value, 0])[0]) + pixel / 2;
      const up = Math.round(place([0, value])[1]) + pixel / 2;
      const text = minus(String(value));
      context.moveTo(across, side);
      context.lineTo(across, side - 5 * pixel);
      context.moveTo(0, up);
      context.lineTo(5 * pixel, up);
      numbers.push({ text, x: across, y: side - 6 * pixel, align: "center", baseline: "bottom" });
      numbers.push({ text, x: 8 * pixel, y: up, align: "left", baseline: "middle" });
    }
    context.stroke();
    // A halo of paper keeps the numbers readable where the target's outline runs through them.
    context.strokeStyle = css(this.#theme.plane);
    context.lineWidth = 4 * pixel;
    context.lineJoin = "round";
    for (const { text, x, y, align, baseline } of numbers) {
      context.textAlign = align;
      context.textBaseline = baseline;
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }
}

/** How opaque the ink is on the border of a target and within. @param {Outline} outline */
export function opacityOf({ shapes }) {
  return shapes.length > MOST_BORDERS ? { border: 0, shade: 0.12 } : { border: 0.35, shade: 0.035 };
}

/**
 * The square of the plane that holds both the target and the source.
 * @param {Outline[]} outlines
 */
export function viewOf(...outlines) {
  const [left, right, bottom, top] = [0, 1, 2, 3].map((edge) => outlines.map(({ bounds }) => bounds[edge] ?? 0));
  const [l, r] = [Math.min(...(left ?? [])), Math.max(...(right ?? []))];
  const [b, t] = [Math.min(...(bottom ?? [])), Math.max(...(top ?? []))];
  return { x: (l + r) / 2, y: (b + t) / 2, halfSide: 0.54 * Math.max(r - l, t - b) };
}
