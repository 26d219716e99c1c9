/**
 * Where the compiled half of the page comes from when page and all are one file. That build puts this module
 * in the place of `assets.js`.
 */

import { initSync } from "../pkg/flow_wasm.js";
import { requireSimd } from "./simd.js";

/** A file opened from disk may load no other, but it may make a worker from a text it holds. */
const WORKER = URL.createObjectURL(new Blob([inlined("inlined-worker")], { type: "text/javascript" }));

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

export function startWorker() {
  return new Worker(WORKER);
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
