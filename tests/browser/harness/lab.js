// The lab as its reader meets it: by roles, names and values (CONTRACT.md), and by nothing else.

import assert from "node:assert/strict";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} BrowserContext */
/** The two panels, by the names they have when nothing was said. @type {readonly ["Straight", "Curved"]} */
export const PANELS = ["Straight", "Curved"];

/** Training is real work on a machine that may be busy: states are waited for this long before a test gives up. */
const PATIENCE_MILLISECONDS = 180_000;

export class Lab {
  /** What the page complained about: console errors, uncaught errors, requests to strangers, violated policies. */
  complaints = /** @type {string[]} */ ([]);
  /** @type {(complaint: string) => boolean} */
  #isExpected = () => false;

  /**
   * @param {Page} page
   * @param {string} url
   */
  constructor(page, url) {
    this.page = page;
    this.url = url;
    page.setDefaultTimeout(30_000);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.message}`));
    page.on("crash", () => this.complaints.push("the page crashed"));
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      const own = origin === new URL(url).origin || ["blob:", "data:"].includes(protocol);
      if (!own) this.complaints.push(`foreign request: ${request.url()}`);
    });
  }

  /**
   * A lab in a context of its own.
   * @param {import("playwright-core").Browser} browser
   * @param {string} url
   * @param {import("playwright-core").BrowserContextOptions} [options]
   */
  static async in(browser, url, options) {
    const context = await browser.newContext(options);
    return new Lab(await context.newPage(), url);
  }

  /**
   * Opens the page in a given state, for instance `{ dataset: "five-modes", n: 1 }`, and waits until both panels show one.
   * @param {Record<string, string | number>} [state]
   */
  async open(state = {}) {
    const hash = new URLSearchParams(Object.entries(state).map(([key, value]) => [key, String(value)]));
    // A change of the hash alone would not load the page anew.
    if (this.page.url() !== "about:blank") await this.page.goto("about:blank");
    await this.page.goto(`${this.url}#${hash}`);
    await this.until("a picture in both panels", () => this.#everyStat("hash", (value) => value !== ""));
  }

  /**
   * Opens the page in a given state and waits until training rests; of two panels, a small screen shows one.
   * @param {Record<string, string | number>} [state]
   */
  async openAtRest(state = {}) {
    const hash = new URLSearchParams(Object.entries({ until: 20, play: "off", ...state }).map(([key, value]) => [key, String(value)]));
    await this.page.goto(`${this.url}#${hash}`);
    await this.until("training at rest", async () => (await this.button("Train").count()) === 1);
  }

  close() {
    return this.page.context().close();
  }

  /** Complaints like these are what the test is about. @param {(complaint: string) => boolean} isExpected */
  expects(isExpected) {
    this.#isExpected = isExpected;
  }

  /** Fails when the page complained. */
  assertQuiet() {
    assert.deepEqual(this.complaints.filter((complaint) => !this.#isExpected(complaint)), []);
  }

  /** @param {string} name */
  panel(name) {
    return this.page.getByRole("region", { name, exact: true });
  }

  /** @param {string} name */
  canvas(name) {
    return this.panel(name).getByRole("img");
  }

  get eulerSteps() {
    return this.page.getByRole("slider", { name: "Euler steps", exact: true });
  }

  get time() {
    return this.page.getByRole("slider", { name: "Time", exact: true });
  }

  get seed() {
    return this.page.getByRole("spinbutton", { name: "Seed", exact: true });
  }

  /** @param {string} name */
  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** @param {string} name */
  dataset(name) {
    return this.page.getByRole("radiogroup", { name: "Dataset", exact: true }).getByRole("radio", { name, exact: true });
  }

  /**
   * A value of a panel, as the page wrote it.
   * @param {string} panel
   * @param {string} stat
   */
  async text(panel, stat) {
    return (await this.panel(panel).locator(`data[data-stat="${stat}"]`).getAttribute("value")) ?? "";
  }

  /**
   * A value of a panel, as a number.
   * @param {string} panel
   * @param {string} stat
   */
  async stat(panel, stat) {
    const text = await this.text(panel, stat);
    assert.match(text, /^-?\d+(\.\d+)?(e-?\d+)?$/, `${panel}: ${stat} is a plain decimal`);
    return Number(text);
  }

  /**
   * All values of a panel at one moment.
   * @param {string} panel
   * @returns {Promise<Record<string, string>>}
   */
  stats(panel) {
    return this.panel(panel).evaluate((region) =>
      Object.fromEntries(
        [...region.querySelectorAll("data[data-stat]")].map((data) => [data.getAttribute("data-stat"), data.getAttribute("value") ?? ""]),
      ),
    );
  }

  /** The fingerprints of what both panels show; empty where that is not whole. */
  hashes() {
    return Promise.all(PANELS.map((panel) => this.text(panel, "hash")));
  }

  /** @param {import("playwright-core").Locator} place */
  hasFocus(place) {
    return place.evaluate((element) => element === document.activeElement);
  }

  /** What the page hears when its tab goes to the back or to the front. @param {boolean} hidden */
  hide(hidden) {
    return this.page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  }

  /** Waits until what was done is on the screen. */
  frame() {
    return this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))));
  }

  /**
   * Runs something in the page with all that some of its modules export.
   * @template Given, Result
   * @param {string[]} names such as `www/state`
   * @param {(modules: any, given: Given) => Result | Promise<Result>} work sees nothing but these two
   * @param {Given} [given]
   * @returns {Promise<Result>}
   */
  withModules(names, work, given) {
    const modules = `Promise.all(${JSON.stringify(names)}.map((name) => import(new URL(name + ".js", document.baseURI).href)))`;
    return this.page.evaluate(`${modules}.then((modules) => (${work})(Object.assign({}, ...modules), ${JSON.stringify(given)}))`);
  }

  /**
   * Waits until both panels have been trained to `step` exactly and show all particles by those networks with `n` Euler steps:
   * a picture of the first few only, shown while the rest is computed, has no hash. A field that is not learnt has no step.
   * @param {number} step
   * @param {number} [n]
   */
  async settled(step, n) {
    await this.until(`both panels at step ${step}${n === undefined ? "" : ` with ${n} Euler steps`}`, async () => {
      const all = await Promise.all(PANELS.map((panel) => this.stats(panel)));
      return all.every(
        (stats) => ["", String(step)].includes(stats["sample-step"] ?? "") && Number(stats["training-step"]) === step && (n === undefined || Number(stats["nfe"]) === n) && stats["hash"] !== "",
      );
    });
  }

  /**
   * Waits until both panels have been trained for at least `step` steps.
   * @param {number} step
   */
  async trainedFor(step) {
    await this.until(`both panels past step ${step}`, () => this.#everyStat("training-step", (value) => Number(value) >= step));
  }

  /**
   * Waits until both panels show what `n` Euler steps make.
   * @param {number} n
   */
  async shows(n) {
    await this.until(`${n} evaluations in both panels`, () => this.#everyStat("nfe", (value) => Number(value) === n));
  }

  /**
   * Sets *Euler steps* by keyboard, the way that needs no aim, and waits for the pictures.
   * @param {number} n
   */
  async setEulerSteps(n) {
    const slider = this.eulerSteps;
    const now = Number(await slider.inputValue());
    await slider.focus();
    for (let moved = 0; moved < Math.abs(n - now); moved += 1) await this.page.keyboard.press(n > now ? "ArrowRight" : "ArrowLeft");
    assert.equal(await slider.inputValue(), String(n));
    await this.shows(n);
  }

  /**
   * Drags a slider by mouse from where it is to a share of its length.
   * @param {import("playwright-core").Locator} slider
   * @param {number} share 0..1
   * @param {number} [moves] mouse moves on the way
   */
  async drag(slider, share, moves = 10) {
    await slider.scrollIntoViewIfNeeded();
    const box = await slider.boundingBox();
    assert.ok(box, "the slider is visible");
    const [min, max, value] = await slider.evaluate((input) => {
      const { min, max, value } = /** @type {HTMLInputElement} */ (input);
      return [Number(min), Number(max), Number(value)];
    });
    // The middle of the thumb stays half its width away from both ends; a little past an end is surely the end.
    const thumb = box.height / 2;
    const past = { 0: -thumb, 1: thumb }[share] ?? 0;
    const at = (/** @type {number} */ share) => box.x + thumb + (box.width - 2 * thumb) * share;
    const y = box.y + box.height / 2;
    await this.page.mouse.move(at(((value ?? 0) - (min ?? 0)) / ((max ?? 1) - (min ?? 0))), y);
    await this.page.mouse.down();
    await this.page.mouse.move(at(share) + past, y, { steps: moves });
    await this.page.mouse.up();
  }

  /**
   * @param {string} stat
   * @param {(value: string) => boolean} holds
   */
  async #everyStat(stat, holds) {
    return (await Promise.all(PANELS.map((panel) => this.text(panel, stat)))).every(holds);
  }

  /**
   * Asks again and again until `holds`; says what it waited for, what was there instead and what the page complained about.
   * @param {string} what
   * @param {() => Promise<boolean>} holds
   */
  async until(what, holds) {
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    while (!(await holds())) {
      if (Date.now() > deadline) {
        const seen = await Promise.all(PANELS.map(async (panel) => `${panel}: ${JSON.stringify(await this.stats(panel))}`));
        throw new Error([`waited in vain for ${what}`, ...seen, ...this.complaints].join("\n"));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
