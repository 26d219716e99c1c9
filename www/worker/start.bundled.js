/**
 * Starts a worker from its text, which a build has put into the page's script: one file less to wait for. A file opened
 * from disk may load no other, but it may make a worker from a text it holds, if that is a classic script.
 */

import text from "bundled-worker";

const ADDRESS = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

export function startWorker() {
  return new Worker(ADDRESS);
}
