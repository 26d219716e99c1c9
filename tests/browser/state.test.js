// The state by itself, in the page's own modules: what is told of it, and in which order.

import assert from "node:assert/strict";
import { test } from "node:test";

import { labFor } from "./harness/stage.js";

test("a state made while others are told of one is told of after it, to all", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const told = await lab.withModules(["www/store"], ({ Store }) => {
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
});

test("a worker is told where to measure the error when that is another place, not with every Euler step", async (context) => {
  const lab = await labFor(context);
  await lab.page.addInitScript(() => {
    const told = /** @type {string[]} */ ([]);
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ ...rest) {
      told.push(message.kind);
      return post.call(this, message, ...rest);
    };
    Object.assign(globalThis, { told });
  });
  const told = (/** @type {string} */ kind) => lab.page.evaluate((kind) => /** @type {any} */ (globalThis).told.filter((/** @type {string} */ one) => one === kind).length, kind);
  await lab.open({ until: 20, play: "off", n: 3 });
  await lab.settled(20, 3);
  const before = await told("curve");
  await lab.setEulerSteps(6);
  assert.equal(await told("curve"), before, "more steps are measured at the same places");
  assert.ok((await told("sample")) >= 2, "what is told is counted");
  await lab.panel("Curved").getByRole("combobox", { name: "Solver", exact: true }).selectOption("Heun");
  assert.equal(await told("curve"), before + 1, "another solver reaches other places");
});
