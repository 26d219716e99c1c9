// Layers show what the library says about the flow, or say why there is nothing to show; the plane answers why.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Lab, PANELS } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

/** How many pixels of a panel's layers are inked. @param {Lab} lab @param {(typeof PANELS)[number]} panel @param {string} sheet */
function inked(lab, panel, sheet) {
  return lab.panel(panel).locator(`canvas.${sheet}`).evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]) count += 1;
    return count;
  });
}

/** Chromium advises whoever reads pixels often, which here is the test itself. @param {string} complaint */
function isOwnReading(complaint) {
  return complaint.includes("willReadFrequently");
}

test("every layer draws, or says why it cannot", async (context) => {
  const lab = await labFor(context);
  lab.expects(isOwnReading);
  await lab.open({ until: 300, play: "off", t: 0.5, "curved.schedule": "cosine" });
  await lab.settled(300);
  const group = lab.page.getByRole("group", { name: "Layers" });
  const all = await group.getByRole("checkbox").all();
  const isOn = await Promise.all(all.map((box) => box.isChecked()));
  const boxes = all.filter((_, i) => !isOn[i]);
  assert.ok(boxes.length >= 7);
  for (const box of boxes) {
    await box.check();
    const name = (await box.evaluate((input) => input.parentElement?.textContent)) ?? "";
    const legend = lab.page.locator("#layers-legend");
    await lab.until(`${name} in the legend`, async () => ((await legend.textContent()) ?? "").length > 20);
    await lab.until(`${name} in Curved`, async () => (await inked(lab, "Curved", "plane-layers")) > 200);
    // The coupling of Straight has no exact field: its panel stays blank, with the reason.
    const isExact = ["True density", "Error of the field"].includes(name);
    if (isExact) await lab.until(`${name}: a reason`, async () => /Straight: .*independent pairs/.test((await legend.textContent()) ?? ""));
    else await lab.until(`${name} in Straight`, async () => (await inked(lab, "Straight", "plane-layers")) > 200);
    await box.uncheck();
    await lab.until(`${name} gone`, async () => (await inked(lab, "Curved", "plane-layers")) === 0);
  }
});

for (const [data, dataset, says] of /** @type {const} */ ([
  ["endless data is told with how likely fresh points are", "five-modes", /200 points of data kept from training have a mean log-likelihood of −?\d+\.\d\d nats/],
  ["bare points is drawn, though none are held out", "own.pALG_wAAAv4AAAEBAAAAAADrMzOpWw8ZGqq5u7oJeMh", /Straight: at most [^;]*; all points of this data are trained on, so none are held out/],
])) {
  test(`the learned density of ${data}`, async (context) => {
    const lab = await labFor(context);
    lab.expects(isOwnReading);
    await lab.open({ dataset, until: 100, play: "off", t: 1, layers: "learned" });
    await lab.settled(100);
    const legend = lab.page.locator("#layers-legend");
    await lab.until("the legend", async () => says.test((await legend.textContent()) ?? ""));
    await lab.until("the density", async () => (await inked(lab, "Straight", "plane-layers")) > 200);
  });
}

test("what a picture shows by itself can be left out, in the page, its link and what leaves it", async (context) => {
  const lab = await labFor(context);
  lab.expects(isOwnReading);
  await lab.open({ until: 100, play: "off", t: 0.5, n: 8 });
  await lab.settled(100, 8);
  const box = (/** @type {string} */ name) => lab.page.getByRole("checkbox", { name, exact: true });
  const drawn = () => Promise.all(["plane-particles", "plane-backdrop"].map((sheet) => inked(lab, "Curved", sheet)));
  const [whole = 0, backdrop = 0] = await drawn();
  await box("Particle dots").uncheck();
  await lab.until("trails alone", async () => ((await drawn())[0] ?? 0) < whole);
  assert.ok(((await drawn())[0] ?? 0) > 200);
  await box("Trails").uncheck();
  await lab.until("no particles", async () => (await drawn())[0] === 0);
  await box("Target outline").uncheck();
  await lab.until("no outline", async () => ((await drawn())[1] ?? 0) < backdrop);
  assert.ok(((await drawn())[1] ?? 0) > 50, "the scale stays");
  await lab.until("the link", () => Promise.resolve(/dots=off.*trails=off.*outline=off/.test(lab.page.url())));

  const download = lab.page.waitForEvent("download");
  await lab.button("Trajectories (SVG)").click();
  const svg = await readFile(await (await download).path(), "utf8");
  assert.match(svg, /d="M[^"]*L/, "trajectories");
  assert.doesNotMatch(svg, /Z"|h0"/, "neither ends nor outlines");

  await lab.page.reload();
  await lab.settled(100, 8);
  assert.deepEqual(await Promise.all(["Particle dots", "Trails", "Target outline"].map((name) => box(name).isChecked())), [false, false, false]);
  for (const name of ["Particle dots", "Trails", "Target outline"]) await box(name).check();
  await lab.until("all of it", async () => JSON.stringify(await drawn()) === JSON.stringify([whole, backdrop]));
});

test("a hole of the target is not shaded, neither in the page nor in its vectors", async (context) => {
  const lab = await labFor(context);
  lab.expects(isOwnReading);
  await lab.open({ dataset: "rings", until: 10, play: "off" });
  await lab.settled(10);
  // The picture reaches 1.08 times as far as the outer ring: to 3.726.
  const places = { middle: 0, "inner ring": 1.5, "between them": 2.25, "outer ring": 3 };
  const shares = Object.values(places).map((x) => 0.5 + x / (2 * 3.726));
  const shaded = { middle: false, "inner ring": true, "between them": false, "outer ring": true };
  const named = (/** @type {boolean[]} */ found) => Object.fromEntries(Object.keys(places).map((name, i) => [name, found[i]]));
  const inPage = await lab.panel("Curved").locator("canvas.plane-backdrop").evaluate((canvas, shares) => {
    const { width } = /** @type {HTMLCanvasElement} */ (canvas);
    const pixels = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d");
    return shares.map((share) => (pixels?.getImageData(share * width, width / 2, 1, 1).data[3] ?? 0) > 0);
  }, shares);
  assert.deepEqual(named(inPage), shaded);

  const download = lab.page.waitForEvent("download");
  await lab.button("Trajectories (SVG)").click();
  const svg = await readFile(await (await download).path(), "utf8");
  const inVectors = await lab.page.evaluate(
    ([svg, shares]) => {
      document.body.innerHTML = svg;
      const outline = [...document.querySelectorAll("path")].find((path) => path.getAttribute("d")?.endsWith("Z"));
      const side = Number(outline?.ownerSVGElement?.getAttribute("width"));
      return shares.map((share) => outline?.isPointInFill(new DOMPoint(share * side, side / 2)) ?? false);
    },
    /** @type {const} */ ([svg, shares]),
  );
  assert.deepEqual(named(inVectors), shaded);
});

test("of the washes one is shown, and the link says which", async (context) => {
  const lab = await labFor(context);
  lab.expects(isOwnReading);
  await lab.open({ until: 100, play: "off", layers: "arrows.true" });
  const box = (/** @type {string} */ name) => lab.page.getByRole("checkbox", { name, exact: true });
  assert.ok(await box("True density").isChecked());
  await box("Learned density").check();
  assert.deepEqual(await Promise.all(["Velocity arrows", "True density", "Learned density"].map((name) => box(name).isChecked())), [true, false, true]);
  await lab.until("the link", () => Promise.resolve(lab.page.url().includes("layers=arrows.learned")));
});

test("a place answers why, by pointer and by keys", async (context) => {
  const lab = await labFor(context);
  lab.expects(isOwnReading);
  await lab.open({ until: 200, play: "off", t: 0.4, probe: "pairs", place: "0.5_-1.2" });
  await lab.settled(200);
  const words = lab.page.locator("#why-words");
  await lab.until("words for both", async () => /Straight.*within about.*Curved.*paths pass here/.test((await words.textContent()) ?? ""));
  assert.match((await words.textContent()) ?? "", /Hollow circles are noise, filled ones data; the thick arrow is the mean, a thin orange one the field on show\.$/);
  const handle = lab.panel("Curved").getByRole("button", { name: /pairs that pass here: x 0\.50, y −1\.20/ });
  await handle.focus();
  await lab.page.keyboard.press("ArrowLeft");
  await lab.until("the place has moved", () => Promise.resolve(/place=0\.4\d?_-1\.2/.test(lab.page.url())));
  for (const panel of PANELS) await lab.until(`pairs in ${panel}`, async () => (await inked(lab, panel, "plane-why")) > 300);
  await lab.page.getByRole("combobox", { name: "Ask the plane" }).selectOption("ways");
  await lab.until("ways in words", async () => /one step and eight steps end/.test((await words.textContent()) ?? ""));
  await lab.page.getByRole("combobox", { name: "Ask the plane" }).selectOption("off");
  await lab.until("nothing", async () => (await words.textContent()) === "");
});

test("what the plane answers is told when the clock rests", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, probe: "pairs" });
  const words = lab.page.getByRole("status").filter({ hasText: /the thick arrow is the mean/ });
  await words.waitFor();
  assert.equal(await words.getAttribute("aria-live"), "off");
  await lab.button("Pause").click();
  assert.equal(await words.getAttribute("aria-live"), "polite");
});

test("the journey is asked nothing: a press leaves the place, and the page scrolls", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off", view: "journey", probe: "pairs", place: "0.5_-1.2" });
  const picture = lab.panel("Curved").locator(".plane");
  const feel = () => picture.evaluate((plane) => [getComputedStyle(plane).cursor, getComputedStyle(plane).touchAction]);
  await picture.click({ position: { x: 50, y: 50 } });
  assert.deepEqual(await feel(), ["auto", "auto"]);
  await lab.page.getByRole("combobox", { name: "View", exact: true }).selectOption("plane");
  await lab.panel("Curved").getByRole("button", { name: /pairs that pass here: x 0\.50, y −1\.20/ }).waitFor();
  assert.deepEqual(await feel(), ["crosshair", "none"]);
});

test("the numbers of the ways lie on no other, also where all end in one place", async (context) => {
  const lab = await labFor(context);
  await lab.openAtRest();
  const least = await lab.withModules(["www/why"], ({ labelPlaces }) => {
    const apart = /** @type {number[]} */ ([]);
    for (const step of [0, 2, 5, 9, 20]) {
      for (const [dx, dy] of [[1, 0], [0, 1], [1, 1], [-1, 1]]) {
        const places = labelPlaces([0, 1, 2, 3].map((i) => [100 + i * step * (dx ?? 0), 100 + i * step * (dy ?? 0)]), 1);
        places.forEach((/** @type {number[]} */ [x = 0, y = 0], /** @type {number} */ i) => {
          for (const [u = 0, v = 0] of places.slice(0, i)) apart.push(Math.max(Math.abs(x - u) / 10, Math.abs(y - v) / 13));
        });
      }
    }
    return Math.min(...apart);
  });
  assert.ok(least >= 1, `${least} of a label apart`);
});

test("the journey shows all times side by side, and the cloud on its way", async (context) => {
  const lab = await labFor(context);
  lab.expects(isOwnReading);
  await lab.open({ until: 100, play: "off", t: 0.2, n: 8 });
  await lab.settled(100, 8);
  await lab.page.getByRole("combobox", { name: "View", exact: true }).selectOption("journey");
  await lab.until("the link", () => Promise.resolve(lab.page.url().includes("view=journey")));
  for (const panel of PANELS) {
    assert.match((await lab.canvas(panel).getAttribute("aria-label")) ?? "", /particles reach the target/, "what it shows in words");
    await lab.until(`ways, slices and contours in ${panel}`, async () => (await inked(lab, panel, "plane-journey")) > 3000);
    const picture = () => lab.panel(panel).locator(".plane-journey").evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
    const early = await picture();
    await lab.time.focus();
    await lab.page.keyboard.press(panel === "Straight" ? "End" : "Home");
    await lab.until(`the cloud elsewhere in ${panel}`, async () => (await picture()) !== early);
  }
  await lab.page.getByRole("checkbox", { name: "Chords" }).check();
  await lab.until("words about layers", async () => /the journey shows none/.test((await lab.page.locator("#layers-legend").textContent()) ?? ""));
  assert.doesNotMatch((await lab.page.locator("#layers-legend").textContent()) ?? "", /Chords/);
  await lab.page.getByRole("combobox", { name: "View", exact: true }).selectOption("plane");
  await lab.until("the chords", async () => (await inked(lab, "Straight", "plane-layers")) > 200);
  await lab.until("the plane again", () => lab.panel("Straight").locator(".plane-particles").isVisible());
  assert.equal(await lab.panel("Straight").locator(".plane-journey").isVisible(), false);
});

/** How many hues, of twelve, the clear colours of a panel's canvas have. @param {Lab} lab @param {(typeof PANELS)[number]} panel @param {string} selector */
function hues(lab, panel, selector) {
  return lab.panel(panel).locator(selector).evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    const found = new Array(12).fill(0);
    for (let i = 0; i < data.length; i += 4) {
      const [red = 0, green = 0, blue = 0, alpha = 0] = [data[i], data[i + 1], data[i + 2], data[i + 3]];
      const strength = Math.max(red, green, blue) - Math.min(red, green, blue);
      if (alpha < 40 || strength < 40) continue;
      const angle = Math.atan2(Math.sqrt(3) * (green - blue), 2 * red - green - blue);
      found[Math.floor(((angle + Math.PI) / (2 * Math.PI)) * 12) % 12] += 1;
    }
    return found.filter((count) => count > 5).length;
  });
}

test("the colour tells the origin in the plane, the film and the journey", async (context) => {
  const lab = await labFor(context, { reducedMotion: "reduce" });
  lab.expects(isOwnReading);
  await lab.open({ until: 100, n: 8, t: 0.3 });
  await lab.settled(100, 8);
  const choose = (/** @type {string} */ name, /** @type {string} */ option) => lab.page.getByRole("combobox", { name, exact: true }).selectOption(option);
  for (const [view, sheets] of /** @type {const} */ ([["plane", [".plane-particles", ".film canvas"]], ["journey", [".plane-journey"]]])) {
    await choose("View", view);
    for (const panel of PANELS) {
      for (const sheet of sheets) {
        await lab.until(`${sheet} of ${panel} drawn`, async () => (await hues(lab, panel, sheet)) > 0);
        assert.ok((await hues(lab, panel, sheet)) <= 4, `${sheet} of ${panel}: two colours`);
      }
    }
    await choose("Colour by", "origin");
    for (const panel of PANELS) for (const sheet of sheets) await lab.until(`${sheet} of ${panel} by origin`, async () => (await hues(lab, panel, sheet)) >= 8);
    await choose("Colour by", "hit or miss");
    for (const panel of PANELS) for (const sheet of sheets) await lab.until(`${sheet} of ${panel} by hit`, async () => (await hues(lab, panel, sheet)) <= 4);
  }
});

test("an experiment that begins anew is no answer to what the plane was asked", async (context) => {
  const lab = await labFor(context);
  lab.expects(isOwnReading);
  await lab.page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = /** @param {any} message @param {any} rest */ function (message, rest) {
      const { page } = /** @type {any} */ ({ page: window });
      if (message.kind === "ask" && page.isMute) page.swallowed = true;
      else post.call(this, message, rest);
    };
  });
  await lab.open({ until: 60, play: "off", t: 0.4, probe: "pairs" });
  await lab.settled(60);
  const words = lab.page.locator("#why-words");
  await lab.until("words for both", async () => /Straight.*Curved/.test((await words.textContent()) ?? ""));
  await lab.page.evaluate(() => Object.assign(window, { isMute: true }));
  await lab.panel("Curved").getByRole("button", { name: "The pairs that pass here" }).focus();
  await lab.page.keyboard.press("ArrowLeft");
  await lab.until("a question on its way", () => lab.page.evaluate(() => Boolean(/** @type {any} */ (window).swallowed)));
  await lab.button("Reset").click();
  await lab.until("no words", async () => (await words.textContent()) === "");
});

test("a layer says nothing of an experiment that is no more", async (context) => {
  const lab = await labFor(context);
  await lab.open({ dataset: "five-modes", until: 60, play: "off", layers: "learned" });
  await lab.settled(60);
  const legend = lab.page.locator("#layers-legend");
  const likelihood = async () => /log-likelihood of (\S+) nats/.exec((await legend.textContent()) ?? "")?.[1];
  await lab.until("a likelihood", async () => (await likelihood()) !== undefined);
  const before = await likelihood();
  await lab.page.evaluate(() => {
    const legend = /** @type {HTMLElement} */ (document.querySelector("#layers-legend"));
    const told = /** @type {string[]} */ ([]);
    Object.assign(window, { told });
    new MutationObserver(() => told.push(legend.textContent ?? "")).observe(legend, { childList: true, characterData: true, subtree: true });
  });
  await lab.dataset("Spiral").check({ force: true });
  await lab.settled(60);
  await lab.until("another likelihood", async () => ![undefined, before].includes(await likelihood()));
  const told = await lab.page.evaluate(() => /** @type {string[]} */ (/** @type {any} */ (window).told));
  assert.deepEqual(told.filter((text) => text.includes(String(before))), [], "the former one is gone with the former data");
});
test("the density of the particles is that of all of them, also after a first sight of a few", async (context) => {
  const lab = await labFor(context);
  lab.expects(isOwnReading);
  // What the first worker, Straight's, is asked, and the fingerprint of what Straight shows then.
  await lab.page.addInitScript(() => {
    const asked = /** @type {{ of: string | undefined, isAnswered: boolean }[]} */ ([]);
    Object.assign(window, { asked });
    const post = Worker.prototype.postMessage;
    /** @type {Worker | undefined} */ let first;
    Worker.prototype.postMessage = /** @param {any} message @param {any} rest */ function (message, rest) {
      first ??= this;
      if (message.kind === "ask" && this === first) {
        const question = { of: document.querySelector("data[data-stat=hash]")?.getAttribute("value") ?? undefined, isAnswered: false };
        asked.push(question);
        this.addEventListener("message", ({ data }) => {
          if (data.kind === "answer" && data.id === message.id) question.isAnswered = true;
        });
      }
      post.call(this, message, rest);
    };
  });
  await lab.open({ until: 20, play: "off", t: 0.5, layers: "crowd", particles: 20000, n: 63 });
  await lab.settled(20, 63);
  await lab.setEulerSteps(64);
  await lab.settled(20, 64);
  const picture = () => lab.panel("Straight").locator(".plane-layers").evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
  const whole = await lab.text("Straight", "hash");
  await lab.until("an answer about all particles", async () => {
    const asked = await lab.page.evaluate(() => /** @type {{ of: string, isAnswered: boolean }[]} */ (/** @type {any} */ (window).asked));
    return asked.every(({ isAnswered }) => isAnswered) && asked.at(-1)?.of === whole;
  });
  await lab.frame();
  const before = await picture();
  // Another time and back: asked again, of all particles.
  await lab.time.focus();
  await lab.page.keyboard.press("ArrowRight");
  await lab.until("another drawing", async () => (await picture()) !== before);
  await lab.page.keyboard.press("ArrowLeft");
  await lab.until("the same drawing as before", async () => (await picture()) === before);
});
