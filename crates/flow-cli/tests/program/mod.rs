//! The program as its users run it.
#![allow(dead_code, reason = "no test file needs all of it")]

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// Runs `flow` with these arguments, `input` on standard input.
pub fn flow(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_flow"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end without reading its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// The JSON that a success answers with.
pub fn result(arguments: &[&str], input: &str) -> Value {
    let output = flow(arguments, input);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one line that wrong input is refused with.
pub fn refusal(arguments: &[&str], input: &str) -> String {
    let output = flow(arguments, input);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(output.stdout.is_empty(), "{arguments:?} wrote to standard output");
    assert_eq!(message.lines().count(), 1, "{arguments:?}: {message}");
    message
}

/// From the standard normal distribution to another Gaussian.
pub const SPEC: &str = r#"{"target":{"type":"gaussian_mixture","weights":[1],"means":[[1,-2]],"covs":[[[0.25,0],[0,0.25]]]},
    "source":{"type":"standard_normal"},"schedule":{"type":"cond-ot"}}"#;

/// A file of its own for each test.
pub fn file(name: &str, content: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}
