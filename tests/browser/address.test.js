// The address and what leaves it alone: places of the page, motion that is not wanted, tastes, the way back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PANELS } from "./harness/lab.js";
import { labFor, server } from "./harness/stage.js";

const RESTING = { dataset: "rings", until: 20, play: "off", n: 3 };

test("a link to a place of the page goes there and leaves the experiment as it is", async (context) => {
  const lab = await labFor(context);
  const { page } = lab;
  await lab.open(RESTING);
  await lab.settled(20, 3);
  const heading = page.getByRole("heading", { name: "How to read this" });
  /** @type {Record<string, () => Promise<void>>} */
  const ways = {
    "a click": () => page.getByRole("link", { name: "How to read this" }).click(),
    "the key h": () => page.keyboard.press("h"),
    "the skip link": async () => {
      await page.getByRole("link", { name: "Skip to the lab" }).focus();
      await page.keyboard.press("Enter");
    },
  };
  for (const [way, go] of Object.entries(ways)) {
    const length = await page.evaluate(() => history.length);
    await page.evaluate(() => scrollTo(0, 0));
    await go();
    await lab.until(`the place after ${way}`, () => page.evaluate((before) => history.length > before, length));
    await lab.until(`the experiment’s address after ${way}`, async () => /dataset=rings&n=3/.test(page.url()));
    if (way !== "the skip link") assert.ok(await heading.evaluate((element) => element.getBoundingClientRect().top < innerHeight), `${way} shows the place`);
    assert.ok(await lab.dataset("Rings").isChecked(), way);
    await lab.settled(20, 3);
  }
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "The lab");
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("a page opened at a place shows the default experiment there", async (context) => {
  const lab = await labFor(context);
  await lab.page.goto(`${server.url}#reading`);
  await lab.trainedFor(1);
  assert.equal(await lab.page.getByRole("alert").count(), 0);
  assert.ok(await lab.dataset("Five modes").isChecked());
});

for (const reducedMotion of /** @type {const} */ (["reduce", "no-preference"])) {
  test(`the default experiment’s own link starts it, with motion: ${reducedMotion}`, async (context) => {
    const lab = await labFor(context, { reducedMotion });
    await lab.page.goto(`${server.url}#dataset=five-modes&n=2&seed=1${reducedMotion === "reduce" ? "&t=1" : ""}`);
    await lab.trainedFor(1);
    assert.ok(await lab.dataset("Five modes").isChecked());
  });
}

test("the way back leaves paused training paused where the networks are the same, and trains where they are not", async (context) => {
  const lab = await labFor(context);
  const { page } = lab;
  await lab.open({ until: 1_000_000, play: "off" });
  await lab.button("Pause training").click();
  // One of the two may have gone further when it heard of the pause: the link names the step where both rest.
  const rested = () => Number(/until=(\d+)/.exec(page.url())?.[1]);
  await lab.until("a link to where both rest", async () => {
    const [here, there] = await Promise.all(PANELS.map((panel) => lab.text(panel, "training-step")));
    return here === there && Number(here) === rested();
  });
  const step = rested();
  await lab.settled(step);
  const before = await lab.hashes();
  const solver = lab.panel("Curved").getByRole("combobox", { name: "Solver", exact: true });
  await solver.selectOption("Heun");
  await lab.button("Undo").click();
  assert.equal(await solver.evaluate((menu) => /** @type {HTMLSelectElement} */ (menu).selectedOptions[0]?.label), "Euler");
  assert.equal(await lab.button("Train").count(), 1, "another solver has the same network");
  await lab.until("the picture there was", async () => (await lab.hashes()).join() === before.join());

  // Exchanged networks are brought to the same step, and no further.
  const left = () => page.getByRole("region", { name: /^(Straight|Curved)$/ }).first().getByRole("heading").textContent();
  for (const [way, name] of [["Swap panels", "Curved"], ["Undo", "Straight"], ["Redo", "Curved"]]) {
    await lab.button(way ?? "").click();
    assert.equal(await left(), name, way);
    assert.equal(await lab.button("Train").count(), 1, `${way} leaves it paused`);
    await lab.settled(step);
    assert.deepEqual(await lab.hashes(), before, way);
  }

  await lab.dataset("Rings").check();
  await lab.trainedFor(1);
  await lab.button("Pause training").click();
  await lab.button("Undo").click();
  await lab.button("Pause training").waitFor();
});

test("tastes are kept from the first one on, and a link, which says more, leaves them", async (context) => {
  const lab = await labFor(context);
  const { page } = lab;
  const trails = page.getByRole("checkbox", { name: "Trails", exact: true });
  const speed = page.getByRole("combobox", { name: "Speed", exact: true });
  const visit = async (/** @type {string} */ hash) => {
    await page.goto("about:blank");
    await page.goto(server.url + hash);
    await lab.trainedFor(1);
  };
  await visit("#play=off&until=1000000");
  await trails.uncheck();
  await visit("");
  assert.equal(await trails.isChecked(), false, "the first thing done was kept");
  await page.evaluate(() => void (location.hash = "#trails=on&speed=0.25"));
  await lab.until("what the link says", async () => (await trails.isChecked()) && (await speed.inputValue()) === "0.25");
  await page.evaluate(() => void (location.hash = "#trails=on&speed=0.5"));
  await lab.until("what the next link says", async () => (await speed.inputValue()) === "0.5");
  await visit("");
  assert.deepEqual([await trails.isChecked(), await speed.inputValue()], [false, "1"]);
  await visit("#dataset=rings");
  assert.ok(await trails.isChecked(), "a link that says nothing of it means the default");
});
