// Whatever the reader does, the page does first what they see. How soon, on this machine, bench/ tells.

import assert from "node:assert/strict";
import { test } from "node:test";

import { explore } from "./harness/explore.js";
import { Lab, PANELS } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

/** Runs in the page: counts, by canvas, what is drawn, and by event, what is drawn while it is handled; in the global `drawn`. */
function watchDrawing() {
  /** @type {Record<string, number>} */ const drawn = {};
  const count = (/** @type {string} */ what) => (drawn[what] = (drawn[what] ?? 0) + 1);
  for (const method of /** @type {const} */ (["putImageData", "clearRect", "stroke", "fill", "fillText"])) {
    const draw = /** @type {(...given: any[]) => void} */ (CanvasRenderingContext2D.prototype[method]);
    CanvasRenderingContext2D.prototype[method] = /** @this {CanvasRenderingContext2D} */ function (/** @type {any[]} */ ...given) {
      count(this.canvas.className);
      count(`${method} ${this.canvas.className}`);
      if (/^(pointer|key|click|input|change)/.test(window.event?.type ?? "")) count(`${window.event?.type}: ${method} ${this.canvas.className}`);
      return draw.apply(this, given);
    };
  }
  Object.assign(globalThis, { drawn });
}

/** @param {Lab} lab @returns {Promise<Record<string, number>>} */
function drawn(lab) {
  return lab.page.evaluate(() => /** @type {any} */ (globalThis).drawn);
}

test("particles, layers and charts are drawn after an interaction, not in the middle of it", async (context) => {
  const lab = await labFor(context);
  await lab.page.addInitScript(watchDrawing);
  await lab.open({ until: 1_000_000, layers: "arrows" });
  await lab.trainedFor(100);
  await explore(lab, (round) => round < 2);
  const seen = await drawn(lab);
  assert.ok((seen["plane-particles"] ?? 0) > 0, JSON.stringify(seen));
  // A new target is outlined, and the old particles taken away, at once: both are few strokes.
  const isHeavy = (/** @type {string} */ what) => /: (putImageData|.*(layers|why|chart))/.test(what);
  assert.deepEqual(Object.keys(seen).filter(isHeavy), [], JSON.stringify(seen));
});

test("little is drawn where there is nothing to see", async (context) => {
  const lab = await labFor(context, { viewport: { width: 1280, height: 600 } });
  await lab.page.addInitScript(watchDrawing);
  await lab.open({ until: 1_000_000, play: "on" });
  await lab.trainedFor(200);
  const { "plane-particles": particles = 0, "plane-layers": layers, "plane-why": why } = await drawn(lab);
  assert.ok(particles > 10, `${particles} drawings of particles`);
  assert.deepEqual([layers, why], [undefined, undefined]);
  // Four charts, each painted every one and a half seconds at most.
  const paintings = async () => (await drawn(lab))["clearRect chart-canvas"] ?? 0;
  const [before, began] = [await paintings(), Date.now()];
  await lab.trainedFor((await lab.stat("Straight", "training-step")) + 1000);
  const most = 4 * (1 + (Date.now() - began) / 1500);
  assert.ok((await paintings()) - before <= most, `${(await paintings()) - before} paintings out of sight, ${most.toFixed(1)} at most`);
});

test("however fast the reader presses, training goes on and comes to the same bits", async (context) => {
  const [calm, hasty] = [await labFor(context), await labFor(context)];
  const start = { dataset: "five-modes", seed: 3, n: 4, until: 300 };
  await calm.open(start);
  await calm.settled(300, 4);
  await hasty.open(start);
  const isThere = async () => (await Promise.all(PANELS.map((panel) => hasty.stat(panel, "sample-step")))).every((step) => step === 300);
  await hasty.until("step 300 under steady pressing", async () => {
    for (let press = 0; press < 5; press += 1) await hasty.page.keyboard.press("Shift");
    return isThere();
  });
  await hasty.settled(300, 4);
  assert.deepEqual(await hasty.hashes(), await calm.hashes());
});

test("a panel that is out of sight is not painted, and is up to date when it comes into sight", async (context) => {
  const lab = await labFor(context, { viewport: { width: 360, height: 740 } });
  await lab.page.addInitScript(() => {
    const put = CanvasRenderingContext2D.prototype.putImageData;
    const painted = /** @type {Record<string, number>} */ ({});
    CanvasRenderingContext2D.prototype.putImageData = /** @this {CanvasRenderingContext2D} */ function (/** @type {any[]} */ ...given) {
      const flow = this.canvas.closest("section")?.getAttribute("data-flow") ?? "";
      painted[flow] = (painted[flow] ?? 0) + 1;
      return put.apply(this, /** @type {any} */ (given));
    };
    Object.assign(window, { painted });
  });
  await lab.openAtRest({ until: 60, play: "on" });
  const painted = async () => /** @type {Record<string, number>} */ (await lab.page.evaluate(() => ({ .../** @type {any} */ (window).painted })));
  const before = await painted();
  await lab.until("motion", async () => ((await painted())["straight"] ?? 0) > (before["straight"] ?? 0) + 10);
  assert.equal((await painted())["curved"], before["curved"]);
  await lab.button("Pause").click();
  await lab.page.getByRole("radio", { name: /^Curved/ }).check({ force: true });
  await lab.until("the other panel", async () => ((await painted())["curved"] ?? 0) > (before["curved"] ?? 0));
});

test("there and back on the slider ends with the whole picture", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off", particles: 20000, n: 64 });
  await lab.settled(20, 64);
  const hashes = await lab.hashes();
  // Back as soon as the first few particles with one step more are shown.
  await lab.page.evaluate(
    () =>
      new Promise((resolve) => {
        const slider = /** @type {HTMLInputElement} */ (document.querySelector("#euler-steps"));
        const set = (/** @type {string} */ value) => {
          slider.value = value;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        };
        const shown = /** @type {HTMLDataElement} */ (document.querySelector("[data-stat=nfe]"));
        new MutationObserver(() => {
          if (shown.value === "65") resolve(set("64"));
        }).observe(shown, { attributes: true });
        set("65");
      }),
  );
  await lab.settled(20, 64);
  assert.deepEqual(await lab.hashes(), hashes);
  assert.match((await lab.panel("Straight").getByText(/^[\d,]+ reached$/).textContent()) ?? "", /^[\d,]+ reached$/);
});
