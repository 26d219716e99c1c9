// The page as `cargo xtask build` makes it, on a host that knows nothing of it, in both browsers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launchChromium, launchFirefox } from "./harness/browsers.js";
import { Lab, PANELS } from "./harness/lab.js";
import { brotli, pageBytes, shippedFiles, startHost } from "./harness/shipped.js";

const MOST_PAGE_BYTES = 60_000;
const MOST_WASM_BYTES = 450_000;

/** @type {Awaited<ReturnType<typeof startHost>>} */ let host;
before(async () => {
  host = await startHost("/some/where/");
});
after(() => host.close());

for (const [name, launch] of Object.entries({ Chromium: launchChromium, Firefox: launchFirefox })) {
  test(`works below any path in ${name}`, async () => {
    const browser = await launch();
    const lab = await Lab.in(browser, host.url);
    /** @type {Set<string>} */
    const loaded = new Set();
    lab.page.context().on("request", (request) => loaded.add(new URL(request.url()).pathname.replace("/some/where/", "")));
    await lab.open({ dataset: "two-moons", n: 2, until: 50, play: "off" });
    await lab.settled(50, 2);
    for (const panel of PANELS) assert.match(await lab.text(panel, "hash"), /^[0-9a-f]{8,}$/);
    await lab.setEulerSteps(4);
    lab.assertQuiet();
    for (const file of ["", "www/lab.js", "www/lab.css", "pkg/flow_wasm_bg.wasm"]) assert.ok(loaded.has(file), `${file}: ${[...loaded].join(", ")}`);
    await browser.close();
  });
}

test("the site is these files and no other", async () => {
  const expected = ["index.html", "pkg/flow_wasm_bg.wasm", "www/icon.svg", "www/lab.css", "www/lab.js", "www/scheme-first.js", "www/styles/noscript.css"];
  assert.deepEqual([...(await shippedFiles()).keys()].sort(), expected);
});

test(`script, style and document are at most ${MOST_PAGE_BYTES} bytes`, async () => {
  const bytes = await pageBytes();
  assert.ok(bytes <= MOST_PAGE_BYTES, `${bytes} bytes`);
});

test(`the wasm is at most ${MOST_WASM_BYTES} bytes`, async () => {
  const bytes = brotli((await shippedFiles()).get("pkg/flow_wasm_bg.wasm") ?? new Uint8Array());
  assert.ok(bytes > 0 && bytes <= MOST_WASM_BYTES, `${bytes} bytes`);
});
