//! Other people's programs to compare with, and the machine's own limit.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{build, tools, workspace};

/// Names a Python that has PyTorch, in place of one that is installed for the purpose.
const PYTHON: &str = "FLOW_PYTHON";

/// `PyTorch`, from `PyPI` into a virtual environment of its own.
pub fn torch() -> Result<Command> {
    let python = match env::var_os(PYTHON) {
        Some(python) => PathBuf::from(python),
        None => install_torch(&workspace::bench().join("python"))?,
    };
    let mut command = Command::new(python);
    command.arg(workspace::bench_peers().join("torch_peer.py")).env("OMP_NUM_THREADS", "1");
    Ok(command)
}

fn install_torch(environment: &Path) -> Result<PathBuf> {
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !environment.join(".complete").exists() {
        eprintln!(
            "installing PyTorch into {} (gigabytes; {PYTHON} can name a Python that has it)",
            environment.display()
        );
        let base = tools::find("python3").or_else(|| tools::find("python"));
        let base = base.context("`python` is missing: install Python 3 from https://www.python.org")?;
        tools::run(Command::new(base).args(["-m", "venv"]).arg(environment))?;
        tools::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "torch", "numpy"]))?;
        std::fs::write(environment.join(".complete"), "")?;
    }
    Ok(python)
}

/// TensorFlow.js, from npm into a folder of its own.
pub fn tensorflow() -> Result<Command> {
    let packages = workspace::bench().join("tfjs");
    std::fs::create_dir_all(&packages)?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(workspace::bench_peers().join(file), packages.join(file))?;
    }
    tools::npm_ci(&packages)?;
    let mut command = tools::node(&packages)?;
    command.arg(workspace::bench_peers().join("tfjs.mjs"));
    Ok(command)
}

/// Compiles the loop that does nothing but arithmetic, and says where it is.
pub fn peak() -> Result<PathBuf> {
    let wasm = workspace::bench().join("peak.wasm");
    std::fs::create_dir_all(workspace::bench())?;
    let mut command = Command::new("rustc");
    command
        .args(["--edition", "2024", "--crate-type", "cdylib", "--target", build::WASM_TARGET])
        .args(["-C", "opt-level=3", "-C", "target-feature=+simd128", "-C", "panic=abort", "-o"])
        .arg(&wasm)
        .arg(workspace::bench_peers().join("peak.rs"))
        .current_dir(workspace::root());
    tools::run(&mut command)?;
    Ok(wasm)
}
