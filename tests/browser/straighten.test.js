// Rounds that straighten, and what straightening and coupling are worth at one Euler step.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Lab } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

/** Waits until these panels have been trained to a step, and show and have measured those weights. @param {Lab} lab @param {string[]} panels @param {number} step */
async function rested(lab, panels, step) {
  await lab.until(`${panels.join(" and ")} at step ${step}`, async () => {
    const all = await Promise.all(panels.map((panel) => lab.stats(panel)));
    return all.every((stats) => Number(stats["training-step"]) === step && Number(stats["sample-step"]) === step && Number(stats["straightness"]) > 0);
  });
}

test("before and after reflow: at one Euler step nothing lands, then nearly everything, along lines 50 times straighter", async (context) => {
  const lab = await labFor(context);
  await lab.open({ dataset: "five-modes", seed: 1, until: 4000, play: "off" });
  await lab.button("Before and after reflow").click();
  const [reflowed, plain] = ["After reflow", "Before reflow"];
  await rested(lab, [reflowed, plain], 4000);

  const panel = lab.panel(reflowed);
  await panel.getByText("Straighten", { exact: true }).click();
  const generation = (/** @type {string} */ name) => panel.getByRole("radio", { name, exact: true });
  const measured = async () =>
    (await panel.locator("data[data-generation]").evaluateAll((all) => all.map((data) => data.getAttribute("value")))).map((value) => (value ? Number(value) : NaN));
  // Both say how many of the 2,000 particles hit after one step of these weights.
  const shown = await lab.stat(reflowed, "hits");
  await lab.until("what is measured of the second generation", async () => (await measured())[3] === shown);
  await generation("1st").check();
  await lab.until("the first generation", async () => (await lab.text(reflowed, "sample-step")) === "1500");
  const first = { hits: await lab.stat(reflowed, "hits"), hash: await lab.text(reflowed, "hash") };
  await lab.until("all that is measured", async () => (await measured()).every(Number.isFinite));
  const [straightBefore = NaN, hitsBefore = NaN, straightAfter = NaN, hitsAfter = NaN] = await measured();
  context.diagnostic(`straightness ${straightBefore} -> ${straightAfter}, hits ${hitsBefore} -> ${hitsAfter}`);
  assert.ok(first.hits <= 0.05 && hitsBefore <= 0.05, `hits before ${first.hits}, ${hitsBefore}`);
  assert.ok(hitsAfter >= 0.85, `hits after ${hitsAfter}`);
  assert.ok(straightBefore >= 50 * straightAfter, `straightness ${straightBefore} -> ${straightAfter}`);

  await generation("reflow 1").check();
  await rested(lab, [reflowed, plain], 4000);
  const hits = await lab.stat(reflowed, "hits");
  assert.ok(hits >= 0.85, `hits ${hits}`);
  assert.ok((await lab.stat(plain, "hits")) <= 0.05);

  // A step that is replayed is the step itself: pausing there gives the same bits.
  const paused = await labFor(context);
  await paused.open({ dataset: "five-modes", seed: 1, n: 1, until: 1500, play: "off", "straight.coupling": "independent" });
  await rested(paused, ["Straight"], 1500);
  assert.equal(await paused.text("Straight", "hash"), first.hash);
});

test("the coupling did it: at one Euler step optimal transport lands and independent pairs do not", async (context) => {
  const lab = await labFor(context);
  await lab.open({ dataset: "five-modes", seed: 1, until: 1500, play: "off" });
  await lab.button("The coupling did it").click();
  await rested(lab, ["OT coupling", "Independent"], 1500);
  const [near, far] = await Promise.all(["OT coupling", "Independent"].map((panel) => lab.stat(panel, "hits")));
  context.diagnostic(`hits ${near} against ${far}`);
  assert.ok((near ?? 0) >= 0.8 && (far ?? 1) <= 0.05, `${near} against ${far}`);
});

test("a round is begun by its button, and one that cannot be says why", async (context) => {
  const lab = await labFor(context);
  await lab.open({ dataset: "five-modes", seed: 1, n: 1, until: 300, play: "off", "straight.rounds": Array(5).fill("reflow@300").join(".") });
  await lab.settled(300, 1);
  const panel = lab.panel("Straight");
  await panel.getByText("Straighten", { exact: true }).click();
  await panel.getByRole("button", { name: "Reflow", exact: true }).click();
  await lab.until("the round", async () => /(reflow%40\d+\.?){6}/.test(lab.page.url()));
  const reflow = panel.getByRole("button", { name: "Reflow", exact: true });
  assert.ok(await reflow.isDisabled());
  assert.ok(await panel.getByText(/Not here: 6 rounds are the most/).first().isVisible());
});

test("the last word about a generation is of its last weights", async (context) => {
  const state = { dataset: "five-modes", seed: 1, n: 1, play: "off" };
  const alone = await labFor(context);
  await alone.open({ ...state, until: 150 });
  await rested(alone, ["Straight"], 150);
  const hits = await alone.text("Straight", "hits");

  const lab = await labFor(context);
  // What is told of the first generation from the moment on that a round begins.
  await lab.page.addInitScript(() => {
    const told = /** @type {Set<string>} */ (new Set());
    Object.assign(window, { told });
    const look = () => {
      const panel = document.querySelector("#panels section");
      const first = panel?.querySelector('data[data-generation="hits"]');
      if (/making pairs/.test(panel?.querySelector(".progress-text")?.textContent ?? "")) told.add(first?.getAttribute("value") ?? "");
    };
    new MutationObserver(look).observe(document, { subtree: true, attributes: true, childList: true, characterData: true });
  });
  await lab.open({ ...state, until: 170, "straight.rounds": "reflow@150.distil@150.reflow@160" });
  const panel = lab.panel("Straight");
  await rested(lab, ["Straight"], 170);
  const early = await lab.page.evaluate(() => [.../** @type {any} */ (window).told]);
  context.diagnostic(`told while pairs were made: ${early.join(", ")}`);
  assert.deepEqual(early.filter((value) => value !== hits), []);
  const told = () => panel.locator('data[data-generation="hits"]').first().getAttribute("value");
  await lab.until("what is measured", async () => (await told()) !== "");
  assert.equal(await told(), hits);
});

test("what is told of a round ends with its experiment", async (context) => {
  const lab = await labFor(context);
  await lab.open({ dataset: "five-modes", until: 400, play: "off", "straight.rounds": "reflow@30" });
  const told = lab.panel("Straight").getByText(/Reflow: the network makes its own pairs/);
  await told.waitFor();
  await lab.button("Straight against curved").click();
  await lab.settled(400);
  assert.equal(await told.count(), 0);
});
