/** Light or dark: as the system says, or as the reader does. Kept in this browser, where `scheme-first.js` finds it. */

import { find } from "./find.js";
import { prefer } from "./preferences.js";

const SCHEMES = ["light", "dark"];

/** @param {string} scheme empty for the system's */
function choose(scheme) {
  const chosen = SCHEMES.find((name) => name === scheme);
  if (chosen) document.documentElement.dataset.scheme = chosen;
  else delete document.documentElement.dataset.scheme;
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    const own = SCHEMES.find((name) => meta.id === `theme-${name}`);
    meta.setAttribute("media", chosen ? (own === chosen ? "all" : "not all") : `(prefers-color-scheme: ${own})`);
  }
}

export class Scheme {
  constructor() {
    const menu = find(document, "#scheme", HTMLSelectElement);
    choose(document.documentElement.dataset.scheme ?? "");
    menu.value = document.documentElement.dataset.scheme ?? "";
    menu.addEventListener("change", () => {
      choose(menu.value);
      prefer("scheme", menu.value);
    });
  }
}
