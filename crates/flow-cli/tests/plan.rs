//! Training past the end that a learning rate was planned to have.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

/// What `flow train` says beside its result when it trains a plan of 20 steps up to `steps`.
fn said(steps: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let [config, model] = ["json", "flow"].map(|ending| folder.join(format!("plan-{steps}.{ending}")));
    std::fs::write(
        &config,
        r#"{"network": {"width": 8}, "training": {"decay": {"type": "cosine", "steps": 20}}}"#,
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_flow"))
        .args(["train", "--steps", steps])
        .args([std::ffi::OsStr::new("--config"), config.as_os_str(), "--out".as_ref(), model.as_os_str()])
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn steps_that_learn_nothing_are_told() {
    assert!(said("24").contains("from step 20 on nothing more is learned"), "{}", said("24"));
    assert!(!said("20").contains("nothing more is learned"));
}
