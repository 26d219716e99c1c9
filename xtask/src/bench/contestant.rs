//! Programs that measure when told to, so that many can take turns in one run.
//!
//! A contestant prints one line `{"version": ..., "tasks": [...], "facts": [...]}`: what it can
//! measure, and what it has measured already. Then, for every line with the number of a task on its
//! standard input, it works for about a tenth of a second and answers with a line `{"value": ...}`.
//! It ends when its input does. Other lines are passed over.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::row::{Measurement, Task};

/// A running measuring program.
pub struct Contestant {
    pub place: &'static str,
    pub greeting: Greeting,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What a contestant says first.
#[derive(Deserialize)]
pub struct Greeting {
    pub version: Option<String>,
    pub tasks: Vec<Task>,
    pub facts: Vec<Measurement>,
}

#[derive(Deserialize)]
struct Answer {
    value: f64,
}

impl Contestant {
    /// Starts a program and hears what it can do.
    pub fn start(place: &'static str, command: &mut Command) -> Result<Self> {
        eprintln!("starting {place}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("the program that measures {place} did not start"))?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("the program that measures {place} has no pipes");
        };
        let mut answers = BufReader::new(answers);
        let greeting = next(place, &mut answers)?;
        Ok(Self { place, greeting, child, questions, answers })
    }

    /// Lets it work on its task number `index` for a moment.
    pub fn measure(&mut self, index: usize) -> Result<f64> {
        writeln!(self.questions, "{index}").with_context(|| format!("{} has gone", self.place))?;
        Ok(next::<Answer>(self.place, &mut self.answers)?.value)
    }

    /// Ends it.
    pub fn finish(self) -> Result<()> {
        let Self { mut child, questions, .. } = self;
        drop(questions);
        child.wait().with_context(|| format!("{} was lost", self.place))?;
        Ok(())
    }
}

/// The next line that is what we wait for.
fn next<T: DeserializeOwned>(place: &str, lines: &mut impl BufRead) -> Result<T> {
    for line in lines.lines() {
        if let Ok(found) = serde_json::from_str(&line?) {
            return Ok(found);
        }
    }
    bail!("measuring {place} failed; the message is above")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_other_kinds_are_passed_over() {
        let mut lines = "a warning\n{\"other\":1}\n{\"value\":2.5}\n".as_bytes();
        let Answer { value } = next("here", &mut lines).unwrap();
        assert!((value - 2.5).abs() < 1e-9);
        assert!(next::<Answer>("here", &mut lines).is_err());
    }
}
