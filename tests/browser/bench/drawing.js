// What drawing costs: two panels that train, with 20,000 particles each.

import { Lab, PANELS } from "../harness/lab.js";
import { mainThreadTasks } from "../harness/timing.js";

const PARTICLES = 20_000;
const SLICE_MILLISECONDS = 2_000;
const ROUNDS = 7;

/** Training steps a second of two workers that do nothing else, each on an experiment of the page. Runs in the page.
 * @param {number} milliseconds */
const bare = (milliseconds) => `(async () => {
  const bytes = await (await fetch("/pkg/flow_wasm_bg.wasm")).arrayBuffer();
  const module = await WebAssembly.compile(bytes);
  const text = \`import { initSync, Lab } from "\${location.origin}/pkg/flow_wasm.js";
    onmessage = ({ data: { module, config } }) => {
      initSync({ module });
      const lab = new Lab(config);
      lab.train(200);
      const began = performance.now();
      let steps = 0;
      for (; performance.now() < began + ${milliseconds}; steps += 20) lab.train(20);
      postMessage((1000 * steps) / (performance.now() - began));
      close();
    };\`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const rates = ["independent", "independent"].map((type, index) => new Promise((resolve, reject) => {
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage({ module, config: JSON.stringify({ schedule: { type: index ? "cosine" : "cond-ot" }, target: { preset: "five-modes" } }) });
  }));
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
})()`;

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @returns {Promise<import("./run.js").Fact[]>}
 */
export async function drawing(browser, url) {
  const context = await browser.newContext();
  const empty = await context.newPage();
  await empty.goto(`${url}www/icon.svg`);
  /** @type {number[]} */ const alone = [];
  /** @type {number[]} */ const drawn = [];
  /** @type {number[]} */ const perFrame = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(await empty.evaluate(bare(SLICE_MILLISECONDS)).then(Number));
    const lab = await Lab.in(browser, url);
    await lab.open({ dataset: "five-modes", particles: PARTICLES, until: 1_000_000, play: "on" });
    await lab.trainedFor(100);
    const steps = async () => (await Promise.all(PANELS.map((panel) => lab.stat(panel, "training-step")))).reduce((sum, step) => sum + step, 0);
    let [began, before] = [0, 0];
    let frames = 0;
    const { processor } = await mainThreadTasks(browser, lab.page, async () => {
      [began, before] = [performance.now(), await steps()];
      frames = Number(
        await lab.page.evaluate(`new Promise((resolve) => {
          const end = performance.now() + ${SLICE_MILLISECONDS};
          let frames = 0;
          const count = (now) => now < end ? (frames += 1, requestAnimationFrame(count)) : resolve(frames);
          requestAnimationFrame(count);
        })`),
      );
      drawn.push((1000 * ((await steps()) - before)) / (performance.now() - began));
    });
    perFrame.push(processor.reduce((sum, time) => sum + time, 0) / Math.max(1, frames));
    await lab.close();
  }
  await context.close();
  const median = (/** @type {number[]} */ values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
  return [
    { task: { what: "main thread per frame, two panels", particles: PARTICLES }, value: median(perFrame) },
    { task: { what: "training while drawing", particles: PARTICLES }, value: median(drawn) },
    { task: { what: "training without drawing" }, value: median(alone) },
  ];
}
