// A contestant of `cargo xtask bench`: `node bench/run.js node`, `chromium`, or `chromium-relaxed`, which leaves the page's own
// figures to the one before. The protocol is told in xtask/src/bench/contestant.rs. FLOW_PKG is the folder of a package with
// burn's own operations in it, which the page leaves out; FLOW_PEAK names the module that measures the machine's limit.

import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";

import { launchChromium } from "../harness/browsers.js";
import { startServer } from "../harness/server.js";
import { brotli, pageBytes, shippedFiles } from "../harness/shipped.js";
import { slices } from "./measure.js";
import { drawing } from "./drawing.js";

/** @typedef {{ task: import("./measure.js").Task, value: number }} Fact */

const pkg = (/** @type {string} */ name) => join(process.env["FLOW_PKG"] ?? "", name);
const peak = await readFile(process.env["FLOW_PEAK"] ?? "");

/** Talks to the one who asks, until there is nothing more to ask.
 * @param {string} version
 * @param {import("./measure.js").Task[]} tasks
 * @param {Fact[]} facts
 * @param {(index: number) => number | Promise<number>} run */
async function answer(version, tasks, facts, run) {
  console.log(JSON.stringify({ version, tasks, facts }));
  for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify({ value: await run(Number(line)) }));
}

async function inNode() {
  const shipped = new Uint8Array((await shippedFiles()).get("pkg/flow_wasm_bg.wasm") ?? []);
  // Node takes a module for one by its ending or by the kind of its address, and the glue ends in .js.
  const script = await readFile(pkg("flow_wasm.js"), "base64");
  /** @type {typeof import("../../../pkg/flow_wasm.js")} */
  const glue = await import(`data:text/javascript;base64,${script}`);
  const bytes = new Uint8Array(await readFile(pkg("flow_wasm_bg.wasm")));
  const began = performance.now();
  glue.initSync({ module: new WebAssembly.Module(bytes) });
  const facts = [
    { task: { what: "start-up" }, value: performance.now() - began },
    { task: { what: "wasm bytes" }, value: shipped.length },
    { task: { what: "wasm bytes, brotli" }, value: brotli(shipped) },
    { task: { what: "page bytes, brotli" }, value: await pageBytes() },
  ];
  const busy = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const all = slices(glue, busy, peak, undefined);
  await answer(`Node ${process.versions.node}`, all.map(({ task }) => task), facts, (index) => all[index]?.run() ?? NaN);
}

/** @param {boolean} withPage whether to measure the page at work as well */
async function inChromium(withPage) {
  const server = await startServer();
  const browser = await launchChromium();
  const rows = withPage ? await drawing(browser, server.url) : [];
  const page = await browser.newPage();
  // Any address of the server but the page's own, which would train in the background.
  await page.goto(`${server.url}www/icon.svg`);
  await page.route("**/pkg/*", (route) => route.fulfill({ path: pkg(basename(route.request().url())) }));
  const { start, tasks } = await page.evaluate(`(async () => {
    const began = performance.now();
    const glue = await import("/pkg/flow_wasm.js");
    await glue.default();
    const start = performance.now() - began;
    const canvas = () => {
      const element = document.createElementNS("http://www.w3.org/1999/xhtml", "canvas");
      element.width = element.height = 800;
      return element.getContext("2d");
    };
    const peak = Uint8Array.from(atob("${peak.toString("base64")}"), (letter) => letter.charCodeAt(0));
    globalThis.slices = (${slices})(glue, () => performance.now(), peak, canvas);
    return { start, tasks: slices.map(({ task }) => task) };
  })()`).then((value) => /** @type {{ start: number, tasks: import("./measure.js").Task[] }} */ (value));
  const facts = [{ task: { what: "start-up" }, value: start }, ...rows];
  // The page can only tell the wall's time; Chromium itself knows how much of it the main thread had a processor.
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const threadTime = async () => 1000 * ((await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "ThreadTime")?.value ?? NaN);
  await answer(`Chromium ${browser.version()}`, tasks, facts, async (index) => {
    const before = await threadTime();
    const { value, wall } = /** @type {{ value: number, wall: number }} */ (
      await page.evaluate(`(() => {
        const began = performance.now();
        const value = slices[${index}].run();
        return { value, wall: performance.now() - began };
      })()`)
    );
    const share = Math.min(1, ((await threadTime()) - before) / wall);
    return ["frame", "sampling"].includes(tasks[index]?.what ?? "") ? value * share : value / share;
  });
  await browser.close();
  await server.close();
}

const place = process.argv[2];
await (place === "node" ? inNode() : inChromium(place === "chromium"));
