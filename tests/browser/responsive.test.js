// A minute of mixed use: whatever the reader does, the page answers, even on a machine four times as slow.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launchChromium } from "./harness/browsers.js";
import { Lab } from "./harness/lab.js";
import { startServer } from "./harness/server.js";
import { describe, interactionLatencies, mainThreadTasks, quantile } from "./harness/timing.js";

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
  for (const interaction of slowest) context.diagnostic(interaction);
  assert.ok(latencies.length > 30, `${latencies.length} interactions were seen`);
  // The 98th percentile is for people to read: it tells how busy the machine is with other things as well.
  assert.ok(quantile(latencies, 0.5) <= 100, describe(latencies));
  lab.assertQuiet();
  await lab.close();
});
