// The charts: values read by pointer and keyboard, the table behind each, and what can be chosen about them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { violations } from "./harness/audit.js";
import { Lab, PANELS } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

const CHARTS = ["Loss", "Error against evaluations", "Straightness over training", "Hits against evaluations"];

/** @param {Lab} lab @param {string} chart */
function probe(lab, chart) {
  return lab.page.getByRole("slider", { name: `Read ${chart}`, exact: true });
}

/** @param {Lab} lab @param {string} chart */
async function reading(lab, chart) {
  return (await probe(lab, chart).getAttribute("aria-valuetext")) ?? "";
}

/** @param {import("node:test").TestContext} context */
async function trained(context) {
  const lab = await labFor(context);
  await lab.open({ dataset: "five-modes", seed: 1, n: 2, until: 400, play: "off" });
  await lab.settled(400, 2);
  await lab.until("all points of the curves", async () => /100 evaluations: .*Straight.*Curved/.test(await lastReading(lab)));
  return lab;
}

/** @param {Lab} lab */
async function lastReading(lab) {
  await probe(lab, "Hits against evaluations").press("End");
  return reading(lab, "Hits against evaluations");
}

test("every chart is read by arrow keys and has a table that says the same", async (context) => {
  const lab = await trained(context);
  for (const chart of CHARTS) {
    const slider = probe(lab, chart);
    await slider.press("Home");
    const first = await reading(lab, chart);
    await slider.press("ArrowRight");
    const second = await reading(lab, chart);
    assert.match(first, /^(Step [\d,]+|\d+ evaluations?): .*\d/, `${chart}: ${first}`);
    assert.notEqual(second, first, chart);

    await slider.press("End");
    const last = await reading(lab, chart);
    await lab.page.getByText(`${chart} as a table`, { exact: true }).click();
    const row = lab.page.getByRole("group", { name: `${chart}, table`, exact: true }).getByRole("row").last();
    await lab.until(`the table of ${chart}`, async () => (await row.count()) === 1 && /\d/.test((await row.textContent()) ?? ""));
    const cells = (await row.getByRole("cell").allTextContents()).filter((cell) => cell !== "–");
    assert.ok(cells.length >= 2, `${chart}: ${cells.join(" | ")}`);
    if (chart === "Loss") {
      // What is told of the last point is what is drawn.
      const told = (await lab.page.getByRole("img", { name: /^Mean loss after/ }).getAttribute("aria-label")) ?? "";
      for (const panel of PANELS) assert.ok(told.includes(/(Straight|Curved) [\d.]+/.exec(last.slice(last.indexOf(`, ${panel} `)))?.[0] ?? "?"), `${told} | ${last}`);
    }
    for (const cell of cells) assert.ok(last.includes(cell), `${chart}: “${last}” holds ${cell}`);
  }
  assert.deepEqual(await violations(lab.page), []);
});

test("what is read at your N is what the panels say", async (context) => {
  const lab = await trained(context);
  const hits = await Promise.all([lab.stat("Straight", "hits"), lab.stat("Curved", "hits")]);
  const slider = probe(lab, "Hits against evaluations");
  await slider.press("Home");
  await slider.press("ArrowRight");
  const values = [...(await reading(lab, "Hits against evaluations")).matchAll(/([\d.]+) %/g)].map(([, value]) => Number(value) / 100);
  assert.equal(values.length, 2);
  for (const [i, value] of values.entries()) assert.ok(Math.abs(value - (hits[i] ?? NaN)) < 0.001, `${value} against ${hits[i]}`);
});

test("pointing at a chart reads it, and leaving it goes back", async (context) => {
  const lab = await trained(context);
  const chart = lab.page.getByRole("img", { name: /^Mean loss after/ });
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  assert.ok(box);
  const resting = await reading(lab, "Loss");
  await lab.page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
  await lab.until("another reading", async () => (await reading(lab, "Loss")) !== resting);
  await lab.page.mouse.move(box.x + box.width / 2, box.y - 40);
  await lab.until("the reading of now", async () => (await reading(lab, "Loss")) === resting);
});

test("all solvers are compared at equal evaluations, and the link keeps what was chosen", async (context) => {
  const lab = await trained(context);
  await lab.page.getByRole("checkbox", { name: "All solvers, without noise", exact: true }).check();
  await lab.page.getByRole("checkbox", { name: "Logarithmic", exact: true }).uncheck();
  const chart = "Error against evaluations";
  await lab.until("every fixed-step solver at 8 evaluations", async () => {
    await probe(lab, chart).press("Home");
    for (let press = 0; press < 5; press += 1) await probe(lab, chart).press("ArrowRight");
    const text = await reading(lab, chart);
    return text.startsWith("8 evaluations: ") && [...text.matchAll(/(Straight|Curved) with [^,]+? [\d.]+/g)].length >= 8;
  });
  await lab.until("the link", async () => lab.page.url().includes("solvers=on") && lab.page.url().includes("log=off"));
});

test("a flow's Euler curve has its own mark, also among all solvers", async (context) => {
  const lab = await labFor(context);
  await lab.openAtRest();
  const legend = lab.page.getByRole("figure").filter({ hasText: "Error against evaluations" }).getByRole("listitem");
  const marks = (/** @type {string} */ name) => legend.filter({ hasText: new RegExp(`^${name}$`) }).locator("path").last().evaluate((path) => [path.getAttribute("d"), path.getAttribute("fill")].join());
  const own = await Promise.all(PANELS.map(marks));
  await lab.page.getByRole("checkbox", { name: "All solvers, without noise", exact: true }).check();
  await lab.until("ten curves", async () => (await legend.count()) === 10);
  assert.deepEqual(await Promise.all(PANELS.map((panel) => marks(`${panel} with Euler`))), own);
  assert.notEqual(own[0], own[1]);
  const seen = await legend.evaluateAll((items) => items.map((item) => item.querySelector("svg")?.innerHTML));
  assert.equal(new Set(seen).size, 10, "no two samples are alike");
});

test("what is told of a chart is told of the step it is of, also before the axis is full", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  await lab.settled(20);
  for (const quantity of ["Mean loss", "Straightness"]) await lab.page.getByRole("img", { name: new RegExp(`^${quantity} after 20 training steps: Straight [\\d.]`) }).waitFor();
});

test("an axis reaches as far as its curves, and few measurements are marked", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const drawn = await lab.withModules(["www/charts/hits", "www/charts/straightness"], ({ hitsDrawing, straightnessDrawing }) => {
    const flow = (/** @type {number} */ count) => ({
      name: "Straight",
      solver: "dopri5",
      shown: 20,
      line: "solid",
      mark: "disc",
      curves: {
        errors: new Map([["dopri5", new Map([[1, { evaluations: 250, hits: 1, energy: 0, step: 20 }]])]]),
        straightness: Array.from({ length: count }, (_, i) => [i, 0.1]),
      },
    });
    const marks = [3, 200].map((count) => straightnessDrawing([flow(count)], []).curves[0].mark);
    return { max: hitsDrawing([flow(3)], []).x.max, marks: marks.map(String) };
  });
  assert.ok(drawn.max > 250);
  assert.deepEqual(drawn.marks, ["disc", "undefined"]);
});

test("in forced colours grey stays grey: what cannot be pressed, and a curve behind the others", async (context) => {
  const lab = await labFor(context, { forcedColors: "active" });
  await lab.openAtRest();
  const colour = (/** @type {string} */ name) => lab.button(name).evaluate((button) => getComputedStyle(button).color);
  const gray = await lab.page.evaluate(() => {
    const probe = document.createElement("span");
    probe.style.cssText = "forced-color-adjust: none; color: GrayText";
    document.body.append(probe);
    return getComputedStyle(probe).color;
  });
  assert.deepEqual([await colour("Undo"), await colour("Redo")], [gray, gray]);
  assert.notEqual(await colour("Copy link"), gray);
  const items = lab.page.getByRole("figure").filter({ hasText: "Loss, and the floor" }).getByRole("listitem");
  await lab.until("both floors", async () => (await items.count()) === 4);
  const looks = await items.evaluateAll((all) =>
    all.map((item) => {
      const svg = /** @type {Element} */ (item.querySelector("svg"));
      const { color, opacity } = getComputedStyle(svg);
      return [svg.innerHTML, color, opacity].join();
    }),
  );
  assert.equal(new Set(looks).size, 4);
});

test("on a phone the charts stand one below the other and nothing sticks out", async (context) => {
  const lab = await labFor(context, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await lab.openAtRest({ until: 100 });
  await lab.until("a chart", async () => (await reading(lab, "Loss")).startsWith("Step 100"));
  const lefts = await Promise.all(CHARTS.map(async (chart) => (await probe(lab, chart).boundingBox())?.x));
  assert.equal(new Set(lefts).size, 1);
  const over = await lab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${over} px stick out`);
});
