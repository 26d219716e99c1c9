/**
 * Where the compiled half of the page comes from when page and all are one file. That build puts this module
 * in the place of `assets.js`.
 */

import { initSync } from "../pkg/flow_wasm.js";
import { requireSimd } from "./simd.js";

/**
 * Compiles the module and starts it on the page's thread; workers get the same compiled module.
 * @returns {Promise<WebAssembly.Module>}
 */
export async function loadModule() {
  requireSimd();
  const module = await WebAssembly.compile(bytes(inlined("inlined-wasm")));
  initSync({ module });
  return module;
}

/** @param {string} id */
function inlined(id) {
  const text = document.getElementById(id)?.textContent;
  if (!text) throw new Error(`this file is incomplete: it has no ${id}`);
  return text;
}

/** @param {string} base64 */
function bytes(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
