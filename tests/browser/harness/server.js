// The page's server, for as long as a test file runs.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/**
 * Serves the last build on a free port.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function startServer() {
  const [program, ...first] = process.env.FLOW_XTASK ? [process.env.FLOW_XTASK] : ["cargo", "xtask"];
  const server = spawn(program ?? "cargo", [...first, "serve", "--no-build", "--port", "0"], {
    cwd: new URL("../../..", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(server, "exit");
  const kill = () => server.kill();
  process.once("exit", kill);
  const lines = createInterface({ input: server.stdout });
  const firstLine = await Promise.race([once(lines, "line"), exited]);
  const url = firstLine[0];
  if (typeof url !== "string" || !url.startsWith("http://127.0.0.1:")) {
    throw new Error(`the server did not start: ${String(url)}`);
  }
  return {
    url,
    close: async () => {
      process.off("exit", kill);
      server.kill();
      await exited;
    },
  };
}
