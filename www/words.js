/**
 * The page's words, explained where they stand: on hover and on focus, and to screen readers as descriptions.
 * The list in the text and the explanations are one table.
 */

import { GLOSSARY, entryFor, idOf } from "./glossary.js";
import { find } from "./find.js";
import { make } from "./make.js";

const PAUSE_MILLISECONDS = 400;
const LEAVE_MILLISECONDS = 250;
const GAP = 6;
/** @type {Readonly<Record<string, number>>} */
const ARROWS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

export class Words {
  #tip = find(document, "#word", HTMLElement);
  /** @type {HTMLElement | undefined} */
  #shown;
  #timer = 0;

  constructor() {
    find(document, "#words", HTMLElement).replaceChildren(...GLOSSARY.map(listed));
    // Before a number a word stands alone: it takes the focus itself. Before a control it shares the control's.
    for (const list of document.querySelectorAll("#lab dl")) {
      const terms = [...list.querySelectorAll("dt")];
      for (const term of terms) this.#explain(term, term);
      oneStop(terms);
    }
    for (const label of document.querySelectorAll("#lab label")) {
      const control = label instanceof HTMLLabelElement ? label.control : null;
      const words = label.querySelector("span") ?? label;
      if (control && words instanceof HTMLElement) this.#explain(words, control);
    }
    for (const control of document.querySelectorAll("#lab input[aria-label]")) {
      if (control instanceof HTMLElement) this.#explain(control, control, control.getAttribute("aria-label") ?? "");
    }
    // A chart's title shares the focus of what reads the chart.
    for (const figure of document.querySelectorAll("#lab figure:has(figcaption strong)")) {
      const title = find(figure, "figcaption strong", HTMLElement);
      this.#explain(title, find(figure, "input[type=range]", HTMLInputElement), title.textContent?.replace(/\.$/, ""));
    }
    // Escape closes the explanation, and nothing else with it.
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#shown) return;
      event.stopPropagation();
      this.#hide();
    }, true);
    this.#tip.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.#tip.addEventListener("pointerleave", () => this.#leave());
    // To focus may scroll: what is about to be shown still is.
    addEventListener("scroll", () => this.#shown && this.#hide(), { passive: true, capture: true });
  }

  /**
   * @param {HTMLElement} words what the pointer rests on
   * @param {HTMLElement} focused what the keyboard turns to
   * @param {string} [text]
   */
  #explain(words, focused, text = words.textContent ?? "") {
    const entry = entryFor(text);
    if (!entry) return;
    words.classList.add("word");
    const described = (focused.getAttribute("aria-describedby") ?? "").split(" ");
    focused.setAttribute("aria-describedby", [...described, idOf(entry)].join(" ").trim());
    const show = () => this.#soon(words, entry.meaning);
    words.addEventListener("pointerenter", ({ pointerType }) => {
      if (pointerType === "mouse") show();
    });
    words.addEventListener("pointerleave", () => this.#leave());
    focused.addEventListener("focus", () => {
      if (focused.matches(":focus-visible")) show();
    });
    focused.addEventListener("blur", () => this.#hide());
    // Who turns a control wants to see what it does.
    focused.addEventListener("input", () => this.#hide());
  }

  /** @param {HTMLElement} words @param {string} meaning */
  #soon(words, meaning) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(words, meaning), this.#shown ? 0 : PAUSE_MILLISECONDS);
  }

  #leave() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hide(), LEAVE_MILLISECONDS);
  }

  /** @param {HTMLElement} words @param {string} meaning */
  #show(words, meaning) {
    this.#hide();
    this.#shown = words;
    this.#tip.textContent = meaning;
    this.#tip.showPopover();
    const [place, size] = [words.getBoundingClientRect(), this.#tip.getBoundingClientRect()];
    const left = Math.min(Math.max(GAP, place.left), document.documentElement.clientWidth - size.width - GAP);
    const isAbove = place.bottom + GAP + size.height > innerHeight;
    this.#tip.style.left = `${left}px`;
    this.#tip.style.top = `${isAbove ? place.top - GAP - size.height : place.bottom + GAP}px`;
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#shown = undefined;
    if (this.#tip.matches(":popover-open")) this.#tip.hidePopover();
  }
}

/** Words that are one stop of the Tab key together: arrow keys go from one to the next. @param {HTMLElement[]} words */
function oneStop(words) {
  for (const [i, word] of words.entries()) {
    word.tabIndex = i === 0 ? 0 : -1;
    word.addEventListener("keydown", (event) => {
      const next = words[i + (ARROWS[event.key] ?? 0)];
      if (!next || next === word) return;
      event.preventDefault();
      [word.tabIndex, next.tabIndex] = [-1, 0];
      next.focus();
    });
  }
}

/** @param {typeof GLOSSARY[number]} entry */
function listed(entry) {
  return make("div", {}, make("dt", {}, entry.term), make("dd", { id: idOf(entry) }, entry.meaning));
}
