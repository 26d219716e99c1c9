// When something is wrong, the page says so and goes on as far as it can.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PANELS } from "./harness/lab.js";
import { browser, labFor, server } from "./harness/stage.js";

for (const [bad, named] of Object.entries({
  "dataset=unicorns": "dataset",
  "n=0": "n",
  "n=1e2": "n",
  "seed=-1": "seed",
  "t=later": "t",
  "colour=blue": "colour",
  "%00%ff=%zz": "",
})) {
  test(`a link with ${bad} gives the default and a notice`, async (context) => {
    const lab = await labFor(context);
    await lab.page.goto(`${server.url}#${bad}&until=20&play=off`);
    await lab.settled(20);
    assert.ok(await lab.dataset("Five modes").isChecked());
    const notice = lab.page.getByText(new RegExp(`“${named}`)).first();
    assert.ok(await notice.isVisible(), await lab.page.getByRole("region", { name: "Notices" }).innerText());
  });
}

test("a worker that dies says so and can be restarted, while the other panel goes on", async (context) => {
  const lab = await labFor(context);
  lab.expects((complaint) => complaint.includes("struck by a test"));
  await lab.open({ until: 1_000_000, play: "off" });
  await lab.trainedFor(10);
  const [victim] = lab.page.workers();
  assert.ok(victim);
  await victim.evaluate(() => {
    setTimeout(() => {
      throw new Error("struck by a test");
    });
  });
  const restart = lab.page.getByRole("button", { name: "Restart" });
  await restart.waitFor();
  assert.equal(await restart.count(), 1);
  const hurt = (await lab.panel("Straight").getByRole("button", { name: "Restart" }).count()) === 1 ? "Straight" : "Curved";
  assert.match(await lab.panel(hurt).innerText(), /struck by a test/);

  const well = PANELS.find((panel) => panel !== hurt) ?? "Curved";
  const step = await lab.stat(well, "training-step");
  await lab.until("the other panel to go on", async () => (await lab.stat(well, "training-step")) > step + 20);

  await restart.focus();
  await lab.page.keyboard.press("Enter");
  assert.ok(await lab.hasFocus(lab.panel(hurt)), "the button that goes away hands the focus on");
  await lab.until("the restarted panel to train", async () => Number(await lab.text(hurt, "training-step")) > 0);
  assert.equal(await restart.count(), 0);
});

test("a page whose compiled half is missing says so", async (context) => {
  const lab = await labFor(context);
  lab.expects((complaint) => complaint.includes("404"));
  await lab.page.route("**/*.wasm", (route) => route.fulfill({ status: 404, body: "gone" }));
  await lab.page.goto(server.url);
  const notice = lab.page.getByText(/could not/).first();
  await notice.waitFor();
  assert.match(await notice.innerText(), /404/);
});

test("without scripts the page can still be read", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(server.url);
  assert.ok((await page.getByRole("main").innerText()).length > 500);
  assert.ok(await page.getByText(/needs JavaScript/).isVisible());
  assert.equal(await page.getByRole("button").or(page.getByRole("combobox")).count(), 0, "nothing to press that would do nothing");
  await context.close();
});

test("an experiment that cannot be begun is refused in words for the reader", async (context) => {
  const lab = await labFor(context);
  await lab.open({ until: 20, play: "off" });
  await lab.settled(20);
  const [victim] = lab.page.workers();
  await victim?.evaluate(() => {
    const message = { kind: "configure", generation: 1, config: { seed: "none" }, course: { until: 0, goal: 0 }, curve: [] };
    dispatchEvent(new MessageEvent("message", { data: message }));
  });
  await lab.page.getByText(/^(Straight|Curved) stopped while starting: /).waitFor();
});

test("of a sampling that cannot be nothing is left, and the verdict says so", async (context) => {
  const lab = await labFor(context);
  await lab.open({ dataset: "checkerboard", until: 20, play: "off", n: 8, "straight.source": "uniform", "straight.coupling": "independent" });
  await lab.settled(20, 8);
  const panel = lab.panel("Straight");
  await panel.getByRole("combobox", { name: "Field" }).selectOption("Exact");
  await panel.getByText(/^This cannot be shown: /).waitFor();
  const { hits, hash, "sample-step": step } = await lab.stats("Straight");
  assert.deepEqual([hits, hash, step], ["", "", ""]);
  assert.equal(await lab.canvas("Straight").getAttribute("aria-label"), "Straight: no particles yet");
  await lab.until("the verdict", async () => (await lab.page.locator("#verdict").textContent()) === "Straight cannot be shown, so there is nothing to compare.");
  await panel.getByRole("combobox", { name: "Field" }).selectOption("Learned");
  await lab.settled(20, 8);
  assert.notEqual(await lab.text("Straight", "hash"), "");
});
