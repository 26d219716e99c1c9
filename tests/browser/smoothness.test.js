// While both networks train, particles move and the slider is followed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PANELS } from "./harness/lab.js";
import { difference, pixelsOf } from "./harness/pictures.js";
import { labFor, server } from "./harness/stage.js";
import { describe, sliderLatencies } from "./harness/timing.js";

test("both panels' particles move by themselves, and come to every mode", async (context) => {
  const lab = await labFor(context);
  await lab.page.goto(server.url);
  await lab.until("a picture", async () => (await lab.text("Straight", "hash")) !== "");
  context.diagnostic(`first picture within ${(await lab.page.evaluate(() => performance.now())).toFixed(0)} ms of navigation`);
  await lab.until("five modes", async () => {
    const reached = await Promise.all(PANELS.map((panel) => lab.text(panel, "modes")));
    return reached.every((modes) => modes === "5");
  });
  // At rest only the clock moves them.
  await lab.button("Pause training").click();
  await lab.button("Train").waitFor();
  for (const panel of PANELS) {
    const before = await pixelsOf(lab.canvas(panel));
    await lab.until(`${panel}: another picture`, async () => difference(await pixelsOf(lab.canvas(panel)), before) > 100);
  }
});

for (const play of ["on", "off"]) {
  test(`while both networks train, their pictures are of one training step, with the straightness of that; play: ${play}`, async (context) => {
    const lab = await labFor(context);
    await lab.open({ dataset: "five-modes", n: 2, until: 8000, play });
    // The training step and the straightness of both panels, whenever something of them changes.
    const seen = await lab.page.evaluate(
      () =>
        new Promise((/** @type {(seen: string[][]) => void} */ resolve) => {
          const data = /** @type {HTMLDataElement[]} */ ([...document.querySelectorAll("[data-stat=sample-step], [data-stat=straightness]")]);
          const seen = [data.map(({ value }) => value)];
          const look = () => {
            seen.push(data.map(({ value }) => value));
            if (data.every(({ dataset, value }) => dataset.stat !== "sample-step" || value === "8000")) resolve(seen);
          };
          for (const one of data) new MutationObserver(look).observe(one, { attributes: true });
        }),
    );
    const isStep = (/** @type {string} */ value) => /^\d+$/.test(value);
    // What is hardly learnt is not worth the wait: it is shown at once.
    const learnt = seen.map((values) => ({ steps: values.filter(isStep), bent: values.filter((value) => !isStep(value)) })).filter(({ steps }) => steps.length === 2 && steps.every((step) => Number(step) >= 400));
    const first = learnt.findIndex(({ bent }) => bent.every(Boolean));
    const pairs = [...new Set(learnt.slice(first).map(({ steps, bent }) => [...steps, ...bent].join(" ")))];
    context.diagnostic(pairs.join("; "));
    assert.ok(pairs.length > 2, "pictures follow each other");
    for (const pair of pairs) assert.match(pair, /^(\d+) \1 \S+ \S+$/, "one step, and the straightness of each");
    assert.equal(new Set(pairs.map((pair) => pair.split(" ")[0])).size, pairs.length, "one straightness for each step");
  });
}

test("every value of the slider gets its picture while both networks train on", async (context) => {
  const lab = await labFor(context);
  await lab.open({ dataset: "five-modes", n: 8, particles: 2000, until: 1_000_000, play: "off", t: 1 });
  await lab.trainedFor(100);
  const steps = () => Promise.all(PANELS.map((panel) => lab.stat(panel, "training-step")));
  const before = await steps();
  // Up from 8 to 16 and down again.
  const walk = [9, 10, 11, 12, 13, 14, 15, 16, 15, 14, 13, 12, 11, 10, 9, 8];
  const latencies = await sliderLatencies(lab, walk);
  context.diagnostic(`slider to picture, 2,000 particles, N = 8..16: ${describe(latencies)}`);
  assert.equal(latencies.length, walk.length);
  for (const [i, step] of (await steps()).entries()) assert.ok(step > (before[i] ?? Infinity), `${PANELS[i]} trained on`);
});
