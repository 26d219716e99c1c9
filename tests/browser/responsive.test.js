// A minute of mixed use: whatever the reader does, the page answers, even on a machine four times as slow.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launchChromium } from "./harness/browsers.js";
import { Lab, PANELS } from "./harness/lab.js";
import { startServer } from "./harness/server.js";
import { describe, interactionLatencies, mainThreadTasks, quantile, tell } from "./harness/timing.js";

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
/** @type {import("playwright-core").Browser} */ let browser;

before(async () => {
  server = await startServer();
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
  await server.close();
});

/**
 * What a curious reader does, for some time, while both networks train.
 * @param {Lab} lab
 * @param {number} milliseconds
 */
async function explore(lab, milliseconds) {
  const { page } = lab;
  const datasets = ["Checkerboard", "Two moons", "Five modes"];
  const comparisons = ["The coupling did it", "Euler against Heun", "Learned against exact", "Straight against curved"];
  const deadline = Date.now() + milliseconds;
  for (let round = 0; Date.now() < deadline; round += 1) {
    await lab.dataset(datasets[round % datasets.length] ?? "").click();
    await lab.drag(lab.eulerSteps, (round % 10) / 10, 12);
    await lab.button("+1 Euler step").click();
    await lab.drag(lab.time, 0.3, 12);
    await lab.button("Play").click();
    await lab.button(comparisons[round % comparisons.length] ?? "").click();
    await page.getByRole("combobox", { name: "Path", exact: true }).first().selectOption({ index: round % 3 });
    await page.getByRole("checkbox", { name: "Trails", exact: true }).click();
    await page.mouse.wheel(0, 600);
    await page.waitForTimeout(150);
    await page.mouse.wheel(0, -600);
    await page.getByRole("combobox", { name: "Particles", exact: true }).selectOption({ index: 2 + (round % 3) });
    await page.waitForTimeout(250);
  }
}

/** Runs in the page: counts, by canvas, what is drawn, and by event, what is drawn while it is handled; in the global `drawn`. */
function watchDrawing() {
  /** @type {Record<string, number>} */ const drawn = {};
  const count = (/** @type {string} */ what) => (drawn[what] = (drawn[what] ?? 0) + 1);
  for (const method of /** @type {const} */ (["putImageData", "clearRect", "stroke", "fill", "fillText"])) {
    const draw = /** @type {(...given: any[]) => void} */ (CanvasRenderingContext2D.prototype[method]);
    CanvasRenderingContext2D.prototype[method] = /** @this {CanvasRenderingContext2D} */ function (/** @type {any[]} */ ...given) {
      count(this.canvas.className);
      if (/^(pointer|key|click|input|change)/.test(window.event?.type ?? "")) count(`${window.event?.type}: ${method} ${this.canvas.className}`);
      return draw.apply(this, given);
    };
  }
  Object.assign(globalThis, { drawn });
}

/** @param {Lab} lab @returns {Promise<Record<string, number>>} */
function drawn(lab) {
  return lab.page.evaluate(() => /** @type {any} */ (globalThis).drawn);
}

test("particles, layers and charts are drawn after an interaction, not in the middle of it", async () => {
  const lab = await Lab.in(browser, server.url);
  await lab.page.addInitScript(watchDrawing);
  await lab.open({ until: 1_000_000, layers: "arrows" });
  await lab.trainedFor(100);
  await explore(lab, 5_000);
  const seen = await drawn(lab);
  assert.ok((seen["plane-particles"] ?? 0) > 0, JSON.stringify(seen));
  // A new target is outlined, and the old particles taken away, at once: both are few strokes.
  const isHeavy = (/** @type {string} */ what) => /: (putImageData|.*(layers|why|chart))/.test(what);
  assert.deepEqual(Object.keys(seen).filter(isHeavy), [], JSON.stringify(seen));
  await lab.close();
});

test("nothing is drawn where there is nothing to see", async () => {
  const lab = await Lab.in(browser, server.url, { viewport: { width: 1280, height: 600 } });
  await lab.page.addInitScript(watchDrawing);
  await lab.open({ until: 1_000_000, play: "on" });
  await lab.trainedFor(200);
  const { "plane-particles": particles = 0, "plane-layers": layers, "plane-why": why, "chart-canvas": charts } = await drawn(lab);
  assert.ok(particles > 10, `${particles} drawings of particles`);
  assert.deepEqual([layers, why, charts], [undefined, undefined, undefined]);
  await lab.page.getByRole("img", { name: /^Loss after/ }).scrollIntoViewIfNeeded();
  await lab.until("a chart", async () => ((await drawn(lab))["chart-canvas"] ?? 0) > 0);
  lab.assertQuiet();
  await lab.close();
});

test("however fast the reader presses, training goes on and comes to the same bits", async () => {
  const [calm, hasty] = [await Lab.in(browser, server.url), await Lab.in(browser, server.url)];
  const start = { dataset: "five-modes", seed: 3, n: 4, until: 300 };
  await calm.open(start);
  await calm.settled(300, 4);
  await hasty.open(start);
  const isThere = async () => (await Promise.all(PANELS.map((panel) => hasty.stat(panel, "sample-step")))).every((step) => step === 300);
  await hasty.until("step 300 under steady pressing", async () => {
    for (let press = 0; press < 5; press += 1) await hasty.page.keyboard.press("Shift");
    return isThere();
  });
  await hasty.settled(300, 4);
  for (const panel of PANELS) assert.equal(await hasty.text(panel, "hash"), await calm.text(panel, "hash"), panel);
  await calm.close();
  await hasty.close();
});

test("60 seconds of mixed use leave the main thread free", async (context) => {
  const lab = await Lab.in(browser, server.url);
  await lab.open({ until: 1_000_000 });
  const { wall, processor } = await mainThreadTasks(browser, lab.page, () => explore(lab, 60_000));
  context.diagnostic(`main-thread tasks: ${describe(wall)}; of processor time ${describe(processor)}`);
  assert.ok(quantile(processor, 1) <= 50, describe(processor));
  lab.assertQuiet();
  await lab.close();
});

test("the next paint after an interaction comes soon on a processor four times as slow", async (context) => {
  const lab = await Lab.in(browser, server.url);
  await lab.open({ until: 1_000_000 });
  const session = await lab.page.context().newCDPSession(lab.page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  const { latencies, slowest } = await interactionLatencies(lab.page, () => explore(lab, 30_000));
  context.diagnostic(`interaction to next paint, 4 times slower: ${describe(latencies)}, 98 % within ${quantile(latencies, 0.98).toFixed(0)} ms`);
  for (const interaction of slowest.slice(0, 5)) context.diagnostic(tell(interaction));
  assert.ok(latencies.length >= 10, `${latencies.length} interactions were seen`);
  // The 98th percentile is for people to read: it tells how busy the machine is with other things as well.
  assert.ok(quantile(latencies, 0.5) <= 100, describe(latencies));
  lab.assertQuiet();
  await lab.close();
});
