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
        output::check_writable(&self.out)?;
        output::file(&self.out, &field::model("MODEL", &self.model)?.safetensors()?)
    }
}
