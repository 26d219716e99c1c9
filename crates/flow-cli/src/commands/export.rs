//! `flow export`: the weights of a trained model for other programs.

use std::path::PathBuf;

use clap::Args;

use crate::{failure::Failure, field, output};

/// Options of `flow export`.
#[derive(Debug, Args)]
#[command(after_help = "\
The names of the tensors, and the lines of PyTorch that load them, are in the documentation of
flow_core::safetensors.

Example:
  flow export board.flow --out board.safetensors")]
pub struct Options {
    /// File that `flow train` wrote
    model: PathBuf,
    /// File for the weights; - writes them to standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        let weights = field::model("MODEL", &self.model)?.safetensors()?;
        if self.out.as_os_str() == "-" {
            return output::write(|out| out.write_all(&weights));
        }
        std::fs::write(&self.out, weights)
            .map_err(|error| Failure::Work(format!("writing {} failed: {error}", self.out.display())))
    }
}
