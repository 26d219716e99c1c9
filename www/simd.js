/** Whether this browser can run the compiled half of the page at all. */

/** A module with one SIMD instruction (i8x16.splat): validates only where SIMD is understood. */
const PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
]);

/** Throws, in words for the reader, where WebAssembly or its SIMD instructions are missing. */
export function requireSimd() {
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(PROBE)) {
    throw new Error(
      "this browser has no WebAssembly SIMD. Chrome and Edge have it from version 91, Firefox from 89, Safari from 16.4",
    );
  }
}
