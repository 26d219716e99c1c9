//! Finding and running other programs.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

const MISSING_NODE: &str = "Node.js is missing: install version 20 or newer with its npm (on Debian and Ubuntu: apt-get install nodejs npm)";

/// The program `name` on the `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    let file_name = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file_name)).find(|file| file.is_file())
}

/// Cargo itself, the one that runs us.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::workspace::root());
    command
}

/// Installs the Node packages that the lock file in `folder` names.
pub fn npm_ci(folder: &Path) -> Result<()> {
    let npm = find("npm").context(MISSING_NODE)?;
    let mut command = Command::new(npm);
    command
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder)
        // What npm says of a success is for nobody; standard output is for what was made.
        .stdout(Stdio::null())
        // The tests drive the system's browsers.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    run(&mut command)
}

/// Node, in `folder`.
pub fn node(folder: &Path) -> Result<Command> {
    let mut command = Command::new(find("node").context(MISSING_NODE)?);
    command.current_dir(folder).stdin(Stdio::null());
    Ok(command)
}

/// Runs `command` to its end, with its output going where ours goes.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let name = describe(command);
    let status = command.status().with_context(|| format!("`{name}` did not start"))?;
    if !status.success() {
        bail!("`{name}` failed ({status}); its own message is above");
    }
    Ok(())
}

/// Runs `command` to its end, hands every line of its standard output to `line`, and says whether it succeeded.
///
/// # Errors
/// When it cannot be started or its output cannot be read.
pub fn run_lines(command: &mut Command, mut line: impl FnMut(&str)) -> Result<bool> {
    let name = describe(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("`{name}` did not start"))?;
    if let Some(output) = child.stdout.take() {
        for bytes in BufReader::new(output).split(b'\n') {
            let bytes = bytes.with_context(|| format!("the output of `{name}` could not be read"))?;
            line(String::from_utf8_lossy(&bytes).trim_end_matches('\r'));
        }
    }
    Ok(child.wait().with_context(|| format!("`{name}` was lost"))?.success())
}

/// The command as a reader would type it.
fn describe(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let mut words = vec![program.file_stem().unwrap_or_default().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}
