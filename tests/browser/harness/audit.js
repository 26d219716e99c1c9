// axe-core, injected through the browser's protocol, so that the page's strict policy stays as it is.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const SCRIPT = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What a reader may have set, by how tests tell it. */
export const LOOKS = {
  "in light": { colorScheme: /** @type {const} */ ("light") },
  "in the dark": { colorScheme: /** @type {const} */ ("dark") },
  "in forced colours": { forcedColors: /** @type {const} */ ("active") },
};

/**
 * What axe finds wrong with the page as it is now, one line each.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
export async function violations(page) {
  await page.evaluate(SCRIPT);
  return page.evaluate(async (rules) => {
    const { axe } = /** @type {any} */ (globalThis);
    const results = await axe.run(document, { runOnly: rules });
    return results.violations.flatMap((/** @type {any} */ { id, help, nodes }) =>
      nodes.map((/** @type {any} */ node) => `${id}: ${help}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`.replaceAll(/\s+/g, " ")),
    );
  }, RULES);
}
