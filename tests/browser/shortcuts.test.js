// Single keys for every action, undo and redo, the link to take away.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { violations } from "./harness/audit.js";
import { launchChromium } from "./harness/browsers.js";
import { Lab } from "./harness/lab.js";
import { startServer } from "./harness/server.js";

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
/** @type {import("playwright-core").Browser} */ let browser;

before(async () => {
  server = await startServer();
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
  await server.close();
});

const RESTING = { until: 20, play: "off", n: 3 };

for (const [what, options] of Object.entries({
  "in light": { colorScheme: /** @type {const} */ ("light") },
  "in the dark": { colorScheme: /** @type {const} */ ("dark") },
  "in forced colours": { forcedColors: /** @type {const} */ ("active") },
})) {
  test(`the question mark lists all shortcuts, ${what}`, async () => {
    const lab = await Lab.in(browser, server.url, options);
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
    lab.assertQuiet();
    await lab.close();
  });
}

test("keys work what they are said to, and only while they are switched on and nothing is written", async () => {
  const lab = await Lab.in(browser, server.url);
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
  assert.ok(await lab.seed.evaluate((input) => input === document.activeElement));
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
  await lab.button("Show all keyboard shortcuts").click();
  assert.equal(await lab.page.getByRole("checkbox", { name: /^Single keys/ }).isChecked(), false, "and stays off");
  lab.assertQuiet();
  await lab.close();
});

test("undo and redo go through experiments; a slider’s drag is one step", async () => {
  const lab = await Lab.in(browser, server.url);
  await lab.open(RESTING);
  await lab.settled(20, 3);
  assert.ok(await lab.button("Undo").isDisabled());
  await lab.dataset("Two moons").check({ force: true });
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
  lab.assertQuiet();
  await lab.close();
});

test("the link can be copied, and says so; where it cannot, that is said", async () => {
  const lab = await Lab.in(browser, server.url, { permissions: ["clipboard-read", "clipboard-write"] });
  await lab.open({ ...RESTING, dataset: "rings" });
  await lab.button("Copy link").click();
  await lab.page.getByText("Link copied.").waitFor();
  assert.match(await lab.page.evaluate(() => navigator.clipboard.readText()), /#dataset=rings&n=3&seed=1/);
  await lab.page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await lab.button("Copy link").click();
  await lab.page.getByRole("alert").getByText(/does not let the page copy/).waitFor();
  lab.assertQuiet();
  await lab.close();
});

test("tastes are kept, but a link says more", async () => {
  const lab = await Lab.in(browser, server.url);
  await lab.page.goto(server.url);
  const trails = lab.page.getByRole("checkbox", { name: "Trails", exact: true });
  await lab.button("Pause training").waitFor();
  await trails.uncheck();
  await lab.page.goto("about:blank");
  await lab.page.goto(server.url);
  await lab.button("Pause training").waitFor();
  await lab.until("the taste kept", async () => !(await trails.isChecked()));
  await lab.page.goto("about:blank");
  await lab.page.goto(`${server.url}#dataset=rings`);
  await lab.until("the link’s state", () => lab.dataset("Rings").isChecked());
  assert.ok(await trails.isChecked());
  lab.assertQuiet();
  await lab.close();
});
