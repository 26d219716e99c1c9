/** A menu of the page whose options are the entries of a table. */

import { find } from "./find.js";

/**
 * @template {{ readonly name: string, readonly label: string }} T
 * @param {string} selector
 * @param {readonly T[]} entries
 * @param {(name: T["name"]) => void} choose
 */
export function menu(selector, entries, choose) {
  const select = find(document, selector, HTMLSelectElement);
  select.append(...entries.map(({ name, label }) => new Option(label, name)));
  select.addEventListener("change", () => choose(entries[select.selectedIndex]?.name ?? ""));
  return select;
}
