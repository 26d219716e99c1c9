// What a worker is asked and answers, without the page around it: the served modules `engine.js` and `assets.js`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { labFor, server } from "./harness/stage.js";

const SAMPLING = { particles: 200, steps: 2, solver: { type: "euler" }, field: "learned", diffusion: null, guidance: null };
/** These pairs leave no field in closed form. */
const CONFIG = { seed: 1, coupling: { type: "minibatch-ot" }, sampling: SAMPLING };
const IMPOSSIBLE = { ...SAMPLING, field: "exact" };

/** At an address of the server, but not the page's own, which would begin flows of its own. @param {import("node:test").TestContext} context */
async function besidePage(context) {
  const lab = await labFor(context);
  // A picture has no icon of its own, so the browser asks for the server's.
  lab.expects((complaint) => complaint.includes("404"));
  await lab.page.goto(`${server.url}www/icon.svg`);
  return lab;
}

/**
 * Tells an engine these things, one right after the other, and answers with all it says until it rests at step 30. What is
 * told as `later` comes when the engine has said something of that kind.
 * @param {import("node:test").TestContext} context
 * @param {{ now: [string, ...any[]][], later?: { kind: string, then: [string, ...any[]] } }} told
 */
async function conversation(context, told) {
  const lab = await besidePage(context);
  const heard = await lab.page.evaluate(async ({ now, later }) => {
    const own = (/** @type {string} */ path) => import(/** @type {any} */ (new URL(path, location.href).href));
    const { Engine } = await own("/www/engine.js");
    const { loadModule } = await own("/www/assets.js");
    const module = await loadModule();
    return new Promise((resolve) => {
      /** @type {any[]} */
      const heard = [];
      const engine = new Engine(module, (/** @type {any} */ message) => {
        const { kind, step, reason, sampling, generation } = message;
        heard.push({ kind, step, reason, field: sampling?.field, generation });
        if (later && kind === later.kind) {
          engine[later.then[0]](...later.then.slice(1));
          later = undefined;
        }
        if (kind === "failed" || (kind === "progress" && step === 30 && !later)) resolve(heard);
      });
      for (const [method, ...parameters] of now) engine[method](...parameters);
    });
  }, told);
  return /** @type {{ kind: string, step: number, reason?: string, field?: string, generation: number }[]} */ (heard);
}

const COURSE = { until: 30, goal: 30 };

test("an experiment that cannot be is told", async (context) => {
  const heard = await conversation(context, { now: [["configure", { ...CONFIG, sampling: IMPOSSIBLE }, COURSE, undefined, []]] });
  assert.match(heard.at(-1)?.reason ?? "", /exact/);
});

test("an experiment that cannot be, and that nobody wants any more, does no harm", async (context) => {
  const heard = await conversation(context, {
    now: [
      ["configure", { ...CONFIG, sampling: IMPOSSIBLE }, COURSE, undefined, []],
      ["configure", CONFIG, COURSE, undefined, []],
    ],
  });
  assert.deepEqual(heard.filter(({ kind }) => kind === "failed"), []);
  assert.ok(heard.some(({ kind, generation }) => kind === "picture" && generation === 2));
});

test("after a sampling that cannot be there is no picture of the one before", async (context) => {
  const heard = await conversation(context, {
    now: [["configure", CONFIG, COURSE, undefined, []]],
    later: { kind: "straightness", then: ["sample", IMPOSSIBLE, undefined] },
  });
  const after = heard.slice(heard.findIndex(({ kind }) => kind === "refused"));
  assert.match(after[0]?.reason ?? "", /exact/);
  assert.equal(after.at(-1)?.step, 30);
  assert.deepEqual(after.filter(({ kind }) => kind === "picture"), []);
});

test("work waits from a press until it is shown, and does not wait for ever", async (context) => {
  const lab = await besidePage(context);
  const counts = await lab.withModules(["/www/worker/turns"], async ({ Turns }) => {
    let taken = 0;
    let isOver = false;
    const turns = new Turns(() => {
      taken += 1;
      return !isOver;
    });
    const some = async () => {
      const before = taken;
      while (taken <= before) await new Promise((resolve) => setTimeout(resolve));
      return taken - before;
    };
    turns.wake();
    const atFirst = await some();
    turns.giveWay();
    const before = taken;
    // A message of the page wakes what waits, too soon.
    turns.wake();
    for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setTimeout(resolve));
    const meanwhile = taken - before;
    turns.goOn();
    const toldToGoOn = await some();
    turns.giveWay();
    const leftAlone = await some();
    isOver = true;
    return { atFirst, meanwhile, toldToGoOn, leftAlone };
  });
  assert.equal(counts.meanwhile, 0);
  assert.ok(counts.atFirst > 0 && counts.toldToGoOn > 0 && counts.leftAlone > 0);
});
