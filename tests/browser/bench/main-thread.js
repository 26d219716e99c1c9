// How long the main thread is busy at a time while both networks train, left alone and in a minute of mixed use, for
// people to read: `node bench/main-thread.js`. What else the machine does counts in; less so in processor time.

import { launchChromium } from "../harness/browsers.js";
import { explore } from "../harness/explore.js";
import { Lab } from "../harness/lab.js";
import { startServer } from "../harness/server.js";
import { describe, mainThreadTasks } from "../harness/timing.js";

/** @type {Record<string, (lab: Lab, milliseconds: number) => Promise<void>>} */
const USES = {
  "left alone": (lab, milliseconds) => lab.page.waitForTimeout(milliseconds),
  "in mixed use": (lab, milliseconds) => {
    const deadline = Date.now() + milliseconds;
    return explore(lab, () => Date.now() < deadline);
  },
};
const MILLISECONDS = 60_000;

const server = await startServer();
const browser = await launchChromium();
for (const [what, use] of Object.entries(USES)) {
  const lab = await Lab.in(browser, server.url);
  await lab.open({ dataset: "checkerboard", until: 1_000_000 });
  await lab.trainedFor(100);
  const { wall, processor } = await mainThreadTasks(browser, lab.page, () => use(lab, MILLISECONDS));
  console.log(`${what}: ${describe(wall)}; of processor time ${describe(processor)}`);
  await lab.close();
}
await browser.close();
await server.close();
