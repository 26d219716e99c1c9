// Words explain themselves: to the mouse, the keyboard and screen readers (WCAG 1.4.13).

import assert from "node:assert/strict";
import { test } from "node:test";

import { LOOKS, violations } from "./harness/audit.js";
import { labFor } from "./harness/stage.js";

for (const [what, options] of Object.entries(LOOKS)) {
  test(`a word is explained under the pointer and to the keyboard, ${what}`, async (context) => {
    const lab = await labFor(context, options);
    await lab.open({ until: 20, play: "off" });
    await lab.settled(20);
    const { page } = lab;
    const tip = page.getByRole("tooltip");
    const word = lab.panel("Straight").getByText("Energy distance", { exact: true });
    await word.hover();
    await tip.getByText(/how far the cloud/i).waitFor();
    assert.deepEqual(await violations(page), []);
    // Hoverable: the pointer may go onto the explanation.
    await tip.hover();
    // By the page's own clock, whatever it does when the pointer has left a word is done.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)));
    assert.ok(await tip.isVisible());
    await page.keyboard.press("Escape");
    await tip.waitFor({ state: "hidden" });

    await lab.seed.focus();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    await tip.getByText(/every random number/).waitFor();
    await page.keyboard.press("Escape");
    await tip.waitFor({ state: "hidden" });
    assert.ok(await lab.hasFocus(lab.seed));
  });
}

test("every number of a panel and every choice of its head has a meaning that screen readers find", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const without = await lab.panel("Straight").evaluate((region) =>
    [...region.querySelectorAll("dt, select, input[type=range]")]
      .filter((element) => {
        const ids = (element.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
        return ids.length === 0 || ids.some((id) => !document.getElementById(id)?.textContent);
      })
      .map((element) => element.closest("label, dt")?.textContent),
  );
  assert.deepEqual(without, []);
  const terms = await lab.page.evaluate(() => [...document.querySelectorAll("#reading dt")].map((term) => term.textContent));
  assert.ok(terms.length >= 20);
  assert.equal(new Set(terms).size, terms.length);
});

test("the words of a panel's numbers are two stops of the Tab key; arrow keys go through them", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const { page } = lab;
  const panel = lab.panel("Straight");
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  const stops = [];
  await panel.getByText("Straighten", { exact: true }).focus();
  for (let press = 0; press < 2; press += 1) {
    await page.keyboard.press("Tab");
    stops.push(await focused());
  }
  assert.deepEqual(stops, ["Hits", "Training step"]);
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), "Steps per second");
  await page.getByRole("tooltip").getByText(/Training speed/).waitFor();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal(await focused(), "Training step", "the first stays the first");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Steps per second", "where one was, one comes back");
});

test("every layer, every choice beside them and every chart has a word that explains itself on hover and on focus", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  await lab.settled(20);
  const { page } = lab;
  const tip = page.getByRole("tooltip");
  const layers = page.getByRole("group", { name: "Layers" });
  const charts = page.getByRole("group", { name: "Charts" });
  const layerControls = await layers.locator("input, select").all();
  const stops = [
    ...(await Promise.all(layerControls.map(async (control) => ({ control, words: layers.locator("label").filter({ hasText: await labelOf(control) }) })))),
    ...(await charts.getByRole("slider").all()).map((control) => ({ control, words: control.locator("xpath=ancestor::figure").locator("figcaption strong") })),
  ];
  assert.ok(stops.length >= 14);
  for (const { control, words } of stops) {
    const text = await words.first().innerText();
    await words.first().hover();
    await lab.until(`an explanation of ${text}`, () => tip.isVisible());
    const meaning = (await tip.textContent()) ?? "";
    assert.ok(meaning.length > 20, text);
    await page.keyboard.press("Escape");
    await tip.waitFor({ state: "hidden" });
    await page.mouse.move(0, 0);
    const described = (await control.getAttribute("aria-describedby")) ?? "";
    assert.ok((await page.locator(`#${described.split(" ").at(-1)}`).textContent()) === meaning, "screen readers hear the same");
    // As the Tab key does it: a focus that shows.
    await control.evaluate((element) => /** @type {HTMLElement} */ (element).focus({ focusVisible: true }));
    await tip.getByText(meaning, { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await tip.waitFor({ state: "hidden" });
  }
});

/** @param {import("playwright-core").Locator} control */
async function labelOf(control) {
  return (await control.evaluate((input) => /** @type {HTMLInputElement} */ (input).labels?.[0]?.textContent)) ?? "";
}
