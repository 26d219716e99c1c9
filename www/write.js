/** Writes a text where another one stands: what is written anew is also read out anew. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
