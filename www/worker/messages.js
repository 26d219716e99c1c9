/** What a worker says to the page, and what it makes of errors. */

import { reasonOf } from "../reason.js";

/** @typedef {import("../engine.js").FromWorker} FromWorker */
/** @typedef {import("./session.js").Session} Session */

/** @type {(message: FromWorker, given?: ArrayBufferView[]) => void} */
export function send(message, given = []) {
  // What is given away is moved, not copied. (Nothing here is shared memory.)
  postMessage(message, { transfer: given.map(({ buffer }) => /** @type {ArrayBuffer} */ (buffer)) });
}

/** What an answer is about. @param {Session} session */
export function stamp({ generation, step }) {
  return { generation, step };
}

/**
 * What an action gives, or the reason why it is refused. A trap is neither, and goes on.
 * @template T
 * @param {() => T} action
 * @returns {{ value?: T, reason?: string }}
 */
export function attempt(action) {
  try {
    return { value: action() };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return { reason: reasonOf(error) };
  }
}

/** Whether flow-core itself says no, and in words: with a plain `Error`. @param {unknown} error */
export function isRefusal(error) {
  return error instanceof Error && error.constructor === Error;
}
