/**
 * Where the compiled half of the page comes from. The single-file build replaces this module alone.
 */

import { initSync } from "../pkg/flow_wasm.js";

const WASM = new URL("../pkg/flow_wasm_bg.wasm", import.meta.url);
const GLUE = new URL("../pkg/flow_wasm.classic.js", import.meta.url);
const WORKER = new URL("./worker.js", import.meta.url);

/** A module with one SIMD instruction (i8x16.splat): validates only where SIMD is understood. */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
]);

/**
 * Fetches and compiles the module and starts it on the page's thread; workers get the same compiled module.
 * @returns {Promise<WebAssembly.Module>}
 */
export async function loadModule() {
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(SIMD_PROBE)) {
    throw new Error(
      "this browser has no WebAssembly SIMD. Chrome and Edge have it from version 91, Firefox from 89, Safari from 16.4",
    );
  }
  const response = await fetch(WASM);
  if (!response.ok) throw new Error(`the compiled part could not be loaded (${response.status} ${response.statusText})`);
  const typed = response.headers.get("content-type")?.startsWith("application/wasm") ?? false;
  const module = typed
    ? await WebAssembly.compileStreaming(response)
    : await WebAssembly.compile(await response.arrayBuffer());
  initSync({ module });
  return module;
}

/** A new worker, and where it finds its glue. */
export function startWorker() {
  return { worker: new Worker(WORKER), glue: GLUE.href };
}
