/** What opens over a picture. */

/** Lets Escape, and turning to something else, close it. @param {HTMLDetailsElement} details */
export function dismissable(details) {
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary")?.focus();
  });
  const closeOutside = (/** @type {Event} */ { target }) => {
    if (details.open && target instanceof Node && !details.contains(target)) details.open = false;
  };
  document.addEventListener("pointerdown", closeOutside);
  document.addEventListener("focusin", closeOutside);
}
