/**
 * Where the compiled half of the page comes from: files beside this one, which lie alike in the sources and in
 * `dist/`. The single-file build puts `assets.inlined.js` in its place.
 */

import { initSync } from "../pkg/flow_wasm.js";
import { requireSimd } from "./simd.js";

const WASM = new URL("../pkg/flow_wasm_bg.wasm", import.meta.url);

/**
 * Fetches and compiles the module and starts it on the page's thread; workers get the same compiled module.
 * @returns {Promise<WebAssembly.Module>}
 */
export async function loadModule() {
  requireSimd();
  const response = await fetch(WASM);
  if (!response.ok) throw new Error(`the compiled part could not be loaded (${response.status} ${response.statusText})`);
  const typed = response.headers.get("content-type")?.startsWith("application/wasm") ?? false;
  const module = typed
    ? await WebAssembly.compileStreaming(response)
    : await WebAssembly.compile(await response.arrayBuffer());
  initSync({ module });
  return module;
}
