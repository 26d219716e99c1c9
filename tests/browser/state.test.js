// The state by itself, in the page's own modules: what is told of it, and in which order.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Lab } from "./harness/lab.js";
import { browser, server } from "./harness/stage.js";

/** @param {(lab: Lab) => Promise<void>} steps */
async function withModules(steps) {
  const lab = await Lab.in(browser, server.url);
  await lab.open({ until: 20, play: "off" });
  await steps(lab);
  lab.assertQuiet();
  await lab.close();
}

test("a state made while others are told of one is told of after it, to all", () =>
  withModules(async (lab) => {
    const told = await lab.page.evaluate(async () => {
      const { Store } = await import(/** @type {any} */ (new URL("www/store.js", document.baseURI).href));
      /** @type {string[]} */
      const told = [];
      const listeners = ["first", "second"].map((name) => (/** @type {{ n: number }} */ state, /** @type {{ n: number } | undefined} */ before) => {
        told.push(`${name} hears of ${state.n} after ${before?.n}`);
        if (name === "first" && state.n === 1) store.set({ n: 2 });
      });
      const store = new Store({ n: 0 }, (/** @type {any} */ state, /** @type {any} */ before) => listeners.forEach((listener) => listener(state, before)));
      store.set({ n: 1 });
      return told;
    });
    assert.deepEqual(told, [
      "first hears of 1 after undefined",
      "second hears of 1 after undefined",
      "first hears of 2 after 1",
      "second hears of 2 after 1",
    ]);
  }));
