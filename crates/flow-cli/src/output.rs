//! Standard output: results, and nothing else.

use std::io::{self, BufWriter, Write};

use clap::ValueEnum;
use serde::Serialize;

use crate::failure::Failure;

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// One JSON object
    #[default]
    Json,
    /// Comma-separated values with a header
    Csv,
}

/// Writes to standard output through a buffer.
pub fn write(content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    content(&mut out)?;
    out.flush()?;
    Ok(())
}

/// Writes `result` as one line of JSON; every number reads back as the same number.
pub fn json(result: &impl Serialize) -> Result<(), Failure> {
    write(|out| {
        serde_json::to_writer(&mut *out, result)?;
        out.write_all(b"\n")
    })
}
