// What the page shows is what the program `flow` says of the same experiment.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { labFor } from "./harness/stage.js";

const run = promisify(execFile);
const STEPS = 4000;

test(`after ${STEPS} steps the page and \`flow evaluate\` agree about the field's error, hits and straightness`, async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: STEPS, n: 4, particles: 2000, play: "off" });
  await lab.settled(STEPS);
  await lab.page.getByRole("checkbox", { name: "Error of the field" }).check();
  const legend = lab.page.locator("#layers-legend");
  const said = /Curved: .*mean squared error of ([\d.]+) per axis/;
  await lab.until("the error", async () => said.test((await legend.textContent()) ?? ""));
  const shown = Number(said.exec((await legend.textContent()) ?? "")?.[1]);
  const [hits, straightness] = [await lab.stat("Curved", "hits"), await lab.stat("Curved", "straightness")];

  await lab.page.getByRole("combobox", { name: "Flow to take" }).selectOption("Curved");
  const download = lab.page.waitForEvent("download");
  await lab.page.getByRole("button", { name: "Commands (shell)" }).click();
  const [command = ""] = (await readFile(await (await download).path(), "utf8")).split("\n");
  const folder = await mkdtemp(join(tmpdir(), "flow-"));
  const flow = (/** @type {string[]} */ args) => run(process.env["FLOW"] ?? "flow", args, { cwd: folder });
  await flow(command.split(" ").slice(1));
  const report = JSON.parse((await flow(["evaluate", "curved.flow", "--steps", "4"])).stdout);
  await rm(folder, { recursive: true });

  assert.equal(report.training_steps, STEPS);
  assert.ok(Math.abs(shown / report.field_error - 1) < 0.01, `${shown} in the page, ${report.field_error} from flow`);
  assert.ok(Math.abs(hits - report.evaluations[0].hits) < 0.02, `${hits} in the page, ${report.evaluations[0].hits} from flow`);
  assert.ok(Math.abs(straightness / report.straightness - 1) < 0.05, `${straightness} in the page, ${report.straightness} from flow`);
});
