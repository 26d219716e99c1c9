/** Starts a worker from its modules. A build takes `start.bundled.js` in the place of this one. */

const ADDRESS = new URL("./worker.js", import.meta.url);

export function startWorker() {
  return new Worker(ADDRESS, { type: "module" });
}
