// What the classic worker script finds in its global scope. Nothing here ships.

declare function importScripts(...urls: string[]): void;

/** The glue of `pkg/flow_wasm.classic.js`: one global with everything on it. */
declare const wasm_bindgen: typeof import("../pkg/flow_wasm.js");
