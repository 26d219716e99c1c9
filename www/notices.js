/** Messages that must not pass unseen: each stays until it is dismissed. */

import { button, make } from "./make.js";
import { reasonOf } from "./reason.js";

/**
 * @param {string} text
 * @param {string} [key] a notice with the same key replaces the earlier one
 */
export function notify(text, key = text) {
  const list = /** @type {HTMLElement} */ (document.getElementById("notices"));
  dismiss(key);
  const close = button("Dismiss", () => {
    notice.remove();
    const next = list.querySelector("button") ?? document.getElementById("lab");
    next?.focus();
  });
  const notice = make("div", { className: "notice", role: "alert" }, make("p", {}, text), close);
  notice.dataset.key = key;
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
