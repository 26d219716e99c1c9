// One served page and one Chromium for all tests of a file; each file has a process of its own.

import { after } from "node:test";

import { launchChromium } from "./browsers.js";
import { startServer } from "./server.js";

export const server = await startServer();
export const browser = await launchChromium();

after(async () => {
  await browser.close();
  await server.close();
});
