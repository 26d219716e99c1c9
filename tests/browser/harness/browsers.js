// Chromium and Firefox as this machine has them, each with a fresh profile.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, firefox } from "playwright-core";

/** Names on the PATH, for runs without `cargo xtask test`, which looks further and says where. */
const NAMES = { FLOW_CHROMIUM: ["chromium", "google-chrome"], FLOW_FIREFOX: ["firefox-esr", "firefox"] };

/** @param {keyof typeof NAMES} variable */
function program(variable) {
  const told = process.env[variable];
  if (told) return told;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.flatMap((folder) => NAMES[variable].map((name) => join(folder, name))).find((file) => existsSync(file));
  if (!found) throw new Error(`no browser: set ${variable}, or run \`cargo xtask test\`, which finds or installs one`);
  return found;
}

/** A GPU emulated in software would cost more than the page itself, and nothing may be asked of the network. */
const CHROMIUM_FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * @param {{ flags?: string[] }} [options]
 */
export function launchChromium({ flags = [] } = {}) {
  return chromium.launch({
    executablePath: program("FLOW_CHROMIUM"),
    // Chromium refuses to sandbox for root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [...CHROMIUM_FLAGS, ...flags],
  });
}

/**
 * The system's own Firefox, over WebDriver BiDi. It ignores viewport, pixel ratio and media emulation; preferences work.
 * @param {{ reducedMotion?: boolean }} [options]
 */
export function launchFirefox({ reducedMotion = false } = {}) {
  return firefox.launch({
    executablePath: program("FLOW_FIREFOX"),
    channel: "moz-firefox",
    firefoxUserPrefs: { "ui.prefersReducedMotion": reducedMotion ? 1 : 0 },
  });
}
