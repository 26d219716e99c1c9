// Everything flow-core can do is on the page and in the link, and what cannot be says why.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Lab, PANELS } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

/** @typedef {{ name: string, label: string, summary: string }} Entry */
/** @typedef {Record<"targets" | "sources" | "schedules" | "couplings" | "fields" | "solvers" | "diffusions" | "rounds", Entry[]>} Registry */

/** What the library itself says it can do. @param {Lab} lab @returns {Promise<Registry>} */
function registryOf(lab) {
  return lab.withModules(["pkg/flow_wasm"], ({ registry }) => JSON.parse(registry()));
}

test("every entry of the library's tables is in a menu and in the link", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const registry = await registryOf(lab);
  for (const { label } of registry.targets) assert.equal(await lab.dataset(label).count(), 1, label);
  /** @type {Record<string, [string, Entry[]]>} */
  const menus = {
    Path: ["schedule", registry.schedules],
    Coupling: ["coupling", [...registry.couplings, ...registry.rounds]],
    Source: ["source", registry.sources],
    Solver: ["solver", registry.solvers],
    Field: ["field", registry.fields],
    "Noise over time": ["diffusion", registry.diffusions],
  };
  for (const panel of PANELS) {
    await lab.panel(panel).getByText("More", { exact: true }).click();
    for (const [menu, [, entries]] of Object.entries(menus)) {
      const options = await lab.panel(panel).getByRole("combobox", { name: menu, exact: true }).locator("option").allTextContents();
      assert.deepEqual(options, entries.map(({ label }) => label), `${panel}, ${menu}`);
    }
  }
  // And the other way: a link may name each of them.
  for (const [, [part, entries]] of Object.entries(menus)) {
    for (const { name } of entries) {
      const key = registry.rounds.some((round) => round.name === name) ? ["curved.rounds", `${name}@15`] : [`curved.${part}`, name];
      const { complaints } = await readLink(lab, `#${new URLSearchParams([/** @type {[string, string]} */ (key)])}`);
      assert.deepEqual(complaints, [], key.join("="));
    }
  }
});

/** What the page makes of a link. @param {Lab} lab @param {string} hash @returns {Promise<{ complaints: string[] }>} */
function readLink(lab, hash) {
  return lab.withModules(
    ["www/state", "www/link", "www/registry"],
    ({ defaultState, readHash, registry }, hash) => readHash(hash, defaultState({ reducedMotion: false }), registry()),
    hash,
  );
}

test("each combination of choices is accepted, or refused with a reason", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const { allowed, refused, silent } = await lab.withModules(["www/state", "www/registry", "www/experiment"], ({ defaultState, plainFlow, registry, reasonAgainst, configOf }) => {
    const tables = registry();
    const names = (/** @type {Entry[]} */ entries) => entries.map(({ name }) => name);
    const outcome = { allowed: 0, refused: 0, silent: /** @type {string[]} */ ([]) };
    const state = defaultState({ reducedMotion: false });
    for (const dataset of names(tables.targets))
      for (const source of names(tables.sources))
        for (const schedule of names(tables.schedules))
          for (const coupling of names(tables.couplings))
            for (const field of names(tables.fields))
              for (const solver of names(tables.solvers))
                for (const [noise, guided] of [[0, -1], [0.5, -1], [0, 0]]) {
                  const flow = { ...plainFlow("Curved"), source, schedule, coupling, field, solver, noise, guided };
                  const reason = reasonAgainst(configOf({ ...state, dataset, curved: flow }, "curved"));
                  if (reason === undefined) outcome.allowed += 1;
                  else outcome.refused += 1;
                  if (reason !== undefined && !/\w+ \w+ \w+/.test(reason)) outcome.silent.push(JSON.stringify(flow));
                }
    return outcome;
  });
  context.diagnostic(`${allowed} combinations are accepted, ${refused} refused`);
  assert.deepEqual(silent, [], "no refusal without a reason");
  assert.ok(allowed > 2000 && refused > 1000, `${allowed} accepted, ${refused} refused`);
});

test("a choice changes the experiment it belongs to, and the link", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off", n: 8 });
  await lab.settled(20, 8);
  const before = await lab.hashes();
  await lab.panel("Curved").getByRole("combobox", { name: "Solver", exact: true }).selectOption("Heun");
  await lab.until("another picture in Curved", async () => (await lab.text("Curved", "hash")) !== before[1] && (await lab.text("Curved", "hash")) !== "");
  assert.equal(await lab.stat("Curved", "nfe"), 8, "four steps of Heun cost as much as eight of Euler");
  assert.equal(await lab.text("Straight", "hash"), before[0], "the other panel is as it was");
  await lab.until("the link", async () => lab.page.url().includes("curved.solver=heun"));

  await lab.panel("Curved").getByRole("combobox", { name: "Path", exact: true }).selectOption("CondOT");
  await lab.settled(20, 8);
  await lab.until("the link", async () => lab.page.url().includes("curved.schedule=cond-ot"));
  const chosen = await lab.text("Curved", "hash");
  const again = await labFor(context);
  await again.page.goto(lab.page.url());
  await again.until("the same picture", async () => (await again.text("Curved", "hash")) === chosen);
});

test("an impossible link is refused with the reason and shows something sound", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off", "curved.coupling": "minibatch-ot", "curved.noise": 0.5 });
  await lab.settled(20);
  const notice = lab.page.getByRole("alert");
  assert.match((await notice.textContent()) ?? "", /not paired independently/);
});

test("what gives way to a choice of one flow is told, until another choice", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off", "curved.noise": 0.5 });
  const curved = lab.panel("Curved");
  const menu = (/** @type {string} */ name) => curved.getByRole("combobox", { name, exact: true });
  const told = lab.page.getByRole("alert");
  await menu("Coupling").selectOption("Minibatch OT");
  assert.match((await told.textContent()) ?? "", /^Curved goes on without noise: .*not paired independently/);
  await menu("Path").selectOption("CondOT");
  assert.equal(await told.count(), 0);

  // A menu says itself what cannot be, but what it says may be old.
  await menu("Field").evaluate((/** @type {HTMLSelectElement} */ select) => {
    select.value = "exact";
    select.dispatchEvent(new Event("change"));
  });
  assert.match((await told.textContent()) ?? "", /^This cannot be chosen here: /);
  assert.equal(await menu("Field").inputValue(), "learned");
  await menu("Coupling").selectOption("Independent");
  assert.equal(await told.count(), 0);

  // A slider on its way makes one choice.
  await menu("Solver").selectOption("Heun");
  await curved.getByText("More", { exact: true }).click();
  const noise = curved.getByRole("slider", { name: /^Noise g/ });
  for (const _ of "abc") await noise.press("ArrowRight");
  assert.match((await told.textContent()) ?? "", /^Curved goes on in Euler steps: /);
  assert.equal(await menu("Solver").inputValue(), "euler");
  await lab.page.keyboard.press("Escape");

  await curved.getByText("Straighten", { exact: true }).click();
  await curved.getByRole("button", { name: "Reflow", exact: true }).click();
  assert.match((await told.textContent()) ?? "", /^Curved goes on without noise: /);

  await lab.open({ until: 20, play: "off", "training.stable_targets": "on", "straight.coupling": "independent" });
  await lab.button("Straight against curved").click();
  assert.match((await told.textContent()) ?? "", /^Network and optimizer go back to their defaults: .*not paired independently/);
});

test("10,000 damaged links are read without an error, and each damage is named", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const modules = ["www/state", "www/link", "www/registry", "www/experiment"];
  const { slowest, worst, sound, named } = await lab.withModules(modules, ({ defaultState, KEYS, readHash, writeHash, registry, reasonAgainst, configOf }) => {
    let seed = 1;
    const random = (/** @type {number} */ below) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const characters = "abc0189-.@&=#%+ é\u0000✂";
    const defaults = defaultState({ reducedMotion: false });
    const tables = registry();
    let [slowest, worst, sound, named] = [0, "", 0, 0];
    for (let i = 0; i < 10_000; i += 1) {
      const full = Object.entries(/** @type {Record<string, any>} */ (KEYS)).map(([name, key]) => `${name}=${key.write(key.get(defaults))}`);
      let text = `#${full.filter(() => random(3) === 0).join("&")}`;
      for (let damage = 0; damage <= random(4); damage += 1) {
        const at = random(text.length + 1);
        const piece = [characters[random(characters.length)], text.slice(random(text.length)), String(10 ** random(30)), ""][random(4)] ?? "";
        text = text.slice(0, at) + piece + text.slice(at + random(5));
      }
      const started = performance.now();
      const { state, complaints } = readHash(text, defaults, tables);
      const took = performance.now() - started;
      if (took > slowest) [slowest, worst] = [took, text];
      if (complaints.every((/** @type {string} */ complaint) => complaint.length > 20)) named += 1;
      // Whatever was read can be written and read again, and the library can judge it.
      const again = readHash(writeHash(state, defaults), defaults, tables);
      if (again.complaints.length === 0) sound += 1;
      if (i % 50 === 0) for (const flow of ["straight", "curved"]) reasonAgainst(configOf(state, flow));
    }
    return { slowest, worst, sound, named };
  });
  context.diagnostic(`slowest ${slowest.toFixed(1)} ms: ${worst.slice(0, 80)}`);
  assert.ok(slowest < 1000);
  assert.deepEqual({ sound, named }, { sound: 10_000, named: 10_000 });
});
