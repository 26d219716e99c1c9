// The first screen at four widths in both schemes looks as it did when somebody last looked at it and kept it.
//
// After a wanted change: UPDATE_GOLDEN=1 node --test golden.test.js, and look at every picture in golden/ before keeping it.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";

import { PNG } from "pngjs";

import { difference } from "./harness/pictures.js";
import { labFor, server } from "./harness/stage.js";

const SCREENS = { 360: 740, 768: 1024, 1280: 900, 1920: 1080 };
const SCHEMES = /** @type {const} */ (["light", "dark"]);
const FOLDER = new URL("golden/", import.meta.url);
/** Anti-aliasing may differ from one version of the browser to the next; composition may not. */
const TOLERATED_SHARE = 0.004;

for (const [width, height] of Object.entries(SCREENS)) {
  for (const colorScheme of SCHEMES) {
    test(`${width} pixels wide, ${colorScheme}`, async (context) => {
      const lab = await labFor(context, { viewport: { width: Number(width), height }, colorScheme });
      await lab.page.goto(`${server.url}#until=300&play=off&t=1&n=4`);
      await lab.until("both networks at rest", async () => (await lab.page.getByText("Trained to step 300.").count()) === 1);
      // How fast this machine is belongs to no picture.
      await lab.page.evaluate(() => {
        for (const data of document.querySelectorAll("[data-stat=steps-per-second]")) if (data instanceof HTMLElement) data.style.visibility = "hidden";
      });
      let bytes = await lab.page.screenshot();
      await lab.until("a page on which nothing moves", async () => {
        const before = bytes;
        await lab.frame();
        bytes = await lab.page.screenshot();
        return bytes.equals(before);
      });
      const shot = PNG.sync.read(bytes);
      const fonts = await lab.page.evaluate(probeFonts);

      const file = new URL(`${width}-${colorScheme}.png`, FOLDER);
      const fontFile = new URL("fonts.json", FOLDER);
      if (process.env.UPDATE_GOLDEN) {
        await mkdir(FOLDER, { recursive: true });
        await writeFile(file, bytes);
        await writeFile(fontFile, `${JSON.stringify(fonts)}\n`);
        return;
      }
      if (JSON.stringify(fonts) !== (await readFile(fontFile, "utf8")).trim()) {
        context.skip("this machine has other fonts than the one the pictures were kept on");
        return;
      }
      const share = difference(shot, PNG.sync.read(await readFile(file))) / (shot.width * shot.height);
      context.diagnostic(`${(100 * share).toFixed(3)} % of the pixels differ`);
      if (share > TOLERATED_SHARE) await writeFile(new URL(`${width}-${colorScheme}.new.png`, FOLDER), bytes);
      assert.ok(share <= TOLERATED_SHARE, `${(100 * share).toFixed(2)} % of the pixels differ; compare ${file.pathname} with the .new.png beside it`);
    });
  }
}

/** Runs in the page: how wide the page's two faces set a line. */
function probeFonts() {
  return ["--sans", "--serif"].map((family) => {
    const probe = document.createElement("span");
    probe.textContent = "Flow matching 0123456789";
    probe.style.cssText = `position: absolute; font: 100px var(${family}); white-space: nowrap`;
    document.body.append(probe);
    const width = Math.round(probe.getBoundingClientRect().width);
    probe.remove();
    return width;
  });
}
