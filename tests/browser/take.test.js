// What leaves the page is what the page shows: every file has its name, its type and its content, and what is saved comes back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { inflateSync } from "node:zlib";

import { PNG } from "pngjs";

import { Lab, PANELS } from "./harness/lab.js";
import { difference } from "./harness/pictures.js";
import { browser, labFor, server } from "./harness/stage.js";

/** @type {Lab} One page for all files. */ let lab;

const STATE = { dataset: "two-moons", n: 3, seed: 5, particles: 500, until: 40, play: "off", t: 0.5 };

before(async () => {
  lab = await Lab.in(browser, server.url);
  await lab.open(STATE);
  await lab.settled(40, 3);
});

/** The file that a button makes. @param {string} button @param {Lab} [from] */
async function take(button, from = lab) {
  const downloading = from.page.waitForEvent("download");
  await from.button(button).click();
  const download = await downloading;
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** The chunks of a PNG file. @param {Buffer} bytes */
function chunksOf(bytes) {
  assert.equal(bytes.subarray(1, 4).toString(), "PNG");
  const chunks = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    chunks.push({ name: bytes.subarray(at + 4, at + 8).toString(), data: bytes.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** The size a browser decodes a picture to, and how many colours are in it. @param {Buffer} bytes @param {string} type */
function decoded(bytes, type) {
  return lab.page.evaluate(
    async ([base64, type]) => {
      const image = new Image();
      image.src = `data:${type};base64,${base64}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const colors = new Set(new Uint32Array(data.buffer)).size;
      return { width: canvas.width, height: canvas.height, colors };
    },
    [bytes.toString("base64"), type],
  );
}

test("the picture has both panels at twice their size", async () => {
  const planes = await Promise.all(PANELS.map((panel) => lab.canvas(panel).boundingBox()));
  const { name, bytes } = await take("Picture (PNG)");
  assert.equal(name, "flow-two-moons-n3-step40.png");
  const { width, height, colors } = await decoded(bytes, "image/png");
  const side = planes[0]?.width ?? NaN;
  assert.ok(Math.abs(width - 2 * (2 * side + 3 * 16)) <= 4, `${width} pixels for two planes of ${side}`);
  assert.ok(height > 2 * side && height < 3 * side);
  assert.ok(colors > 300, `${colors} colours`);
  // The page is as it was.
  const pixels = await lab.canvas("Straight").evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).width);
  assert.ok(Math.abs(pixels - side) <= 1);
});

test("a place that is not asked about is not in the picture", async (context) => {
  const page = await labFor(context);
  const pictures = [];
  for (const place of ["0.5_0.5", "-2_1"]) {
    await page.open({ ...STATE, place });
    await page.settled(40, 3);
    const { bytes } = await take("Picture (PNG)", page);
    pictures.push(PNG.sync.read(bytes));
  }
  const [one, other] = pictures;
  assert.ok(one && other);
  assert.equal(difference(one, other), 0);
});

test("the picture of the journey holds nothing of the plane, which is hidden", async () => {
  await lab.page.getByRole("combobox", { name: "View", exact: true }).selectOption("journey");
  const trails = lab.page.getByRole("checkbox", { name: "Trails" });
  const one = await take("Picture (PNG)");
  // The plane draws trails, the journey does not.
  await trails.setChecked(!(await trails.isChecked()));
  const other = await take("Picture (PNG)");
  await trails.setChecked(!(await trails.isChecked()));
  await lab.page.getByRole("combobox", { name: "View", exact: true }).selectOption("plane");
  assert.ok((await decoded(one.bytes, "image/png")).colors > 100);
  assert.ok(one.bytes.equals(other.bytes), "the same picture with and without trails");
});

test("the picture's layers are as sharp as on the finest screen, and its particles as faint as on the page", async (context) => {
  const state = { ...STATE, layers: "chords.grid" };
  const pictures = [];
  for (const deviceScaleFactor of [1, 2]) {
    const page = await labFor(context, { deviceScaleFactor });
    await page.open(state);
    await page.settled(40, 3);
    const ink = () => page.panel("Curved").locator(".plane-layers").evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL().length);
    await page.until("a grid", async () => (await ink()) > 30_000);
    pictures.push(PNG.sync.read((await take("Picture (PNG)", page)).bytes));
    const side = (await page.canvas("Straight").boundingBox())?.width ?? NaN;
    const pixels = await page.panel("Straight").locator(".plane-layers").evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).width);
    assert.ok(Math.abs(pixels - deviceScaleFactor * side) <= deviceScaleFactor, "the page's own is as it was");
    if (deviceScaleFactor === 2) {
      await page.page.getByRole("combobox", { name: "Ask the plane" }).selectOption("ways");
      pictures.push(PNG.sync.read((await take("Picture (PNG)", page)).bytes));
    }
  }
  const [coarse, fine, asked] = pictures;
  assert.ok(coarse && fine && asked);
  const share = difference(coarse, fine) / (fine.width * fine.height);
  assert.ok(share < 0.002, `${share} of the pixels differ`);
  const blue = (/** @type {PNG} */ { data }) => data.filter((_, i) => i % 4 === 0 && (data[i + 2] ?? 0) - (data[i] ?? 0) > 100).length;
  assert.ok(blue(fine) > 1000 && blue(asked) < 0.05 * blue(fine), `${blue(fine)} and ${blue(asked)} blue pixels`);
});

test("trajectories are vectors, and say how many they are", async () => {
  const { name, bytes } = await take("Trajectories (SVG)");
  assert.equal(name, "flow-two-moons-n3-step40.svg");
  const found = await lab.page.evaluate((text) => {
    const svg = new DOMParser().parseFromString(text, "image/svg+xml");
    const ways = [...svg.querySelectorAll("g g:first-child path")].map((path) => path.getAttribute("d") ?? "");
    return { error: svg.querySelector("parsererror")?.textContent, title: svg.querySelector("title")?.textContent, ways };
  }, bytes.toString());
  assert.equal(found.error, undefined);
  assert.match(found.title ?? "", /Two moons · N = 3 · training step 40 · 500 particles · seed 5 .*the first 400 particles/);
  assert.equal(found.ways.length, 2 * 400);
  assert.ok(found.ways.every((way) => way.split("L").length === 4), "four states for three steps");
});

test("on a small screen the trajectories are those of the panel on show, with all their words", async (context) => {
  const page = await labFor(context, { viewport: { width: 360, height: 740 } });
  await page.page.goto(`${server.url}#dataset=two-moons&n=3&until=40&play=off`);
  await page.page.getByText("Trained to step 40.").waitFor();
  const { bytes } = await take("Trajectories (SVG)", page);
  const { width, reach } = await page.page.evaluate((text) => {
    document.body.innerHTML = text;
    const svg = document.querySelector("svg");
    const ends = [...document.querySelectorAll("svg text")].map((line) => line.getBoundingClientRect().right);
    return { width: svg?.getBoundingClientRect().right ?? 0, reach: Math.max(...ends) };
  }, bytes.toString());
  assert.ok(reach > 0 && reach <= width, `words reach to ${reach} of ${width}`);
});

test("trajectories have the colours of the page", async () => {
  const colors = async () => new Set((await take("Trajectories (SVG)")).bytes.toString().match(/<path stroke="[^"]*"/g)).size;
  const choice = lab.page.getByRole("combobox", { name: "Colour by" });
  assert.equal(await colors(), 2, "hits and misses");
  await choice.selectOption("origin");
  assert.ok((await colors()) > 100, "one for each origin");
  await choice.selectOption("hit or miss");
});

test("the animation has all its frames", async () => {
  const { name, bytes } = await take("Animation (APNG)");
  assert.equal(name, "flow-two-moons-n3-step40-animation.png");
  const chunks = chunksOf(bytes);
  const [head, control] = chunks;
  assert.equal(head?.name, "IHDR");
  assert.equal(control?.name, "acTL");
  const frames = chunks.filter(({ name }) => name === "fcTL").length;
  assert.equal(frames, 48);
  assert.equal(control?.data.readUInt32BE(0), frames);
  const [width, height] = [head?.data.readUInt32BE(0) ?? 0, head?.data.readUInt32BE(4) ?? 0];
  const moving = chunks.filter(({ name }) => name === "fdAT").map(({ data }) => inflateSync(data.subarray(4)));
  assert.equal(moving.length, frames - 1);
  assert.ok(moving.every(({ length }) => length === height * (width + 1)));
  assert.ok(moving.slice(1).every((frame, i) => !frame.equals(moving[i] ?? frame)), "no two frames in a row are alike");
  assert.deepEqual({ ...(await decoded(bytes, "image/png")), colors: 0 }, { width, height, colors: 0 });
  assert.ok(bytes.length < 5e6, `${bytes.length} bytes`);
});

test("the animation keeps the colours of all origins, and says what it leaves out", async () => {
  const choice = lab.page.getByRole("combobox", { name: "Colour by" });
  await choice.selectOption("origin");
  await lab.page.getByRole("checkbox", { name: "Chords" }).check();
  const { bytes } = await take("Animation (APNG)");
  await lab.page.getByText("the particles on the plane and nothing else").waitFor();
  await lab.page.getByRole("checkbox", { name: "Chords" }).uncheck();
  await choice.selectOption("hit or miss");
  const palette = chunksOf(bytes).find(({ name }) => name === "PLTE")?.data ?? Buffer.alloc(0);
  const angles = new Array(12).fill(0);
  for (let i = 0; i < palette.length; i += 3) {
    const [red = 0, green = 0, blue = 0] = palette.subarray(i, i + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) < 50) continue;
    const angle = Math.atan2(Math.sqrt(3) * (green - blue), 2 * red - green - blue);
    angles[Math.floor(((angle + Math.PI) / (2 * Math.PI)) * 12) % 12] += 1;
  }
  assert.ok(angles.filter((count) => count > 1).length >= 9, `colours of the palette by hue: ${angles}`);
});

test("the video is whole, from the first frame to the last, though the page has little time for it", async (context) => {
  // The page's policy lets it play no video; the player here is the test's.
  const page = await labFor(context, { bypassCSP: true });
  await page.open(STATE);
  await page.settled(40, 3);
  const moving = await take("Animation (APNG)", page);
  await page.page.evaluate(() => {
    const load = () => {
      for (const started = performance.now(); performance.now() - started < 20; );
    };
    Object.assign(window, { load: setInterval(load) });
  });
  const { name, bytes } = await take("Video (WebM)", page);
  assert.equal(name, "flow-two-moons-n3-step40.webm");
  await page.page.evaluate(() => clearInterval(/** @type {any} */ (window).load));
  const { length, toLast, toOther } = await page.page.evaluate(
    async ([video, animation]) => {
      const bytesOf = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const player = document.createElement("video");
      player.src = URL.createObjectURL(new Blob([bytesOf(video ?? "")], { type: "video/webm" }));
      player.muted = true;
      await new Promise((resolve, reject) => {
        player.onseeked = resolve;
        player.onerror = () => reject(new Error(player.error?.message));
        player.onloadeddata = () => (player.currentTime = player.duration - 0.05);
      });
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [player.videoWidth, player.videoHeight];
      const pixels = (/** @type {CanvasImageSource} */ image) => {
        const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, canvas.width, canvas.height).data;
      };
      const seen = pixels(player);
      const decoder = new ImageDecoder({ data: bytesOf(animation ?? ""), type: "image/png" });
      await decoder.tracks.ready;
      const away = [];
      for (const frameIndex of [47, 46]) {
        const expected = pixels((await decoder.decode({ frameIndex })).image);
        away.push(expected.reduce((sum, value, i) => sum + Math.abs(value - (seen[i] ?? 0)), 0) / expected.length);
      }
      return { length: player.duration, toLast: away[0] ?? NaN, toOther: away[1] ?? NaN };
    },
    [bytes.toString("base64"), moving.bytes.toString("base64")],
  );
  assert.ok(Math.abs(length - 4.1) < 0.05, `${length} s`);
  assert.ok(toLast < toOther, `the last frame is ${toLast} from that of t = 1, ${toOther} from the one before`);
});

test("a moving picture is of what was on show when it was asked for", async (context) => {
  const own = await labFor(context);
  await own.open({ ...STATE, dataset: "five-modes" });
  await own.settled(40, 3);
  // The lines under the frames, as they are written.
  await own.page.evaluate(() => {
    const written = /** @type {Set<string>} */ (new Set());
    const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = /** @this {CanvasRenderingContext2D} */ function (text, ...at) {
      if (/particles · seed/.test(text)) written.add(text.replace(/ · t = [\d.]+/, ""));
      return write.call(this, text, ...at);
    };
    Object.assign(window, { written });
  });
  const downloading = own.page.waitForEvent("download");
  await own.button("Animation (APNG)").click();
  await own.dataset("Rings").check({ force: true });
  const file = (await downloading).suggestedFilename();
  assert.equal(file, "flow-five-modes-n3-step40-animation.png");
  const written = await own.page.evaluate(() => [.../** @type {any} */ (window).written]);
  assert.deepEqual(written, ["Five modes · N = 3 · training step 40 · 500 particles · seed 5 · Flow Matching Lab"]);
});

test("a picture of earlier weights is called by their step", async (context) => {
  const own = await labFor(context);
  await own.open({ ...STATE, replay: 20 });
  await own.trainedFor(40);
  const step = () => own.stat("Straight", "sample-step");
  await own.until("an earlier picture", async () => (await step()) < 40);
  assert.equal((await take("Picture (PNG)", own)).name, `flow-two-moons-n3-step${await step()}.png`);
});

test("samples and trajectories are tables of every particle", async () => {
  const samples = await take("Samples (CSV)");
  assert.equal(samples.name, "flow-two-moons-n3-step40-straight-samples.csv");
  const rows = samples.bytes.toString().trimEnd().split("\n").map((line) => line.split(","));
  assert.deepEqual(rows.shift(), ["particle", "start_x", "start_y", "end_x", "end_y", "hit"]);
  assert.equal(rows.length, 500);
  const hits = rows.filter((row) => row[5] === "1").length;
  assert.equal(hits / 500, await lab.stat("Straight", "hits"));

  await lab.page.getByRole("combobox", { name: "Flow to take" }).selectOption("Curved");
  const ways = await take("Trajectories (CSV)");
  assert.equal(ways.name, "flow-two-moons-n3-step40-curved-trajectories.csv");
  const states = ways.bytes.toString().trimEnd().split("\n").map((line) => line.split(","));
  assert.deepEqual(states.shift(), ["particle", "step", "t", "x", "y"]);
  assert.equal(states.length, 500 * 4);
  // Both flows begin with the same noise.
  assert.deepEqual(states[4]?.slice(0, 3), ["1", "0", "0"]);
  assert.deepEqual(states[4]?.slice(3), rows[1]?.slice(1, 3));
  await lab.page.getByRole("combobox", { name: "Flow to take" }).selectOption("Straight");
});

test("weights, script and commands describe one experiment", async () => {
  const weights = await take("Weights (safetensors)");
  assert.equal(weights.name, "flow-two-moons-n3-step40-straight.safetensors");
  const length = Number(weights.bytes.readBigUInt64LE(0));
  const header = JSON.parse(weights.bytes.subarray(8, 8 + length).toString());
  const config = JSON.parse(header.__metadata__.config);
  assert.deepEqual([config.seed, config.target.preset, config.sampling.steps], [5, "two-moons", 3]);
  assert.deepEqual(header["layers.0.weight"].shape, [64, 37]);
  const end = Math.max(...Object.values(header).map(({ data_offsets }) => data_offsets?.[1] ?? 0));
  assert.equal(weights.bytes.length, 8 + length + end);

  const script = await take("PyTorch script");
  assert.equal(script.name, "flow-two-moons-n3-step40-straight.py");
  const kept = /^# CONFIG = (.*)$/m.exec(script.bytes.toString());
  assert.deepEqual(JSON.parse(kept?.[1] ?? ""), config);
  assert.match(script.bytes.toString(), /flow = train\(flow, 40\)/);

  const commands = await take("Commands (shell)");
  assert.equal(commands.name, "flow-two-moons-n3-step40-straight.sh");
  const [train, sample] = commands.bytes.toString().split("\n");
  assert.equal(train, "flow train --target two-moons --coupling minibatch-ot --seed 5 --steps 40 --out straight.flow");
  assert.equal(sample, "flow sample --model straight.flow --count 500 --solver euler --steps 3 --format csv > straight.csv");
});

/** Chooses a file to load. @param {Lab} from @param {{ name: string, bytes: Buffer }} file */
function load(from, { name, bytes }) {
  return from.page.getByLabel("Load experiment").setInputFiles({ name, mimeType: "application/octet-stream", buffer: bytes });
}

test("a saved experiment comes back in another browser, without training it again", async (context) => {
  const file = await take("Save experiment");
  assert.equal(file.name, "flow-two-moons-n3-step40.flowlab");
  const shown = await lab.hashes();

  const other = await labFor(context);
  await other.open({ dataset: "rings", n: 1, until: 10, play: "off" });
  await other.settled(10);
  // A page that trained instead would pass through the steps before.
  await other.page.evaluate(() => {
    const steps = /** @type {Set<string>} */ (new Set());
    Object.assign(window, { steps });
    const look = () => {
      for (const data of document.querySelectorAll('data[data-stat="training-step"]')) steps.add(data.getAttribute("value") ?? "");
    };
    new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, childList: true });
  });
  await load(other, file);
  await other.settled(40, 3);
  assert.deepEqual(await other.hashes(), shown);
  assert.ok(await other.dataset("Two moons").isChecked());
  const seen = await other.page.evaluate(() => [.../** @type {any} */ (window).steps]);
  assert.deepEqual(seen.filter((step) => step !== "" && step !== "40" && step !== "10"), []);

  // It also goes on as the first would have.
  for (const page of [lab, other]) await page.button("One training step").click();
  await Promise.all([lab.settled(41, 3), other.settled(41, 3)]);
  assert.deepEqual(await other.hashes(), await lab.hashes());
});

test("a file that is none, or is damaged, changes nothing and is told", async () => {
  const file = await take("Save experiment");
  const shown = await lab.hashes();
  const broken = Buffer.from(file.bytes);
  broken[broken.length >> 1] = (broken[broken.length >> 1] ?? 0) ^ 1;
  const newer = Buffer.from(file.bytes);
  newer[8] = 99;
  for (const [bytes, reason] of /** @type {const} */ ([
    [Buffer.from("name,x,y\n"), /not saved by the lab/],
    [Buffer.alloc(0), /not saved by the lab/],
    [broken, /damaged or incomplete/],
    [file.bytes.subarray(0, 1000), /damaged or incomplete/],
    [newer, /version is 99/],
  ])) {
    await load(lab, { name: "other.flowlab", bytes });
    const notice = lab.page.getByRole("alert").filter({ hasText: reason });
    await notice.waitFor();
    await notice.getByRole("button", { name: "Dismiss" }).click();
  }
  assert.deepEqual(await lab.hashes(), shown);
});

test("a reload goes on from where the page was, and a link still means what it says", async (context) => {
  const page = await labFor(context);
  // The page waits half a second for what it saved; this machine may need longer.
  await page.page.addInitScript(() => {
    const set = setTimeout;
    Object.assign(window, { setTimeout: (/** @type {() => void} */ work, /** @type {number} */ delay) => set(work, delay === 500 ? 60_000 : delay) });
  });
  await page.open({ ...STATE, until: 60 });
  await page.settled(60, 3);
  const shown = await page.hashes();
  await page.hide(true);
  await page.page.getByText("Saved in this browser at step 60").waitFor();

  /** The first step the page says, and what it shows at the end. @param {Record<string, string | number>} state @param {number} step */
  const reopened = async (state, step) => {
    await page.page.addInitScript(() => {
      const steps = /** @type {string[]} */ ([]);
      Object.assign(window, { steps });
      const look = () => {
        const value = document.querySelector('data[data-stat="training-step"]')?.getAttribute("value");
        if (value && steps.at(-1) !== value) steps.push(value);
      };
      new MutationObserver(look).observe(document, { subtree: true, attributes: true, childList: true });
    });
    await page.open(state);
    await page.settled(step, 3);
    return page.page.evaluate(() => Number(/** @type {any} */ (window).steps[0]));
  };
  assert.equal(await reopened({ ...STATE, until: 60 }, 60), 60);
  assert.deepEqual(await page.hashes(), shown);
  // Further: it goes on.
  assert.ok((await reopened({ ...STATE, until: 90 }, 90)) >= 60);
  const further = await page.hashes();
  // An earlier step cannot come from later weights, nor another seed from these.
  assert.ok((await reopened({ ...STATE, until: 20 }, 20)) <= 20);
  const earlier = await page.hashes();
  await reopened({ ...STATE, seed: 6, until: 60 }, 60);
  const other = await page.hashes();

  for (const [asked, expected] of /** @type {const} */ ([[{ until: 90 }, further], [{ until: 20 }, earlier], [{ seed: 6, until: 60 }, other]])) {
    const fresh = await labFor(context);
    await fresh.open({ ...STATE, ...asked });
    await fresh.settled(asked.until, 3);
    assert.deepEqual(await fresh.hashes(), expected);
  }
});

test("a browser that keeps nothing is told so, quietly", async (context) => {
  const page = await labFor(context);
  await page.page.addInitScript(() => {
    Object.defineProperty(window, "indexedDB", {
      get: () => ({ open: () => { throw new Error("no room"); } }),
    });
  });
  await page.open(STATE);
  await page.settled(40, 3);
  await page.hide(true);
  await page.page.getByText("Not saved in this browser (no room)").waitFor();
});

/** What the browser does when the reader leaves the page: it saves itself. @param {Lab} page @param {string} [then] a button pressed at once */
function leave(page, then) {
  return page.page.evaluate((then) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
    Object.defineProperty(document, "hidden", { configurable: true, get: () => false });
    if (then) [...document.querySelectorAll("button")].find(({ textContent }) => textContent === then)?.click();
  }, then);
}

test("saved is what the browser has kept, not what it was given", async (context) => {
  const page = await labFor(context);
  // As a browser without room does: it takes the value, and then cannot complete.
  await page.page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, key) {
      const request = put.call(this, value, key);
      request.addEventListener("success", () => this.transaction.abort());
      return request;
    };
  });
  await page.open(STATE);
  await page.settled(40, 3);
  await leave(page);
  await page.page.getByText(/^Not saved in this browser/).waitFor();
});

test("a reset while the page saves itself is no failure to save", async (context) => {
  const page = await labFor(context);
  // Otherwise it also saves itself now and then.
  await page.page.addInitScript(() => Object.assign(window, { setInterval: () => 0 }));
  await page.open(STATE);
  await page.settled(40, 3);
  await page.page.evaluate(() => {
    const told = /** @type {string[]} */ ([]);
    Object.assign(window, { told });
    const saved = document.querySelector("#take-saved");
    if (saved) new MutationObserver(() => told.push(saved.textContent)).observe(saved, { childList: true });
  });
  await leave(page, "Reset");
  await page.settled(40, 3);
  await leave(page);
  await page.page.getByText("Saved in this browser at step 40").waitFor();
  assert.deepEqual(await page.page.evaluate(() => /** @type {any} */ (window).told), ["Saved in this browser at step 40: a reload goes on from there."]);
});

test("the commands are those of now while training goes on", async (context) => {
  const page = await labFor(context);
  await page.open(STATE);
  await page.settled(40, 3);
  await page.page.getByText("Commands of the program").click();
  const commands = page.page.getByRole("group", { name: "Commands" });
  await commands.getByText("--steps 40").waitFor();
  const files = ((await commands.textContent()) ?? "").match(/(?<=--out |> )\S+/g);
  assert.deepEqual(files, ["straight.flow", "straight.csv", "curved.flow", "curved.csv"], "each flow has its own");
  await page.button("Train").click();
  await page.until("more steps", async () => Number(/--steps (\d+)/.exec((await commands.textContent()) ?? "")?.[1]) > 40);
});

test("one file at a time, and it is said", async () => {
  const downloading = lab.page.waitForEvent("download");
  // Both in one moment, and what is said then: how long a file takes depends on the machine.
  const said = await lab.page.evaluate(() => {
    const buttons = [...document.querySelectorAll("button")];
    for (const name of ["Animation (APNG)", "Samples (CSV)"]) buttons.find(({ textContent }) => textContent === name)?.click();
    return document.querySelector("#take-status")?.textContent ?? "";
  });
  assert.match(said, /One at a time/);
  assert.match((await downloading).suggestedFilename(), /animation/);
});

test("nothing complained", () => lab.assertQuiet());
