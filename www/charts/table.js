/** The values behind a chart, as a table. */

import { make } from "../make.js";

/**
 * @param {HTMLTableElement} table
 * @param {string[]} headings
 * @param {string[][]} rows the first cell of each names its row
 */
export function fillTable(table, headings, rows) {
  const head = headings.map((text) => make("th", { scope: "col" }, text));
  const body = rows.map(([name = "", ...values]) => make("tr", {}, make("th", { scope: "row" }, name), ...values.map((text) => make("td", {}, text))));
  table.replaceChildren(make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
}
