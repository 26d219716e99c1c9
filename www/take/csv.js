/** Samples and trajectories as tables of comma-separated values. */

import { pause } from "./download.js";

/** @typedef {import("../engine.js").Picture} Picture */

/** Rows written before the page gets a chance to answer. */
const ROWS = 5_000;

/**
 * One row for each particle: where it starts, where it ends, and whether that is on the target.
 * @param {Picture} picture
 * @param {(share: number) => void} [progress]
 */
export function samples({ positions, hits, particles, times }, progress) {
  const end = 2 * particles * (times.length - 1);
  return table("particle,start_x,start_y,end_x,end_y,hit", particles, progress, (i) =>
    [i, short(positions[2 * i]), short(positions[2 * i + 1]), short(positions[end + 2 * i]), short(positions[end + 2 * i + 1]), hits[i]].join(),
  );
}

/**
 * One row for each state of each particle.
 * @param {Picture} picture
 * @param {(share: number) => void} [progress]
 */
export function trajectories({ positions, particles, times }, progress) {
  return table("particle,step,t,x,y", particles * times.length, progress, (row) => {
    const [particle, step] = [Math.floor(row / times.length), row % times.length];
    const at = 2 * (step * particles + particle);
    return [particle, step, short(times[step]), short(positions[at]), short(positions[at + 1])].join();
  });
}

/** The shortest text from which the same 32-bit number is read. @param {number | undefined} value */
function short(value = NaN) {
  return String(Number(value.toPrecision(9)));
}

/**
 * @param {string} head
 * @param {number} rows
 * @param {((share: number) => void) | undefined} progress
 * @param {(row: number) => string} write
 */
async function table(head, rows, progress, write) {
  const parts = [`${head}\n`];
  for (let from = 0; from < rows; from += ROWS) {
    const lines = Array.from({ length: Math.min(ROWS, rows - from) }, (_, i) => `${write(from + i)}\n`);
    parts.push(lines.join(""));
    progress?.(from / rows);
    await pause();
  }
  return parts;
}
