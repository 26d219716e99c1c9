//! The program `flow`: train, sample and measure flows from the command line.
//!
//! Results go to standard output and nothing else does. Wrong input ends with exit code 2 and one
//! line that names the field, its value and what would be accepted; work that fails ends with 1.

mod commands;
mod digits;
mod failure;
mod field;
mod input;
mod numbers;
mod output;
mod picture;
mod starts;
mod training;

use std::process::ExitCode;

use clap::{Arg, CommandFactory, FromArgMatches, Parser};

use commands::Command;
use failure::Failure;

/// Flow matching on the plane: exact fields, training, sampling, likelihood and metrics.
#[derive(Parser)]
#[command(name = "flow", version, after_help = EXAMPLES)]
struct Flow {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  flow list
  flow sample --preset checkerboard --count 1000 --solver rk4 --steps 32 --format csv > samples.csv
  flow exact --spec spec.json --points points.json
  flow metric energy samples.csv other.csv

A file that is read may be `-` for standard input. `flow COMMAND --help` has more.";

fn main() -> ExitCode {
    let outcome = match parse() {
        Ok(flow) => flow.command.run(),
        Err(error) => Err(Failure::from_clap(&error)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// The command line. Negative numbers are values, so that each option says itself what it accepts.
fn parse() -> Result<Flow, clap::Error> {
    let allow = |option: Arg| {
        let takes_value = option.get_action().takes_values();
        option.allow_negative_numbers(takes_value)
    };
    let command = Flow::command().mut_subcommands(|command| command.mut_args(allow));
    Flow::from_arg_matches(&command.try_get_matches()?)
}
