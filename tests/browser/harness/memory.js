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
  const own = await page.evaluate(async () => {
    // Asking for the instance again returns the one there is.
    const { initSync } = await import(/** @type {any} */ (new URL("pkg/flow_wasm.js", document.baseURI).href));
    return initSync().memory.buffer.byteLength;
  });
  const workers = await Promise.all(
    page.workers().map((worker) => worker.evaluate(() => /** @type {any} */ (globalThis).eval("wasm_bindgen").initSync().memory.buffer.byteLength)),
  );
  return { heap: usedSize, wasm: [own, ...workers] };
}
