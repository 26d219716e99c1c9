//! How the program fails: what it says and with which exit code.

use std::{fmt::Write as _, io, process::ExitCode};

use clap::error::ErrorKind;

use crate::output;

/// Why the program stops before its work is done.
#[derive(Debug)]
pub enum Failure {
    /// The input is wrong: exit code 2.
    Input(String),
    /// The work failed: exit code 1.
    Work(String),
    /// The user stopped the work: exit code 130.
    Interrupted(String),
    /// Help or version was asked for: printed as a result, exit code 0.
    Help(String),
    /// Whoever reads the output has stopped: nothing to say, exit code 0.
    ClosedPipe,
}

impl Failure {
    /// An [`Failure::Input`] in the words of [`flow_core::Error::Invalid`].
    pub fn input(field: &str, value: impl std::fmt::Display, accepted: impl Into<String>) -> Self {
        flow_core::Error::invalid(field, value, accepted).into()
    }

    /// What the argument parser found, in one line.
    pub fn from_clap(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Self::Help(text),
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Self::Input("COMMAND is missing, but must be given; `flow --help` lists the commands".into())
            }
            _ => {
                let essence = text.split("\nUsage:").next().unwrap_or_default();
                let essence = essence.split("\nFor more information").next().unwrap_or_default();
                Self::Input(one_line(essence.trim_start_matches("error: ")))
            }
        }
    }

    /// Says what went wrong and returns the exit code.
    pub fn report(self) -> ExitCode {
        let (message, code) = match self {
            Self::Input(message) => (message, 2),
            Self::Work(message) => (message, 1),
            Self::Interrupted(message) => (message, 130),
            Self::Help(text) => {
                // A reader that has gone away needs no help either.
                let _ = output::write(|out| out.write_all(text.as_bytes()));
                return ExitCode::SUCCESS;
            }
            Self::ClosedPipe => return ExitCode::SUCCESS,
        };
        // If even standard error is closed, the exit code has to do.
        let _ =
            io::Write::write_all(&mut io::stderr(), format!("error: {}\n", one_line(&message)).as_bytes());
        ExitCode::from(code)
    }
}

impl From<flow_core::Error> for Failure {
    fn from(error: flow_core::Error) -> Self {
        use flow_core::Error::{Checkpoint, Invalid, Unavailable};
        match error {
            Invalid { .. } | Unavailable { .. } | Checkpoint(_) => Self::Input(error.to_string()),
            error => Self::Work(error.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Work(format!("writing the result failed: {error}")),
        }
    }
}

/// The words of `text` in one line, whatever control characters were in it.
fn one_line(text: &str) -> String {
    text.split_whitespace().fold(String::new(), |mut line, word| {
        let separator = if line.is_empty() { "" } else { " " };
        let word: String = word.chars().filter(|c| !c.is_control()).collect();
        // Writing to a String cannot fail.
        let _ = write!(line, "{separator}{word}");
        line
    })
}
