/** Files for the reader, and their names. */

import { make } from "../make.js";
import { isOwn } from "../registry.js";

/** @typedef {import("../state.js").State} State */

/** A file stays available this long after it was offered. */
const OFFER_MILLISECONDS = 60_000;

/**
 * Offers a file to the reader, as a click on a link would.
 * @param {string} name
 * @param {string} type its media type
 * @param {BlobPart[]} parts
 */
export function offer(name, type, parts) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), OFFER_MILLISECONDS);
}

/**
 * `flow-five-modes-n2-step1500-straight.csv`
 * @param {State} state
 * @param {number} step training step
 * @param {string} ending
 * @param {string} [part] what of the page it is
 */
export function fileName({ dataset, n }, step, ending, part) {
  return `flow-${isOwn(dataset) ? "own-data" : dataset}-n${n}-step${step}${part ? `-${part}` : ""}.${ending}`;
}

/** Lets the page answer its reader before the work goes on. */
export function pause() {
  return new Promise((resolve) => setTimeout(resolve));
}
