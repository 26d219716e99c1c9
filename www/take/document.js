/** The whole page as one file: its address, and what both networks have learned. */

import { SavedPage } from "../../pkg/flow_wasm.js";
import { configOf } from "../experiment.js";
import { reasonAgainst } from "../registry.js";
import { readHash, writeHash } from "../link.js";
import { FLOWS } from "../state.js";

/** @typedef {import("../lab.js").Context} Context */
/** @typedef {import("../flows.js").Restorable} Restorable */

/** A file larger than this was not saved by the lab. */
export const MOST_BYTES = 64 * 2 ** 20;

/**
 * The bytes of the page as it is now. Both checkpoints are asked for at once.
 * @param {Context} context
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function savePage({ sides, state, defaults }) {
  const address = writeHash(state(), defaults).slice(1);
  const checkpoints = await Promise.all(sides.map(async ({ name, engine }) => ({ name, bytes: await engine.ask("checkpoint") })));
  const page = new SavedPage(address);
  try {
    for (const { name, bytes } of checkpoints) page.add(name, bytes);
    return /** @type {Uint8Array<ArrayBuffer>} */ (page.to_bytes());
  } finally {
    page.free();
  }
}

/**
 * What the flows may go on from, of a saved page.
 * @param {SavedPage} page
 * @returns {Restorable}
 */
export function restorableFrom(page) {
  return (flow, config, goal) => page.checkpoint(flow, JSON.stringify(config), goal);
}

/**
 * Goes over to the page in these bytes.
 * @param {Context} context
 * @param {Uint8Array} bytes
 * @returns {string[]} complaints about its address
 * @throws with the reason, when they are not those of a saved page; nothing has changed then
 */
export function loadPage({ flows, defaults, registry }, bytes) {
  const page = SavedPage.read(bytes);
  try {
    const { state, complaints } = readHash(page.address, defaults, registry);
    for (const name of FLOWS) {
      const reason = reasonAgainst(configOf(state, name));
      if (reason !== undefined) throw new Error(`its ${state[name].name} cannot be: ${reason}`);
    }
    flows.restore(state, restorableFrom(page));
    return complaints;
  } finally {
    page.free();
  }
}
