//! The page's modules and style sheets as few small files, by esbuild and terser (`xtask/bundler`).

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{tools, workspace};

/// The module that every worker runs.
const WORKER: &str = "www/worker/worker.js";

/// The module that starts a worker from its modules, and the one that starts it from its text.
const START: (&str, &str) = ("www/worker/start.js", "www/worker/start.bundled.js");

/// What is to become few; paths start at the workspace's top.
#[derive(Serialize)]
struct Job<'a> {
    root: PathBuf,
    script: &'a str,
    worker: &'a str,
    styles: &'a [Vec<String>],
    swap: BTreeMap<&'a str, &'a str>,
}

/// The texts that the page needs.
#[derive(Deserialize)]
pub struct Bundle {
    /// An ES module that imports nothing and holds the workers' script as a text.
    pub script: String,
    /// One for each group of style sheets.
    pub styles: Vec<String>,
}

/// Bundles the module `script` with the worker in it, and each group of `styles`. `swap` takes modules in the place of others.
pub fn bundle<'a>(
    script: &'a str,
    styles: &'a [Vec<String>],
    swap: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Bundle> {
    let folder = workspace::root().join("xtask").join("bundler");
    install(&folder)?;
    let swap = swap.into_iter().chain([START]).collect();
    let job = serde_json::to_vec(&Job { root: workspace::root(), script, worker: WORKER, styles, swap })?;

    let mut node = tools::node(&folder)?;
    let mut child = node
        .arg("bundle.mjs")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("the bundler did not start")?;
    // Dropped at once, so that the bundler sees the end. If it died instead, its own message says more than the pipe.
    let told = child.stdin.take().context("the bundler has no input")?.write_all(&job);
    let output = child.wait_with_output().context("the bundler was lost")?;
    if !output.status.success() {
        bail!("the page could not be bundled; the bundler's message is above");
    }
    told.context("the bundler did not listen")?;
    serde_json::from_slice(&output.stdout).context("the bundler's answer could not be read")
}

/// Installs what the lock file says, unless it is there already.
fn install(folder: &Path) -> Result<()> {
    let written = |file: &str| fs::metadata(folder.join(file)).and_then(|metadata| metadata.modified()).ok();
    // npm's own note of what it installed.
    let installed = written("node_modules/.package-lock.json");
    if installed.is_some() && installed >= written("package-lock.json") {
        return Ok(());
    }
    tools::npm_ci(folder)
}
