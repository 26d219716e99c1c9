//! `cargo xtask test`: every check of the project, in one command.
//!
//! Every step runs even when an earlier one failed, unless it stands on it. The last line counts the tests.

use std::fmt;
use std::ops::Add;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use clap::ValueEnum;

use crate::browsers::Browser;
use crate::{build, tools, workspace};

#[derive(clap::Args)]
pub struct Options {
    /// Only these steps, with those they stand on
    steps: Vec<Step>,
}

/// One step of the run, in the order of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Step {
    /// Formatting
    Format,
    /// Lints of everything, for this machine
    Lint,
    /// Lints of the page's half, for the browser
    LintWasm,
    /// Rust tests
    Rust,
    /// Documentation builds without a warning
    Docs,
    /// The page's wasm and its glue
    Page,
    /// Node packages for the next steps
    Npm,
    /// Types of the page's JavaScript
    Types,
    /// The page in real browsers
    Browser,
}

/// Runs the steps, then fails if any of them did.
pub fn run(options: &Options) -> Result<()> {
    // Browsers that are missing come over the network while the compiler works; the scope sees them to their end.
    thread::scope(|scope| {
        let browsers = Step::Browser.is_wanted(&options.steps).then(|| scope.spawn(find_or_install_browsers));
        run_steps(&options.steps, browsers)
    })
}

fn run_steps(chosen: &[Step], mut browsers: Option<Installation>) -> Result<()> {
    let mut outcomes: Vec<(Step, Tally, Duration)> = Vec::new();
    for &step in Step::value_variants() {
        if !step.is_wanted(chosen) {
            continue;
        }
        println!("\n== {}", step.title());
        let began = Instant::now();
        let failed =
            |needed: &&Step| outcomes.iter().any(|(step, tally, _)| step == *needed && tally.passed == 0);
        let tally = if let Some(broken) = step.stands_on().iter().find(failed) {
            println!("not run: it stands on \"{}\"", broken.title());
            Tally::NOT_RUN
        } else {
            step.run(&mut browsers).unwrap_or_else(|error| {
                println!("error: {error:#}");
                Tally::FAILED
            })
        };
        outcomes.push((step, tally, began.elapsed()));
    }

    println!();
    let mut total = Tally::default();
    for (step, tally, time) in &outcomes {
        total = total + *tally;
        println!("{:<42}{:>7.1} s   {tally}", step.title(), time.as_secs_f64());
    }
    println!("\n{total}");
    ensure!(total.failed == 0, "not everything passed");
    Ok(())
}

impl Step {
    fn title(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Lint => "lints for this machine",
            Self::LintWasm => "lints for the browser",
            Self::Rust => "Rust tests",
            Self::Docs => "documentation",
            Self::Page => "page build",
            Self::Npm => "Node packages",
            Self::Types => "types of the page's JavaScript",
            Self::Browser => "the page in browsers",
        }
    }

    fn stands_on(self) -> &'static [Self] {
        match self {
            Self::Types | Self::Browser => &[Self::Page, Self::Npm],
            _ => &[],
        }
    }

    /// Whether a run that was asked for `chosen` (nothing: everything) includes this step.
    fn is_wanted(self, chosen: &[Self]) -> bool {
        chosen.is_empty() || chosen.iter().any(|&step| step == self || step.stands_on().contains(&self))
    }

    fn run(self, browsers: &mut Option<Installation>) -> Result<Tally> {
        match self {
            Self::Format => check(tools::cargo().args(["fmt", "--all", "--check"])),
            Self::Lint => check(tools::cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "--deny",
                "warnings",
            ])),
            Self::LintWasm => check(tools::cargo().args([
                "clippy",
                "--package",
                "flow-wasm",
                "--target",
                build::WASM_TARGET,
                "--",
                "--deny",
                "warnings",
            ])),
            Self::Rust => rust_tests(),
            Self::Docs => check(
                tools::cargo()
                    .args(["doc", "--workspace", "--no-deps"])
                    .env("RUSTDOCFLAGS", "--deny warnings"),
            ),
            Self::Page => build::everything().map(|()| Tally::PASSED),
            Self::Npm => npm_ci().map(|()| Tally::PASSED),
            Self::Types => types(),
            Self::Browser => browser_tests(browsers.take().context("browsers are looked for once a run")?),
        }
    }
}

/// A command that is one check: it succeeds or it does not.
fn check(command: &mut Command) -> Result<Tally> {
    tools::run(command.stdin(Stdio::null())).map(|()| Tally::PASSED)
}

fn rust_tests() -> Result<Tally> {
    let mut tally = Tally::default();
    let mut command = tools::cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]).stdin(Stdio::null());
    let success = tools::run_lines(&mut command, |line| {
        println!("{line}");
        tally = tally + Tally::of_cargo(line).unwrap_or_default();
    })?;
    tally.judged(success)
}

/// Installs the Node packages of the browser tests.
pub fn npm_ci() -> Result<()> {
    tools::npm_ci(&workspace::browser_tests())
}

/// Node, where the Node packages of the browser tests are.
pub fn node() -> Result<Command> {
    tools::node(&workspace::browser_tests())
}

/// The page, and the tests that drive it.
fn types() -> Result<Tally> {
    let mut tally = Tally::default();
    for project in ["tsconfig.json", "tsconfig.tests.json"] {
        println!("{project}");
        tally = tally + check(node()?.args(["node_modules/typescript/bin/tsc", "--project", project]))?;
    }
    Ok(tally)
}

/// Browsers on their way, each with its program in the end.
type Installation<'scope> = ScopedJoinHandle<'scope, Result<[(Browser, PathBuf); 2]>>;

fn find_or_install_browsers() -> Result<[(Browser, PathBuf); 2]> {
    Ok([
        (Browser::Chromium, Browser::Chromium.find_or_install()?),
        (Browser::Firefox, Browser::Firefox.find_or_install()?),
    ])
}

fn browser_tests(browsers: Installation) -> Result<Tally> {
    // Built for one of its own tests the program shares the crates of all Rust tests. Built alone it would need them with
    // other features: four more minutes.
    let program = ["test", "--workspace", "--test", "contract", "--no-run"];
    tools::run(tools::cargo().args(program).stdin(Stdio::null()))?;
    let xtask = std::env::current_exe()?;
    let target = xtask.ancestors().nth(2).context("this program lies outside a target folder")?;
    let mut command = node()?;
    command
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .env("FLOW", target.join("debug").join(format!("flow{}", std::env::consts::EXE_SUFFIX)))
        .env("FLOW_XTASK", &xtask);
    for (browser, program) in browsers.join().map_err(|_| anyhow!("looking for browsers panicked"))?? {
        command.env(browser.variable(), program);
    }
    let mut tally = Tally::default();
    let success = tools::run_lines(&mut command, |line| {
        println!("{line}");
        tally = tally + Tally::of_node(line).unwrap_or_default();
    })?;
    tally.judged(success)
}

/// How many tests there were, by outcome. A step that counts nothing itself is one test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Tally {
    const PASSED: Self = Self { passed: 1, failed: 0, skipped: 0 };
    const FAILED: Self = Self { passed: 0, failed: 1, skipped: 0 };
    const NOT_RUN: Self = Self { passed: 0, failed: 0, skipped: 1 };

    /// Reads `test result: ok. 5 passed; 0 failed; 1 ignored; ...`.
    fn of_cargo(line: &str) -> Option<Self> {
        let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let mut tally = Self::default();
        for part in counts.split("; ") {
            let Some((count, word)) = part.split_once(' ') else { continue };
            let Ok(count) = count.parse() else { continue };
            match word {
                "passed" => tally.passed = count,
                "failed" => tally.failed = count,
                "ignored" => tally.skipped = count,
                _ => {}
            }
        }
        Some(tally)
    }

    /// Reads one of Node's closing lines: `ℹ pass 5`, `ℹ fail 0`, `ℹ cancelled 0`, `ℹ skipped 0`, `ℹ todo 0`.
    fn of_node(line: &str) -> Option<Self> {
        let (word, count) = line.strip_prefix(['ℹ', '#'])?.trim().split_once(' ')?;
        let count = count.parse().ok()?;
        match word {
            "pass" => Some(Self { passed: count, ..Self::default() }),
            "fail" | "cancelled" => Some(Self { failed: count, ..Self::default() }),
            "skipped" | "todo" => Some(Self { skipped: count, ..Self::default() }),
            _ => None,
        }
    }

    /// A runner that fails without a failed test (it crashed, or did not compile) is a failure all the same, and so is
    /// one that ran nothing.
    fn judged(self, success: bool) -> Result<Self> {
        ensure!(self.passed + self.failed > 0, "no test was run");
        Ok(if success || self.failed > 0 { self } else { self + Self::FAILED })
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cargos_counts() {
        let line = "test result: FAILED. 5 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.42s";
        assert_eq!(Tally::of_cargo(line), Some(Tally { passed: 5, failed: 2, skipped: 1 }));
        assert_eq!(Tally::of_cargo("test schedule::tests::bounds ... ok"), None);
    }

    #[test]
    fn reads_nodes_counts() {
        assert_eq!(Tally::of_node("ℹ pass 12"), Some(Tally { passed: 12, ..Tally::default() }));
        assert_eq!(Tally::of_node("# fail 3"), Some(Tally { failed: 3, ..Tally::default() }));
        assert_eq!(Tally::of_node("ℹ tests 15"), None);
        assert_eq!(Tally::of_node("ℹ duration_ms 123.4"), None);
    }

    #[test]
    fn a_runner_that_dies_has_failed() {
        assert_eq!(Tally::PASSED.judged(false).ok(), Some(Tally { passed: 1, failed: 1, skipped: 0 }));
        assert_eq!(Tally::FAILED.judged(false).ok(), Some(Tally::FAILED));
        assert!(Tally::default().judged(true).is_err());
    }

    #[test]
    fn a_chosen_step_brings_what_it_stands_on() {
        assert!(Step::Page.is_wanted(&[Step::Browser]));
        assert!(!Step::Rust.is_wanted(&[Step::Browser]));
        assert!(Step::Rust.is_wanted(&[]));
    }

    #[test]
    fn steps_stand_on_earlier_ones_only() {
        for step in Step::value_variants() {
            assert!(step.stands_on().iter().all(|needed| needed < step), "{}", step.title());
        }
    }

    #[test]
    fn totals_are_one_plain_line() {
        assert_eq!(Tally { passed: 3, failed: 0, skipped: 0 }.to_string(), "3 passed, 0 failed");
        assert_eq!(Tally { passed: 3, failed: 1, skipped: 2 }.to_string(), "3 passed, 1 failed, 2 skipped");
    }
}
