/**
 * The lab: one state, one `update`, one `render`. Events and workers' answers become messages; a message
 * makes a new state; `render` brings the page and the workers in line with it.
 */

import { loadModule } from "./assets.js";
import { CURVE, Charts, noCurves } from "./charts.js";
import { Clock } from "./clock.js";
import { Controls } from "./controls.js";
import { DatasetPicker } from "./dataset.js";
import { count, percent } from "./format.js";
import { dismiss, notify, reportUncaught } from "./notices.js";
import { NAMES, Panel, find } from "./panel.js";
import { labelOf, readOutline, readRegistry } from "./registry.js";
import { Side } from "./side.js";
import { FLOWS, defaultState, readHash, writeHash } from "./state.js";
import { readTheme, watchTheme } from "./theme.js";
import { update } from "./update.js";
import { LEARNT_AT, verdict } from "./verdict.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").FlowName} FlowName */
/** @typedef {import("./engine.js").Picture} Picture */
/** @typedef {import("./engine.js").FromWorker} FromWorker */

/** Neither flow trains further ahead of the other than this, so that the two can be compared at any moment. */
const LEASH_STEPS = 250;
const CHART_MILLISECONDS = 400;
/** A frame paints as many panels as fit in this time, and at least one: the page must stay quick to answer. */
const PAINT_MILLISECONDS = 8;
const SPOKEN_MILLISECONDS = 5_000;
const ADDRESS_MILLISECONDS = 400;
const PULSE_MILLISECONDS = 2_000;

class Lab {
  #registry = readRegistry();
  #names = {
    datasets: this.#registry.targets.map(({ name }) => name),
    schedules: this.#registry.schedules.map(({ name }) => name),
    couplings: this.#registry.couplings.map(({ name }) => name),
  };
  #defaults = defaultState({ reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches });
  #state = this.#defaults;
  /** @type {State | undefined} */
  #rendered;
  #clock = new Clock();
  #theme = readTheme();
  #charts = new Charts();
  #panels = find(document, "#panels", HTMLElement);
  #verdict = find(document, "#verdict", HTMLElement);
  #spoken = find(document, "#verdict-spoken", HTMLElement);
  #controls = new Controls((message) => this.dispatch(message), () => this.#state, () => this.#furthestStep());
  /** @type {Side[]} */
  #sides;
  #picker;
  #couplingButton;

  #frameAt = 0;
  #chartsAt = 0;
  #chartsStale = true;
  #curvedFirst = false;
  #spokenAt = 0;
  #addressTimer = 0;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    const template = find(document, "#panel-template", HTMLTemplateElement);
    this.#sides = FLOWS.map((name) => {
      const panel = new Panel(template, name, this.#registry);
      return new Side(name, panel, module, (side, message) => this.#answer(side, message));
    });
    this.#panels.replaceChildren(...this.#sides.map(({ panel }) => panel.element));
    const [straight] = this.#sides;
    if (!straight) throw new Error("there are two flows");
    this.#couplingButton = straight.panel.addAction(() => {
      const coupling = this.#state.straight.coupling === "independent" ? this.#defaults.straight.coupling : "independent";
      this.dispatch({ kind: "coupling", flow: "straight", coupling });
    });
    this.#picker = new DatasetPicker(find(document, "#dataset", HTMLElement), this.#registry.targets, (name) =>
      this.dispatch({ kind: "dataset", name }),
    );

    this.#themed();
    this.#resized();
    this.#readAddress();
    addEventListener("hashchange", () => this.#readAddress());
    new ResizeObserver(() => this.#resized()).observe(this.#panels);
    addEventListener("resize", () => this.#resized());
    watchTheme(() => this.#themed());
    for (const details of document.querySelectorAll(".chart details")) {
      details.addEventListener("toggle", () => (this.#chartsStale = true));
    }
    setInterval(() => this.#sides.forEach(({ engine }) => engine.checkPulse()), PULSE_MILLISECONDS);
    requestAnimationFrame((now) => this.#frame(now));
  }

  /** @param {import("./update.js").Message} message */
  dispatch(message) {
    this.#state = update(this.#state, message);
    if (message.kind === "reset") this.#configure(this.#sides);
    if (message.kind === "scrub") this.#clock.set(this.#state.time);
    if (message.kind === "play" && this.#state.playing && this.#state.time === 1) this.#clock.set(0);
    this.#render();
    if (message.kind !== "tick" && message.kind !== "replace") this.#writeAddressSoon();
  }

  // --- the state on screen and in the workers -------------------------------------------------------

  #render() {
    const [state, before] = [this.#state, this.#rendered];
    if (state === before) return;
    this.#rendered = state;
    this.#controls.render(state, before);
    if (state.time !== before?.time || state.trails !== before?.trails) this.#repaint();

    if (state.dataset !== before?.dataset) {
      this.#picker.choose(state.dataset);
      const outline = readOutline(state.dataset);
      for (const { panel } of this.#sides) panel.plane.setTarget(outline);
    }
    if (state.trails !== before?.trails) for (const { panel } of this.#sides) panel.plane.setTrails(state.trails);
    if (state.panel !== before?.panel) {
      this.#panels.dataset.shown = state.panel;
      this.#repaint();
    }
    if (state.straight !== before?.straight) {
      this.#couplingButton.textContent =
        state.straight.coupling === "independent" ? "Use optimal transport" : "Use independent coupling";
    }
    this.#configure(this.#sides.filter(({ name }) => !before || this.#experimentChanged(name, state, before)));
    for (const { engine } of this.#sides) engine.sample(state.n, state.particles);
    if (state.n !== before?.n) {
      this.#chartsStale = true;
      this.#showVerdict();
    }
    if (!this.#inFlight()) this.#showWaiting();
    this.#steer();
  }

  /**
   * @param {FlowName} name
   * @param {State} state
   * @param {State} before
   */
  #experimentChanged(name, state, before) {
    return (
      state.dataset !== before.dataset ||
      state.seed !== before.seed ||
      state[name].schedule !== before[name].schedule ||
      state[name].coupling !== before[name].coupling
    );
  }

  /**
   * Begins these flows' experiments anew.
   * @param {Side[]} sides
   */
  #configure(sides) {
    // First all counters, then all workers: what a worker is told depends on the others' counters.
    for (const side of sides) side.step = 0;
    for (const side of sides) this.#begin(side);
  }

  /** @param {Side} side */
  #begin(side) {
    const { dataset, seed, particles, n, [side.name]: flow } = this.#state;
    const goal = this.#goal();
    side.failed = false;
    side.waiting = side.straightness = undefined;
    side.curves = noCurves();
    side.panel.describe(flow);
    side.panel.clear("Starting from random weights …");
    side.engine.configure(
      { seed, target: { preset: dataset }, schedule: { type: flow.schedule }, coupling: { type: flow.coupling }, sampling: { particles, steps: n } },
      Math.min(LEASH_STEPS, goal),
      goal,
      CURVE,
    );
    this.#chartsStale = true;
  }

  #furthestStep() {
    return Math.max(...this.#sides.map(({ step }) => step));
  }

  /** The training step at which both networks rest. */
  #goal() {
    const { until, stop, training } = this.#state;
    return Math.max(training ? until : (stop ?? until), this.#furthestStep());
  }

  /** Tells the workers how far to train: to the pause, but in step with each other. */
  #steer() {
    const { training, stop } = this.#state;
    const goal = this.#goal();
    const alive = this.#sides.filter(({ failed }) => !failed);
    const slowest = Math.min(...alive.map(({ step }) => step));
    for (const { engine } of alive) engine.train(Math.min(goal, slowest + LEASH_STEPS), goal);
    const reached = training && alive.length > 0 && slowest >= goal;
    // A worker told to pause has already gone a little further: the link must name the step where both rest.
    const passed = !training && stop !== undefined && goal > stop;
    if (reached || passed) this.dispatch({ kind: "pause-training", step: goal });
    this.#describeTraining(goal, slowest);
  }

  /** @param {number} goal @param {number} slowest */
  #describeTraining(goal, slowest) {
    const { training, until } = this.#state;
    const text = training
      ? `Training, both networks in step, until step ${count(goal)}.`
      : slowest < goal
        ? `Bringing both networks to step ${count(goal)}.`
        : goal === until
          ? `Trained to step ${count(goal)}, as set. Press Train to go on.`
          : `Paused at step ${count(goal)}. Press Train to go on.`;
    this.#controls.describeTraining(text);
  }

  // --- answers --------------------------------------------------------------------------------------

  /** @param {Side} side @param {FromWorker} message */
  #answer(side, message) {
    switch (message.kind) {
      case "progress":
        side.step = message.step;
        side.panel.progress(message);
        if (message.history) {
          side.curves.losses = pairs(message.history);
          this.#chartsStale = true;
        }
        this.#steer();
        break;
      case "picture":
        if (CURVE.includes(message.report.nfe)) this.#plot(side, message.report.nfe, message.report.energy, message.step);
        this.#receive(side, message);
        break;
      case "straightness":
        side.straightness = message.straightness;
        if (!side.waiting) this.#showStraightness(side);
        break;
      case "floor":
        side.curves.floor = message.floor;
        side.panel.floor(message.floor);
        this.#chartsStale = true;
        break;
      case "error":
        this.#plot(side, message.evaluations, message.energy, message.step);
        break;
      case "failed":
        side.failed = true;
        side.waiting = undefined;
        side.panel.fail(`${NAMES[side.name]} stopped while ${message.during}: ${message.reason}.`, () => {
          this.#configure([side]);
          this.#steer();
        });
        this.#showVerdict();
        this.#steer();
        break;
    }
  }

  /**
   * A point of the error curve.
   * @param {Side} side @param {number} evaluations @param {number} energy @param {number} step
   */
  #plot(side, evaluations, energy, step) {
    side.curves.errors.set(evaluations, { energy, step });
    this.#chartsStale = true;
  }

  /**
   * Particles in flight are not disturbed: while the clock runs, a newer picture waits until they rest.
   * Only a field that is just beginning to learn changes under them, for then there is nothing to disturb.
   * @param {Side} side @param {Picture} picture
   */
  #receive(side, picture) {
    const shown = side.panel.plane.picture;
    const renewed = shown?.steps === picture.steps && shown.particles === picture.particles && shown.step >= LEARNT_AT;
    if (renewed && this.#inFlight()) side.waiting = picture;
    else this.#show(side, picture);
  }

  #inFlight() {
    return this.#state.playing && this.#state.training && !this.#clock.resting && !document.hidden;
  }

  /** @param {Side} side @param {Picture} picture */
  #show(side, picture) {
    side.waiting = undefined;
    side.panel.show(picture, labelOf(this.#registry.targets, this.#state.dataset));
    this.#showStraightness(side);
    const hits = document.querySelector(`.switch-hits[data-panel="${side.name}"]`);
    if (hits) hits.textContent = percent(picture.report.hits);
    side.stale = true;
    this.#showVerdict();
  }

  /** @param {Side} side */
  #showStraightness(side) {
    if (side.straightness === undefined) return;
    side.panel.straighten(side.straightness);
    this.#showVerdict();
  }

  #showWaiting() {
    for (const side of this.#sides) if (side.waiting) this.#show(side, side.waiting);
  }

  #showVerdict() {
    const [straight, curved] = this.#sides.map(({ name, panel, straightness, failed }) => ({
      name: NAMES[name],
      picture: panel.plane.picture,
      straightness,
      failed,
    }));
    if (!straight || !curved) return;
    const text = verdict(straight, curved);
    if (this.#verdict.textContent !== text) this.#verdict.textContent = text;
  }

  // --- frames ---------------------------------------------------------------------------------------

  /** @param {number} now */
  #frame(now) {
    requestAnimationFrame((next) => this.#frame(next));
    const seconds = Math.min(0.1, (now - this.#frameAt) / 1000);
    this.#frameAt = now;
    if (this.#state.playing) {
      if (this.#clock.advance(seconds * this.#state.speed)) this.#showWaiting();
      if (this.#clock.time !== this.#state.time) this.dispatch({ kind: "tick", time: this.#clock.time });
    }
    this.#paint();
    if (this.#chartsStale && now - this.#chartsAt >= CHART_MILLISECONDS) {
      this.#chartsAt = now;
      this.#chartsStale = false;
      setTimeout(() => this.#drawCharts());
    }
    if (now - this.#spokenAt >= SPOKEN_MILLISECONDS && this.#spoken.textContent !== this.#verdict.textContent) {
      this.#spokenAt = now;
      this.#spoken.textContent = this.#verdict.textContent;
    }
  }

  #repaint() {
    for (const side of this.#sides) side.stale = true;
  }

  /** Paints what is stale; when that takes long, the panels take turns. */
  #paint() {
    const turns = this.#curvedFirst ? [...this.#sides].reverse() : this.#sides;
    let budget = PAINT_MILLISECONDS;
    for (const side of turns) {
      const affordable = budget === PAINT_MILLISECONDS || side.paintCost <= budget;
      if (!side.stale || !affordable) continue;
      side.paint(this.#state.time);
      budget -= side.paintCost;
    }
    if (this.#sides.some(({ stale }) => stale)) this.#curvedFirst = !this.#curvedFirst;
  }

  #drawCharts() {
    const [straight, curved] = this.#sides.map(({ curves }) => curves);
    if (straight && curved) this.#charts.draw({ straight, curved }, this.#state.n, this.#theme);
  }

  #resized() {
    // A canvas that changes its size is empty until it is painted: do not leave that to the next frame.
    for (const side of this.#sides) if (side.panel.plane.fit()) side.paint(this.#state.time);
    this.#chartsStale = true;
  }

  #themed() {
    this.#theme = readTheme();
    for (const { panel } of this.#sides) panel.plane.setTheme(this.#theme);
    this.#picker.drawThumbnails(this.#theme);
    this.#repaint();
    this.#chartsStale = true;
  }

  // --- the address ----------------------------------------------------------------------------------

  #readAddress() {
    const { state, complaints } = readHash(location.hash, this.#defaults, this.#names);
    dismiss("address");
    if (complaints.length > 0) notify(complaints.join(" "), "address");
    if (location.hash && this.#rendered && writeHash(this.#state, this.#defaults) === location.hash) return;
    this.#clock.set(state.time);
    this.dispatch({ kind: "replace", state });
  }

  #writeAddressSoon() {
    clearTimeout(this.#addressTimer);
    this.#addressTimer = setTimeout(() => {
      const hash = writeHash(this.#state, this.#defaults);
      if (hash !== location.hash) history.replaceState(null, "", hash);
    }, ADDRESS_MILLISECONDS);
  }
}

/** @param {Float32Array} flat @returns {[number, number][]} */
function pairs(flat) {
  return Array.from({ length: flat.length >> 1 }, (_, i) => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0]);
}

reportUncaught();
try {
  new Lab(await loadModule());
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  notify(`The lab could not start: ${reason}.`, "start");
  for (const waiting of document.querySelectorAll(".plane-message, .datasets-loading, #training-state, #verdict")) {
    waiting.textContent = "Not running.";
  }
  for (const control of document.querySelectorAll("#lab :is(button, input, select)")) control.setAttribute("disabled", "");
}
