// The page as one HTML file, opened from disk in both browsers.

import assert from "node:assert/strict";
import { test } from "node:test";

import { launchChromium, launchFirefox } from "./harness/browsers.js";
import { Lab, PANELS } from "./harness/lab.js";

const FILE = new URL("../../dist/flow-matching-lab.html", import.meta.url).href;

for (const [name, launch] of Object.entries({ Chromium: launchChromium, Firefox: launchFirefox })) {
  test(`opens from disk in ${name}, trains, and loads nothing else`, async () => {
    const browser = await launch();
    const lab = await Lab.in(browser, FILE);
    /** @type {string[]} */
    const others = [];
    lab.page.on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(FILE)) others.push(request.url());
    });
    await lab.open({ dataset: "two-moons", n: 2, until: 50, play: "off" });
    await lab.settled(50, 2);
    for (const panel of PANELS) assert.match(await lab.text(panel, "hash"), /^[0-9a-f]{8,}$/);
    await lab.setEulerSteps(4);
    await lab.page.getByRole("combobox", { name: "Colours", exact: true }).selectOption("dark");
    await lab.page.reload();
    assert.equal(await lab.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark", "the reader's colours are kept");
    assert.deepEqual(others, []);
    lab.assertQuiet();
    await browser.close();
  });
}
