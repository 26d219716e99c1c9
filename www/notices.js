/** Messages that must not pass unseen: each stays until it is dismissed. */

import { button, make } from "./make.js";
import { reasonOf } from "./reason.js";

/**
 * @param {string} text
 * @param {string} [key] a notice with the same key replaces the earlier one
 */
export function notify(text, key = text) {
  const notice = make("div", { className: "notice", role: "alert" }, make("p", {}, text), button("Dismiss", () => remove(notice)));
  document.querySelector(".notices")?.append(notice);
  dismiss(key);
  notice.dataset.key = key;
}

/** @param {string} key */
export function dismiss(key) {
  for (const notice of document.querySelectorAll(".notice")) {
    if (notice instanceof HTMLElement && notice.dataset.key === key) remove(notice);
  }
}

/** Hands the focus on from what it removes. @param {HTMLElement} notice */
function remove(notice) {
  const hadFocus = notice.contains(document.activeElement);
  notice.remove();
  /** @type {HTMLElement | null} */
  const next = document.querySelector(".notice button, #lab");
  if (hadFocus) next?.focus();
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
