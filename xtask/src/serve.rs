//! `cargo xtask serve`: the page on this machine.
//!
//! `index.html` and `www/` are served straight from the source tree and `pkg/` from the last build, so an edit
//! of the page needs a reload and nothing else. When Rust sources changed, the reload builds first.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Result, anyhow};

use crate::http::{self, Request, Response};
use crate::{build, media, workspace};

/// Nothing runs, loads or connects but what this server hands out. Workers may be made from blobs; the wasm may compile.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    worker-src 'self' blob:; connect-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Headers of every answer.
const FOR_ALL: [(&str, &str); 5] = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    // "Ask again each time": a reload always shows the newest edit, and what did not change is not sent twice.
    ("Cache-Control", "no-cache"),
];

#[derive(clap::Args)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Open the page in the default browser
    #[arg(long)]
    open: bool,
    /// Serve the last build as it is
    #[arg(long)]
    no_build: bool,
}

/// Serves until the process is stopped.
pub fn run(options: &Options) -> Result<()> {
    // The port comes first: nobody should wait for a build to hear that it is taken.
    let listener = listen(options.port)?;
    let site = Site::new(!options.no_build);
    site.refresh()?;

    let address = format!("http://{}/", listener.local_addr()?);
    println!("{address}");
    if options.open {
        open(&address);
    }
    http::serve(&listener, |request| {
        let mut response = respond(&site, request);
        response.headers.extend(FOR_ALL.map(|(name, value)| (name, value.to_owned())));
        response
    });
    Ok(())
}

fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!("port {port} is taken; choose another with --port N (0 takes any free one)")
        }
        io::ErrorKind::PermissionDenied => {
            anyhow!("port {port} needs more rights than you have; choose one above 1023 with --port N")
        }
        _ => anyhow!("cannot listen on port {port}: {error}"),
    })
}

/// Asks the desktop to show `address`. A desktop without an answer is no reason to stop serving.
fn open(address: &str) {
    let (program, first): (_, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start"])
    } else {
        ("xdg-open", &[])
    };
    let started =
        Command::new(program).args(first).arg(address).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if started.is_err() {
        eprintln!("warning: `{program}` is missing, so please open {address} yourself");
    }
}

fn respond(site: &Site, request: &Request) -> Response {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return text(405, "only GET and HEAD are answered here");
    }
    let Some(file) = site.file(&request.target) else {
        return text(404, "there is no such file");
    };
    if file.ends_with("index.html") && site.refresh().is_err() {
        return text(
            500,
            "The build failed. The terminal that serves this page says why; reload after the fix.",
        );
    }
    let Ok((tag, body)) =
        build::fingerprint(&file).and_then(|tag| Ok((format!("\"{tag}\""), fs::read(&file)?)))
    else {
        return text(404, "there is no such file");
    };
    if request.if_none_match.as_ref() == Some(&tag) {
        return Response { status: 304, headers: vec![("ETag", tag)], body: Vec::new() };
    }
    Response {
        status: 200,
        headers: vec![("Content-Type", media::kind(&file).to_owned()), ("ETag", tag)],
        body,
    }
}

fn text(status: u16, message: &str) -> Response {
    Response {
        status,
        headers: vec![("Content-Type", "text/plain; charset=utf-8".to_owned())],
        body: format!("{message}\n").into(),
    }
}

/// What can be served, and how fresh it is.
struct Site {
    root: PathBuf,
    pkg: PathBuf,
    /// When the last build began; `None` until there was one. `builds` is false for a server that must not build.
    builds: bool,
    built: Mutex<Option<SystemTime>>,
}

impl Site {
    fn new(builds: bool) -> Self {
        Self { root: workspace::root(), pkg: workspace::pkg(), builds, built: Mutex::new(None) }
    }

    /// Builds when a Rust source is younger than the last build. Readers who come meanwhile wait.
    fn refresh(&self) -> Result<()> {
        if !self.builds {
            return Ok(());
        }
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if built.is_some_and(|built| !self.sources_changed_since(built)) {
            return Ok(());
        }
        let began = SystemTime::now();
        build::package().inspect_err(|error| eprintln!("error: {error:#}"))?;
        *built = Some(began);
        Ok(())
    }

    fn sources_changed_since(&self, moment: SystemTime) -> bool {
        let mut waiting =
            ["crates", "Cargo.toml", "Cargo.lock", ".cargo"].map(|name| self.root.join(name)).to_vec();
        while let Some(path) = waiting.pop() {
            let Ok(metadata) = fs::metadata(&path) else { continue };
            if metadata.modified().is_ok_and(|modified| modified > moment) {
                return true;
            }
            if let Ok(entries) = fs::read_dir(&path) {
                waiting.extend(entries.flatten().map(|entry| entry.path()));
            }
        }
        false
    }

    /// The file that a request's address means, if it is one of ours.
    fn file(&self, url: &str) -> Option<PathBuf> {
        let path = decode(url.split(['?', '#']).next()?)?;
        let mut parts = path.strip_prefix('/')?.split('/');
        let folder = match parts.next()? {
            "" | "index.html" if parts.next().is_none() => return Some(self.root.join("index.html")),
            "www" => self.root.join("www"),
            "pkg" => self.pkg.clone(),
            _ => return None,
        };
        let mut file = folder.clone();
        for part in parts {
            // No way up, no hidden file, no second way to write a separator or a drive.
            if part.is_empty() || part.starts_with('.') || part.contains(['\\', ':', '\0']) {
                return None;
            }
            file.push(part);
        }
        // A symbolic link must not lead out either.
        let (folder, file) = (folder.canonicalize().ok()?, file.canonicalize().ok()?);
        (file.starts_with(folder) && file.is_file()).then_some(file)
    }
}

/// Undoes percent-encoding; `None` for what is not valid.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?].map(char::from);
                u8::try_from(digits[0].to_digit(16)? * 16 + digits[1].to_digit(16)?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serves_page_and_sources() {
        let site = Site::new(false);
        for url in ["/", "/index.html", "/?a=b", "/#n=4"] {
            assert_eq!(site.file(url), Some(workspace::root().join("index.html")), "{url}");
        }
    }

    #[test]
    fn keeps_everything_else_to_itself() {
        let site = Site::new(false);
        for url in [
            "/Cargo.toml",
            "/www/../Cargo.toml",
            "/www/%2e%2e/Cargo.toml",
            "/www/..%2fCargo.toml",
            "/www/..%5cCargo.toml",
            "/www//etc/passwd",
            "/pkg/.made-from",
            "/www",
            "/www/",
            "/www/missing.js",
            "/index.html/",
            "//etc/passwd",
            "/www/%",
            "/www/%ff",
            "/www/%00",
            "",
        ] {
            assert_eq!(site.file(url), None, "{url}");
        }
    }

    #[test]
    fn decodes_percents() {
        assert_eq!(decode("/a%20b"), Some("/a b".to_owned()));
        assert_eq!(decode("/%e2%82%ac"), Some("/€".to_owned()));
        assert_eq!(decode("/%4"), None);
        assert_eq!(decode("/%zz"), None);
    }
}
