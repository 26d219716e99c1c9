/** Pictures as pixels: of an image file and of a word. */

import { context2d } from "../context2d.js";

/** @typedef {{ data: Uint8ClampedArray, width: number, height: number }} Pixels */

/** Finer than this a picture only takes longer. */
const LONGER_SIDE = 256;
const LARGEST_MEGABYTES = 20;

/**
 * @param {File} file
 * @returns {Promise<Pixels>}
 */
export async function pixelsOfFile(file) {
  const megabytes = file.size / 1e6;
  if (megabytes > LARGEST_MEGABYTES) throw new Error(`“${file.name}” has ${Math.ceil(megabytes)} MB, but must have at most ${LARGEST_MEGABYTES}`);
  const image = await createImageBitmap(file).catch(() => {
    throw new Error(`“${file.name}” is not an image that this browser can read; it must be a PNG, JPEG, WebP or GIF`);
  });
  const scale = Math.min(1, LONGER_SIDE / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  return pixels(width ?? 1, height ?? 1, (context) => {
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width ?? 1, height ?? 1);
    image.close();
  });
}

/**
 * A word in black on nothing.
 * @param {string} word
 * @param {string} font the page's font family
 */
export function pixelsOfWord(word, font) {
  const face = (/** @type {number} */ size) => `600 ${size}px ${font}`;
  const probe = context2d(new OffscreenCanvas(1, 1));
  probe.font = face(100);
  const size = Math.min(LONGER_SIDE / 1.5, (100 * LONGER_SIDE * 2) / Math.max(1, probe.measureText(word).width));
  return pixels(2 * LONGER_SIDE, LONGER_SIDE, (context) => {
    context.font = face(size);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(word, LONGER_SIDE, LONGER_SIDE / 2);
  });
}

/**
 * @param {number} width
 * @param {number} height
 * @param {(context: OffscreenCanvasRenderingContext2D) => void} draw
 * @returns {Pixels}
 */
function pixels(width, height, draw) {
  const context = context2d(new OffscreenCanvas(width, height), { willReadFrequently: true });
  draw(context);
  return context.getImageData(0, 0, width, height);
}
