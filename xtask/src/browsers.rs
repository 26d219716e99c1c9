//! The browsers that the tests drive: found where systems keep them, installed where that needs no question.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::tools;

/// A browser that the tests drive.
#[derive(Clone, Copy)]
pub enum Browser {
    Chromium,
    Firefox,
}

impl Browser {
    /// The environment variable that names the program: read by us first, and by the tests.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Chromium => "FLOW_CHROMIUM",
            Self::Firefox => "FLOW_FIREFOX",
        }
    }

    /// The program's names on the `PATH`, and the places where systems without such names keep it.
    fn candidates(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &[
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
                r"C:\Program Files\Google\Chrome\Application\chrome.exe",
            ],
            Self::Firefox => &[
                "firefox-esr",
                "firefox",
                "/Applications/Firefox.app/Contents/MacOS/firefox",
                r"C:\Program Files\Mozilla Firefox\firefox.exe",
            ],
        }
    }

    fn debian_package(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox-esr",
        }
    }

    /// The program, installed by apt first when this is Debian, we are root and it is missing.
    ///
    /// # Errors
    /// Says what to install when it is missing and we cannot, or must not, install it.
    pub fn find_or_install(self) -> Result<PathBuf> {
        if let Some(program) = self.find() {
            return Ok(program);
        }
        let package = self.debian_package();
        if !is_debian_root() {
            bail!(
                "{package} is missing: install it (on Debian and Ubuntu: sudo apt-get install {package}) \
                 or set {} to the program",
                self.variable()
            );
        }
        // Others print meanwhile, so only what goes wrong is told.
        tools::run(Command::new("apt-get").args(["update", "--quiet"]).stdout(Stdio::null()))?;
        tools::run(
            Command::new("apt-get")
                .args(["install", "--yes", "--quiet", "--no-install-recommends", package])
                .env("DEBIAN_FRONTEND", "noninteractive")
                .stdin(Stdio::null())
                .stdout(Stdio::null()),
        )?;
        match self.find() {
            Some(program) => Ok(program),
            None => bail!("{package} was installed, yet no program of that name is on the PATH"),
        }
    }

    fn find(self) -> Option<PathBuf> {
        env::var_os(self.variable())
            .map(PathBuf::from)
            .or_else(|| self.candidates().iter().find_map(|&candidate| locate(candidate)))
    }
}

fn locate(candidate: &str) -> Option<PathBuf> {
    let path = Path::new(candidate);
    if path.is_absolute() { path.is_file().then(|| path.to_path_buf()) } else { tools::find(candidate) }
}

fn is_debian_root() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    root && Path::new("/etc/debian_version").exists() && tools::find("apt-get").is_some()
}
