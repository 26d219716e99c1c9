/** One key for every action: one table dispatches them, lists them and tells them to screen readers. */

import { find } from "./find.js";
import { prefer, preference } from "./preferences.js";

/**
 * A shortcut works a control of the page, in one of a few ways. Controls that are not there have none.
 * @typedef {object} Shortcut
 * @property {string} key as `KeyboardEvent.key` says it
 * @property {string} label what it does
 * @property {string} selector the control
 * @property {"press" | "focus" | "next" | "previous" | "more" | "less" | "open"} does
 * @property {number} [by] for sliders: how far
 */

/** @type {readonly { title: string, shortcuts: Shortcut[] }[]} */
const GROUPS = [
  {
    title: "Particles",
    shortcuts: [
      { key: "p", label: "Play or pause", selector: "#play", does: "press" },
      { key: "+", label: "One Euler step more", selector: "#more-steps", does: "press" },
      { key: "-", label: "One Euler step fewer", selector: "#fewer-steps", does: "press" },
      { key: ".", label: "Time forwards", selector: "#time", does: "more", by: 0.05 },
      { key: ",", label: "Time backwards", selector: "#time", does: "less", by: 0.05 },
      { key: "]", label: "Faster", selector: "#speed", does: "next" },
      { key: "[", label: "Slower", selector: "#speed", does: "previous" },
      { key: "l", label: "Trails on or off", selector: "#trails", does: "press" },
      { key: "m", label: "More particles", selector: "#particles", does: "next" },
      { key: "M", label: "Fewer particles", selector: "#particles", does: "previous" },
    ],
  },
  {
    title: "Training",
    shortcuts: [
      { key: "t", label: "Train or pause training", selector: "#train", does: "press" },
      { key: "o", label: "One training step", selector: "#one-step", does: "press" },
      { key: "r", label: "Reset", selector: "#reset", does: "press" },
      { key: "n", label: "To the seed", selector: "#seed", does: "focus" },
      { key: "b", label: "To the step where training pauses", selector: "#until", does: "focus" },
      { key: "w", label: "Network and optimizer", selector: "#settings", does: "open" },
    ],
  },
  {
    title: "Experiment",
    shortcuts: [
      { key: "d", label: "Next dataset", selector: "#dataset", does: "next" },
      { key: "D", label: "Previous dataset", selector: "#dataset", does: "previous" },
      { key: "a", label: "Your own data", selector: "#own-open", does: "press" },
      { key: "c", label: "Next comparison", selector: "#presets", does: "next" },
      { key: "C", label: "Previous comparison", selector: "#presets", does: "previous" },
      { key: "x", label: "Swap panels", selector: "#swap", does: "press" },
      { key: "v", label: "The other panel, on a small screen", selector: "#switch", does: "next" },
      { key: "1", label: "To the choices of the first panel", selector: '.panel[data-flow="straight"] select', does: "focus" },
      { key: "2", label: "To the choices of the second panel", selector: '.panel[data-flow="curved"] select', does: "focus" },
      { key: "3", label: "More of the first panel", selector: '.panel[data-flow="straight"] .more', does: "open" },
      { key: "4", label: "More of the second panel", selector: '.panel[data-flow="curved"] .more', does: "open" },
      { key: "u", label: "Undo (also Ctrl+Z)", selector: "#undo", does: "press" },
      { key: "y", label: "Redo (also Shift+Ctrl+Z)", selector: "#redo", does: "press" },
      { key: "k", label: "Copy link", selector: "#copy-link", does: "press" },
    ],
  },
  {
    title: "Page",
    shortcuts: [
      { key: "e", label: "To the Euler steps", selector: "#euler-steps", does: "focus" },
      { key: "h", label: "How to read this", selector: ".masthead-link", does: "press" },
      { key: "?", label: "This list", selector: "#shortcuts-open", does: "press" },
    ],
  },
];

export class Shortcuts {
  #dialog = find(document, "#shortcuts", HTMLDialogElement);
  #switch = find(document, "#shortcuts-on", HTMLInputElement);
  #all = GROUPS.flatMap(({ shortcuts }) => shortcuts);

  constructor() {
    this.#list();
    for (const opener of document.querySelectorAll("#shortcuts-open, .shortcuts-open")) {
      opener.addEventListener("click", () => this.#dialog.showModal());
    }
    find(this.#dialog, ".dialog-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#switch.checked = preference("shortcuts") !== "off";
    this.#switch.addEventListener("change", () => {
      prefer("shortcuts", this.#switch.checked ? "on" : "off");
      this.#announce();
    });
    this.#announce();
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #list() {
    const lists = GROUPS.map(({ title, shortcuts }) => {
      const section = document.createElement("section");
      const heading = document.createElement("h3");
      heading.textContent = title;
      const list = document.createElement("dl");
      for (const { key, label, selector } of shortcuts) {
        if (!document.querySelector(selector)) continue;
        const [line, term, words, cap] = ["div", "dt", "dd", "kbd"].map((tag) => document.createElement(tag));
        if (!line || !term || !words || !cap) continue;
        cap.textContent = nameOf(key);
        term.append(cap);
        words.textContent = label;
        line.append(term, words);
        list.append(line);
      }
      section.append(heading, list);
      return section;
    });
    find(this.#dialog, "#shortcuts-list", HTMLElement).replaceChildren(...lists);
  }

  /** Tells the controls their keys, or that they have none. */
  #announce() {
    for (const { key, selector } of this.#all) {
      const found = document.querySelector(selector);
      if (!found) continue;
      const control = found.matches("details") ? (found.querySelector("summary") ?? found) : found;
      const others = (control.getAttribute("aria-keyshortcuts") ?? "").split(" ").filter((other) => other && other !== keyOf(key));
      const keys = this.#switch.checked ? [...others, keyOf(key)] : others;
      if (keys.length > 0) control.setAttribute("aria-keyshortcuts", keys.join(" "));
      else control.removeAttribute("aria-keyshortcuts");
    }
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const { key, target } = event;
    if (!this.#switch.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    // Where keys write or choose, they are no shortcuts; a dialog has its own keys.
    if (target instanceof Element && target.closest("select, textarea, dialog, [contenteditable], input:not([type=range], [type=radio], [type=checkbox])")) return;
    const shortcut = this.#all.find((one) => one.key === key);
    const control = shortcut && document.querySelector(shortcut.selector);
    if (!shortcut || !(control instanceof HTMLElement)) return;
    event.preventDefault();
    work(control, shortcut);
  }
}

/** @param {HTMLElement} control @param {Shortcut} shortcut */
function work(control, { does, by = 0 }) {
  switch (does) {
    case "press":
      return control.click();
    case "focus":
      control.scrollIntoView({ block: "nearest" });
      return control.focus();
    case "open":
      if (control instanceof HTMLDetailsElement) control.open = !control.open;
      control.scrollIntoView({ block: "nearest" });
      return control.querySelector("summary")?.focus();
    case "more":
    case "less":
      if (control instanceof HTMLInputElement) {
        control.value = String(control.valueAsNumber + (does === "more" ? by : -by));
        control.dispatchEvent(new Event("input", { bubbles: true }));
      }
      return;
    case "next":
      return turn(control, 1);
    case "previous":
      return turn(control, -1);
  }
}

/** The neighbour of what is chosen now, of a menu or of a group of radios or of buttons. @param {HTMLElement} control @param {1 | -1} by */
function turn(control, by) {
  if (control instanceof HTMLSelectElement) {
    const next = control.options[control.selectedIndex + by];
    if (!next) return;
    control.value = next.value;
    control.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  const radios = [...control.querySelectorAll("input[type=radio]")];
  const choices = radios.length > 0 ? radios : [...control.querySelectorAll("button")];
  const now = choices.findIndex((choice) => choice.matches(":checked, [aria-pressed=true]"));
  const next = choices[(now + by + choices.length + (now < 0 && by < 0 ? 1 : 0)) % choices.length];
  if (next instanceof HTMLElement) next.click();
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
