/** Elements made by scripts. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<Omit<HTMLElementTagNameMap[K], "autocomplete">> & { autocomplete?: "off" }} properties TypeScript spells out all values of autocomplete, too many for it
 * @param {(Node | string)[]} children
 */
export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** @param {string} text @param {() => void} press @param {Partial<HTMLButtonElement>} [properties] */
export function button(text, press, properties) {
  const element = make("button", { ...properties }, text);
  element.addEventListener("click", press);
  return element;
}
