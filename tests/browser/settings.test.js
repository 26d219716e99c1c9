// The drawer “Network and optimizer”.

import assert from "node:assert/strict";
import { test } from "node:test";

import { LOOKS, violations } from "./harness/audit.js";
import { Lab } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

/** @param {Lab} lab */
const openDrawer = (lab) => lab.page.getByText("Network and optimizer", { exact: false }).first().click();
/** @param {Lab} lab @param {string} name */
const number = (lab, name) => lab.page.getByRole("spinbutton", { name, exact: true });

test("defaults are flow-core’s, and a change trains other networks", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  await lab.settled(20);
  const before = await lab.text("Straight", "hash");
  await openDrawer(lab);
  assert.equal(await number(lab, "Width (units)").inputValue(), "64");
  assert.equal(await number(lab, "Averaging").inputValue(), "0.998");
  await number(lab, "Width (units)").fill("32");
  await number(lab, "Width (units)").press("Enter");
  await lab.until("another picture", async () => !["", before].includes(await lab.text("Straight", "hash")));
  await lab.settled(20);
  await lab.until("the link", async () => lab.page.url().includes("network.width=32"));
  const changed = await lab.text("Straight", "hash");
  await lab.page.reload();
  await lab.settled(20);
  assert.equal(await lab.text("Straight", "hash"), changed, "the link says it all");
  await openDrawer(lab);
  await lab.button("Restore defaults").click();
  await lab.until("the first picture", async () => (await lab.text("Straight", "hash")) === before);
});

test("every setting can be changed, and goes into the link", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 5, play: "off" });
  await openDrawer(lab);
  const { page } = lab;
  await page.getByRole("combobox", { name: "Learning rate falls" }).selectOption("cosine");
  for (const [name, value] of Object.entries({
    "Width (units)": 16, "Depth (layers)": 2, "Harmonics (waves)": 3, "Base frequency": 1.5, "Batch size (pairs)": 64, "Learning rate": 0.01,
    "Fall steps (steps)": 900, "Averaging": 0.9, "Class dropout": 0.2, "Points assigned (points)": 64, "Batches per assignment (batches)": 8, "Assignments kept (batches)": 4,
  })) {
    await number(lab, name).fill(String(value));
    await number(lab, name).press("Enter");
  }
  await page.getByRole("combobox", { name: "Objective" }).selectOption("data");
  const engine = page.getByRole("combobox", { name: "Engine" });
  for (const name of ["burn flex", "burn ndarray"]) {
    const option = engine.locator("option", { hasText: name });
    assert.match((await option.textContent()) ?? "", /not here: .*leaves burn's own operations out/);
    assert.ok(await option.isDisabled());
  }
  await page.getByRole("checkbox", { name: "Evenly drawn" }).uncheck();
  await lab.until("all in the link", async () => [
    "network.width=16", "network.depth=2", "network.harmonics=3", "network.base_frequency=1.5", "training.batch_size=64", "training.learning_rate=0.01",
    "training.decay=cosine", "training.decay.steps=900", "training.ema_decay=0.9", "training.class_dropout=0.2", "training.objective=data",
    "coupling.batch_size=64", "coupling.reuse=8", "coupling.pool=4", "coupling.even=off",
  ].every((part) => page.url().includes(part)));
  await lab.settled(5);
});

test("what no network learns from leaves paused training paused", async (context) => {
  const lab = await labFor(context);
  // What begins anew trains for long.
  await lab.open({ until: 1_000_000, play: "off", "straight.coupling": "independent", "straight.schedule": "cosine", "straight.noise": 0.5 });
  await lab.button("Pause training").click();
  // A class is left out only where there is guidance.
  await openDrawer(lab);
  await number(lab, "Class dropout").fill("0.3");
  await number(lab, "Class dropout").press("Enter");
  assert.equal(await lab.button("Train").count(), 1);
  await lab.button("Restore defaults").click();
  assert.equal(await lab.button("Train").count(), 1);
  await lab.panel("Straight").getByText("More", { exact: true }).click();
  await lab.button("Copy to the other panel").click();
  await lab.panel("Straight (copy)").waitFor();
  assert.equal(await lab.button("Train").count(), 1);
  await number(lab, "Depth (layers)").fill("2");
  await number(lab, "Depth (layers)").press("Enter");
  await lab.button("Pause training").waitFor();
});

for (const [what, options] of Object.entries(LOOKS)) {
  test(`what cannot be is refused beside its field, ${what}`, async (context) => {
    const lab = await labFor(context, options);
    await lab.open({ until: 20, play: "off" });
    await lab.settled(20);
    await openDrawer(lab);
    const width = number(lab, "Width (units)");
    await width.fill("60");
    await width.press("Enter");
    await lab.page.getByText("Not taken: “Width” is 60, but must be a multiple of 8 from 8 to 512.").waitFor();
    for (const [value, reason] of Object.entries({ "7.5": "a whole number is needed here", "-8": "a whole number is needed here" })) {
      await number(lab, "Depth (layers)").fill(value);
      await number(lab, "Depth (layers)").press("Enter");
      await lab.page.getByText(`Not taken: ${reason}.`).waitFor();
      await number(lab, "Depth (layers)").fill("3");
      await number(lab, "Depth (layers)").press("Enter");
    }
    assert.equal(await width.getAttribute("aria-invalid"), "true");
    // OT coupling is at work in one panel: its pairs are not independent.
    assert.ok(await lab.page.getByRole("checkbox", { name: "Stable targets" }).isDisabled());
    await lab.page.getByText(/Not for Straight: “Stable targets” is not available: noise and data are not paired independently, which the averages/).waitFor();
    assert.ok(!lab.page.url().includes("network"));
    assert.deepEqual(await violations(lab.page), []);
  });
}

test("a choice of a head leaves what was refused, and says no reason again", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  await openDrawer(lab);
  const width = number(lab, "Width (units)");
  await width.fill("60");
  await width.press("Enter");
  const reason = lab.page.getByRole("status").filter({ hasText: "Not for Straight: “Stable targets” is not available" });
  await reason.evaluate((status) => {
    Object.assign(window, { told: 0 });
    new MutationObserver(() => (/** @type {any} */ (window).told += 1)).observe(status, { childList: true, characterData: true, subtree: true });
  });
  await lab.panel("Curved").getByText("More", { exact: true }).click();
  for (const _ of "abc") await lab.panel("Curved").getByRole("slider", { name: /^Noise g/ }).press("ArrowRight");
  assert.equal(await lab.page.evaluate(() => /** @type {any} */ (window).told), 0);
  assert.deepEqual([await width.inputValue(), await width.getAttribute("aria-invalid")], ["60", "true"]);
  await number(lab, "Depth (layers)").fill("2");
  await number(lab, "Depth (layers)").press("Enter");
  await lab.button("Restore defaults").click();
  assert.deepEqual([await width.inputValue(), await width.getAttribute("aria-invalid")], ["64", null]);
});

test("a link that asks for an impossible setting is told so", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off", "network.width": 60 });
  await lab.page.getByRole("alert").getByText(/“Width” is 60/).waitFor();
  await lab.settled(20);
});

test("a seed or a step that is none is told so, stays to be mended, and changes nothing", async (context) => {
  const lab = await labFor(context);
  await lab.openAtRest({ seed: 5 });
  const refused = { Seed: ["-1", "1.5", "9007199254740992", ""], "Pause at step": ["0", "-1", "1.5", "9007199254740992", ""] };
  for (const [name, values] of Object.entries(refused)) {
    const field = number(lab, name);
    const told = lab.page.getByRole("group", { name: "Training", exact: true }).getByText(`${name} not taken: a whole number from`);
    const valid = await field.inputValue();
    for (const value of values) {
      await field.fill(value);
      await field.press("Enter");
      await told.waitFor();
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      await field.blur();
      assert.equal(await field.inputValue(), value);
      await field.fill(valid);
      await told.waitFor({ state: "hidden" });
    }
    // It is told to whoever just goes on, too.
    await field.fill(values[0] ?? "");
    await told.waitFor();
    await field.fill(valid);
  }
  assert.deepEqual(new URL(lab.page.url()).hash.match(/(seed|until)=\d+/g)?.sort(), ["seed=5", "until=20"]);
});
