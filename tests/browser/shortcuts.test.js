// Single keys for every action, undo and redo, the link to take away.

import assert from "node:assert/strict";
import { test } from "node:test";

import { LOOKS, violations } from "./harness/audit.js";
import { labFor } from "./harness/stage.js";

const RESTING = { until: 20, play: "off", n: 3 };

for (const [what, options] of Object.entries(LOOKS)) {
  test(`the question mark lists all shortcuts, ${what}`, async (context) => {
    const lab = await labFor(context, options);
    await lab.open(RESTING);
    await lab.page.keyboard.press("?");
    const dialog = lab.page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await dialog.waitFor();
    const keys = await dialog.locator("kbd").allTextContents();
    assert.ok(keys.length >= 30, `${keys.length} shortcuts`);
    assert.equal(new Set(keys).size, keys.length, "no key does two things");
    assert.deepEqual(await violations(lab.page), []);
    await lab.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });
}

test("keys work what they are said to, and only while they are switched on and nothing is written", async (context) => {
  const lab = await labFor(context);
  await lab.open(RESTING);
  await lab.settled(20, 3);
  const { keyboard } = lab.page;
  assert.equal(await lab.button("Play").getAttribute("aria-keyshortcuts"), "P");
  await keyboard.press("+");
  await lab.shows(4);
  await keyboard.press("-");
  await lab.shows(3);
  await keyboard.press("o");
  await lab.settled(21);
  await keyboard.press("d");
  assert.ok(await lab.dataset("Checkerboard").isChecked());
  await keyboard.press("D");
  assert.ok(await lab.dataset("Five modes").isChecked());
  await keyboard.press(",");
  assert.equal(await lab.time.inputValue(), "0.95");
  await keyboard.press("n");
  assert.ok(await lab.hasFocus(lab.seed));
  await keyboard.press("+");
  assert.equal(await lab.eulerSteps.inputValue(), "3", "a text field keeps its keys");
  await lab.button("Play").focus();

  await keyboard.press("?");
  await lab.page.getByRole("checkbox", { name: /^Single keys/ }).uncheck();
  await keyboard.press("Escape");
  await keyboard.press("+");
  assert.equal(await lab.eulerSteps.inputValue(), "3", "switched off is off");
  assert.equal(await lab.button("Play").getAttribute("aria-keyshortcuts"), null);
  await lab.page.reload();
  // What is shown before scripts run says nothing.
  await lab.until("the lab", () => lab.button("Play").isEnabled());
  await lab.button("Show all keyboard shortcuts").click();
  assert.equal(await lab.page.getByRole("checkbox", { name: /^Single keys/ }).isChecked(), false, "and stays off");
});

test("a held key repeats where it goes one further, and presses once where it presses", async (context) => {
  const lab = await labFor(context);
  await lab.open({ ...RESTING, t: 0.5 });
  await lab.settled(20, 3);
  const { keyboard } = lab.page;
  /** @param {string} key */
  const hold = async (key) => {
    for (let press = 0; press < 4; press += 1) await keyboard.down(key);
    await keyboard.up(key);
  };
  const trails = lab.page.getByRole("checkbox", { name: "Trails", exact: true });
  const before = await trails.isChecked();
  await keyboard.down("l");
  assert.notEqual(await trails.isChecked(), before);
  await keyboard.down("l");
  await keyboard.up("l");
  assert.notEqual(await trails.isChecked(), before);
  await hold("+");
  await lab.shows(7);
  await hold("-");
  await lab.shows(3);
  await hold(".");
  assert.equal(await lab.time.inputValue(), "0.7");
  const shown = () => lab.page.getByRole("group", { name: "Layers" }).getByRole("checkbox", { checked: true }).count();
  const layers = await shown();
  await hold("s");
  await lab.page.getByRole("status").getByText("Warped grid").waitFor();
  assert.equal(await shown(), layers, "the second key is waited for");
});

/** What has no shortcut of its own, and why. */
const WITHOUT = [
  "dialog *", // a dialog has its own keys
  ".skip", // the first stop of Tab
  "[role=radiogroup] *, #presets *, #switch *, .generations *", // one stop that goes round
  "#reading a", // text
];

test("every action of the page has a shortcut, and the list tells it", async (context) => {
  const lab = await labFor(context);
  await lab.open(RESTING);
  const { page } = lab;
  const missing = await page.evaluate((without) =>
    [...document.querySelectorAll("button, input, select, textarea, summary")]
      .filter((control) => !without.some((selector) => control.matches(selector)))
      .filter((control) => !control.hasAttribute("aria-keyshortcuts") && !(control instanceof HTMLElement && control.dataset.keys))
      .map((control) => control.outerHTML), WITHOUT);
  assert.deepEqual(missing, []);
  for (const group of ["[role=radiogroup]", "#presets", "#switch"]) assert.ok(await page.locator(group).first().getAttribute("aria-keyshortcuts"), group);

  await page.keyboard.press("?");
  const listed = await page.getByRole("dialog", { name: "Keyboard shortcuts" }).locator("kbd").allTextContents();
  const told = await page.evaluate(() => [...document.querySelectorAll("[data-keys]")].map((control) => control.getAttribute("data-keys") ?? ""));
  assert.equal(new Set(told).size, told.length, "no two keys do two things");
  const titles = await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByRole("heading", { level: 3 }).allTextContents();
  assert.deepEqual(titles.slice(4), ["Layers", "Charts", "Take it with you", "First panel (second panel: 2 instead of 1)", "Network and optimizer"]);
  const sizes = await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText(/^(Single keys|Where two keys)/).evaluateAll((all) => all.map((text) => getComputedStyle(text).fontSize));
  assert.equal(sizes.length, 2);
  assert.equal(sizes[0], sizes[1]);
  for (const keys of told) assert.ok(listed.includes(keys.replace(/^2/, "1").toUpperCase()), `${keys} is in the list`);
});

test("two keys in turn work the parts of the page; the first shows the second ones, Escape and wrong letters end it", async (context) => {
  const lab = await labFor(context);
  await lab.open({ ...RESTING, t: 0.5 });
  await lab.settled(20, 3);
  const { page } = lab;
  const { keyboard } = page;
  /** @param {string} keys */
  const press = async (keys) => {
    for (const key of keys.split(" ")) await keyboard.press(key);
  };
  const layers = page.getByRole("group", { name: "Layers" });
  const hint = page.locator(".keys");
  for (const layer of await layers.getByRole("checkbox").all()) {
    const keys = (await layer.getAttribute("data-keys")) ?? "";
    const before = await layer.isChecked();
    await press(keys);
    assert.equal(await layer.isChecked(), !before, `${keys} switches`);
    await press(keys);
    assert.equal(await layer.isChecked(), before, `${keys} switches back`);
  }
  // Listened for early: the browser takes a moment to hand choosers to us.
  let choosers = 0;
  page.on("filechooser", () => (choosers += 1));
  await press("s");
  await hint.getByText("Warped grid").waitFor();
  assert.deepEqual(await violations(page), []);
  await press("Escape");
  await hint.waitFor({ state: "hidden" });
  await press("s p");
  await hint.waitFor({ state: "hidden" });
  assert.equal(await lab.button("Play").count(), 1, "a wrong letter is no other shortcut");

  await press("s i");
  assert.equal(await page.getByRole("combobox", { name: "View", exact: true }).inputValue(), "journey");
  await press("s i s a");
  assert.equal(await page.getByRole("combobox", { name: "View", exact: true }).inputValue(), "plane");
  assert.equal(await page.getByRole("combobox", { name: "Ask the plane" }).inputValue(), "pairs");
  await lab.panel("Straight").getByRole("button", { name: /pairs that pass here/ }).waitFor();
  await press("q");
  assert.match((await page.evaluate(() => document.activeElement?.textContent || document.activeElement?.getAttribute("aria-label"))) ?? "", /pairs that pass here/);

  const focused = () => page.evaluate(() => {
    const { activeElement: control } = document;
    return control && "labels" in control && control.labels instanceof NodeList ? control.labels[0]?.textContent : control?.textContent;
  });
  await press("1 s");
  assert.match((await focused()) ?? "", /^Source/);
  await press("s");
  assert.ok(await hint.isHidden(), "a menu keeps its letters");
  await page.getByRole("button", { name: "Play", exact: true }).focus();
  await press("w h");
  assert.match((await focused()) ?? "", /^Harmonics/);
  await page.getByRole("button", { name: "Play", exact: true }).focus();

  for (const [keys, file] of Object.entries({ "g p": /\.png$/, "g t": /\.svg$/, "g s": /samples\.csv$/, "g e": /\.flowlab$/ })) {
    const download = page.waitForEvent("download");
    await press(keys);
    const name = (await download).suggestedFilename();
    assert.match(name, file);
    await page.getByText(`${name} is ready.`).waitFor();
  }
  await press("g l");
  await lab.until("a file chooser", () => Promise.resolve(choosers === 1));
});

test("undo and redo go through experiments; a slider’s drag is one step", async (context) => {
  const lab = await labFor(context);
  await lab.open(RESTING);
  await lab.settled(20, 3);
  assert.ok(await lab.button("Undo").isDisabled());
  await lab.dataset("Two moons").check({ force: true });
  // Changes of a drag follow each other closely, however long this machine takes for them.
  await lab.page.evaluate(() => {
    const now = performance.now();
    performance.now = () => now;
  });
  await lab.drag(lab.eulerSteps, 0.5, 8);
  const dragged = await lab.eulerSteps.inputValue();
  assert.notEqual(dragged, "3");
  await lab.page.keyboard.press("Control+z");
  assert.equal(await lab.eulerSteps.inputValue(), "3");
  await lab.button("Undo").click();
  assert.ok(await lab.dataset("Five modes").isChecked());
  assert.ok(await lab.button("Undo").isDisabled());
  await lab.page.keyboard.press("Shift+Control+z");
  assert.ok(await lab.dataset("Two moons").isChecked());
  await lab.button("Redo").click();
  assert.equal(await lab.eulerSteps.inputValue(), dragged);
});

test("the link can be copied, and says so; where it cannot, that is said", async (context) => {
  const lab = await labFor(context, { permissions: ["clipboard-read", "clipboard-write"] });
  await lab.open({ ...RESTING, dataset: "rings" });
  await lab.button("Copy link").click();
  await lab.page.getByText("Link copied.").waitFor();
  assert.match(await lab.page.evaluate(() => navigator.clipboard.readText()), /#dataset=rings&n=3&seed=1/);
  await lab.page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
  await lab.button("Copy link").click();
  const refusal = lab.page.getByRole("alert").getByText(/does not let the page copy/);
  await refusal.waitFor();
  await lab.page.evaluate(() => delete (/** @type {any} */ (navigator).clipboard));
  await lab.button("Copy link").click();
  await refusal.waitFor({ state: "hidden" });
});
