/** Both panels on one canvas, with their heads and numbers. */

import { context2d } from "../context2d.js";
import { css } from "../theme.js";
import { FOOT, HEAD, LINE, PAD } from "./scene.js";

/** @typedef {import("../theme.js").Theme} Theme */

/**
 * @typedef {object} Shot
 * @property {import("./scene.js").Caption} caption
 * @property {HTMLCanvasElement[]} layers square pictures, the lowest first
 */

/** The size in CSS pixels of `count` panels with pictures of this side. @param {number} count @param {number} side */
function sizeOf(count, side) {
  return { width: PAD + count * (side + PAD), height: HEAD + side + FOOT + LINE };
}

/**
 * @param {HTMLCanvasElement} canvas is given the size it needs
 * @param {Shot[]} shots
 * @param {number} side of each picture, in CSS pixels
 * @param {number} ratio device pixels for each of them
 * @param {Theme} theme
 * @param {string} common
 */
export function compose(canvas, shots, side, ratio, theme, common) {
  const { width, height } = sizeOf(shots.length, side);
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = context2d(canvas);
  context.scale(ratio, ratio);
  context.fillStyle = css(theme.plane);
  context.fillRect(0, 0, width, height);
  /** @type {(text: string, x: number, y: number, size: number, ink: import("../theme.js").Rgb, weight?: string) => void} */
  const write = (text, x, y, size, ink, weight = "") => {
    context.font = `${weight} ${size}px ${theme.font}`;
    context.fillStyle = css(ink);
    context.fillText(text, x, y, side);
  };
  for (const [i, { caption, layers }] of shots.entries()) {
    const x = PAD + i * (side + PAD);
    write(caption.name, x, PAD + 14, 16, theme.ink, "600");
    write(caption.choices, x, PAD + LINE + 12, 12, theme.muted);
    for (const layer of layers) {
      context.globalAlpha = Number(getComputedStyle(layer).opacity);
      context.drawImage(layer, x, HEAD, side, side);
    }
    context.globalAlpha = 1;
    context.strokeStyle = css(theme.rule);
    context.strokeRect(x + 0.5, HEAD + 0.5, side - 1, side - 1);
    for (const [row, text] of caption.numbers.entries()) write(text, x, HEAD + side + (row + 1) * LINE, 12, theme.ink);
  }
  context.font = `12px ${theme.font}`;
  context.fillStyle = css(theme.muted);
  context.fillText(common, PAD, HEAD + side + FOOT, width - 2 * PAD);
}

/** The bytes of a canvas as a PNG file. @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export function toPng(canvas) {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("this browser could not make a picture of that size"))), "image/png"),
  );
}
