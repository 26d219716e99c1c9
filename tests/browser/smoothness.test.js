// The page answers at once while both networks train.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launchChromium } from "./harness/browsers.js";
import { Lab, PANELS } from "./harness/lab.js";
import { startServer } from "./harness/server.js";
import { describe, quantile, sliderLatencies, watchLongTasks } from "./harness/timing.js";

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

test("from navigation to moving particles", async (context) => {
  const lab = await Lab.in(browser, server.url);
  await lab.page.goto(server.url);
  await lab.until("a picture", async () => (await lab.text("Straight", "hash")) !== "");
  const milliseconds = await lab.page.evaluate(() => performance.now());
  context.diagnostic(`first picture within ${milliseconds.toFixed(0)} ms of navigation`);
  await lab.until("five modes", async () => {
    const reached = await Promise.all(PANELS.map((panel) => lab.text(panel, "modes")));
    return reached.every((modes) => modes === "5");
  });
  context.diagnostic(`all five modes in both panels ${(await lab.page.evaluate(() => performance.now())).toFixed(0)} ms after navigation`);
  lab.assertQuiet();
  await lab.close();
});

test("the slider changes the picture at once while both networks train", async (context) => {
  const lab = await Lab.in(browser, server.url);
  await lab.open({ dataset: "five-modes", n: 8, particles: 2000, until: 1_000_000, play: "off", t: 1 });
  await lab.trainedFor(100);
  // Up from 8 to 16, down again, and so on.
  const walk = Array.from({ length: 40 }, (_, i) => 16 - Math.abs(((i + 1) % 16) - 8));
  const latencies = await sliderLatencies(lab, walk);
  context.diagnostic(`slider to picture, 2,000 particles, N = 8..16: ${describe(latencies)}`);
  // A bar on the usual case: what else a busy machine does in between is not the page's doing.
  assert.ok(quantile(latencies, 0.5) <= 100, describe(latencies));
  lab.assertQuiet();
  await lab.close();
});

test("30 seconds of training leave the main thread free", async (context) => {
  const lab = await Lab.in(browser, server.url);
  await lab.open({ dataset: "checkerboard", until: 1_000_000 });
  await lab.trainedFor(100);
  const longTasks = await watchLongTasks(lab.page);
  const before = await Promise.all(PANELS.map((panel) => lab.stat(panel, "training-step")));
  await lab.page.waitForTimeout(30_000);
  const tasks = /** @type {number[]} */ (await longTasks());
  const trained = await Promise.all(PANELS.map((panel) => lab.stat(panel, "training-step")));
  context.diagnostic(`steps per second: ${trained.map((step, i) => ((step - (before[i] ?? 0)) / 30).toFixed(0)).join(" and ")}`);
  context.diagnostic(`main-thread tasks over 50 ms in 30 s: ${describe(tasks)}`);
  assert.ok(tasks.filter((milliseconds) => milliseconds > 50).length <= 3, describe(tasks));
  lab.assertQuiet();
  await lab.close();
});
