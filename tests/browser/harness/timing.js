// How long things take on the page's main thread.

/**
 * Durations in milliseconds of all main-thread tasks of a page while `action` goes on, by the wall clock and by the
 * processor time they took. What a busy machine does in between counts in the first only. Chromium only.
 * @param {import("playwright-core").Browser} browser
 * @param {import("playwright-core").Page} page
 * @param {() => Promise<void>} action
 */
export async function mainThreadTasks(browser, page, action) {
  await browser.startTracing(page, { categories: ["toplevel"] });
  await action();
  /** @type {{ traceEvents: { ph: string, name: string, pid: number, tid: number, dur: number, tdur?: number, args: { name: string } }[] }} */
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const main = new Set(threads.map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ ph, name, pid, tid }) => ph === "X" && name.endsWith("RunTask") && main.has(`${pid} ${tid}`));
  return { wall: tasks.map(({ dur }) => dur / 1000), processor: tasks.map(({ tdur = 0 }) => tdur / 1000) };
}

/**
 * From each `input` of the slider until both panels' canvases and values show it, in milliseconds.
 * @param {import("./lab.js").Lab} lab
 * @param {number[]} values what to set the slider to, each one step from the one before
 */
export async function sliderLatencies(lab, values) {
  await lab.eulerSteps.focus();
  await lab.page.evaluate(watchSlider);
  let at = Number(await lab.eulerSteps.inputValue());
  for (const [index, value] of values.entries()) {
    await lab.page.keyboard.press(value > at ? "ArrowRight" : "ArrowLeft");
    at = value;
    await lab.page.waitForFunction((count) => /** @type {any} */ (globalThis).latencies.length >= count, index + 1);
  }
  return /** @type {Promise<number[]>} */ (lab.page.evaluate(() => /** @type {any} */ (globalThis).latencies));
}

/** Runs in the page: measures each `input` of the slider that has the focus, into the global `latencies`. */
function watchSlider() {
  const slider = document.activeElement;
  if (!(slider instanceof HTMLInputElement)) throw new Error("the slider has the focus");
  const evaluations = [...document.querySelectorAll("data[data-stat=nfe]")];
  const canvases = evaluations.map((data) => data.closest("section, [role=region]")?.querySelector("canvas[role=img]"));
  const small = new OffscreenCanvas(100, 100).getContext("2d", { willReadFrequently: true });
  if (!small) throw new Error("this browser has no canvas");
  const look = () =>
    canvases.map((canvas) => {
      small.clearRect(0, 0, 100, 100);
      if (canvas instanceof HTMLCanvasElement) small.drawImage(canvas, 0, 0, 100, 100);
      return small.getImageData(0, 0, 100, 100).data.join();
    });
  /** @type {number[]} */
  const latencies = [];
  let before = look();
  slider.oninput = (event) => {
    const wanted = slider.value;
    const check = () => {
      const shown = evaluations.every((data) => data.getAttribute("value") === wanted);
      const after = shown ? look() : before;
      if (after.some((picture, i) => picture === before[i])) return void requestAnimationFrame(check);
      latencies.push(performance.now() - event.timeStamp);
      before = after;
    };
    requestAnimationFrame(check);
  };
  Object.assign(globalThis, { latencies });
}

/**
 * An interaction until the next paint, in milliseconds: it waits for the main thread, is handled, and waits to be shown.
 * @typedef {{ duration: number, waits: number, handled: number, shown: number, what: string }} Interaction
 */

/**
 * From each interaction (click, key, drag) during `action` until the next paint, as the browser counts it (Event Timing;
 * the longest event of each interaction), slowest first. Interactions faster than a frame are not told apart: they count
 * as 16 ms. Chromium only.
 * @param {import("playwright-core").Page} page
 * @param {() => Promise<void>} action
 * @returns {Promise<{ latencies: number[], slowest: Interaction[] }>}
 */
export async function interactionLatencies(page, action) {
  await page.evaluate(watchInteractions);
  await action();
  const { seen, count } = await page.evaluate(() => {
    const { interactions, interactionsBefore } = /** @type {any} */ (globalThis);
    return { seen: [...interactions.values()], count: /** @type {any} */ (performance).interactionCount - interactionsBefore };
  });
  const slowest = seen.toSorted((/** @type {Interaction} */ a, /** @type {Interaction} */ b) => b.duration - a.duration);
  const latencies = [...seen.map(({ duration }) => duration), ...Array.from({ length: Math.max(0, count - seen.length) }, () => 16)];
  return { latencies, slowest };
}

/** Runs in the page: keeps the longest event of each interaction, in the global `interactions`. */
function watchInteractions() {
  /** @type {Map<number, Interaction>} */
  const longest = new Map();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { interactionId, startTime, processingStart, processingEnd, duration, name, target } =
        /** @type {PerformanceEventTiming & { interactionId: number }} */ (entry);
      if (interactionId === 0 || duration <= (longest.get(interactionId)?.duration ?? 0)) continue;
      const element = target instanceof HTMLElement ? `${target.tagName} ${target.id} ${target.textContent?.trim().slice(0, 20)}` : "";
      longest.set(interactionId, {
        duration,
        waits: processingStart - startTime,
        handled: processingEnd - processingStart,
        shown: duration - (processingEnd - startTime),
        what: `${name} ${element}`,
      });
    }
  });
  observer.observe(/** @type {any} */ ({ type: "event", durationThreshold: 16 }));
  Object.assign(globalThis, { interactions: longest, interactionsBefore: /** @type {any} */ (performance).interactionCount });
}

/** An interaction and where its time went, for people. @param {Interaction} interaction */
export function tell({ duration, waits, handled, shown, what }) {
  const [a, b, c] = [waits, handled, shown].map((time) => time.toFixed(0));
  return `${duration} ms: waits ${a}, handled ${b}, shown ${c}: ${what}`;
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
