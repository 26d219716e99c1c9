/** What draws on a canvas. */

/**
 * @template {HTMLCanvasElement | OffscreenCanvas} Canvas
 * @param {Canvas} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {Canvas extends HTMLCanvasElement ? CanvasRenderingContext2D : OffscreenCanvasRenderingContext2D}
 */
export function context2d(canvas, settings) {
  const context = /** @type {any} */ (canvas.getContext("2d", settings));
  if (!context) throw new Error("this browser gives the page no canvas to draw on");
  return context;
}
