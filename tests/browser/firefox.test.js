// The page in Firefox: it loads, trains, answers the slider, and has nothing to complain about.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launchChromium, launchFirefox } from "./harness/browsers.js";
import { Lab, PANELS } from "./harness/lab.js";
import { difference, pixelsOf } from "./harness/pictures.js";
import { startServer } from "./harness/server.js";

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
/** @type {import("playwright-core").Browser} */ let browser;

before(async () => {
  server = await startServer();
  browser = await launchFirefox();
});
after(async () => {
  await browser.close();
  await server.close();
});

test("loads, trains and answers the slider", async () => {
  const lab = await Lab.in(browser, server.url);
  await lab.open({ n: 1, until: 100, play: "off", t: 1 });
  await lab.settled(100, 1);
  const look = () => Promise.all(PANELS.map((panel) => pixelsOf(lab.canvas(panel))));
  const numbers = () => Promise.all(PANELS.map((panel) => lab.text(panel, "energy")));
  const [pictures, values] = [await look(), await numbers()];
  await lab.drag(lab.eulerSteps, 0.3);
  const n = Number(await lab.eulerSteps.inputValue());
  assert.ok(n > 10, `dragged to ${n}`);
  await lab.settled(100, n);
  await lab.until("other pictures", async () => {
    const now = await look();
    return now.every((picture, i) => difference(picture, pictures[i] ?? picture) > 100);
  });
  assert.notDeepEqual(await numbers(), values);

  await lab.button("Train").click();
  await lab.trainedFor(150);
  await lab.button("Play").click();
  await lab.button("Pause").waitFor();
  lab.assertQuiet();
  await lab.close();
});

test("a link from Chromium gives the same bits here, whatever the experiment", async () => {
  const chromium = await launchChromium();
  for (const state of [
    { dataset: "checkerboard", n: 6, "straight.rounds": "reflow@60", "curved.noise": 0.5, "curved.schedule": "cond-ot" },
    { "straight.source": "ring", "straight.solver": "rk4", n: 12, "curved.field": "paired", "curved.schedule": "cosine" },
    { "straight.guided": 2, "straight.coupling": "independent", "curved.field": "exact", "curved.solver": "heun", n: 4, replay: 40 },
  ]) {
    const hashes = [];
    for (const from of [chromium, browser]) {
      const lab = await Lab.in(from, server.url);
      await lab.open({ ...state, until: 100, play: "off", t: 1, particles: 500 });
      await lab.until("training at rest", async () => (await lab.page.getByText("Trained to step 100.").count()) === 1);
      // A picture of a network that learns is one of the step that is asked for, or of the kept one before it.
      const learning = PANELS.filter((panel) => !(`${panel.toLowerCase()}.field` in state));
      const isShown = (/** @type {number} */ step) => ("replay" in state ? step > 0 && step <= state.replay : step === 100);
      await lab.until("whole pictures of these weights", async () => {
        const steps = await Promise.all(learning.map((panel) => lab.text(panel, "sample-step")));
        return steps.every((step) => isShown(Number(step))) && (await lab.hashes()).every(Boolean);
      });
      hashes.push(await lab.hashes());
      lab.assertQuiet();
      await lab.close();
    }
    assert.ok(hashes.flat().every((hash) => /^[0-9a-f]{16}$/.test(hash)), JSON.stringify(hashes));
    assert.deepEqual(hashes[1], hashes[0], JSON.stringify(state));
  }
  await chromium.close();
});
