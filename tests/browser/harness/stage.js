// One served page and one Chromium for all tests of a file; each file has a process of its own.

import { after } from "node:test";

import { launchChromium } from "./browsers.js";
import { Lab } from "./lab.js";
import { startServer } from "./server.js";

export const server = await startServer();
export const browser = await launchChromium();

after(async () => {
  await browser.close();
  await server.close();
});

/**
 * A lab of its own for a test. When the test has ended it is closed, and asked whether it complained.
 * @param {import("node:test").TestContext} context
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function labFor(context, options) {
  const lab = await Lab.in(browser, server.url, options);
  context.after(async () => {
    await lab.close();
    lab.assertQuiet();
  });
  return lab;
}
