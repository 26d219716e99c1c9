// Rough handling for a long time: nothing breaks, nothing leaks, and what is shown at the end is what was asked for last.

import assert from "node:assert/strict";
import { test } from "node:test";

import { memoryOf } from "./harness/memory.js";
import { labFor } from "./harness/stage.js";

const DATASETS = ["Checkerboard", "Two clusters", "Eight Gaussians", "Two moons", "Rings", "Spiral", "Five modes"];

test("rough handling leaves the right experiment, and no trace in memory", async (context) => {
  const lab = await labFor(context);
  await lab.open({ dataset: "five-modes", n: 4, until: 60, seed: 9 });
  await lab.settled(60, 4);

  /** One cycle: everything a restless reader does, and back to where we were. */
  const cycle = async (/** @type {number} */ resets) => {
    for (let i = 0; i < 10; i += 1) await lab.dataset(DATASETS[i % DATASETS.length] ?? "").check();
    await lab.drag(lab.eulerSteps, 0.9, 30);
    await lab.drag(lab.eulerSteps, 0.1, 30);
    for (const width of [500, 900, 360, 1280]) await lab.page.setViewportSize({ width, height: 800 });
    await lab.hide(true);
    await lab.hide(false);
    for (let i = 0; i < resets; i += 1) await lab.button("Reset").click();
    await lab.dataset("Two moons").check();
    await lab.setEulerSteps(4);
    await lab.settled(60, 4);
    return memoryOf(lab.page);
  };
  const first = await cycle(40);
  for (let i = 0; i < 3; i += 1) await cycle(40);
  const last = await cycle(40);
  context.diagnostic(`after one cycle ${JSON.stringify(first)}, after five ${JSON.stringify(last)}`);

  // Room for the allocator's gaps. One picture lost a reset would be over 10 MB by now, one a frame far more.
  for (const [i, bytes] of last.wasm.entries()) {
    assert.ok(bytes <= (first.wasm[i] ?? 0) + 4 * 2 ** 20, `wasm memory ${i} has not grown: ${first.wasm[i]} to ${bytes} bytes`);
  }
  assert.ok(last.heap <= 1.1 * first.heap + 1e6, `the JavaScript heap has not grown: ${first.heap} to ${last.heap} bytes`);

  assert.ok(await lab.dataset("Two moons").isChecked());
  const shown = await lab.hashes();

  const fresh = await labFor(context);
  await fresh.open({ dataset: "two-moons", n: 4, until: 60, seed: 9 });
  await fresh.settled(60, 4);
  assert.deepEqual(shown, await fresh.hashes());
});
