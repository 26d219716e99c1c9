// The second time axis: earlier steps of training, shown again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Lab, PANELS } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

/** @param {Lab} lab */
function slider({ page }) {
  return page.getByRole("slider", { name: "Training step shown", exact: true });
}

/** Replays the training from an early step to the newest weights. What passes is noted in the page: looking now and then may miss it. @param {Lab} lab */
async function replayed(lab) {
  await slider(lab).evaluate((range) => {
    const shown = /** @type {(string | null)[]} */ ([]);
    Object.assign(window, { shown });
    new MutationObserver(() => shown.push(range.getAttribute("aria-valuetext"))).observe(range, { attributeFilter: ["aria-valuetext"] });
  });
  await lab.button("Replay training").click();
  await lab.until("earlier steps, and then the newest weights", () =>
    lab.page.evaluate(() => {
      const shown = /** @type {string[]} */ (/** @type {any} */ (window).shown);
      return shown.some((step) => /^step /.test(step)) && shown.at(-1) === "newest weights";
    }),
  );
}

test("an early step of training is replayed by keyboard, bit for bit", async (context) => {
  const early = await labFor(context);
  await early.open({ seed: 2, n: 4, until: 400, play: "off" });
  await early.settled(400, 4);
  await slider(early).focus();
  for (let press = 0; press < 3; press += 1) await early.page.keyboard.press("ArrowLeft");
  const said = /^step ([\d,]+)$/.exec((await slider(early).getAttribute("aria-valuetext")) ?? "");
  assert.ok(said, "the slider says which step it shows");
  const step = Number(said[1]?.replaceAll(",", ""));
  assert.ok(step > 0 && step < 400);
  await early.until(`step ${step}`, async () => (await early.stat("Curved", "sample-step")) === step && (await early.stat("Straight", "sample-step")) === step);
  const replayed = await early.hashes();

  const paused = await labFor(context);
  await paused.open({ seed: 2, n: 4, until: step, play: "off" });
  await paused.settled(step, 4);
  assert.deepEqual(await paused.hashes(), replayed);
});

test("a replay goes on to its end beside a field that does not learn", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 40, play: "off" });
  await lab.button("Learned against exact").click();
  await lab.until("the networks to rest", async () => (await lab.text("Learned", "sample-step")) === "40");
  await replayed(lab);
  await lab.until("a picture of them", async () => (await lab.text("Learned", "sample-step")) === "40");
  assert.equal(await lab.text("Exact", "sample-step"), "", "no weights move these particles");
});

test("the verdict stays while pictures are renewed, and tells that it waits only when that takes long", async (context) => {
  const lab = await labFor(context);
  // The page's second of patience passes when this test says so.
  await lab.page.addInitScript(() => {
    const held = /** @type {Map<unknown, () => void>} */ (new Map());
    Object.assign(window, { held, told: [] });
    const [set, clear] = [setTimeout, clearTimeout];
    Object.assign(window, {
      setTimeout: (/** @type {() => void} */ work, /** @type {number} */ delay) => {
        const id = set(delay === 1000 ? () => undefined : work, delay);
        if (delay === 1000) held.set(id, work);
        return id;
      },
      clearTimeout: (/** @type {number} */ id) => (held.delete(id), clear(id)),
    });
  });
  await lab.open({ n: 4, until: 400, play: "off" });
  await lab.settled(400, 4);
  const verdict = lab.page.getByText(/^With \d+ Euler steps/);
  await verdict.waitFor();
  await verdict.evaluate((element) => {
    new MutationObserver(() => /** @type {any} */ (window).told.push(element.textContent)).observe(element, { childList: true });
  });
  await lab.setEulerSteps(7);
  await lab.settled(400, 7);
  await lab.page.getByText("With 7 Euler steps").waitFor();
  await replayed(lab);
  await lab.page.getByText("With 7 Euler steps").waitFor();
  const told = await lab.page.evaluate(() => /** @type {string[]} */ (/** @type {any} */ (window).told));
  assert.ok(told.length > 1);
  assert.deepEqual(told.filter((text) => text.startsWith("Following")), []);

  // It takes long.
  const late = await lab.page.evaluate(() => {
    const { held, told } = /** @type {any} */ (window);
    [...document.querySelectorAll("button")].find((button) => button.getAttribute("aria-label") === "+1 Euler step")?.click();
    for (const work of held.values()) work();
    return new Promise((resolve) => setTimeout(() => resolve(told.at(-1))));
  });
  assert.match(String(late), /^Following the particles anew/);
  await lab.page.getByText("With 8 Euler steps").waitFor();

  // A new experiment is not spoken of in the words of the one before.
  await lab.seed.fill("99");
  const now = await lab.seed.evaluate((seed) => {
    seed.dispatchEvent(new Event("change"));
    return [...document.querySelectorAll("p")].map(({ textContent }) => textContent).filter((text) => /^With \d+ Euler/.test(text ?? ""));
  });
  assert.deepEqual(now, []);
});

/** Waits until both panels show a kept step between these. @param {Lab} lab @param {number} least @param {number} most */
async function showsStep(lab, least, most) {
  await lab.until(`a step from ${least} to ${most}`, async () => {
    const all = await Promise.all(PANELS.map((panel) => lab.stats(panel)));
    return all.every((stats) => stats["hash"] && stats["sample-step"] && Number(stats["sample-step"]) >= least && Number(stats["sample-step"]) <= most);
  });
  return lab.hashes();
}

/** The page saves itself when it is hidden. @param {Lab} lab */
async function save(lab) {
  await lab.hide(true);
  await lab.page.getByText("Saved in this browser").waitFor();
}

test("a reload shows the replayed step again, though what was saved has no earlier weights", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 60, n: 2, replay: 10, play: "off" });
  await lab.trainedFor(60);
  const shown = await showsStep(lab, 1, 10);
  await save(lab);
  await lab.page.reload();
  await lab.trainedFor(60);
  assert.deepEqual(await showsStep(lab, 1, 10), shown);
  assert.equal(await lab.page.getByRole("button", { name: "Restart" }).count(), 0);
});

test("an experiment without earlier weights shows the newest ones in their place", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 60, n: 2, play: "off" });
  await lab.settled(60);
  await save(lab);
  await lab.page.reload();
  await lab.settled(60);
  await lab.page.evaluate(() => (location.hash += "&replay=10"));
  await lab.frame();
  await lab.setEulerSteps(3);
  // The page writes what it has read.
  await lab.until("the address", async () => /n=3&.*replay=10/.test(lab.page.url()));
  await lab.settled(60, 3);
  assert.equal(await lab.page.getByRole("button", { name: "Restart" }).count(), 0);
});
