// What the two flows learn: the numbers that the whole page is about, from real training in real browsers.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { launchChromium, launchFirefox } from "./harness/browsers.js";
import { Lab, PANELS } from "./harness/lab.js";
import { difference, inks, pixelsOf } from "./harness/pictures.js";
import { startServer } from "./harness/server.js";

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
/** @type {Record<string, import("playwright-core").Browser>} */ const browsers = {};

before(async () => {
  server = await startServer();
  [browsers.Chromium, browsers.Firefox] = await Promise.all([launchChromium(), launchFirefox()]);
});
after(async () => {
  await Promise.all(Object.values(browsers).map((browser) => browser.close()));
  await server.close();
});

/** @param {string} name */
async function labIn(name) {
  const browser = browsers[name];
  assert.ok(browser);
  return Lab.in(browser, server.url);
}

/**
 * Trains five modes for 1,500 steps and reads both panels at some numbers of Euler steps.
 * @param {string} browser
 * @param {number} seed
 */
async function fiveModes(browser, seed) {
  const lab = await labIn(browser);
  await lab.open({ dataset: "five-modes", seed, n: 1, until: 1500, play: "off" });
  await lab.settled(1500, 1);
  /** @type {Record<string, Record<string, string>>} */
  const seen = {};
  for (const n of [1, 2, 32]) {
    await lab.setEulerSteps(n);
    await lab.settled(1500, n);
    for (const panel of PANELS) seen[`${panel}, N = ${n}`] = await lab.stats(panel);
  }
  lab.assertQuiet();
  await lab.close();
  return seen;
}

/** Bars: hits within three standard deviations of a mode. */
const FIVE_MODES = {
  "Straight, N = 1": [0.8, 1],
  "Curved, N = 1": [0, 0.2],
  "Straight, N = 2": [0.88, 1],
  "Curved, N = 2": [0, 0.55],
  "Straight, N = 32": [0.93, 1],
  "Curved, N = 32": [0.93, 1],
};

test("the kernels produce the same bits in both browsers as on the machine that pinned them", async () => {
  const source = await readFile(new URL("../../crates/flow-kernels/src/fingerprint.rs", import.meta.url), "utf8");
  const pinned = /FINGERPRINT: u64 = 0x([0-9a-f_]+)/.exec(source)?.[1]?.replaceAll("_", "");
  for (const name of ["Chromium", "Firefox"]) {
    const lab = await labIn(name);
    await lab.open({ until: 1, play: "off" });
    const found = await lab.withModules(["pkg/flow_wasm"], ({ kernel_fingerprint }) => String(kernel_fingerprint()));
    assert.equal(found, pinned, name);
    await lab.close();
  }
});

describe("five modes after 1,500 steps", () => {
  for (const seed of [1, 2, 3]) {
    test(`seed ${seed}: straight needs one step, curved many, and both browsers agree to the bit`, async (context) => {
      const chromium = await fiveModes("Chromium", seed);
      for (const [what, [low = 0, high = 1]] of Object.entries(FIVE_MODES)) {
        const hits = Number(chromium[what]?.["hits"]);
        context.diagnostic(`${what}: hits ${hits}, hash ${chromium[what]?.["hash"]}`);
        assert.ok(hits >= low && hits <= high, `${what}: hits ${hits} within ${low}..${high}`);
      }
      assert.equal(chromium["Straight, N = 32"]?.["modes"], "5");
      assert.equal(chromium["Curved, N = 32"]?.["modes"], "5");

      const firefox = await fiveModes("Firefox", seed);
      const bits = (/** @type {typeof firefox} */ seen) =>
        Object.entries(seen).map(([what, stats]) => ({ what, hash: stats["hash"], hits: stats["hits"], energy: stats["energy"] }));
      assert.deepEqual(bits(firefox), bits(chromium));
    });
  }
});

test("checkerboard after 500 steps is recognisable, and after 4,000 nearly everything lies inside the cells", async (context) => {
  const lab = await labIn("Chromium");
  await lab.open({ dataset: "checkerboard", seed: 1, n: 64, particles: 20000, until: 500, play: "off", t: 1, trails: "off" });
  await lab.settled(500, 64);
  for (const panel of PANELS) {
    const hits = await lab.stat(panel, "hits");
    const { blue, orange } = inks(await pixelsOf(lab.canvas(panel)));
    context.diagnostic(`${panel}, 500 steps: hits ${hits}, share of blue ink ${(blue / (blue + orange)).toFixed(3)}`);
    assert.ok(hits >= 0.7, `${panel}: hits ${hits}`);
    assert.equal(await lab.stat(panel, "modes"), 8);
    // What is drawn is what is counted: blue for hits, orange for misses. Dots overlap, so this is nearly so.
    assert.ok(Math.abs(blue / (blue + orange) - hits) < 0.05, `${panel}: ${blue} blue, ${orange} orange`);
  }

  await lab.page.getByRole("spinbutton", { name: "Pause at step", exact: true }).fill("4000");
  await lab.page.keyboard.press("Tab");
  await lab.button("Train").click();
  await lab.settled(4000, 64);
  for (const [panel, bar] of /** @type {const} */ ([["Straight", 0.92], ["Curved", 0.93]])) {
    const hits = await lab.stat(panel, "hits");
    context.diagnostic(`${panel}, 4,000 steps: hits ${hits}`);
    assert.ok(hits >= bar, `${panel}: hits ${hits}, bar ${bar}`);
  }
  lab.assertQuiet();
  await lab.close();
});

test("one state is one picture, pixel by pixel", async () => {
  const state = { dataset: "spiral", seed: 5, n: 8, until: 200, play: "off", t: 0.7 };
  const lab = await labIn("Chromium");
  const shots = [];
  for (let load = 0; load < 2; load += 1) {
    await lab.open(state);
    await lab.settled(200, 8);
    await lab.frame();
    shots.push(await Promise.all(PANELS.map((panel) => pixelsOf(lab.canvas(panel)))));
  }
  const [[straight, curved] = [], [straightAgain, curvedAgain] = []] = shots;
  assert.ok(straight && curved && straightAgain && curvedAgain);
  assert.equal(difference(straight, straightAgain), 0);
  assert.equal(difference(curved, curvedAgain), 0);
  assert.ok(difference(straight, curved) > 100, "and the two flows are two pictures");
  lab.assertQuiet();
  await lab.close();
});
