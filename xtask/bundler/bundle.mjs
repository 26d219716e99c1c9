// Many modules and style sheets into few: a job comes as JSON on standard input, the texts go as JSON to standard
// output. xtask/src/bundle.rs has the types of both.

import { resolve } from "node:path";
import { text } from "node:stream/consumers";

import { build } from "esbuild";
import { minify } from "terser";

const job = JSON.parse(await text(process.stdin));
const inRoot = (path) => resolve(job.root, path);

const COMMON = {
  absWorkingDir: job.root,
  bundle: true,
  write: false,
  minify: true,
  target: "esnext",
  legalComments: "none",
  loader: { ".svg": "dataurl", ".png": "dataurl", ".woff2": "dataurl" },
  logLevel: "warning",
  // The glue asks where it lies only for a caller that passes no module, and ours always does.
  logOverride: { "empty-import-meta": "silent" },
};

/** Each class of the glue has these two side effects, and with them would stay where nobody uses it. */
const SHAKEN_GLUE = { pure: ["FinalizationRegistry"], define: { "Symbol.dispose": "undefined" } };

async function bundled(options) {
  const { outputFiles } = await build({ ...COMMON, ...options });
  return outputFiles[0].text.trimEnd();
}

/** esbuild joins and drops what is not used; terser then gains another 4 %. */
async function script({ entry, format, plugins = [] }) {
  const whole = await bundled({ entryPoints: [entry], format, plugins, ...SHAKEN_GLUE });
  const { code } = await minify(whole, { ecma: 2020, module: format === "esm", compress: { passes: 2 } });
  return code;
}

function styles(sheets) {
  const contents = sheets.map((sheet) => `@import ${JSON.stringify(`./${sheet}`)};`).join("\n");
  return bundled({ stdin: { contents, loader: "css", resolveDir: job.root } });
}

/** Takes one module in the place of another. */
const swapped = {
  name: "swapped",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ resolveDir, path }) => {
      const instead = Object.entries(job.swap).find(([from]) => inRoot(from) === resolve(resolveDir, path));
      return instead && { path: inRoot(instead[1]) };
    });
  },
};

/** The workers' script, for the module that starts workers from a text. */
const worker = await script({ entry: job.worker, format: "iife" });
const withWorker = {
  name: "with worker",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^bundled-worker$/ }, ({ path }) => ({ path, namespace: "worker" }));
    onLoad({ filter: /./, namespace: "worker" }, () => ({ contents: worker, loader: "text" }));
  },
};

const answer = {
  script: await script({ entry: job.script, format: "esm", plugins: [swapped, withWorker] }),
  styles: await Promise.all(job.styles.map(styles)),
};
console.log(JSON.stringify(answer));
