//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The workspace's top folder.
///
/// Cargo says at run time where the package is; the place where it was compiled is the answer for a
/// program that was started without cargo.
pub fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.ends_with("xtask"))
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    package.parent().map_or_else(|| package.clone(), Path::to_path_buf)
}

/// What benchmarks make and install, in cargo's own folder.
pub fn bench() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join("bench")
}

/// The sources of what benchmarks compare with.
pub fn bench_peers() -> PathBuf {
    root().join("xtask").join("bench-peers")
}

/// What a build makes to be uploaded or handed on.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The compiled half of the page: wasm and its JavaScript glue.
pub fn pkg() -> PathBuf {
    root().join("pkg")
}

/// The browser tests, with their `package.json`.
pub fn browser_tests() -> PathBuf {
    root().join("tests").join("browser")
}
