/** The address bar: the state's text form, read when it changes and written a moment after the state does. */

import { configOf } from "./experiment.js";
import { dismiss, notify } from "./notices.js";
import { withTastes } from "./preferences.js";
import { reasonAgainst } from "./registry.js";
import { reasonAgainstFlows } from "./settings.js";
import { readHash, writeHash } from "./link.js";
import { FLOWS } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./lab.js").Context} Context */

const WRITE_MILLISECONDS = 400;

export class Address {
  #context;
  #timer = 0;
  /** The state last read from the address. @type {State | undefined} */
  #asked;

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    addEventListener("hashchange", () => {
      if (namesPlace(location.hash)) this.#write();
      else if (!location.hash || location.hash !== this.#text) this.read();
    });
  }

  /** Takes over the state that the address asks for. */
  read() {
    const { defaults, registry, dispatch } = this.#context;
    const hash = namesPlace(location.hash) ? "" : location.hash;
    const asked = readHash(hash, defaults, registry);
    const complaints = [...asked.complaints];
    let allowed = hash ? asked.state : withTastes(asked.state, registry);
    const plain = { ...allowed, settings: {} };
    const against = reasonAgainstFlows(allowed);
    if (against && against.reason !== reasonAgainstFlows(plain)?.reason) {
      complaints.push(`The link’s settings of network and optimizer cannot be: ${against.reason}. They are as they are without a link.`);
      allowed = plain;
    }
    for (const name of FLOWS) {
      const reason = reasonAgainst(configOf(allowed, name));
      if (reason === undefined) continue;
      complaints.push(`The link’s ${allowed[name].name} cannot be: ${reason}. It is as it is without a link.`);
      allowed = { ...allowed, [name]: defaults[name] };
    }
    dismiss("address");
    if (complaints.length > 0) notify(complaints.join(" "), "address");
    this.#asked = allowed;
    dispatch({ kind: "replace", state: allowed });
  }

  /**
   * @param {State} state
   * @param {State | undefined} before
   */
  render(state, before) {
    // What a link asked for stays as it was written until the reader changes something; a running clock is not a change.
    if (!before || state === this.#asked || onlyTimeDiffers(state, before)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), WRITE_MILLISECONDS);
  }

  get #text() {
    return writeHash(this.#context.state(), this.#context.defaults);
  }

  #write() {
    if (this.#text !== location.hash) history.replaceState(null, "", this.#text);
  }
}

/** Whether an address leads to a part of the page, and so says nothing of the experiment. @param {string} hash */
function namesPlace(hash) {
  return document.getElementById(hash.slice(1)) !== null;
}

/** @param {State} a @param {State} b */
function onlyTimeDiffers(a, b) {
  const { time: _a, ...restOfA } = a;
  const { time: _b, ...restOfB } = b;
  return a.playing && shallowEqual(restOfA, restOfB);
}

/** @param {Record<string, unknown>} a @param {Record<string, unknown>} b */
function shallowEqual(a, b) {
  return Object.keys(a).every((key) => a[key] === b[key]);
}
