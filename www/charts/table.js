/** The values behind a chart, as a table. */

import { make } from "../make.js";

/**
 * @param {HTMLTableElement} table
 * @param {string[]} headings
 * @param {string[][]} rows the first cell of each names its row
 */
export function fillTable(table, headings, rows) {
  const head = document.createElement("thead");
  head.insertRow().append(...headings.map((text) => cell(text, "col")));
  const body = document.createElement("tbody");
  for (const [name = "", ...values] of rows) {
    const row = body.insertRow();
    row.append(cell(name, "row"));
    for (const text of values) row.insertCell().textContent = text;
  }
  table.replaceChildren(head, body);
}

/** @param {string} text @param {string} scope */
function cell(text, scope) {
  return make("th", { scope }, text);
}
