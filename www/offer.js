/** Buttons that can disable themselves while they are pressed: the focus stays on them, and they say that they do nothing. */

addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[aria-disabled=true]")) event.stopImmediatePropagation();
}, { capture: true });

/** @param {HTMLButtonElement} button @param {boolean} isOffered */
export function offer(button, isOffered) {
  button.ariaDisabled = String(!isOffered);
}
