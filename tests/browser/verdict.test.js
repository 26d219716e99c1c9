// The sentence under the panels says what the numbers allow, and no more.

import assert from "node:assert/strict";
import { test } from "node:test";

import { labFor } from "./harness/stage.js";

/**
 * What is shown of a flow, as far as a case says.
 * @typedef {{ name?: string, energy?: number, hits?: number, nfe?: number, step?: number, straightness?: number, field?: string, guidance?: object | null }} Case
 */

/** Sentences about pairs of flows, straight from `verdict.js`. @param {import("node:test").TestContext} context @param {[Case, Case][]} cases */
async function verdicts(context, cases) {
  const lab = await labFor(context);
  await lab.open({ until: 1, play: "off" });
  return lab.withModules(
    ["www/verdict"],
    ({ verdict }, /** @type {[Case, Case][]} */ cases) =>
      cases.map((flows) =>
        verdict(
          flows.map(({ name, energy = 1, hits = 0.5, nfe = 2, step = 2000, straightness = 1, field = "learned", guidance = null }, i) => ({
            name: name ?? ["Straight", "Curved"][i],
            hadPicture: true,
            refused: "",
            failed: false,
            picture: {
              step,
              straightness,
              particles: 2000,
              sampling: { field, guidance, diffusion: null, solver: { type: "euler" } },
              report: { energy, hits, nfe, energyNoise: 0.01 },
            },
          })),
        ),
      ),
    cases,
  );
}

test("a distance is a difference only where draws from the data would not leave as much", async (context) => {
  const [noise, order, border, clear, ratio] = await verdicts(context, [
    [{ energy: 0.004 }, { energy: 0.0015 }],
    [{ energy: 0.9 }, { energy: 0.8 }],
    [{ energy: 0.006 }, { energy: 0.011 }],
    [{ energy: 0.006, straightness: 0.01 }, { energy: 0.2, straightness: 1 }],
    [{ energy: 0.5 }, { energy: 0.05 }],
  ]);
  assert.match(noise ?? "", /both flows land as close .* can tell \(energy distance 0\.0040 against 0\.0015\)\.$/, "in the order of the panels");
  assert.match(order ?? "", /about equally far from the data \(energy distance 0\.900 against 0\.800\)/);
  assert.match(border ?? "", /about equally far/, "just above the noise is no difference yet");
  assert.match(clear ?? "", /Straight lands as close .*; Curved does not \(energy distance 0\.0060 against 0\.200\): Straight’s trajectories are 100 times straighter/);
  assert.match(ratio ?? "", /Curved lands 10 times closer to the data than Straight \(energy distance 0\.0500 against 0\.500\)/);
});

test("where the energy distance sees nothing, hits that differ are named", async (context) => {
  const [differ, alike] = await verdicts(context, [
    [{ energy: 0.004, hits: 0.795 }, { energy: 0.004, hits: 0.948 }],
    [{ energy: 0.004, hits: 0.94 }, { energy: 0.004, hits: 0.948 }],
  ]);
  assert.match(differ ?? "", /; yet 94\.8 % of Curved’s particles reach the target, and 79\.5 % of Straight’s\.$/);
  assert.doesNotMatch(alike ?? "", /reach the target/);
});

test("a guided flow is not judged by data that it is led away from", async (context) => {
  const guidance = { class: 0, weight: 2 };
  const [one, both, unheeded, rough] = await verdicts(context, [
    [{ guidance, energy: 2.3 }, { energy: 0.006 }],
    [{ guidance, energy: 2.3 }, { guidance, energy: 2.4 }],
    [{ guidance: { ...guidance, weight: 0 }, energy: 0.5 }, { energy: 0.05 }],
    [{ guidance, step: 20 }, {}],
  ]);
  assert.match(one ?? "", /^Straight is guided to one of the data’s modes, so its distance from all of them says nothing/);
  assert.match(both ?? "", /^Straight and Curved are guided/);
  assert.match(unheeded ?? "", /10 times closer/);
  assert.match(rough ?? "", /^After only 20 training steps the field of Straight is still rough/);
});
