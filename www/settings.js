/** The drawer “Network and optimizer”: every setting of the networks and their training, for both panels alike. */

import { CLASS_DROPOUT, DECAY_STEPS, configOf } from "./experiment.js";
import { find } from "./find.js";
import { enable, offer } from "./offer.js";
import { make } from "./make.js";
import { defaultConfig, reasonAgainst } from "./registry.js";
import { GROUPS } from "./setting-table.js";
import { FLOWS } from "./state.js";
import { update } from "./update.js";
import { write } from "./write.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Setting} Setting */
/** @typedef {import("./setting-table.js").Row} Row */

/**
 * Why a state's flows cannot be, and whose fault it is; undefined when they can.
 * @param {State} state
 */
export function reasonAgainstFlows(state) {
  for (const name of FLOWS) {
    const reason = reasonAgainst(configOf(state, name));
    if (reason !== undefined) return { name: state[name].name, reason };
  }
  return undefined;
}

export class Settings {
  #context;
  #drawer = find(document, "#settings", HTMLDetailsElement);
  #changed = find(document, "#settings-changed", HTMLElement);
  #restore = find(document, "#settings-restore", HTMLButtonElement);
  /** @type {{ row: Row, control: HTMLInputElement | HTMLSelectElement, reason: HTMLElement, line: HTMLElement }[]} */
  #fields = [];

  /** @param {import("./lab.js").Context} context */
  constructor(context) {
    this.#context = context;
    for (const { title, rows } of GROUPS) {
      const fields = rows.map((row) => this.#field(row));
      find(document, ".settings", HTMLElement).append(make("fieldset", {}, make("legend", {}, title), ...fields));
    }
    this.#restore.addEventListener("click", () => context.dispatch({ kind: "default-settings" }));
    // Whether a setting is possible is found out where it can be seen.
    this.#drawer.addEventListener("toggle", () => this.#allow(context.state()));
  }

  /** @param {State} state @param {State | undefined} before */
  render(state, before) {
    if (before && state.settings === before.settings && state.straight === before.straight && state.curved === before.curved) return;
    const count = Object.keys(state.settings).length;
    this.#changed.textContent = count === 0 ? "" : `${count} changed`;
    offer(this.#restore, count > 0);
    const decay = this.#valueOf(state, "training.decay");
    const isRestored = !before || (count === 0 && state.settings !== before.settings);
    for (const { row, control, reason, line } of this.#fields) {
      const value = this.#valueOf(state, row.path);
      // What was refused stays to be mended, whatever else changes.
      if (isRestored || value !== this.#valueOf(before, row.path)) {
        if (control instanceof HTMLInputElement && row.isSwitch) control.checked = value === true;
        else control.value = String(value);
        control.removeAttribute("aria-invalid");
        write(reason, "");
      }
      line.hidden = row.decays !== undefined && !row.decays.includes(String(decay));
    }
    this.#allow(state);
  }

  /** What is set, or what is so when nothing is. @param {State} state @param {string} path @returns {Setting} */
  #valueOf(state, path) {
    const set = state.settings[path];
    if (set !== undefined) return set;
    const whole = defaultConfig();
    const decay = state.settings["training.decay"];
    switch (path) {
      case "training.class_dropout":
        return CLASS_DROPOUT;
      case "training.decay":
        return whole["training"].decay.type;
      case "training.decay.steps":
        if (decay !== undefined && decay !== whole["training"].decay.type) return DECAY_STEPS;
    }
    return path.split(".").reduce((/** @type {any} */ part, key) => part[key], whole);
  }

  /** Disables what cannot be, and says why. @param {State} state */
  #allow(state) {
    if (!this.#drawer.open) return;
    for (const { row, control, reason } of this.#fields) {
      if (control instanceof HTMLSelectElement) {
        for (const option of control.options) {
          const label = row.choices?.find(({ name }) => name === option.value)?.label ?? "";
          const against = option.selected ? undefined : reasonAgainstFlows(update(state, { kind: "setting", path: row.path, value: option.value }));
          option.disabled = against !== undefined;
          option.textContent = against ? `${label} – not here: ${against.reason}` : label;
        }
      } else if (row.isSwitch) {
        const against = control.checked ? undefined : reasonAgainstFlows(update(state, { kind: "setting", path: row.path, value: true }));
        enable(control, !against);
        write(reason, against ? `Not for ${against.name}: ${against.reason}.` : "");
      }
    }
  }

  /** @param {Row} row */
  #field(row) {
    const { path, label, unit, summary, choices, isSwitch } = row;
    const id = `setting-${path.replaceAll(".", "-")}`;
    const control = document.createElement(choices ? "select" : "input");
    control.id = id;
    control.autocomplete = "off";
    if (control instanceof HTMLSelectElement) {
      control.append(...(choices ?? []).map(({ name, label }) => new Option(label, name)));
    } else if (isSwitch) {
      control.type = "checkbox";
    } else {
      control.type = "number";
      control.step = "any";
    }
    const words = make("label", { htmlFor: id }, unit ? `${label} (${unit})` : label);
    const note = make("p", { className: "setting-note", id: `${id}-note` }, summary);
    const reason = make("p", { className: "setting-reason", id: `${id}-reason`, role: "status" });
    control.setAttribute("aria-describedby", `${note.id} ${reason.id}`);
    control.addEventListener("change", () => this.#set(row, control, reason));
    const line = make("div", { className: "setting" }, words, control, note, reason);
    this.#fields.push({ row, control, reason, line });
    return line;
  }

  /**
   * @param {Row} row
   * @param {HTMLInputElement | HTMLSelectElement} control
   * @param {HTMLElement} reason
   */
  #set(row, control, reason) {
    const { state, dispatch } = this.#context;
    /** @type {Setting} */
    let value = control.value;
    if (control instanceof HTMLInputElement) value = row.isSwitch ? control.checked : control.valueAsNumber;
    const now = state();
    const plain = this.#valueOf({ ...now, settings: {} }, row.path);
    const message = /** @type {const} */ ({ kind: "setting", path: row.path, value: value === plain ? undefined : value });
    // What is counted is whole, and so is its default.
    const wanted = Number.isInteger(plain) && (!Number.isInteger(value) || Number(value) < 0) ? "whole number" : Number.isNaN(value) ? "number" : undefined;
    const against = wanted ? { reason: `a ${wanted} is needed here` } : reasonAgainstFlows(update(now, message));
    control.setAttribute("aria-invalid", String(against !== undefined));
    write(reason, against ? `Not taken: ${against.reason}.` : "");
    if (!against && value !== this.#valueOf(now, row.path)) dispatch(message);
  }
}
