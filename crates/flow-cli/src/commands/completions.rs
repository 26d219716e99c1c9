//! `flow completions`: a script that teaches a shell the program's words.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{Flow, failure::Failure, output};

/// Options of `flow completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  flow completions bash > ~/.local/share/bash-completion/completions/flow")]
pub struct Options {
    /// The shell
    shell: Shell,
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Flow::command(), "flow", &mut script);
        output::write(|out| out.write_all(&script))
    }
}
