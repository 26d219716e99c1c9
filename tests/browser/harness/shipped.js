// The site as `cargo xtask build` left it in dist/.

import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { constants, brotliCompressSync } from "node:zlib";

const DIST = new URL("../../../dist/", import.meta.url);
const SINGLE_FILE = "flow-matching-lab.html";
const KINDS = /** @type {Record<string, string>} */ ({
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
});

/** Size as the web sends it. @param {Uint8Array} bytes */
export function brotli(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;
}

/** Every file to upload, by its path. @returns {Promise<Map<string, Buffer>>} */
export async function shippedFiles() {
  const names = await readdir(DIST, { recursive: true });
  const files = names.map((name) => name.replaceAll("\\", "/")).filter((name) => extname(name) && name !== SINGLE_FILE);
  return new Map(await Promise.all(files.sort().map(async (name) => /** @type {const} */ ([name, await readFile(new URL(name, DIST))]))));
}

/** What the page's own text comes to: script, style and document, without the wasm. */
export async function pageBytes() {
  const texts = [...(await shippedFiles())].filter(([name]) => [".js", ".css", ".html"].includes(extname(name)));
  return texts.reduce((sum, [, bytes]) => sum + brotli(bytes), 0);
}

/**
 * Any static host: files below a path of its own, and nothing else.
 * @param {string} path begins and ends with a slash
 */
export async function startHost(path) {
  const files = await shippedFiles();
  const host = createServer(({ url = "" }, response) => {
    const { pathname } = new URL(url, "http://host");
    const name = pathname === path ? "index.html" : pathname.slice(path.length);
    const body = pathname.startsWith(path) ? files.get(name) : undefined;
    response.writeHead(body ? 200 : 404, { "Content-Type": KINDS[extname(name)] ?? "text/plain" }).end(body);
  });
  await new Promise((resolve) => host.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (host.address());
  return {
    url: `http://127.0.0.1:${address.port}${path}`,
    close: () => {
      host.closeAllConnections();
      return new Promise((resolve) => host.close(resolve));
    },
  };
}
