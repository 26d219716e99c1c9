// Light or dark: the reader's choice before the system's, kept, and in the pictures as well.

import assert from "node:assert/strict";
import { test } from "node:test";

import { violations } from "./harness/audit.js";
import { Lab } from "./harness/lab.js";
import { labFor } from "./harness/stage.js";

/** How the page, the browser's frame and a drawn thumbnail look. @param {Lab} lab */
function look(lab) {
  return lab.page.evaluate(() => {
    const thumbnail = document.querySelector("#dataset canvas");
    const frame = [...document.querySelectorAll("meta[name=theme-color]")].find((meta) => matchMedia(meta.getAttribute("media") ?? "").matches);
    return [
      getComputedStyle(document.body).color,
      frame?.getAttribute("content") ?? "",
      thumbnail instanceof HTMLCanvasElement ? thumbnail.toDataURL() : "",
    ];
  });
}

for (const system of /** @type {const} */ (["light", "dark"])) {
  const other = system === "light" ? "dark" : "light";
  test(`where the system is ${system}, the page can be ${other}, and stays so`, async (context) => {
    const lab = await labFor(context, { colorScheme: system });
    await lab.open({ until: 20, play: "off" });
    await lab.settled(20);
    const menu = lab.page.getByRole("combobox", { name: "Colours", exact: true });
    const plain = await look(lab);
    await menu.selectOption(other);
    await lab.until("all of it anew", async () => (await look(lab)).every((part, i) => part !== plain[i]));
    const chosen = await look(lab);
    assert.deepEqual(await violations(lab.page), []);
    await lab.page.reload();
    await lab.settled(20);
    assert.deepEqual(await look(lab), chosen, "kept");
    assert.equal(await menu.inputValue(), other);
    await menu.selectOption({ label: "as the system" });
    assert.deepEqual(await look(lab), plain);
    await lab.page.emulateMedia({ colorScheme: other });
    await lab.until("what the system has become", async () => (await look(lab)).join() === chosen.join());
  });
}

test("the reader’s colours are there before any module is", async (context) => {
  const lab = await labFor(context, { colorScheme: "light" });
  lab.expects((complaint) => complaint.includes("ERR_FAILED"));
  await lab.open({ until: 20, play: "off" });
  await lab.page.getByRole("combobox", { name: "Colours", exact: true }).selectOption("dark");
  await lab.page.route("**/lab.js", (route) => route.abort());
  await lab.page.reload();
  assert.equal(await lab.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
});

test("its key goes round", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  const menu = lab.page.getByRole("combobox", { name: "Colours", exact: true });
  for (const scheme of ["light", "dark", ""]) {
    await lab.page.keyboard.press("L");
    assert.equal(await menu.inputValue(), scheme);
  }
});
