// Nothing sticks out, nothing is cut off, and everything can be hit, from the smallest phone to a large screen.

import assert from "node:assert/strict";
import { test } from "node:test";

import { violations } from "./harness/audit.js";
import { Lab, PANELS } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

/**
 * What sticks out of the window or is cut off by its own box. Rows that scroll are not cut off.
 * @param {Lab} lab
 */
function badlyPlaced(lab) {
  return lab.page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const bad = [];
    if (document.documentElement.scrollWidth > width) bad.push(`page: ${document.documentElement.scrollWidth} > ${width}`);
    for (const element of document.querySelectorAll("body *")) {
      if (!(element instanceof HTMLElement) || !element.checkVisibility({ visibilityProperty: true }) || element.closest(".visually-hidden, .skip")) continue;
      const what = `${element.tagName} ${element.id || element.className} “${(element.textContent ?? "").trim().slice(0, 30)}”`;
      let scroller = element.parentElement;
      while (scroller && !["auto", "scroll"].includes(getComputedStyle(scroller).overflowX)) scroller = scroller.parentElement;
      const { left, right } = element.getBoundingClientRect();
      if (!scroller && right > left + 1 && (left < -1 || right > width + 1)) bad.push(`${what}: ${left.toFixed()}..${right.toFixed()} of ${width}`);
      const isText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      const { overflowX } = getComputedStyle(element);
      if (isText && element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1 && overflowX !== "auto" && overflowX !== "scroll") {
        bad.push(`${what}: text ${element.scrollWidth} in ${element.clientWidth}`);
      }
    }
    return bad;
  });
}

/** Controls smaller than `least`, unless they stand in a line of text. @param {Lab} lab @param {number} least */
function tooSmall(lab, least) {
  return lab.page.evaluate((least) => {
    const bad = [];
    for (const control of document.querySelectorAll("button, select, summary, input")) {
      if (!control.checkVisibility() || control.closest(".visually-hidden")) continue;
      // A label is part of its control.
      const boxes = [control, ...(/** @type {HTMLInputElement} */ (control).labels ?? [])].map((part) => part.getBoundingClientRect());
      const height = Math.max(...boxes.map((box) => box.height));
      if (height < least - 0.5) bad.push(`${control.tagName} ${control.id || control.className} “${control.textContent?.trim().slice(0, 20)}”: ${height.toFixed(1)} high`);
    }
    return bad;
  }, least);
}

// A window of 1280 pixels at 400 % is one of 320.
for (const [width, height] of /** @type {const} */ ([[320, 256], [320, 640], [360, 740], [768, 1024], [1280, 800], [1920, 1080]])) {
  test(`${width} by ${height}: everything is inside`, async (context) => {
    const isTouch = width < 1000;
    const lab = await labFor(context, { viewport: { width, height }, hasTouch: isTouch, isMobile: isTouch, colorScheme: width === 768 ? "dark" : "light" });
    await lab.openAtRest();
    assert.deepEqual(await badlyPlaced(lab), []);
    assert.deepEqual(await tooSmall(lab, isTouch ? 40 : 24), []);
    for (const summary of await lab.page.locator("#settings > summary, .chart summary").all()) await summary.click();
    assert.deepEqual(await badlyPlaced(lab), []);
    assert.deepEqual(await tooSmall(lab, isTouch ? 40 : 24), []);
    assert.deepEqual(await violations(lab.page), []);
    await lab.button("Show all keyboard shortcuts").click();
    await lab.page.getByRole("dialog").waitFor();
    assert.deepEqual(await badlyPlaced(lab), []);
  });
}

/**
 * Runs in the page: opens all that a head has, and tells which options are wider than their menu has room for.
 * @returns {{ walked: number, cut: string[] }}
 */
function walkOptions() {
  for (const drawer of document.querySelectorAll(".panel-head details")) if (drawer instanceof HTMLDetailsElement) drawer.open = true;
  const cut = [];
  let walked = 0;
  for (const menu of document.querySelectorAll(".panel-head select")) {
    if (!(menu instanceof HTMLSelectElement) || !menu.checkVisibility()) continue;
    const room = menu.getBoundingClientRect().width;
    for (const { label } of menu.options) {
      // A menu of this option alone, as wide as it likes, in the same place and so in the same style.
      const alone = /** @type {HTMLSelectElement} */ (menu.cloneNode());
      alone.append(new Option(label));
      alone.style.cssText = "position: absolute; inline-size: max-content; max-inline-size: none";
      menu.after(alone);
      const needed = alone.getBoundingClientRect().width;
      alone.remove();
      walked += 1;
      if (needed > room + 0.5) cut.push(`${menu.labels[0]?.firstElementChild?.textContent}, ${label}: ${room.toFixed(1)} of ${needed.toFixed(1)}`);
    }
  }
  return { walked, cut };
}

test("every option of every menu of both heads is read in full", async (context) => {
  const lab = await labFor(context, { hasTouch: true });
  // With the reader's own data, which a source's menu offers too.
  await lab.openAtRest({ dataset: "own.m-2_0_0.5*2_0_0.5", "straight.source": "own.m0_0_0.5" });
  for (const width of [320, 360, 429, 430, 640, 768, 1239, 1240, 1280, 1366, 1439, 1440, 1600, 1800, 1920]) {
    await lab.page.setViewportSize({ width, height: 1000 });
    for (const panel of PANELS) {
      // Where there is room for one panel, a switch says which.
      const shown = lab.page.getByRole("radio", { name: new RegExp(`^${panel}`) });
      if (await shown.isVisible()) await shown.check({ force: true });
      assert.ok(await lab.panel(panel).isVisible(), `${panel} at ${width}`);
      const { walked, cut } = await lab.page.evaluate(walkOptions);
      assert.deepEqual(cut, [], `${panel} at ${width}`);
      assert.ok(walked >= 25, `${walked} options in sight of ${panel} at ${width}`);
    }
  }
});

test("noise and guidance, with its weight, are told in the picture's corner, and move nothing", async (context) => {
  const lab = await labFor(context);
  const state = { dataset: "checkerboard", "straight.coupling": "independent" };
  const tops = [];
  for (const more of [{}, { "straight.noise": 1.95, "curved.guided": 7, "curved.weight": 2.75 }]) {
    await lab.page.goto("about:blank");
    await lab.openAtRest({ ...state, ...more });
    for (const width of [320, 360, 430, 640, 768, 1239, 1240, 1280, 1366, 1440, 1600, 1920]) {
      await lab.page.setViewportSize({ width, height: 1000 });
      assert.deepEqual(await badlyPlaced(lab), [], `at ${width}`);
      tops.push(await lab.eulerSteps.evaluate((slider) => Math.round(slider.getBoundingClientRect().top + scrollY)));
    }
  }
  const half = tops.length / 2;
  assert.deepEqual(tops.slice(half), tops.slice(0, half));
  for (const [panel, text] of [["Straight", "noise g = 1.95"], ["Curved", "towards mode 8, weight 2.75"]]) {
    const told = lab.panel(panel ?? "").getByText(text ?? "", { exact: true });
    const [words, picture] = await Promise.all([told.boundingBox(), lab.canvas(panel ?? "").boundingBox()]);
    assert.ok(words && picture && words.x >= picture.x && words.y >= picture.y && words.height < 30, `${panel}: ${JSON.stringify([words, picture])}`);
  }
});

test("what layers and questions tell moves no control of the lab", async (context) => {
  const lab = await labFor(context);
  await lab.openAtRest();
  const controls = () =>
    lab.page.evaluate(() => {
      const all = [...document.querySelectorAll("#lab > :not(.charts, .take, .drawer, .prose) :is(button:not(.probe), input, select)")].filter((control) => control.checkVisibility());
      return all.map((control) => Math.round(control.getBoundingClientRect().top + scrollY));
    });
  for (const width of [360, 768, 1280, 1920]) {
    await lab.page.setViewportSize({ width, height: 1000 });
    const layers = ["Velocity arrows", "Warped grid", "Chords", "Error of the field"].map((name) => lab.page.getByRole("checkbox", { name, exact: true }));
    const question = lab.page.getByRole("combobox", { name: "Ask the plane" });
    const before = await controls();
    assert.ok(before.length > 40);
    for (const layer of layers) await layer.check();
    await lab.page.getByText(/Error of the field: how far/).waitFor();
    assert.deepEqual(await controls(), before, `layers at ${width}`);
    for (const layer of layers) await layer.uncheck();
    await lab.page.getByText(/Error of the field: how far/).waitFor({ state: "hidden" });
    await question.selectOption("pairs");
    await lab.page.getByText(/mean speed/).first().waitFor();
    assert.deepEqual(await controls(), before, `a question at ${width}`);
    await question.selectOption("off");
    await lab.page.getByText(/mean speed/).first().waitFor({ state: "hidden" });
  }
});

test("the longest name is read in full beside its picture, and moves nothing", async (context) => {
  const lab = await labFor(context);
  const { page } = lab;
  await lab.openAtRest();
  const look = () => page.getByRole("heading", { level: 2 }).first().evaluate((name) => {
    const [room, words] = [name.getBoundingClientRect(), new Range()];
    words.selectNodeContents(name);
    const { left, right, top, bottom } = words.getBoundingClientRect();
    const isInside = left >= room.left - 1 && right <= room.right + 1 && top >= room.top - 3 && bottom <= room.bottom + 3;
    return { text: name.textContent, isInside, below: name.nextElementSibling?.getBoundingClientRect().top };
  });
  for (const width of [660, 800, 1280, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    const short = await look();
    for (const text of ["Minibatch OT, reflowed 4", "Independent-and-straight", "W".repeat(13), "W".repeat(24), short.text ?? ""]) {
      await page.getByText("More", { exact: true }).first().click();
      await page.getByRole("textbox", { name: "Name" }).first().fill(text);
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      await lab.frame();
      assert.deepEqual(await look(), { ...short, text }, `at ${width}`);
    }
  }
});
