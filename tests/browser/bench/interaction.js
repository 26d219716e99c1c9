// How soon the page shows what the reader did, on a processor four times as slow and with both networks training, for
// people to read: `node bench/interaction.js [runs]`. What else the machine does counts in, so compare runs that
// take turns.

import { loadavg } from "node:os";

import { launchChromium } from "../harness/browsers.js";
import { Lab } from "../harness/lab.js";
import { startServer } from "../harness/server.js";
import { interactionLatencies, quantile, tell } from "../harness/timing.js";

const THROTTLE = 4;
const ROUNDS = 4;
/** The pause between two things that a reader does. */
const PAUSE_MILLISECONDS = 150;

/**
 * What readers do: each of them some interactions.
 * @type {((lab: Lab, round: number) => Promise<unknown>)[]}
 */
const DEEDS = [
  (lab, round) => lab.drag(lab.eulerSteps, (round % 10) / 10 + 0.05, 12),
  ({ eulerSteps }) => eulerSteps.press("ArrowRight"),
  ({ eulerSteps }) => eulerSteps.press("ArrowRight"),
  ({ eulerSteps }) => eulerSteps.press("ArrowLeft"),
  (lab) => lab.button("+1 Euler step").click(),
  (lab, round) => lab.dataset(["Checkerboard", "Two moons", "Five modes"][round % 3] ?? "").click(),
  ({ page }) => page.locator("#play").click(),
  (lab) => lab.page.locator("#layer-arrows").click(),
  (lab) => lab.page.locator("#layer-learned").click(),
  ({ page }) => page.getByRole("combobox", { name: "Path", exact: true }).first().focus(),
  ({ page }, round) => page.keyboard.press(round % 2 ? "ArrowUp" : "ArrowDown"),
  (lab) => lab.page.locator("#layer-learned").click(),
  (lab) => lab.page.locator("#layer-arrows").click(),
  (lab) => lab.drag(lab.time, 0.3, 12),
  ({ time }) => time.press("ArrowRight"),
  ({ time }) => time.press("ArrowLeft"),
  ({ page }) => page.locator("#play").click(),
  ({ page }) => page.getByRole("checkbox", { name: "Trails", exact: true }).click(),
  ({ page }) => page.locator("#particles").focus(),
  ({ page }) => page.keyboard.press("ArrowDown"),
  ({ page }) => page.locator("#shortcuts-open").click(),
  ({ page }) => page.keyboard.press("Escape"),
  ({ page }) => page.locator("#own-open").click(),
  ({ page }) => page.locator("#own-close").click(),
  ({ page }) => page.locator("details.more summary").first().click(),
  ({ page }) => page.locator("details.more summary").first().click(),
  ({ page }) => page.locator("#settings summary").click(),
  ({ page }) => page.locator("#settings summary").click(),
  ({ page }) => page.locator("#log-loss").click(),
  ({ page }) => page.keyboard.press("Home"),
  (lab, round) => lab.button(["The coupling did it", "Euler against Heun", "Straight against curved", "Learned against exact"][round % 4] ?? "").click(),
  (lab) => lab.button("Undo").click(),
];

/** @param {Lab} lab */
async function use(lab) {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const deed of DEEDS) {
      await deed(lab, round);
      await lab.page.waitForTimeout(PAUSE_MILLISECONDS);
    }
  }
}

const runs = Number(process.argv[2] ?? 1);
const server = await startServer();
for (let run = 0; run < runs; run += 1) {
  const browser = await launchChromium();
  const lab = await Lab.in(browser, server.url);
  await lab.open({ until: 1_000_000 });
  const session = await lab.page.context().newCDPSession(lab.page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: THROTTLE });
  const { latencies, slowest } = await interactionLatencies(lab.page, () => use(lab));
  const [median, most, nearlyAll] = [0.5, 0.9, 0.98].map((share) => `${quantile(latencies, share).toFixed(0)} ms`);
  console.log(`median ${median}, 90 % within ${most}, 98 % within ${nearlyAll} (n = ${latencies.length}, load ${loadavg()[0]?.toFixed(1)})`);
  for (const interaction of slowest.slice(0, 10)) console.log(`  ${tell(interaction)}`);
  lab.assertQuiet();
  await browser.close();
}
await server.close();
