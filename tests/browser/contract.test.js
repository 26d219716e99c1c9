// The controls and values that CONTRACT.md promises, in Chromium.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Lab, PANELS } from "./harness/lab.js";
import { labFor, server } from "./harness/stage.js";

/**
 * @param {Record<string, string | number>} state
 * @param {(lab: Lab) => Promise<void>} steps
 */
function withLab(state, steps) {
  return async (/** @type {import("node:test").TestContext} */ context) => {
    const lab = await labFor(context);
    await lab.open(state);
    await steps(lab);
  };
}

test("training starts by itself and particles move", withLab({}, async (lab) => {
  await lab.trainedFor(20);
  assert.equal(await lab.button("Pause training").count(), 1);
  assert.equal(await lab.button("Pause").count(), 1);
  const early = await lab.time.inputValue();
  await lab.until("another moment", async () => (await lab.time.inputValue()) !== early);
}));

test("every control has its role, name and range", withLab({ play: "off", until: 20 }, async (lab) => {
  await lab.settled(20);
  for (const name of ["Five modes", "Checkerboard", "Two clusters", "Eight Gaussians", "Two moons", "Rings", "Spiral"]) {
    assert.equal(await lab.dataset(name).count(), 1, name);
  }
  const range = (/** @type {import("playwright-core").Locator} */ slider) =>
    slider.evaluate((input) => {
      const { type, min, max } = /** @type {HTMLInputElement} */ (input);
      return { type, min, max };
    });
  assert.deepEqual(await range(lab.eulerSteps), { type: "range", min: "1", max: "100" });
  assert.deepEqual(await range(lab.time), { type: "range", min: "0", max: "1" });
  for (const name of ["Play", "Train", "One training step", "Reset"]) assert.equal(await lab.button(name).count(), 1, name);
  assert.equal(await lab.seed.count(), 1);
  assert.equal(await lab.page.getByRole("spinbutton", { name: "Pause at step", exact: true }).count(), 1);
}));

test("each panel says what it shows, in words and in numbers", withLab({ dataset: "checkerboard", n: 7, play: "off", until: 20 }, async (lab) => {
  await lab.settled(20, 7);
  for (const panel of PANELS) {
    assert.equal(await lab.canvas(panel).count(), 1, "one picture");
    assert.match((await lab.canvas(panel).getAttribute("aria-label")) ?? "", /\w+ .{20,}/, "with a summary to be spoken");
    const hits = await lab.stat(panel, "hits");
    assert.ok(hits >= 0 && hits <= 1, `hits ${hits}`);
    assert.ok(Number.isInteger(await lab.stat(panel, "modes")), "modes are counted");
    for (const stat of ["energy", "straightness", "loss", "loss-floor", "steps-per-second"]) await lab.stat(panel, stat);
    assert.equal(await lab.stat(panel, "training-step"), 20);
    assert.equal(await lab.stat(panel, "nfe"), 7);
    assert.match(await lab.text(panel, "hash"), /^[0-9a-f]{8,}$/);
  }
}));

test("one training step is one training step, in both panels", withLab({ until: 20, play: "off" }, async (lab) => {
  await lab.settled(20);
  for (const step of [21, 22]) {
    await lab.button("One training step").click();
    await lab.settled(step);
  }
  await lab.button("One training step").evaluate((button) => {
    for (const _ of "ab") /** @type {HTMLElement} */ (button).click();
  });
  await lab.settled(24);
  await lab.button("Train").click();
  await lab.trainedFor(40);
  await lab.button("Pause training").click();
  await lab.button("Train").waitFor();
}));

test("reset starts again from the same random weights", withLab({ until: 20, play: "off" }, async (lab) => {
  await lab.settled(20);
  const first = await lab.hashes();
  await lab.button("One training step").click();
  await lab.settled(21);
  assert.notDeepEqual(await lab.hashes(), first);
  await lab.button("Reset").click();
  await lab.settled(20);
  assert.deepEqual(await lab.hashes(), first);
}));

test("another seed is another experiment", withLab({ until: 20, play: "off", seed: 1 }, async (lab) => {
  await lab.settled(20);
  const first = await lab.text("Straight", "hash");
  await lab.seed.fill("2");
  await lab.page.keyboard.press("Tab");
  await lab.page.waitForURL(/seed=2/);
  await lab.settled(20);
  assert.notEqual(await lab.text("Straight", "hash"), first);
}));

test("the Euler slider follows mouse and keyboard to both of its ends", withLab({ until: 20, play: "off", n: 10 }, async (lab) => {
  await lab.settled(20, 10);
  await lab.drag(lab.eulerSteps, 1);
  assert.equal(await lab.eulerSteps.inputValue(), "100");
  await lab.shows(100);
  await lab.drag(lab.eulerSteps, 0);
  assert.equal(await lab.eulerSteps.inputValue(), "1");
  await lab.shows(1);
  await lab.setEulerSteps(4);
}));

test("scrubbing stops the clock and shows another moment", withLab({ until: 20 }, async (lab) => {
  await lab.settled(20);
  await lab.drag(lab.time, 0.5);
  await lab.button("Play").waitFor();
  const time = Number(await lab.time.inputValue());
  assert.ok(Math.abs(time - 0.5) < 0.1, `half way: ${time}`);
}));

test("the address holds the state: reloading and editing it restore it", withLab({ dataset: "rings", n: 5, seed: 3, until: 20, play: "off" }, async (lab) => {
  await lab.settled(20, 5);
  const first = await lab.text("Curved", "hash");
  await lab.page.reload();
  await lab.settled(20, 5);
  assert.equal(await lab.text("Curved", "hash"), first);
  assert.ok(await lab.dataset("Rings").isChecked());

  await lab.dataset("Two moons").check();
  await lab.page.waitForURL(/dataset=two-moons/);
  await lab.page.evaluate(() => {
    location.hash = location.hash.replace("two-moons", "rings");
  });
  await lab.until("the old dataset", () => lab.dataset("Rings").isChecked());
  await lab.settled(20, 5);
  assert.equal(await lab.text("Curved", "hash"), first);
}));

test("how far training goes is told as it is, also after a pause and a reload", withLab({ until: 1_000_000 }, async (lab) => {
  await lab.page.getByText("Training until step 1,000,000; the networks stay within 250 steps of each other.").waitFor();
  await lab.trainedFor(10);
  await lab.button("Pause training").click();
  const rested = () => Number(/until=(\d+)/.exec(lab.page.url())?.[1]);
  await lab.until("a link to where both rest", async () => {
    const [here, there] = await Promise.all(PANELS.map((panel) => lab.text(panel, "training-step")));
    return here === there && Number(here) === rested();
  });
  const text = `Trained to step ${rested().toLocaleString("en-US")}. Press Train to go on.`;
  await lab.page.getByText(text).waitFor();
  await lab.page.reload();
  await lab.page.getByText(text).waitFor();
}));

test("the server's policy allows nothing but the page's own files", async () => {
  const response = await fetch(server.url);
  const policy = response.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
  assert.doesNotMatch(policy, /https?:|\*|'unsafe-inline'|'unsafe-eval'/);
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
});

test("a picture that takes long is preceded by one of fewer particles", withLab({ until: 300, play: "off", n: 20, particles: 20000 }, async (lab) => {
  await lab.settled(300, 20);
  // Many short pictures first: they must not spoil the estimate of how long one takes.
  await lab.setEulerSteps(8);
  await lab.page.evaluate(() => {
    const seen = /** @type {number[]} */ ([]);
    for (const share of document.querySelectorAll(".share")) {
      new MutationObserver(() => {
        const counts = (share.textContent ?? "").match(/[\d,]+/g) ?? [];
        seen.push(counts.reduce((sum, count) => sum + Number(count.replaceAll(",", "")), 0));
      }).observe(share, { subtree: true, childList: true, characterData: true });
    }
    Object.assign(globalThis, { seen });
  });
  await lab.drag(lab.eulerSteps, 1);
  await lab.shows(100);
  await lab.until("both whole pictures", async () => (await lab.hashes()).every(Boolean));
  const seen = await lab.page.evaluate(() => /** @type {number[]} */ (/** @type {any} */ (globalThis).seen));
  assert.ok(seen.some((particles) => particles >= 200 && particles < 20000), `particles seen: ${seen.join(", ")}`);
  assert.equal(seen.at(-1), 20000);
}));
