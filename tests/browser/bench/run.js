// Prints the rows of one place as JSON lines: `node bench/run.js node` or `node bench/run.js chromium`.

import { readFile } from "node:fs/promises";
import { constants, brotliCompressSync } from "node:zlib";

import { launchChromium } from "../harness/browsers.js";
import { startServer } from "../harness/server.js";
import { measure } from "./measure.js";

const PKG = new URL("../../../dist/pkg/", import.meta.url);

async function inNode() {
  const bytes = await readFile(new URL("flow_wasm_bg.wasm", PKG));
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } };
  const sizes = [
    { what: "wasm bytes", value: bytes.length },
    { what: "wasm bytes, brotli", value: brotliCompressSync(bytes, best).length },
  ];
  // The classic glue is one script with one variable, which Node can run as it is.
  const script = await readFile(new URL("flow_wasm.classic.js", PKG), "utf8");
  const glue = new Function(`${script}; return wasm_bindgen;`)();
  const began = performance.now();
  glue.initSync({ module: new WebAssembly.Module(bytes) });
  const start = { what: "start-up", value: performance.now() - began };
  const busy = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  return [...sizes, start, ...measure(glue, busy, undefined)];
}

async function inChromium() {
  const server = await startServer();
  const browser = await launchChromium();
  const page = await browser.newPage();
  // Any address of the server but the page's own, which would train in the background.
  await page.goto(`${server.url}www/icon.svg`);
  const rows = await page.evaluate(`(async () => {
    const began = performance.now();
    const glue = await import("/pkg/flow_wasm.js");
    await glue.default();
    const start = { what: "start-up", value: performance.now() - began };
    const canvas = () => {
      const element = document.createElementNS("http://www.w3.org/1999/xhtml", "canvas");
      element.width = element.height = 800;
      return element.getContext("2d");
    };
    return [start, ...(${measure})(glue, () => performance.now(), canvas)];
  })()`);
  await browser.close();
  await server.close();
  return /** @type {import("./measure.js").Row[]} */ (rows);
}

for (const row of await (process.argv[2] === "chromium" ? inChromium() : inNode())) console.log(JSON.stringify(row));
