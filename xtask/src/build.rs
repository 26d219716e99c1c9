//! `cargo xtask build`: the page.
//!
//! `flow-wasm` is compiled, and wasm-bindgen writes its JavaScript glue: an ES module for page and workers.
//! Everything else in the page is plain files. `cargo xtask serve` uses them as they are; what is uploaded or handed
//! on is made of the same files by `site` and `single_file`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{single_file, site, tools, workspace};

/// What the page is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Name of the compiled package; the files in `pkg/` are called after it.
pub const PACKAGE: &str = "flow_wasm";

#[derive(clap::Args)]
pub struct Options {
    /// One HTML file with everything inside, which opens by double click
    #[arg(long)]
    single_file: bool,
}

/// Builds what was asked for and prints where it is.
pub fn run(options: &Options) -> Result<()> {
    package()?;
    let made = if options.single_file { single_file::write()? } else { site::write()? };
    println!("{}", made.display());
    Ok(())
}

/// Builds everything there is to upload or hand on.
pub fn everything() -> Result<()> {
    package()?;
    site::write()?;
    single_file::write()?;
    Ok(())
}

/// Makes `pkg/`: the compiled half of the page. Does nothing when it is up to date.
pub fn package() -> Result<()> {
    package_into(&workspace::pkg(), |_| {})
}

/// The package with burn's own operations as a second engine, and where it is.
pub fn package_to_compare() -> Result<PathBuf> {
    let pkg = workspace::bench().join("pkg");
    package_into(&pkg, |cargo| {
        cargo.args(["--features", "flex"]);
    })?;
    Ok(pkg)
}

/// As [`package_to_compare`], with products fused with sums: faster, with bits that depend on the processor.
pub fn relaxed_package() -> Result<PathBuf> {
    let folder = workspace::bench().join("relaxed");
    let pkg = folder.join("pkg");
    package_into(&pkg, |cargo| {
        cargo.args(["--features", "flex", "--target-dir"]).arg(&folder);
        cargo.env("RUSTC_WORKSPACE_WRAPPER", workspace::bench_peers().join("relaxed-rustc.sh"));
    })?;
    Ok(pkg)
}

/// Compiles as `adapt` changes cargo's command, and writes the glue.
fn package_into(pkg: &Path, adapt: impl FnOnce(&mut Command)) -> Result<()> {
    ensure_wasm_target()?;
    let wasm = compile(adapt)?;
    let stamp = pkg.join(".made-from");
    // A program that was replaced while it runs (a server, say) has lost its own file; then the glue is made anew.
    let maker = std::env::current_exe()
        .map_err(Into::into)
        .and_then(|program| fingerprint(&program))
        .unwrap_or_default();
    let made_from = format!("{} {maker}", fingerprint(&wasm)?);
    if fs::read_to_string(&stamp).is_ok_and(|earlier| earlier == made_from) {
        return Ok(());
    }
    bind(&wasm, pkg)?;
    fs::write(&stamp, made_from).with_context(|| format!("{} could not be written", stamp.display()))
}

/// Adds the wasm target to the toolchain when it is missing.
fn ensure_wasm_target() -> Result<()> {
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(workspace::root())
        .output()
        .context("`rustc` is missing: install Rust from https://rustup.rs")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if sysroot.join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    if tools::find("rustup").is_none() {
        bail!(
            "the Rust target {WASM_TARGET} is missing and there is no rustup to add it: \
             install it with the tool that installed Rust (on Debian: apt-get install libstd-rust-dev-wasm32)"
        );
    }
    tools::run(Command::new("rustup").args(["target", "add", WASM_TARGET]).current_dir(workspace::root()))
}

/// Compiles `flow-wasm` and returns the `.wasm` that cargo made.
fn compile(adapt: impl FnOnce(&mut Command)) -> Result<PathBuf> {
    let mut wasm = None;
    let mut command = tools::cargo();
    command
        .args(["build", "--profile", "wasm", "--package", "flow-wasm", "--lib", "--target", WASM_TARGET])
        .args(["--message-format", "json-render-diagnostics"])
        .stdin(Stdio::null());
    adapt(&mut command);
    let success = tools::run_lines(&mut command, |line| {
        if let Some(file) = wasm_artifact(line) {
            wasm = Some(file);
        }
    })?;
    ensure!(success, "the page's wasm did not compile; the compiler's message is above");
    wasm.context("cargo built flow-wasm but named no .wasm file")
}

/// The `.wasm` file named by one line of cargo's messages, if that line is about it.
fn wasm_artifact(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != PACKAGE {
        return None;
    }
    let files = message["filenames"].as_array()?;
    let mut files = files.iter().filter_map(|file| file.as_str()).map(PathBuf::from);
    files.find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

/// Writes the glue around the compiled module.
fn bind(wasm: &Path, pkg: &Path) -> Result<()> {
    if pkg.exists() {
        fs::remove_dir_all(pkg).with_context(|| format!("{} could not be emptied", pkg.display()))?;
    }
    Bindgen::new()
        .web(true)?
        .input_path(wasm)
        .out_name(PACKAGE)
        .typescript(true)
        // Arrays that come out of a call are ours to transfer: never over shared memory.
        .ts_typed_array_buffers(true)
        // The glue finds its own .wasm when nobody passes one.
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(pkg)
        .context("wasm-bindgen failed")?;
    let mut known = Vec::new();
    for name in [format!("{PACKAGE}.js"), format!("{PACKAGE}_bg.wasm")] {
        let file = pkg.join(name);
        let mut bytes = fs::read(&file).with_context(|| format!("{} could not be read", file.display()))?;
        number_imports(&mut bytes, &mut known);
        fs::write(&file, bytes).with_context(|| format!("{} could not be written", file.display()))?;
    }
    Ok(())
}

/// Puts a number, of the same length, in the place of each import's name: the hash at its end cannot be compressed,
/// and glue and module are the only ones to know it. `known` has the names numbered so far.
fn number_imports(bytes: &mut [u8], known: &mut Vec<Vec<u8>>) {
    const PREFIX: &[u8] = b"__wbg_";
    const DIGITS: usize = 16;
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(PREFIX.len()).position(|window| window == PREFIX) {
        let start = at + found;
        let length =
            bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        at = start + length;
        let name = &mut bytes[start..at];
        let Some(split) = length.checked_sub(DIGITS) else { continue };
        let is_hash = name[split..].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hash || name[split - 1] != b'_' {
            continue;
        }
        let number = known.iter().position(|earlier| earlier == name).unwrap_or_else(|| {
            known.push(name.to_vec());
            known.len() - 1
        });
        let width = length - PREFIX.len();
        name[PREFIX.len()..].copy_from_slice(format!("{number:0width$}").as_bytes());
    }
}

/// Tells one version of a file from another without reading it.
pub fn fingerprint(file: &Path) -> Result<String> {
    let metadata =
        fs::metadata(file).with_context(|| format!("{} could not be looked at", file.display()))?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH)?;
    Ok(format!("{}:{}", metadata.len(), modified.as_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_numbered_alike_in_glue_and_module() {
        let mut known = vec![];
        let mut glue = *b"{__wbg_now_0123456789abcdef:f,__wbg_lab_free(1),__wbg_set_fedcba9876543210:g}";
        number_imports(&mut glue, &mut known);
        assert_eq!(&glue, b"{__wbg_00000000000000000000:f,__wbg_lab_free(1),__wbg_00000000000000000001:g}");
        let mut module = *b"\x1a__wbg_set_fedcba9876543210\0\x1a__wbg_now_0123456789abcdef\0";
        number_imports(&mut module, &mut known);
        assert_eq!(&module, b"\x1a__wbg_00000000000000000001\0\x1a__wbg_00000000000000000000\0");
    }

    #[test]
    fn finds_the_wasm_in_cargos_messages() {
        let line = r#"{"reason":"compiler-artifact","target":{"name":"flow_wasm"},"filenames":["/t/libflow_wasm.rlib","/t/flow_wasm.wasm"]}"#;
        assert_eq!(wasm_artifact(line), Some(PathBuf::from("/t/flow_wasm.wasm")));
    }

    #[test]
    fn passes_over_messages_about_other_things() {
        let other =
            r#"{"reason":"compiler-artifact","target":{"name":"other"},"filenames":["/t/other.wasm"]}"#;
        for line in [other, r#"{"reason":"build-finished","success":true}"#, "not json", ""] {
            assert_eq!(wasm_artifact(line), None, "{line}");
        }
    }
}
