// The reader's own data: every way to make them, what is said when they cannot be, and the link that holds them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { PNG } from "pngjs";

import { LOOKS, violations } from "./harness/audit.js";
import { PANELS } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

const QUICK = { until: 30, play: "off", n: 2 };

/** @param {import("node:test").TestContext} context @param {import("playwright-core").BrowserContextOptions} [options] */
async function opened(context, options) {
  const lab = await labFor(context, options);
  await lab.openAtRest(QUICK);
  await lab.page.getByRole("button", { name: /^Your own data/ }).click();
  const dialog = lab.page.getByRole("dialog", { name: "Your own data" });
  const way = (/** @type {string} */ name) => dialog.getByRole("radio", { name, exact: true });
  return {
    lab,
    dialog,
    way,
    board: dialog.getByRole("img", { name: /^Your data on the plane/ }),
    says: (/** @type {RegExp} */ text) => dialog.getByRole("status").filter({ hasText: text }).waitFor(),
    complains: (/** @type {RegExp} */ text) => dialog.getByRole("alert").filter({ hasText: text }).waitFor(),
    use: (/** @type {string} */ what) => dialog.getByRole("button", { name: `Use as ${what}`, exact: true }),
  };
}

/** A gray picture. @param {number} side @param {(x: number, y: number) => number} gray */
function picture(side, gray) {
  const png = new PNG({ width: side, height: side });
  for (let i = 0; i < side * side; i += 1) png.data.set([gray(i % side, Math.floor(i / side)), 0, 0, 255], 4 * i);
  for (let i = 0; i < side * side; i += 1) png.data.copyWithin(4 * i + 1, 4 * i, 4 * i + 1), png.data.copyWithin(4 * i + 2, 4 * i, 4 * i + 1);
  return { name: "picture.png", mimeType: "image/png", buffer: PNG.sync.write(png) };
}

test("a drawing becomes the target, and its link gives the same picture in a second visit", async (context) => {
  const { lab, board, dialog, says, use } = await opened(context);
  assert.ok(await use("target").isDisabled(), "nothing cannot be used");
  const box = await board.boundingBox();
  assert.ok(box);
  const to = (/** @type {number} */ x, /** @type {number} */ y) => lab.page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 5 });
  for (const y of [0.3, 0.7]) {
    await to(0.2, y);
    await lab.page.mouse.down();
    await to(0.8, y);
    await lab.page.mouse.up();
  }
  await says(/^1,024 points/);
  await dialog.getByRole("button", { name: "Undo stroke" }).click();
  await dialog.getByRole("button", { name: "Undo stroke" }).click();
  await says(/^Nothing yet/);
  await to(0.2, 0.4);
  await lab.page.mouse.down();
  await to(0.8, 0.6);
  await lab.page.mouse.up();
  await dialog.getByRole("combobox", { name: "Points" }).selectOption("512");
  await says(/^512 points/);
  await use("target").click();
  await lab.settled(30, 2);
  assert.ok(await lab.dataset("Your data").isChecked());
  await lab.until("the address", async () => lab.page.url().includes("dataset=own.p"));
  const [link, hash] = [lab.page.url(), await lab.text("Straight", "hash")];
  assert.ok(link.length < 4_000, `${link.length} characters`);

  const second = await labFor(context);
  await second.page.goto(link);
  await second.settled(30, 2);
  assert.equal(await second.text("Straight", "hash"), hash);
  assert.equal(second.page.url(), link);
});

test("modes are added, moved, widened and removed by keyboard alone", async (context) => {
  const { lab, dialog, way, says, use } = await opened(context);
  const { keyboard } = lab.page;
  await way("Drawing").focus();
  await keyboard.press("ArrowRight");
  assert.ok(await way("Modes").isChecked());
  await dialog.getByRole("button", { name: "Add a mode" }).focus();
  await keyboard.press("Enter");
  await says(/^1 mode,/);
  // A new mode has the focus.
  for (let i = 0; i < 4; i += 1) await keyboard.press("Shift+ArrowLeft");
  await keyboard.press("ArrowUp");
  await dialog.getByRole("button", { name: "Mode 1 at -2.0, 0.1, size 0.3" }).waitFor();
  for (const _ of "ab") {
    await dialog.getByRole("button", { name: "Add a mode" }).focus();
    await keyboard.press("Enter");
  }
  await says(/^3 modes,/);
  await keyboard.press("Delete");
  await says(/^2 modes,/);
  for (let i = 0; i < 4; i += 1) await keyboard.press("Shift+ArrowRight");
  await dialog.getByRole("slider", { name: "Mode size" }).focus();
  await keyboard.press("ArrowRight");
  await dialog.getByRole("button", { name: "Mode 2 at 2.0, 0.0, size 0.35" }).waitFor();
  await use("target").focus();
  await keyboard.press("Enter");
  await lab.until("the address", async () => lab.page.url().includes("dataset=own.m-2_0.1_0.3*2_0_0.35"));
  await lab.settled(30, 2);
  assert.match((await lab.panel("Straight").getByRole("img").getAttribute("aria-label")) ?? "", /^Straight, Your data:/);
});

test("points are typed or come as a file, and what is wrong with them is said", async (context) => {
  const { lab, dialog, way, says, complains, use } = await opened(context);
  await way("Points").check();
  const table = dialog.getByRole("textbox", { name: /^Points/ });
  await table.fill("x,y\n1,2\n3,b\n");
  await complains(/^The table line 3 is "3,b", but must be two finite numbers, x,y\.$/);
  assert.ok(await use("target").isDisabled());
  await table.fill("1e9; 2\n3;4");
  await says(/^2 points/);
  await table.fill("3;4");
  await says(/^1 point,/);
  await table.fill("1e9; 2\n3;4");
  await dialog.getByRole("checkbox", { name: "Fit into the plane" }).uncheck();
  await complains(/within 50 of 0/);
  const file = dialog.getByLabel(/CSV file/);
  const lines = Array.from({ length: 5000 }, (_, i) => `${Math.sin(i)},${Math.cos(1.7 * i)}`).join("\r\n");
  await file.setInputFiles({ name: "many.csv", mimeType: "text/csv", buffer: Buffer.from(`\ufeffx,y\r\n${lines}`) });
  await says(/^2,048 of 5,000 points, taken evenly, [\d,]+ characters/);
  await file.setInputFiles({ name: "noise.csv", mimeType: "text/csv", buffer: Buffer.from([0, 255, 254, 10, 7, 200]) });
  await complains(/^The table line 2 is .* but must be two finite numbers/);
  await file.setInputFiles({ name: "large.csv", mimeType: "text/csv", buffer: Buffer.alloc(1_000_001, "1,2\n") });
  await complains(/“large.csv” has 1,001 kB, but must have at most 1,000/);
  await table.fill("-1,-1\n1,1\n0,0.5");
  await says(/^3 points/);
  await use("source").click();
  await lab.settled(30, 2);
  for (const panel of PANELS) {
    assert.equal(
      await lab.panel(panel).getByRole("combobox", { name: "Source" }).evaluate((menu) => /** @type {HTMLSelectElement} */ (menu).selectedOptions[0]?.label),
      "Your points",
    );
  }
});

test("what is wrong with a file is said until the reader does something else", async (context) => {
  const { lab, dialog, way, says, complains } = await opened(context);
  await way("Points").check();
  await lab.page.clock.install();
  await dialog.getByRole("textbox", { name: /^Points/ }).fill("1,2\n3,4");
  await dialog.getByLabel(/CSV file/).setInputFiles({ name: "large.csv", mimeType: "text/csv", buffer: Buffer.alloc(1_000_001, "1,2\n") });
  await complains(/“large.csv”/);
  await lab.page.clock.runFor(1000);
  await says(/^2 points/);
  await lab.page.setViewportSize({ width: 700, height: 900 });
  await lab.page.emulateMedia({ colorScheme: "dark" });
  await lab.page.clock.runFor(1000);
  await complains(/“large.csv”/);
  await dialog.getByRole("checkbox", { name: "Fit into the plane" }).uncheck();
  await dialog.getByRole("alert").filter({ hasText: /^$/ }).waitFor({ state: "attached" });
});

test("of two files the one given last counts, also where the other takes longer to read", async (context) => {
  const { lab, dialog, way, says } = await opened(context);
  // The browser reads the picture when this test says so.
  await lab.page.evaluate(() => {
    const read = createImageBitmap;
    const go = new Promise((resolve) => Object.assign(window, { go: resolve }));
    Object.assign(window, { createImageBitmap: (/** @type {File} */ file) => Object.assign(window, { read: go.then(() => read(file)) }).read });
  });
  await way("Image").check();
  await dialog.getByLabel("Image file").setInputFiles(picture(40, (x, y) => (x < 20 === y < 20 ? 20 : 255)));
  await way("Points").check();
  await dialog.getByLabel(/CSV file/).setInputFiles({ name: "three.csv", mimeType: "text/csv", buffer: Buffer.from("1,2\n3,4\n0,0.5") });
  await says(/^3 points/);
  await lab.page.evaluate(async () => {
    const { go, read } = /** @type {any} */ (window);
    go();
    await read;
    await new Promise((resolve) => setTimeout(resolve));
  });
  assert.ok(await way("Points").isChecked());
  await says(/^3 points/);
});

test("a file that is dropped is taken by the dialog or by nothing, and never takes the page’s place", async (context) => {
  const { lab, dialog, says } = await opened(context);
  const drop = (/** @type {import("playwright-core").Locator} */ place) =>
    place.evaluate((element) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["1,2\n3,4\n0,0.5"], "three.csv", { type: "text/csv" }));
      return ["dragover", "drop"].map((kind) => !element.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true })));
    });
  assert.deepEqual(await drop(lab.canvas("Straight")), [true, true]);
  await says(/^Nothing yet/);
  assert.deepEqual(await drop(dialog.getByRole("radio", { name: "Drawing" })), [true, true]);
  await says(/^3 points/);
  // The browser itself puts it there.
  assert.deepEqual(await drop(lab.page.getByLabel("Load experiment")), [false, false]);
});

test("what was typed a moment before it is used counts", async (context) => {
  const { lab, dialog, way, says, use } = await opened(context);
  await way("Points").check();
  const table = dialog.getByRole("textbox", { name: /^Points/ });
  await table.fill("-1,-1\n1,1");
  await says(/^2 points/);
  const button = await use("target").elementHandle();
  await table.evaluate((area, button) => {
    /** @type {HTMLTextAreaElement} */ (area).value = "-1,-1\n1,1\n0,0.5";
    area.dispatchEvent(new Event("input", { bubbles: true }));
    /** @type {HTMLElement} */ (button).click();
  }, button);
  await lab.page.waitForURL(/dataset=own\.p/);
  const points = await lab.withModules(
    ["pkg/flow_wasm"],
    ({ own_points }) => own_points(new URLSearchParams(location.hash.slice(1)).get("dataset")?.slice("own.".length), 2048).length / 2,
  );
  assert.equal(points, 3);
});

test("an image and a word become points", async (context) => {
  const { lab, dialog, way, says, complains, use } = await opened(context);
  await way("Image").check();
  const file = dialog.getByLabel("Image file");
  await file.setInputFiles(picture(40, (x, y) => (x < 20 === y < 20 ? 20 : 255)));
  await says(/^1,024 points/);
  await file.setInputFiles(picture(40, () => 255));
  await complains(/^The picture is blank, but must be one with something on it\.$/);
  await dialog.getByRole("radio", { name: "Bright is dense" }).check();
  await says(/^1,024 points/);
  await file.setInputFiles({ name: "broken.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await complains(/“broken.png” is not an image that this browser can read; it must be a PNG/);
  await way("Word").check();
  await dialog.getByRole("textbox", { name: "Word" }).fill("flow");
  await says(/^1,024 points/);
  await use("target").click();
  await lab.settled(30, 2);
  assert.ok(await lab.dataset("Your data").isChecked());
});

test("what flow-core allows and fits is what the dialog offers and draws", async (context) => {
  const { lab, dialog } = await opened(context);
  const { most, reach, fitted } = await lab.withModules(["pkg/flow_wasm", "www/own-data/board"], ({ own_limits, own_points, own_table, FITTED }) => {
    const { code } = JSON.parse(own_table("-30,-7\n40,9\n1,1", true));
    return { most: JSON.parse(own_limits()).points, reach: Math.max(...own_points(code, 3).map(Math.abs)), fitted: FITTED };
  });
  assert.ok(Math.abs(reach - fitted) < 0.01, `fitted points reach ${reach}, the dashed square ${fitted}`);
  const sizes = (await dialog.getByRole("combobox", { name: "Points" }).locator("option").allTextContents()).map(Number);
  assert.deepEqual(sizes, [most / 8, most / 4, most / 2, most]);
  assert.equal(await dialog.getByRole("combobox", { name: "Points" }).inputValue(), String(most / 2));
});

test("a link with broken own data says so and shows the default", async (context) => {
  const lab = await labFor(context);
  await lab.open({ ...QUICK, dataset: "own.pADI_gAAAv4AAAEBAAACVVVy3y4jea8" });
  await lab.page.getByRole("alert").filter({ hasText: "The link’s key “dataset” is “own.p" }).waitFor();
  assert.ok(await lab.dataset("Five modes").isChecked());
});

describe("axe finds nothing in the dialog, and nothing sticks out", () => {
  for (const [what, options] of Object.entries({ ...LOOKS, "at 320 px": { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true } })) {
    test(what, async (context) => {
      const { lab, dialog, way } = await opened(context, { viewport: { width: 1280, height: 900 }, ...options });
      for (const name of ["Drawing", "Modes", "Points", "Image", "Word"]) {
        await way(name).check();
        if (name === "Modes") await dialog.getByRole("button", { name: "Add a mode" }).click();
        assert.deepEqual(await violations(lab.page), [], name);
        const [inner = 0, outer = 0] = await dialog.evaluate((element) => [element.scrollWidth, element.clientWidth]);
        assert.ok(inner <= outer, `${name}: ${inner} > ${outer}`);
      }
    });
  }
});

test("also of many points the target is shaded", async (context) => {
  const { lab, dialog, way, says, use } = await opened(context);
  lab.expects((complaint) => complaint.includes("willReadFrequently"));
  await way("Points").check();
  await dialog.getByRole("textbox", { name: /^Points/ }).fill(Array.from({ length: 1024 }, (_, i) => `${i % 32},${Math.floor(i / 32)}`).join("\n"));
  await says(/^1,024 points/);
  await use("target").click();
  const inked = () =>
    lab.panel("Curved").locator("canvas.plane-backdrop").evaluate((canvas) => {
      const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
      const pixels = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
      return pixels.filter((alpha, i) => i % 4 === 3 && alpha > 0).length / (width * height);
    });
  // The points fill a square of 8 by 8 in a picture of 9.
  await lab.until("the square", async () => (await inked()) > 0.6);
  await lab.page.getByRole("checkbox", { name: "Target outline" }).uncheck();
  await lab.until("the scale alone", async () => (await inked()) < 0.05);
});
