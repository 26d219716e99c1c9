// How long things take on the page's main thread.

/** @typedef {import("playwright-core").Page} Page */

/**
 * Notes every main-thread task over 50 ms from now on. Chromium only.
 * @param {Page} page
 */
export async function watchLongTasks(page) {
  await page.evaluate(() => {
    const durations = /** @type {number[]} */ ([]);
    Object.assign(globalThis, { longTasks: durations });
    new PerformanceObserver((list) => durations.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });
  return () => page.evaluate(() => /** @type {any} */ (globalThis).longTasks.splice(0));
}

/**
 * From each `input` of the slider until both panels' canvases and values show it, in milliseconds.
 * @param {import("./lab.js").Lab} lab
 * @param {number[]} values what to set the slider to, each one step from the one before
 */
export async function sliderLatencies(lab, values) {
  await lab.eulerSteps.focus();
  await lab.page.evaluate(() => {
    const slider = document.activeElement;
    if (!(slider instanceof HTMLInputElement)) throw new Error("the slider has the focus");
    const canvases = [...document.querySelectorAll("section canvas[role=img], [role=region] canvas[role=img]")].filter((canvas) => canvas.closest("section, [role=region]")?.querySelector("data[data-stat=nfe]"));
    const evaluations = [...document.querySelectorAll("data[data-stat=nfe]")];
    const small = new OffscreenCanvas(100, 100).getContext("2d", { willReadFrequently: true });
    if (!small) throw new Error("no canvas");
    const look = () =>
      canvases.map((canvas) => {
        small.clearRect(0, 0, 100, 100);
        small.drawImage(/** @type {HTMLCanvasElement} */ (canvas), 0, 0, 100, 100);
        return small.getImageData(0, 0, 100, 100).data.join();
      });
    const latencies = /** @type {number[]} */ ([]);
    let before = look();
    slider.addEventListener("input", (event) => {
      const wanted = slider.value;
      const check = () => {
        const shown = evaluations.every((data) => data.getAttribute("value") === wanted);
        const after = shown ? look() : before;
        if (!shown || after.some((picture, index) => picture === before[index])) return void requestAnimationFrame(check);
        latencies.push(performance.now() - event.timeStamp);
        before = after;
      };
      requestAnimationFrame(check);
    });
    Object.assign(globalThis, { latencies });
  });
  let at = Number(await lab.eulerSteps.inputValue());
  for (const [index, value] of values.entries()) {
    await lab.page.keyboard.press(value > at ? "ArrowRight" : "ArrowLeft");
    at = value;
    await lab.page.waitForFunction((count) => /** @type {any} */ (globalThis).latencies.length >= count, index + 1);
  }
  return /** @type {Promise<number[]>} */ (lab.page.evaluate(() => /** @type {any} */ (globalThis).latencies));
}

/**
 * The distribution of some times, for people: `median 12 ms, 90 % within 30 ms, longest 41 ms (n = 40)`.
 * @param {number[]} milliseconds
 */
export function describe(milliseconds) {
  const of = (/** @type {number} */ share) => `${quantile(milliseconds, share).toFixed(0)} ms`;
  return milliseconds.length === 0 ? "none" : `median ${of(0.5)}, 90 % within ${of(0.9)}, longest ${of(1)} (n = ${milliseconds.length})`;
}

/**
 * @param {number[]} values
 * @param {number} share 0..1
 */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
