/** Undo and redo, over states as links write them; and the link itself to take away. */

import { NOTICE } from "./choices.js";
import { sameTraining } from "./experiment.js";
import { dismiss, notify } from "./notices.js";
import { find } from "./find.js";
import { offer } from "./offer.js";
import { readHash, writeHash } from "./link.js";
import { differences } from "./state.js";

/** @typedef {import("./state.js").State} State */

const MOST = 50;
/** Changes of the same thing this close together, such as a slider's on its way, are one. */
const MERGED_MILLISECONDS = 1_000;
/** What is no change of the experiment: undoing leaves it as it is. @type {readonly (keyof State)[]} */
const PASSING = ["time", "playing", "panel", "training", "until", "stop", "replay", "place"];
const SAID_MILLISECONDS = 4_000;

export class History {
  #context;
  /** @type {string[]} */
  #past = [];
  /** @type {string[]} */
  #future = [];
  #lastChange = "";
  #changedAt = 0;
  #isTravelling = false;
  #undo = find(document, "#undo", HTMLButtonElement);
  #redo = find(document, "#redo", HTMLButtonElement);
  #said = find(document, ".tools-said", HTMLElement);
  #timer = 0;

  /** @param {import("./lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    this.#undo.addEventListener("click", () => this.#travel(this.#past, this.#future, "Undone"));
    this.#redo.addEventListener("click", () => this.#travel(this.#future, this.#past, "Redone"));
    find(document, "#copy-link", HTMLButtonElement).addEventListener("click", () => void this.#copyLink());
    // Text fields undo their own text.
    addEventListener("keydown", (event) => {
      const isText = event.target instanceof HTMLInputElement && /^(text|number|search)$/.test(event.target.type);
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.altKey || isText || event.target instanceof HTMLTextAreaElement) return;
      event.preventDefault();
      (event.shiftKey ? this.#redo : this.#undo).click();
    });
  }

  /** @param {State} state @param {State | undefined} before */
  render(state, before) {
    if (!before || this.#isTravelling) return this.#showState();
    const changed = differences(state, before).filter((field) => !PASSING.includes(field));
    if (changed.length === 0) return;
    const now = performance.now();
    const change = changed.join();
    const isMerged = change === this.#lastChange && now - this.#changedAt < MERGED_MILLISECONDS && this.#past.length > 0;
    [this.#lastChange, this.#changedAt] = [change, now];
    if (!isMerged) this.#past = [...this.#past, this.#textOf(before)].slice(-MOST);
    this.#future = [];
    this.#showState();
  }

  /**
   * Goes back in one list and leaves the way back in the other.
   * @param {string[]} from @param {string[]} to @param {string} said
   */
  #travel(from, to, said) {
    const text = from.pop();
    if (text === undefined) return;
    const { state, defaults, registry, dispatch } = this.#context;
    const now = state();
    to.push(this.#textOf(now));
    const { state: then } = readHash(text, defaults, registry);
    const kept = Object.fromEntries(PASSING.map((field) => [field, now[field]]));
    dismiss(NOTICE);
    this.#isTravelling = true;
    // The replay's weights and the pause belong to the training that is now.
    dispatch({ kind: "replace", state: { ...then, ...kept, ...(sameTraining(then, now) ? {} : { training: true, stop: undefined, replay: undefined }) } });
    this.#isTravelling = false;
    this.#lastChange = "";
    this.#showState();
    this.#say(`${said}.`);
  }

  /** @param {State} state */
  #textOf(state) {
    return writeHash(state, this.#context.defaults);
  }

  #showState() {
    offer(this.#undo, this.#past.length > 0);
    offer(this.#redo, this.#future.length > 0);
  }

  async #copyLink() {
    const { state, defaults } = this.#context;
    const url = new URL(writeHash(state(), defaults), location.href).href;
    try {
      await navigator.clipboard.writeText(url);
      dismiss("clipboard");
      this.#say("Link copied.");
    } catch {
      notify("This browser does not let the page copy. The address bar holds the same link: copy it there.", "clipboard");
    }
  }

  /** @param {string} text */
  #say(text) {
    clearTimeout(this.#timer);
    this.#said.textContent = text;
    this.#timer = setTimeout(() => (this.#said.textContent = ""), SAID_MILLISECONDS);
  }
}
