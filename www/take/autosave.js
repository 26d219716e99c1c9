/**
 * The page saves itself in the browser's own database, so that a reload does not lose what was learned.
 * A saved page is used only for a link that asks for the same training at the same step or a later one:
 * training is deterministic, so the link then shows what it would have shown without.
 */

import { SavedPage } from "../../pkg/flow_wasm.js";
import { Dropped } from "../engine.js";
import { NOTHING } from "../flows.js";
import { reasonOf } from "../reason.js";
import { restorableFrom, savePage } from "./document.js";

/** @typedef {import("../lab.js").Context} Context */
/** @typedef {import("../flows.js").Restorable} Restorable */

const DATABASE = "flow-matching-lab";
const STORE = "pages";
const KEY = "last";
const EVERY_MILLISECONDS = 10_000;
/** A page does not wait longer than this for what it saved. */
const PATIENCE_MILLISECONDS = 500;

/** @template T @param {IDBRequest<T>} request @param {IDBTransaction} [transaction] what must be complete as well: before that, nothing is kept @returns {Promise<T>} */
function done(request, transaction) {
  return new Promise((resolve, reject) => {
    const refused = () => reject(request.error ?? transaction?.error ?? new Error("the browser’s database refused"));
    request.onerror = refused;
    if (transaction) transaction.onabort = refused;
    (transaction ?? request).addEventListener(transaction ? "complete" : "success", () => resolve(request.result));
  });
}

/** @template T @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} action @returns {Promise<T>} */
async function inStore(mode, action) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await done(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    return await done(action(transaction.objectStore(STORE)), transaction);
  } finally {
    database.close();
  }
}

/** The bytes saved last; undefined when there are none, or when they cannot be had. @returns {Promise<Uint8Array | undefined>} */
export async function readSaved() {
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS));
  try {
    const bytes = await Promise.race([inStore("readonly", (store) => store.get(KEY)), patience]);
    return bytes instanceof Uint8Array ? bytes : undefined;
  } catch {
    // A page that may not keep anything begins anew; that it cannot save is told where it tries to.
    return undefined;
  }
}

/**
 * What the first experiments of the page may go on from.
 * @param {Uint8Array | undefined} bytes
 * @returns {Restorable}
 */
export function savedRestorable(bytes) {
  if (!bytes) return NOTHING;
  /** @type {Restorable | undefined} */
  let restorable;
  return (flow, config, goal) => {
    try {
      restorable ??= restorableFrom(SavedPage.read(bytes));
      return restorable(flow, config, goal);
    } catch {
      // Saved by another version of the lab: it is trained again, and then saved again.
      return undefined;
    }
  };
}

export class Autosave {
  #context;
  #tell;
  #saved = "";
  #isBusy = false;

  /**
   * @param {Context} context
   * @param {(text: string) => void} tell says quietly how it went
   */
  constructor(context, tell) {
    this.#context = context;
    this.#tell = tell;
    setInterval(() => this.#save(), EVERY_MILLISECONDS);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#save();
    });
  }

  async #save() {
    const { sides } = this.#context;
    const steps = sides.map(({ step }) => step);
    // Equal words, equal weights: nothing new to save.
    const words = JSON.stringify(sides.map(({ config, step }) => [{ ...config, sampling: 0 }, step]));
    const isReady = sides.every(({ failed, step }) => !failed && step > 0);
    if (this.#isBusy || !isReady || words === this.#saved) return;
    this.#isBusy = true;
    try {
      const bytes = await savePage(this.#context);
      await inStore("readwrite", (store) => store.put(bytes, KEY));
      this.#saved = words;
      this.#tell(`Saved in this browser at step ${Math.min(...steps)}: a reload goes on from there.`);
    } catch (error) {
      // An experiment that begins anew meanwhile is saved later.
      if (!(error instanceof Dropped)) this.#tell(`Not saved in this browser (${reasonOf(error)}): a reload trains again.`);
    } finally {
      this.#isBusy = false;
    }
  }
}
