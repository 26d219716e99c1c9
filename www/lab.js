/**
 * The lab: one state, one `update`, one `render`. Events and workers' answers become messages; a message
 * makes a new state; every feature brings its part of the page in line with it.
 */

import { Address } from "./address.js";
import { loadModule } from "./assets.js";
import { Charts } from "./charts/charts.js";
import { Clock } from "./clock.js";
import { Controls } from "./controls.js";
import { DatasetPicker } from "./dataset.js";
import { Film } from "./film.js";
import { Flows } from "./flows.js";
import { History } from "./history.js";
import { Journey } from "./journey.js";
import { PARTS } from "./layer-table.js";
import { Layers } from "./layers.js";
import { notify, reportUncaught } from "./notices.js";
import { onPress } from "./press.js";
import { OwnData } from "./own-data.js";
import { find } from "./find.js";
import { Presets } from "./presets.js";
import { reasonOf } from "./reason.js";
import { registry } from "./registry.js";
import { Scheme } from "./scheme.js";
import { Settings } from "./settings.js";
import { Shortcuts } from "./shortcuts.js";
import { Replay } from "./replay.js";
import { defaultState, differences, onlyTimeDiffers } from "./state.js";
import { Store } from "./store.js";
import { readSaved, savedRestorable } from "./take/autosave.js";
import { Take } from "./take/take.js";
import { Straighten } from "./straighten.js";
import { readTheme, watchTheme } from "./theme.js";
import { Ticks } from "./ticks.js";
import { update } from "./update.js";
import { Words } from "./words.js";
import { Why } from "./why.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./update.js").Message} Message */
/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./theme.js").Theme} Theme */

/**
 * What a feature may use of the lab.
 * @typedef {object} Context
 * @property {(message: Message) => void} dispatch
 * @property {() => State} state
 * @property {State} defaults the state when nothing was said
 * @property {Flows} flows
 * @property {Side[]} sides the two flows at run time, Straight first
 * @property {import("./registry.js").Registry} registry
 * @property {() => Theme} theme
 */

/**
 * A part of the page. The lab tells it what happens; it dispatches messages.
 * @typedef {object} Feature
 * @property {(state: State, before: State | undefined) => void} [render] the state is new; `before` is undefined the first time
 * @property {(state: State, before: State | undefined) => void} [settled] as `render`, but never in the frame that shows a press: for what can wait that long
 * @property {(now: number) => void} [frame] once for each frame
 * @property {(side: Side) => void} [pictured] a side shows a new picture
 * @property {() => void} [charted] something changed that charts show
 * @property {(theme: Theme) => void} [themed]
 * @property {() => void} [resized]
 */

/** The fields of the state that show in how and where particles are painted. @type {readonly (keyof State)[]} */
const PAINTED = ["time", ...PARTS.map(({ name }) => name), "colors", "panel", "view"];
/** A frame paints as many panels as fit in this time, and at least one: the page must stay quick to answer. */
const PAINT_MILLISECONDS = 8;
const SPOKEN_MILLISECONDS = 5_000;
/** A frame is on the screen when this many more have begun. */
const FRAMES_TO_SHOW = 2;

class Lab {
  #defaults = defaultState({ reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches });
  #store = new Store(this.#defaults, (state, before) => this.#render(state, before));
  #clock = new Clock();
  #theme = readTheme();
  #flows;
  #address;
  /** @type {Feature[]} */
  #features;
  #panels = find(document, "#panels", HTMLElement);
  #verdict = find(document, "#verdict", HTMLElement);
  #spoken = find(document, "#verdict-spoken", HTMLElement);
  #frameAt = 0;
  /** Whether the next frame is the one that shows what the reader pressed. */
  #isPressed = false;
  #framesToShow = 0;
  /** The last state for which the features have done what can wait. @type {State | undefined} */
  #settled;
  #curvedFirst = false;
  #spokenAt = 0;

  /**
   * @param {WebAssembly.Module} module
   * @param {import("./flows.js").Restorable} restorable what the first experiments may continue from
   */
  constructor(module, restorable) {
    const dispatch = (/** @type {Message} */ message) => this.dispatch(message);
    const state = () => this.#store.state;
    this.#flows = new Flows(module, {
      dispatch,
      state,
      isInFlight: () => this.#store.state.playing && this.#store.state.training && !this.#clock.resting && !document.hidden,
      pictured: (side) => {
        side.stale = true;
        for (const feature of this.#features) feature.pictured?.(side);
      },
      charted: () => this.#features.forEach((feature) => feature.charted?.()),
    }, restorable);
    /** @type {Context} */
    const context = {
      dispatch,
      state,
      defaults: this.#defaults,
      flows: this.#flows,
      sides: this.#flows.sides,
      registry: registry(),
      theme: () => this.#theme,
    };
    this.#address = new Address(context);
    this.#features = [];
    this.#features = [
      new Controls(context),
      new DatasetPicker(context),
      new OwnData(context),
      new Presets(context),
      new Ticks(context),
      new Film(context),
      this.#flows,
      new Charts(context),
      new Layers(context),
      new Journey(context),
      new Why(context),
      new Take(context),
      new Replay(context),
      new Straighten(context),
      this.#address,
      new Settings(context),
      new History(context),
      new Scheme(),
    ];
    // These work on what all others have put on the page.
    new Shortcuts();
    new Words();

    this.#themed();
    this.#resized();
    this.#address.read();
    new ResizeObserver(() => this.#resized()).observe(this.#panels);
    addEventListener("resize", () => this.#resized());
    watchTheme(() => this.#themed());
    onPress(() => this.#pressed());
    requestAnimationFrame((now) => this.#frame(now));
  }

  /** @param {Message} message */
  dispatch(message) {
    const state = update(this.#store.state, message);
    if (message.kind === "scrub" || message.kind === "replace") this.#clock.set(state.time);
    if (message.kind === "play" && state.playing && state.time === 1) this.#clock.set(0);
    if (message.kind === "reset") this.#flows.forget();
    this.#store.set(state);
  }

  /** @param {State} state @param {State | undefined} before */
  #render(state, before) {
    if (differences(state, before).some((field) => PAINTED.includes(field))) this.#repaint();
    for (const feature of this.#features) feature.render?.(state, before);
  }

  // --- frames ---------------------------------------------------------------------------------------

  /** @param {number} now */
  #frame(now) {
    requestAnimationFrame((next) => this.#frame(next));
    if (this.#isPressed) return this.#answerPress();
    if (this.#framesToShow > 0) this.#showPress();
    const seconds = Math.min(0.1, (now - this.#frameAt) / 1000);
    this.#frameAt = now;
    if (this.#store.state.playing) {
      this.#clock.advance(seconds * this.#store.state.speed);
      if (this.#clock.time !== this.#store.state.time) this.dispatch({ kind: "tick", time: this.#clock.time });
    }
    this.#settle();
    for (const feature of this.#features) feature.frame?.(now);
    this.#paint();
    if (now - this.#spokenAt >= SPOKEN_MILLISECONDS && this.#spoken.textContent !== this.#verdict.textContent) {
      this.#spokenAt = now;
      this.#spoken.textContent = this.#verdict.textContent;
    }
  }

  #settle() {
    const [before, { state }] = [this.#settled, this.#store];
    this.#settled = state;
    if (before && onlyTimeDiffers(state, before)) return;
    for (const feature of this.#features) feature.settled?.(state, before);
  }

  /** The reader pressed something: the workers leave the processor to the browser until it is shown. */
  #pressed() {
    this.#isPressed = true;
    for (const { engine } of this.#flows.sides) engine.giveWay();
  }

  /**
   * The frame after a press shows what the press did; the particles fly on in the next one. Where nothing flies, that one paints
   * once more: Chromium now and then drops a lone frame, and would show what the press did with whatever changes next.
   */
  #answerPress() {
    this.#isPressed = false;
    this.#framesToShow = FRAMES_TO_SHOW;
    this.#paint();
    this.#repaint();
  }

  /** What was pressed is on its way to the screen; when it is there, the workers go on. */
  #showPress() {
    this.#framesToShow -= 1;
    if (this.#framesToShow === 0) for (const { engine } of this.#flows.sides) engine.goOn();
  }

  #repaint() {
    for (const side of this.#flows.sides) side.stale = true;
  }

  /** Paints what is stale; when that takes long, the panels take turns. */
  #paint() {
    if (this.#store.state.view === "journey") return;
    const { sides } = this.#flows;
    const turns = this.#curvedFirst ? [...sides].reverse() : sides;
    let budget = PAINT_MILLISECONDS;
    for (const side of turns) {
      const isAffordable = budget === PAINT_MILLISECONDS || side.paintCost <= budget;
      // On a small screen one of the two is out of sight.
      if (!side.stale || !isAffordable || !side.panel.element.checkVisibility()) continue;
      side.paint(this.#store.state.time);
      budget -= side.paintCost;
    }
    if (sides.some(({ stale }) => stale)) this.#curvedFirst = !this.#curvedFirst;
  }

  #resized() {
    // A canvas that changes its size is empty until it is painted: do not leave that to the next frame.
    for (const side of this.#flows.sides) if (side.panel.plane.fit()) side.paint(this.#store.state.time);
    for (const feature of this.#features) feature.resized?.();
  }

  #themed() {
    this.#theme = readTheme();
    for (const { panel } of this.#flows.sides) panel.plane.setTheme(this.#theme);
    for (const feature of this.#features) feature.themed?.(this.#theme);
    this.#repaint();
  }
}

reportUncaught();
try {
  const [module, saved] = await Promise.all([loadModule(), readSaved()]);
  new Lab(module, savedRestorable(saved));
} catch (error) {
  notify(`The lab could not start: ${reasonOf(error)}.`, "start");
  for (const waiting of document.querySelectorAll(".plane-message, .datasets-loading, #training-state, #verdict")) {
    waiting.textContent = "Not running.";
  }
  for (const control of document.querySelectorAll("#lab :is(button, input, select)")) control.setAttribute("disabled", "");
}
