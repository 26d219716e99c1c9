//! `cargo xtask build | serve | test | bench`: everything the project does from a command line.
//!
//! Each command is one file. They build on three small ones: `workspace` (where things are), `tools`
//! (finding and running other programs) and `build` (making the page).
#![allow(clippy::print_stdout, reason = "a command-line program talks on stdout")]

mod bench;
mod browsers;
mod build;
mod bundle;
mod http;
mod index;
mod media;
mod serve;
mod single_file;
mod site;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// Builds, serves, tests and measures the lab.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Build the page into dist/
    Build(build::Options),
    /// Build the page and serve it on this machine
    Serve(serve::Options),
    /// Measure training, sampling and drawing: native, in Node and in Chromium
    Bench(bench::Options),
    /// Run every check: format, lints, Rust tests, docs, page, types, browsers
    Test(test::Options),
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Build(options) => build::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Test(options) => test::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
