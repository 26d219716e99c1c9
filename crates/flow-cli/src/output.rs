//! Results: standard output, which has nothing else, and files.

use std::{
    fs::{self, OpenOptions},
    io::{self, BufWriter, Write},
    path::Path,
};

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

/// Finds out before the work, not after it, that a result has no place to go in the file `path`,
/// which the option `--out` names; `-` is standard output. Nothing is left behind.
pub fn check_writable(path: &Path) -> Result<(), Failure> {
    if path == Path::new("-") {
        return Ok(());
    }
    check_place(path)?;
    // Whoever reads from a pipe would take the trial for the result.
    if path.exists() && !path.is_file() { Ok(()) } else { try_to_write(path, path) }
}

/// Refuses a `path` that is none of a file.
pub fn check_place(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_folder = path.is_dir() || path.to_string_lossy().ends_with(std::path::is_separator);
    if path.file_name().is_none() || is_folder || !folder.is_dir() {
        return Err(Failure::input("--out", path.display(), "a file in a folder that exists"));
    }
    Ok(())
}

/// Opens the file `trial` as if to write it, and says of `path` when that cannot be.
pub fn try_to_write(trial: &Path, path: &Path) -> Result<(), Failure> {
    let is_new = trial.symlink_metadata().is_err();
    let opened = OpenOptions::new().write(true).create_new(is_new).open(trial);
    opened.and_then(|_| if is_new { fs::remove_file(trial) } else { Ok(()) }).map_err(|error| {
        Failure::input("--out", path.display(), format!("a file that can be written ({error})"))
    })
}

/// Writes `content` to the file `path`, or to standard output for `-`.
pub fn file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    if path == Path::new("-") {
        return write(|out| out.write_all(content));
    }
    fs::write(path, content)
        .map_err(|error| Failure::Work(format!("writing {} failed: {error}", path.display())))
}
