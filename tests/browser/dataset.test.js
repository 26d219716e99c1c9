// Another dataset can always be chosen: what cannot stay with it gives way, and the page says so.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PANELS } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

const GUIDED = { dataset: "five-modes", n: 4, until: 20, play: "off", "straight.guided": 4, "curved.guided": 1, "curved.solver": "heun" };

test("a mode that the next dataset does not have is no longer the goal; one undo brings both back", async (context) => {
  const lab = await labFor(context);
  await lab.open(GUIDED);
  await lab.settled(20, 4);
  const guide = (/** @type {string} */ panel) => lab.panel(panel).getByRole("combobox", { name: "Guide towards", includeHidden: true }).inputValue();
  await lab.dataset("Two clusters").check();
  await lab.settled(20, 4);
  const notice = lab.page.getByRole("alert");
  assert.match((await notice.textContent()) ?? "", /^Straight goes on without guidance: .*below 2, the number of modes\./);
  assert.deepEqual(await Promise.all(PANELS.map(guide)), ["-1", "1"], "what can stay does");
  assert.equal(await lab.panel("Curved").getByRole("combobox", { name: "Solver", exact: true }).inputValue(), "heun");
  await lab.page.waitForURL(/dataset=two-clusters/);

  await lab.button("Undo").click();
  assert.ok(await lab.dataset("Five modes").isChecked());
  assert.deepEqual(await Promise.all(PANELS.map(guide)), ["4", "1"]);
  assert.ok(await lab.button("Undo").isDisabled());
  assert.equal(await notice.count(), 0, "what was said is no longer so");
  await lab.settled(20, 4);
  await lab.dataset("Eight Gaussians").check();
  assert.deepEqual(await Promise.all(PANELS.map(guide)), ["4", "1"]);
  assert.equal(await notice.count(), 0);
});

test("own data that exclude a choice are used in one step, and what gives way is said", async (context) => {
  const lab = await labFor(context);
  await lab.open(GUIDED);
  await lab.settled(20, 4);
  await lab.page.getByRole("button", { name: /^Your own data/ }).click();
  const dialog = lab.page.getByRole("dialog", { name: "Your own data" });
  await dialog.getByRole("radio", { name: "Modes" }).check();
  await dialog.getByRole("button", { name: "Add a mode" }).click();
  await dialog.getByRole("button", { name: "Use as target" }).click();
  await lab.settled(20, 4);
  assert.match((await lab.page.getByRole("alert").allTextContents()).join(), /Straight goes on without guidance.*Curved goes on without guidance/);
  await lab.button("Undo").click();
  assert.ok(await lab.dataset("Five modes").isChecked());
  assert.ok(await lab.button("Undo").isDisabled(), "it was one step");
  await lab.settled(20, 4);
});

test("from whatever is chosen, each dataset comes to an experiment that can be", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const modules = ["www/state", "www/registry", "www/experiment", "www/choices"];
  const { tried, gaveWay, wrong } = await lab.withModules(modules, ({ defaultState, plainFlow, registry, reasonAgainst, configOf, possibleForBoth }) => {
    const names = (/** @type {{ name: string }[]} */ entries) => entries.map(({ name }) => name);
    const { targets, sources, schedules, fields, solvers } = registry();
    const found = { tried: 0, gaveWay: 0, wrong: /** @type {string[]} */ ([]) };
    for (const from of names(targets))
      for (const source of names(sources))
        for (const schedule of names(schedules))
          for (const field of names(fields))
            for (const solver of names(solvers))
              for (const [noise, guided] of [[0, -1], [0.5, -1], [0, 0], [0, 4]]) {
                const flow = { ...plainFlow("Curved"), source, schedule, field, solver, noise, guided };
                const state = { ...defaultState({ reducedMotion: false }), dataset: from, straight: flow, curved: flow };
                if (reasonAgainst(configOf(state, "curved")) !== undefined) continue;
                for (const to of names(targets)) {
                  found.tried += 1;
                  const outcome = possibleForBoth(state, { dataset: to });
                  const next = { ...state, ...outcome.change };
                  if (outcome.gaveWay) found.gaveWay += 1;
                  if ("reason" in outcome || reasonAgainst(configOf(next, "curved")) !== undefined) found.wrong.push(`${from} to ${to}: ${outcome.reason ?? JSON.stringify(flow)}`);
                  else if (!outcome.gaveWay && next.curved !== state.curved) found.wrong.push(`${from} to ${to}: something gave way in silence`);
                }
              }
    return found;
  });
  context.diagnostic(`${tried} choices, something gives way in ${gaveWay}`);
  assert.deepEqual(wrong.slice(0, 10), []);
  assert.ok(gaveWay > 100, `${gaveWay}`);
});
