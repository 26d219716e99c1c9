/** Messages that must not pass unseen: each stays until it is dismissed. */

import { reasonOf } from "./reason.js";

/**
 * @param {string} text
 * @param {string} [key] a notice with the same key replaces the earlier one
 */
export function notify(text, key = text) {
  const list = /** @type {HTMLElement} */ (document.getElementById("notices"));
  dismiss(key);
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.setAttribute("role", "alert");
  notice.dataset.key = key;
  const words = document.createElement("p");
  words.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Dismiss";
  button.addEventListener("click", () => {
    notice.remove();
    const next = list.querySelector("button") ?? document.getElementById("lab");
    next?.focus();
  });
  notice.append(words, button);
  list.append(notice);
}

/** @param {string} key */
export function dismiss(key) {
  for (const notice of document.querySelectorAll(".notice")) {
    if (notice instanceof HTMLElement && notice.dataset.key === key) notice.remove();
  }
}

/** Nothing fails in silence: errors nobody caught become notices too. */
export function reportUncaught() {
  addEventListener("error", (event) => {
    notify(`Something went wrong in this page: ${event.message}. Reloading may help.`, "uncaught");
  });
  addEventListener("unhandledrejection", (event) => {
    notify(`Something went wrong in this page: ${reasonOf(event.reason)}. Reloading may help.`, "uncaught");
  });
}
