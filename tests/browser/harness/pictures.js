// Looking at what is on a canvas or a screen.

import { Buffer } from "node:buffer";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

/**
 * A canvas as the page drew it, without what lies above or below it.
 * @param {import("playwright-core").Locator} canvas
 */
export async function pixelsOf(canvas) {
  const url = await canvas.evaluate((element) => /** @type {HTMLCanvasElement} */ (element).toDataURL("image/png"));
  return PNG.sync.read(Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
}

/**
 * How many pixels of two pictures of one size differ visibly; infinite for pictures of two sizes.
 * @param {PNG} one
 * @param {PNG} other
 */
export function difference(one, other) {
  if (one.width !== other.width || one.height !== other.height) return Infinity;
  return pixelmatch(one.data, other.data, undefined, one.width, one.height, { threshold: 0.05 });
}

/**
 * How much blue and how much orange ink is on a picture, in units of fully inked pixels.
 * @param {PNG} picture
 */
export function inks({ data }) {
  let blue = 0;
  let orange = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [red = 0, , third = 0, alpha = 0] = data.subarray(i, i + 4);
    if (third > red + 20) blue += alpha / 255;
    if (red > third + 20) orange += alpha / 255;
  }
  return { blue, orange };
}
