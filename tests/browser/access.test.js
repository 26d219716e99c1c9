// The page for readers who do not use a mouse, do not see it, see it in the dark, hold a phone or do not like motion.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { LOOKS, violations } from "./harness/audit.js";
import { PANELS } from "./harness/lab.js";
import { labFor, server } from "./harness/stage.js";

describe("axe finds nothing", () => {
  for (const [what, options] of Object.entries({ ...LOOKS, "on a phone": { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } })) {
    test(what, async (context) => {
      const lab = await labFor(context, { viewport: { width: 1280, height: 900 }, ...options });
      await lab.openAtRest();
      assert.deepEqual(await violations(lab.page), []);
      const { scrollWidth, clientWidth } = await lab.page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return { scrollWidth, clientWidth };
      });
      assert.ok(scrollWidth <= clientWidth, `nothing sticks out: ${scrollWidth} > ${clientWidth}`);
    });
  }
});

/** Everything that can be opened or laid over, three at a time so that a case stays quick. @type {Record<string, { hash: string, opened?: string[] }>} */
const STATES = {
  "all layers, why asked, charts, settings and tables": {
    hash: "layers=arrows.grid.chords.crowd&probe=pairs&place=0.5_-1&t=0.5&solvers=on",
    opened: ["#settings", "#take details", ".chart details"],
  },
  "learned density, ways from one start, colours by origin, More": {
    hash: "layers=learned&probe=ways&t=0.5&colors=origin",
    opened: [".panel[data-flow=straight] .more:not(.straighten)"],
  },
  "journey, generations of a straightened flow": {
    hash: "view=journey&t=0.5&straight.rounds=reflow@10",
    opened: [".straighten"],
  },
};

describe("axe finds nothing in what can be opened", () => {
  for (const [what, options] of Object.entries({ ...LOOKS, "with more contrast": { contrast: /** @type {const} */ ("more") } })) {
    for (const [state, { hash, opened = [] }] of Object.entries(STATES)) {
      test(`${state}, ${what}`, async (context) => {
        const lab = await labFor(context, options);
        await lab.page.goto(`${server.url}#until=20&play=off&${hash}`);
        await lab.settled(20);
        await lab.page.evaluate((selectors) => {
          for (const details of document.querySelectorAll(selectors.join())) if (details instanceof HTMLDetailsElement) details.open = true;
        }, opened);
        if (hash.includes("layers=")) await lab.until("words about the layers", async () => (await lab.page.locator("#layers-legend").textContent()) !== "");
        await lab.frame();
        assert.deepEqual(await lab.page.getByRole("alert").filter({ visible: true }).allTextContents(), [], "the link is understood");
        assert.deepEqual(await violations(lab.page), []);
      });
    }
  }
});

test("the keyboard alone reaches and works every control", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off", n: 3 });
  await lab.settled(20, 3);
  const { page } = lab;

  // Every control that is offered to the mouse is a stop of the Tab key, or one of a group with such a stop.
  const offered = await page.evaluate(() => {
    const unreached = new Set(
      [...document.querySelectorAll("button, input, select, textarea, summary, a[href]")].filter(
        (control) => control.checkVisibility() && !control.matches(":disabled, [type=radio]:not(:checked)"),
      ),
    );
    Object.assign(window, { unreached });
    addEventListener("focusin", ({ target }) => target instanceof Element && unreached.delete(target));
    return unreached.size;
  });
  /** @type {Set<string>} */
  const unringed = new Set();
  await page.evaluate(() => (document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined));
  for (let presses = 0; presses < 3 * offered; presses += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const control = document.activeElement;
      if (!control || control === document.body) return "";
      const ring = getComputedStyle(control);
      return ring.outlineStyle === "none" && ring.boxShadow === "none" ? control.outerHTML : "";
    });
    if (stop) unringed.add(stop);
  }
  const unreached = await page.evaluate(() => [.../** @type {any} */ (window).unreached].map(({ outerHTML }) => outerHTML));
  assert.ok(offered > 80, `${offered} controls`);
  assert.deepEqual(unreached, []);
  // Radios draw their ring on their label, so they are not asked here.
  assert.deepEqual([...unringed].filter((stop) => !/type="radio"/.test(stop)), []);

  await lab.dataset("Five modes").focus();
  await page.keyboard.press("ArrowRight");
  assert.ok(await lab.dataset("Checkerboard").isChecked());
  await lab.settled(20, 3);

  await lab.eulerSteps.focus();
  await page.keyboard.press("End");
  await lab.shows(100);
  await page.keyboard.press("Home");
  await lab.shows(1);

  await lab.time.focus();
  await page.keyboard.press("Home");
  assert.equal(await lab.time.inputValue(), "0");
  await page.keyboard.press("End");
  assert.equal(await lab.time.inputValue(), "1");

  await lab.button("One training step").focus();
  await page.keyboard.press("Enter");
  await lab.settled(21);
  await lab.button("Train").focus();
  await page.keyboard.press("Space");
  await lab.trainedFor(30);
  await page.keyboard.press("Space");
  await lab.button("Train").waitFor();

  await lab.button("Play").focus();
  await page.keyboard.press("Enter");
  await lab.button("Pause").waitFor();
});

test("who prefers reduced motion sees frames, not animation", async (context) => {
  const lab = await labFor(context, { reducedMotion: "reduce" });
  await lab.open({ until: 20 });
  await lab.settled(20);
  assert.equal(await lab.button("Play").count(), 1, "nothing plays by itself");
  const time = await lab.time.inputValue();
  await lab.frame();
  assert.equal(await lab.time.inputValue(), time);
  const before = await lab.canvas("Straight").evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
  await lab.time.focus();
  await lab.page.keyboard.press(time === "0" ? "End" : "Home");
  await lab.until("another frame", async () => {
    const now = await lab.canvas("Straight").evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
    return now !== before;
  });
});

test("the focus stays where something was pressed; what goes away hands it on", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off", n: 2, colour: "blue" });
  await lab.settled(20, 2);
  const { page } = lab;
  const { keyboard } = page;
  /** @param {import("playwright-core").Locator} place @param {string} what */
  const isFocused = async (place, what) => assert.ok(await lab.hasFocus(place), `${what} has the focus`);
  /** @param {import("playwright-core").Locator} button */
  const press = async (button) => {
    await button.focus();
    await keyboard.press("Enter");
  };

  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await lab.button("Copy link").click();
  const dismiss = page.getByRole("region", { name: "Notices" }).getByRole("button");
  await lab.until("two notices", async () => (await dismiss.count()) === 2);
  await press(dismiss.first());
  await isFocused(dismiss, "the other notice");
  await keyboard.press("Enter");
  await isFocused(page.getByRole("region", { name: "The lab" }), "the lab");

  const fewer = lab.button("−1 Euler step");
  await press(fewer);
  await lab.shows(1);
  await isFocused(fewer, "−1");
  assert.ok(await fewer.isDisabled());
  await keyboard.press("Enter");
  assert.equal(await lab.eulerSteps.inputValue(), "1");
  for (const name of ["Undo", "Redo"]) {
    await press(lab.button(name));
    await isFocused(lab.button(name), name);
    assert.ok(await lab.button(name).isDisabled());
  }

  await page.getByText("Network and optimizer", { exact: true }).click();
  await page.getByRole("spinbutton", { name: "Width (units)" }).fill("32");
  await keyboard.press("Tab");
  const restore = lab.button("Restore defaults");
  await lab.until("something to restore", () => restore.isEnabled());
  await press(restore);
  await isFocused(restore, "Restore defaults");
  assert.ok(await restore.isDisabled());

  await lab.button("Your own data …").click();
  await page.getByRole("radio", { name: "Modes", exact: true }).check({ force: true });
  await lab.button("Add a mode").click();
  const mode = page.getByRole("button", { name: /^Mode \d+ at / });
  assert.equal(await mode.count(), 1);
  await keyboard.press("Delete");
  await mode.waitFor({ state: "detached" });
  await isFocused(lab.button("Add a mode"), "what makes the next mode");
});

test("what can no longer be used hands the focus on, or keeps it", async (context) => {
  const lab = await labFor(context);
  const { page } = lab;
  const { keyboard } = page;
  await lab.open({ until: 20, play: "off", n: 2, probe: "pairs", "curved.noise": 0.5 });
  await lab.settled(20, 2);
  /** @param {import("playwright-core").Locator} place @param {string} what */
  const gets = (place, what) => lab.until(`${what} with the focus`, () => lab.hasFocus(place));
  const [straight, curved] = [lab.panel("Straight"), lab.panel("Curved")];
  const opens = (/** @type {typeof curved} */ panel, /** @type {string} */ name) => panel.locator("summary").filter({ hasText: name });

  const replay = lab.button("Replay training");
  await lab.until("something to replay", () => replay.isEnabled());
  await replay.focus();
  await keyboard.press("r");
  await lab.settled(20, 2);
  await gets(replay, "Replay training");

  const place = curved.getByRole("button", { name: /^The pairs that pass here/ });
  await place.focus();
  for (const key of "si") await keyboard.press(key);
  await gets(curved, "the panel of the journey");
  for (const key of "si") await keyboard.press(key);
  await place.focus();
  for (const key of "sasa") await keyboard.press(key);
  await gets(curved, "the panel that is asked nothing");

  const menu = (/** @type {typeof curved} */ panel, /** @type {string} */ name) => panel.getByRole("combobox", { name, exact: true });
  await menu(curved, "Coupling").selectOption("Minibatch OT");
  await page.getByRole("alert").getByRole("button", { name: "Dismiss" }).focus();
  await keyboard.press("Control+z");
  await gets(page.getByRole("region", { name: "The lab" }), "the lab");

  await opens(curved, "More").click();
  await menu(curved, "Guide towards").selectOption("mode 1");
  await curved.getByRole("slider", { name: /^Guidance weight/ }).focus();
  await keyboard.press("Control+z");
  await gets(opens(curved, "More"), "More");
  await curved.getByText("A weight needs a class.").waitFor();

  await menu(straight, "Coupling").selectOption("Independent");
  await opens(straight, "More").click();
  await straight.getByRole("slider", { name: /^Noise g/ }).focus();
  await keyboard.press("Control+z");
  await gets(opens(straight, "More"), "More");

  await opens(straight, "Straighten").click();
  await straight.getByRole("button", { name: "Reflow", exact: true }).click();
  const generation = straight.getByRole("radio", { name: "reflow 1", exact: true });
  await lab.until("the new generation", async () => (await generation.count()) === 1 && (await generation.isEnabled()));
  await generation.focus();
  await keyboard.press("Control+z");
  await gets(opens(straight, "Straighten"), "Straighten");
});

test("of what opens over a picture one is open at most; Escape, and turning to something else, close it", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const panel = lab.panel("Straight");
  const opened = async () => {
    const all = [panel.getByRole("slider", { name: /^Noise g/ }), panel.getByRole("group", { name: /^Generation shown/ })];
    const isOpen = await Promise.all(all.map((one) => one.isVisible()));
    return ["More", "Straighten"].filter((_, i) => isOpen[i]);
  };
  const [more, straighten] = ["More", "Straighten"].map((name) => panel.locator("summary").filter({ hasText: name }));
  assert.ok(more && straighten);
  for (const [first, second, name] of /** @type {const} */ ([[more, straighten, "Straighten"], [straighten, more, "More"]])) {
    await first.click();
    await second.focus();
    assert.deepEqual(await opened(), []);
    await lab.page.keyboard.press("Enter");
    assert.deepEqual(await opened(), [name]);
    await lab.page.keyboard.press("Tab");
    assert.deepEqual(await opened(), [name], "inside it stays");
    await lab.page.keyboard.press("Escape");
    assert.deepEqual(await opened(), []);
    assert.ok(await lab.hasFocus(second), "the focus goes back");
    await second.click();
    await lab.page.getByRole("heading", { level: 1 }).click();
    assert.deepEqual(await opened(), []);
  }
});

/** Runs in the page: counts how often each region is told aloud, by its words at first; in the global `told`. */
function watchLiveRegions() {
  /** @type {Record<string, number>} */ const told = {};
  const regions = [...document.querySelectorAll("output, [role=status], [role=alert], [aria-live]:not([aria-live=off])")];
  for (const [at, region] of regions.entries()) {
    if (region.getAttribute("aria-live") === "off") continue;
    const name = `${at}: ${region.textContent}`;
    new MutationObserver(() => (told[name] = (told[name] ?? 0) + 1)).observe(region, { subtree: true, childList: true, characterData: true });
  }
  Object.assign(globalThis, { told });
}

test("nobody is told the time, the hits, what the plane answers or the replayed step again and again", async (context) => {
  const lab = await labFor(context, { viewport: { width: 360, height: 740 } });
  const { page } = lab;
  await page.goto(`${server.url}#until=1000000&probe=pairs`);
  const step = async () => Number(await lab.text("Straight", "sample-step"));
  await lab.until("a trained picture", async () => (await step()) >= 300);
  await page.evaluate(watchLiveRegions);
  const [began, trained] = [Date.now(), await step()];
  /** @type {Set<string>} */ const times = new Set();
  await lab.until("many moments", async () => times.add(await lab.time.inputValue()).size >= 30);
  await lab.until("a newer picture", async () => (await step()) > trained);
  await lab.button("Replay training").click();
  const replayed = page.getByRole("slider", { name: "Training step shown" });
  const shown = () => replayed.getAttribute("aria-valuetext");
  const first = await shown();
  await lab.until("another step", async () => ![first, "newest weights"].includes(await shown()));
  const told = await page.evaluate(() => /** @type {Record<string, number>} */ (/** @type {any} */ (globalThis).told));
  // The verdict is: every five seconds, where it is another.
  const most = 1 + (Date.now() - began) / 5000;
  assert.deepEqual(Object.entries(told).filter(([, times]) => times > most), [], `${most.toFixed(1)} at most`);
});

test("a slider tells its value once", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off", n: 4, "curved.guided": 1 });
  await lab.panel("Curved").getByText("More", { exact: true }).click();
  for (const name of ["Noise g", "Guidance weight"]) await lab.panel("Curved").getByRole("slider", { name, exact: true }).press("ArrowRight");
  await lab.eulerSteps.press("ArrowRight");
  const told = await lab.page.getByRole("status").evaluateAll((regions) => regions.filter(({ ariaLive }) => ariaLive !== "off").map(({ textContent }) => textContent));
  assert.ok(told.length > 0);
  assert.deepEqual(told.filter((text) => /^\d+(\.\d+)?$/.test(text ?? "")), []);
});

test("a phone shows one panel with a switch", async (context) => {
  const lab = await labFor(context, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  await lab.openAtRest();
  const visible = async () => {
    const shown = await Promise.all(PANELS.map((panel) => lab.panel(panel).isVisible()));
    return PANELS.filter((_, i) => shown[i]);
  };
  await lab.until("the first panel", async () => (await visible()).join() === "Straight");
  await lab.page.getByRole("radio", { name: /^Curved/ }).check({ force: true });
  await lab.until("the other panel", async () => (await visible()).join() === "Curved");
});

test("a picture goes by its panel’s name, also by a new one", async (context) => {
  const lab = await labFor(context);
  await lab.openAtRest({ "straight.name": "First" });
  await lab.until("a picture", async () => /^First, /.test((await lab.canvas("First").getAttribute("aria-label")) ?? ""));
  const address = lab.page.url();
  await lab.page.evaluate((address) => (location.href = address), address.replace("straight.name=First", "straight.name=Second"));
  await lab.until("the new name", async () => /^Second, /.test((await lab.canvas("Second").getAttribute("aria-label")) ?? ""));
});
