// How much memory the page holds, after the collector has been through. Chromium only.

/**
 * @param {import("playwright-core").Page} page
 * @returns {Promise<{ heap: number, wasm: number[] }>} bytes: the page's JavaScript heap, and each instance of the module
 */
export async function memoryOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  const wasm = await Promise.all([page.evaluate(ownMemory), ...page.workers().map((worker) => worker.evaluate(ownMemory))]);
  return { heap: usedSize, wasm };
}

/** Runs in the page and in its workers: asking for the module's instance again returns the one there is. */
async function ownMemory() {
  const { initSync } = await import(/** @type {any} */ (new URL("/pkg/flow_wasm.js", location.href).href));
  return initSync().memory.buffer.byteLength;
}
