/** A shortcut for every action: one table dispatches them, lists them and tells them to screen readers. */

import { find } from "./find.js";
import { make } from "./make.js";
import { prefer, preference } from "./preferences.js";
import { GROUPS, PARTS, secondKeys } from "./shortcut-table.js";

/** @typedef {import("./shortcut-table.js").Way} Way */
/** @typedef {import("./shortcut-table.js").OpenPart} OpenPart */

export class Shortcuts {
  #dialog = find(document, "#shortcuts", HTMLDialogElement);
  #switch = find(document, "#shortcuts-on", HTMLInputElement);
  #hint = find(document, ".keys", HTMLElement);
  #single = GROUPS.flatMap(({ shortcuts }) => shortcuts);
  #parts = PARTS.map((part) => ({ ...part, seconds: secondKeys(part) }));
  /** The part whose second key is waited for. @type {OpenPart | undefined} */
  #begun;

  constructor() {
    for (const opener of document.querySelectorAll("#shortcuts-open, .shortcuts-open")) {
      opener.addEventListener("click", () => {
        this.#list();
        // Not a modal one: making the rest of the page inert costs a style for each of its elements, there and back.
        this.#dialog.showPopover();
      });
    }
    find(this.#dialog, ".dialog-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.hidePopover());
    this.#switch.checked = preference("shortcuts") !== "off";
    this.#switch.addEventListener("change", () => {
      prefer("shortcuts", this.#switch.checked ? "on" : "off");
      this.#announce();
    });
    this.#announce();
    document.addEventListener("keydown", (event) => this.#pressed(event));
    document.addEventListener("pointerdown", () => this.#begin(undefined));
  }

  #list() {
    const single = GROUPS.map(({ title, shortcuts }) => {
      const there = shortcuts.filter(({ selector }) => document.querySelector(selector));
      return section(title, there.map(({ key, label }) => [nameOf(key), label]));
    });
    const double = this.#parts.filter(({ like }) => !like).map(({ key, title, seconds }) => {
      const others = this.#parts.filter(({ like }) => like === key).map((other) => ` (${other.title.toLowerCase()}: ${other.key} instead of ${key})`);
      return section(title + others.join(""), seconds.map((second) => [`${nameOf(key)} ${nameOf(second.key)}`, second.label]));
    });
    find(this.#dialog, ".shortcuts", HTMLElement).replaceChildren(...single, ...double);
  }

  /** Tells the controls their keys, or that they have none. Of two keys in turn ARIA knows nothing: there the part tells the first. */
  #announce() {
    const first = this.#parts.map(({ key, selector }) => ({ key, selector }));
    for (const { key, selector } of [...this.#single, ...first]) {
      for (const found of document.querySelectorAll(selector)) {
        const others = (found.getAttribute("aria-keyshortcuts") ?? "").split(" ").filter((other) => other && other !== keyOf(key));
        const keys = this.#switch.checked ? [...others, keyOf(key)] : others;
        if (keys.length > 0) found.setAttribute("aria-keyshortcuts", keys.join(" "));
        else found.removeAttribute("aria-keyshortcuts");
      }
    }
    for (const { key, seconds } of this.#parts) for (const second of seconds) second.control.dataset.keys = `${key} ${second.key}`;
  }

  /** Waits for the second key, and shows which there are; or waits no more. @param {OpenPart | undefined} part */
  #begin(part) {
    if (this.#begun === part) return;
    this.#begun = part;
    this.#hint.replaceChildren();
    if (!part) return this.#hint.hidePopover();
    this.#hint.showPopover();
    const there = part.seconds.filter(({ control }) => !control.closest("[hidden]"));
    this.#hint.replaceChildren(section(part.title, there.map(({ key, label }) => [nameOf(key), label])));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const { key, target } = event;
    if (!this.#switch.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    // Where keys write or choose, they are no shortcuts; a dialog has its own keys.
    if (target instanceof Element && target.closest("select, textarea, dialog, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=file])")) return;
    const begun = this.#begun;
    const shortcut = begun ? undefined : this.#single.find((one) => one.key === key);
    if (key === "Shift" || (event.repeat && !(shortcut && isRepeated(shortcut)))) return;
    this.#begin(undefined);
    if (begun) {
      const second = begun.seconds.find((one) => one.key === key.toLowerCase());
      // A wrong letter is no other shortcut; what moves the focus or presses still does.
      if (/^\S$/.test(key)) event.preventDefault();
      if (second) work(second.control, second.does);
      return;
    }
    const part = this.#parts.find((one) => one.key === key);
    const control = shortcut && theOneSeen(shortcut.selector);
    if (!part && !control) return;
    event.preventDefault();
    if (part) this.#begin(part);
    else if (shortcut && control) work(control, shortcut.does, shortcut.by);
  }
}

/** Whether it goes on while its key is held. @param {import("./shortcut-table.js").Shortcut} shortcut */
function isRepeated({ does, isRepeated = false }) {
  return isRepeated || ["more", "less", "next", "previous"].includes(does);
}

/** Of several the first in sight. @param {string} selector */
function theOneSeen(selector) {
  const all = [...document.querySelectorAll(selector)].filter((found) => found instanceof HTMLElement);
  return all.find((found) => found.checkVisibility()) ?? all[0];
}

/** @param {HTMLElement} control @param {Way} does @param {number} [by] */
function work(control, does, by = 0) {
  if (does !== "open") reveal(control);
  switch (does) {
    case "press":
      return control.click();
    case "focus":
      control.scrollIntoView({ block: "nearest" });
      return control.focus();
    case "open":
      if (control.parentElement instanceof HTMLDetailsElement) control.parentElement.open = !control.parentElement.open;
      control.scrollIntoView({ block: "nearest" });
      return control.focus();
    case "more":
    case "less":
      if (control instanceof HTMLInputElement) {
        control.value = String(control.valueAsNumber + (does === "more" ? by : -by));
        control.dispatchEvent(new Event("input", { bubbles: true }));
      }
      return;
    case "cycle":
    case "next":
      return turn(control, 1, does === "cycle");
    case "previous":
      return turn(control, -1);
  }
}

/** Opens what a control lies in, so that what happens is seen. @param {HTMLElement} control */
function reveal(control) {
  for (let around = control.closest("details"); around; around = around.parentElement?.closest("details") ?? null) around.open = true;
}

/**
 * The neighbour of what is chosen now, of a menu or of a group of radios or of buttons.
 * @param {HTMLElement} control
 * @param {1 | -1} by
 * @param {boolean} [isRound] whether a menu's first option follows its last
 */
function turn(control, by, isRound = false) {
  if (control instanceof HTMLSelectElement) {
    const { length } = control.options;
    const next = control.options[isRound ? (control.selectedIndex + by + length) % length : control.selectedIndex + by];
    if (!next) return;
    control.value = next.value;
    control.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  const radios = [...control.querySelectorAll("input[type=radio]")];
  const choices = (radios.length > 0 ? radios : [...control.querySelectorAll("button")]).filter((choice) => !choice.matches(":disabled"));
  const now = choices.findIndex((choice) => choice.matches(":checked, [aria-pressed=true]"));
  const next = choices[(now + by + choices.length + (now < 0 && by < 0 ? 1 : 0)) % choices.length];
  if (next instanceof HTMLElement) next.click();
}

/** @param {string} title @param {string[][]} lines keys and what they do */
function section(title, lines) {
  const list = lines.flatMap(([keys = "", does = ""]) => [make("dt", {}, make("kbd", {}, keys)), make("dd", {}, does)]);
  return make("section", {}, make("h3", {}, title), make("dl", {}, ...list));
}

/** For `aria-keyshortcuts`. @param {string} key */
function keyOf(key) {
  if (key === "+") return "Plus";
  return /^[A-Z]$/.test(key) ? `Shift+${key}` : key.toUpperCase();
}

/** For the list. @param {string} key */
function nameOf(key) {
  if (key === "-") return "−";
  return /^[A-Z]$/.test(key) ? `Shift + ${key}` : key.toUpperCase();
}
