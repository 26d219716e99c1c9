/** What may do nothing for a while, or go, without losing the focus: it is never left on nothing. */

addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[aria-disabled=true]")) event.stopImmediatePropagation();
}, { capture: true });

/** A button that has nothing to do keeps the focus, and says so. @param {HTMLButtonElement} button @param {boolean} isOffered */
export function offer(button, isOffered) {
  button.ariaDisabled = String(!isOffered);
}

/** A field that cannot be set hands the focus on. @param {HTMLInputElement | HTMLSelectElement} field @param {boolean} isEnabled */
export function enable(field, isEnabled) {
  if (!isEnabled) handOn(field);
  field.disabled = !isEnabled;
}

/** Hands the focus on from what is about to go, to what opens the drawer it is in. @param {Element} element */
export function handOn(element) {
  if (element.contains(document.activeElement)) element.closest("details")?.querySelector("summary")?.focus();
}
