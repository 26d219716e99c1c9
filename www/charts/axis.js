/** The axes of flow_wasm::chart, so far as the page must know where a value lies. */

/** @typedef {{ label: string, min: number, max: number, log?: boolean, ticks?: number[] }} Axis */

/** Where a value lies between the axis' ends, 0..1. @param {Axis} axis @param {number} value */
export function placeOn({ min, max, log }, value) {
  return log ? Math.log(Math.max(value, Number.MIN_VALUE) / min) / Math.log(max / min) : (value - min) / (max - min);
}

/** The value that lies there. @param {Axis} axis @param {number} place */
export function valueAt({ min, max, log }, place) {
  return log ? min * (max / min) ** place : min + (max - min) * place;
}
