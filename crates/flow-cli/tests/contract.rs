//! What scripts rely on: results on standard output only, exit codes, one-line errors.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::process::{Command, Stdio};

use program::{SPEC, file, flow, refusal, result};
use serde_json::{Value, json};

#[test]
fn exact_answers_with_the_formulas_of_one_gaussian() {
    let points = file("exact-points.json", r#"[{"t":0.5,"x":[0.1,-1.2]},{"t":1,"x":[1,-2]}]"#);
    let answer = result(&["exact", "--spec", "-", "--points", &points], SPEC);
    // x_t has mean t m and variance t^2 / 4 + (1-t)^2.
    let (variance, rate) = (0.3125, (0.125 - 0.5) / 0.3125);
    let expected = [1.0 + rate * (0.1 - 0.5), -2.0 + rate * (-1.2 + 1.0)];
    for d in 0..2 {
        assert!((answer["velocity"][0][d].as_f64().unwrap() - expected[d]).abs() < 1e-14);
    }
    assert!((answer["score"][0][0].as_f64().unwrap() - 0.4 / variance).abs() < 1e-14);
    assert!((answer["divergence"][0].as_f64().unwrap() - 2.0 * rate).abs() < 1e-14);
    let peak = -libm::log(std::f64::consts::TAU * 0.25);
    assert!((answer["log_density"][1].as_f64().unwrap() - peak).abs() < 1e-14);
}

#[test]
fn sample_reports_end_points_and_evaluations() {
    let spec = file("sample-spec.json", SPEC);
    let sample = |more: &[&str]| {
        let arguments = [&["sample", "--spec", &spec, "--starts", "-"], more].concat();
        result(&arguments, "[[0.3,-1.2],[2,1]]")
    };
    // Euler's one step puts every particle on the mean of the data.
    let one = sample(&["--solver", "euler", "--steps", "1"]);
    assert_eq!(one, json!({ "endpoints": [[1.0, -2.0], [1.0, -2.0]], "nfe": 1 }));
    let exact = sample(&["--solver", "dopri5", "--rtol", "1e-9"]);
    for (end, start) in [(0, [0.3, -1.2]), (1, [2.0, 1.0])] {
        for (d, mean) in [1.0, -2.0].into_iter().enumerate() {
            let found = exact["endpoints"][end][d].as_f64().unwrap();
            assert!((found - (mean + 0.5 * start[d])).abs() < 1e-7, "{found}");
        }
    }
    let whole = sample(&["--solver", "heun", "--steps", "4", "--trajectories"]);
    assert_eq!(whole["times"], json!([0.0, 0.25, 0.5, 0.75, 1.0]));
    assert_eq!(whole["nfe"], 8);
    assert_eq!(whole["trajectories"][1][0], json!([2.0, 1.0]));
    assert_eq!(whole["trajectories"][1][4], whole["endpoints"][1]);
}

#[test]
fn sample_runs_every_solver_and_repeats_itself() {
    for solver in ["euler", "midpoint", "heun", "rk4", "dopri5", "sde", "ddim", "ddpm"] {
        let arguments = ["sample", "--preset", "checkerboard", "--count", "50", "--solver", solver];
        let steps = ["--steps", "20"];
        let arguments = [&arguments[..], &steps[..if solver == "dopri5" { 0 } else { 2 }]].concat();
        let first = result(&arguments, "");
        assert_eq!(first["endpoints"].as_array().unwrap().len(), 50, "{solver}");
        assert_eq!(first, result(&arguments, ""), "{solver}");
        let other = result(&[&arguments[..], &["--seed", "2"]].concat(), "");
        assert_ne!(first["endpoints"], other["endpoints"], "{solver}");
    }
}

#[test]
fn csv_goes_from_sample_to_metric() {
    let sample = |seed: &str| {
        let output = flow(
            &[
                "sample",
                "--preset",
                "two-moons",
                "--count",
                "300",
                "--steps",
                "20",
                "--format",
                "csv",
                "--seed",
                seed,
            ],
            "",
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let (a, b) = (sample("1"), sample("2"));
    assert!(a.starts_with("x,y\n") && a.lines().count() == 301);
    let other = file("metric-b.csv", &b);
    for distance in ["energy", "sliced-w2", "w2"] {
        let value =
            |input: &str| result(&["metric", distance, "-", &other], input)["value"].as_f64().unwrap();
        assert!(value(&b).abs() < 1e-6, "{distance} of a set to itself");
        assert!(value(&a) > 1e-4, "{distance} of two sets");
    }
}

#[test]
fn wrong_input_is_one_line_that_names_field_value_and_what_is_accepted() {
    let spec = |target: &str| format!(r#"{{"target":{target}}}"#);
    let mixture = |weights: &str, covs: &str| {
        spec(&format!(r#"{{"type":"gaussian_mixture","weights":{weights},"means":[[0,0]],"covs":{covs}}}"#))
    };
    let points = file("one-point.json", r#"[{"t":0.5,"x":[0,0]}]"#);
    for (input, words) in [
        (mixture("[-1]", "[[[1,0],[0,1]]]"), vec!["target.weights[0]", "-1"]),
        (mixture("[1]", "[[[1,2],[2,1]]]"), vec!["target.covs[0]", "positive definite"]),
        (mixture("[\"a\"]", "[[[1,0],[0,1]]]"), vec!["target", "a"]),
        (mixture("[1e999]", "[[[1,0],[0,1]]]"), vec!["number out of range"]),
        (spec(r#"{"type":"points","points":[]}"#), vec!["target.points", "list of 0"]),
        (spec(r#"{"preset":"six-modes"}"#), vec!["target.preset", "six-modes", "five-modes"]),
        (r#"{"schedule":{"type":"vp","beta_min":-1}}"#.into(), vec!["schedule.beta_min", "-1"]),
        (r#"{"shedule":{"type":"vp"}}"#.into(), vec!["shedule"]),
        ("nonsense".into(), vec!["spec"]),
        ("[1]".into(), vec!["--spec is -", "JSON object"]),
        (String::new(), vec!["spec"]),
    ] {
        let message = refusal(&["exact", "--spec", "-", "--points", &points], &input);
        assert!(words.iter().all(|word| message.contains(word)), "{words:?}: {message}");
    }
    for (arguments, words) in [
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--steps", "0"],
            vec!["--steps", "'0'", "1000000"],
        ),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--steps", "1000001"],
            vec!["--steps", "1000000"],
        ),
        (vec!["sample", "--preset", "five-modes", "--count", "0"], vec!["--count", "'0'"]),
        (vec!["sample", "--preset", "five-modes", "--count", "-1"], vec!["--count", "'-1'", "10000000"]),
        (vec!["sample", "--model", "m", "--count", "5", "--class", "-1"], vec!["'-1'", "whole number"]),
        (vec!["train", "--seed", "-1", "--out", "never.flow"], vec!["--seed", "'-1'", "from 0"]),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--solver", "eula"],
            vec!["eula", "euler", "rk4"],
        ),
        (vec!["sample", "--preset", "five-modes", "--starts", "/nowhere"], vec!["--starts", "/nowhere"]),
        (vec!["sample", "--preset", "five-modes"], vec!["--starts", "--count"]),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--sigma", "1"],
            vec!["--sigma is 1", "left out with euler", "sde"],
        ),
        (
            vec![
                "sample",
                "--preset",
                "five-modes",
                "--count",
                "5",
                "--solver",
                "ddim",
                "--diffusion",
                "constant",
            ],
            vec!["--diffusion", "ddim", "sde"],
        ),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--rtol", "1e-3"],
            vec!["--rtol is 0.001", "dopri5"],
        ),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--solver", "sde", "--atol", "1e-3"],
            vec!["--atol is 0.001", "dopri5"],
        ),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--solver", "dopri5", "--steps", "9"],
            vec!["--steps is 9", "dopri5"],
        ),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--field", "learned"],
            vec!["--field is learned", "--model"],
        ),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--field", "paired", "--from", "0.5"],
            vec!["--from is 0.5", "paired"],
        ),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--field", "paired", "--solver", "sde"],
            vec!["score is not available", "alone on its path"],
        ),
        (vec!["sample", "--model", "/nowhere", "--count", "5"], vec!["--model", "/nowhere"]),
        (
            vec!["sample", "--preset", "five-modes", "--count", "5", "--class", "1"],
            vec!["--class is 1", "--model"],
        ),
        (vec!["exact", "--preset", "five-modes", "--points", "-"], vec!["points"]),
        (vec!["frobnicate"], vec!["frobnicate"]),
        (vec![], vec!["COMMAND"]),
    ] {
        let message = refusal(&arguments, "[{\"t\":1.5,\"x\":[0,0]}]");
        assert!(words.iter().all(|word| message.contains(word)), "{arguments:?}: {message}");
    }
    // Every state of a million steps of a thousand particles takes 16 GB.
    let arguments =
        ["sample", "--preset", "five-modes", "--count", "1000", "--steps", "1000000", "--trajectories"];
    assert!(refusal(&arguments, "").contains("steps is 1000000"));
}

#[test]
fn states_that_nobody_asked_for_take_no_memory() {
    // Every state of 500 steps of 300,000 particles would take 2.4 GB.
    for solver in ["sde", "ddim", "ddpm"] {
        let arguments = ["sample", "--preset", "two-clusters", "--count", "300000", "--solver", solver];
        let refused = refusal(&[&arguments[..], &["--steps", "500", "--trajectories"]].concat(), "");
        assert!(refused.contains("steps is 500"), "{solver}: {refused}");
        let few = ["sample", "--preset", "two-clusters", "--count", "4", "--solver", solver, "--steps", "6"];
        let (ends, ways) = (result(&few, ""), result(&[&few[..], &["--trajectories"]].concat(), ""));
        assert_eq!((&ends["endpoints"], &ends["nfe"]), (&ways["endpoints"], &ways["nfe"]), "{solver}");
        assert_eq!(ways["times"].as_array().unwrap().len(), 7, "{solver}");
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_flow"))
        .args(["sample", "--preset", "five-modes", "--count", "200000", "--steps", "1", "--format", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn help_and_lists_are_results() {
    for arguments in
        [&["--help"][..], &["sample", "--help"], &["--version"], &["list"], &["completions", "bash"]]
    {
        let output = flow(arguments, "");
        assert!(
            output.status.success() && output.stderr.is_empty() && !output.stdout.is_empty(),
            "{arguments:?}"
        );
    }
    let lists = result(&["list", "--json"], "");
    for (table, name) in [
        ("targets", "five-modes"),
        ("rounds", "reflow"),
        ("fields", "paired"),
        ("objectives", "noise"),
        ("decays", "cosine"),
        ("samplers", "ddpm"),
    ] {
        assert!(lists[table].as_array().unwrap().iter().any(|entry| entry["name"] == name), "{table}");
    }
}

#[test]
fn likelihood_of_an_exact_field_is_its_density() {
    let spec = file("likelihood-spec.json", SPEC);
    let answer = result(&["likelihood", "--spec", &spec, "--points", "-"], "[[1,-2],[0.5,-1.5]]");
    let peak = -libm::log(std::f64::consts::TAU * 0.25);
    for (index, expected) in [peak, peak - 0.5 * (0.5 * 0.5 + 0.5 * 0.5) / 0.25].into_iter().enumerate() {
        assert!((answer["log_likelihood"][index].as_f64().unwrap() - expected).abs() < 1e-5);
    }
}

#[test]
fn a_point_that_the_flow_does_not_reach_has_no_part_in_the_mean() {
    let model = file("likelihood.flow", "");
    let train = |source: &str| {
        let shared = ["train", "--width", "16", "--depth", "1", "--steps", "5", "--out", &model, "--source"];
        result(&[&shared[..], &[source]].concat(), "");
    };
    let ask = ["likelihood", "--model", &model, "--points", "-"];
    // Hardly trained, the flow shrinks the square and leaves what is far away where it is.
    train("uniform");
    let answer = result(&ask, "[[0,0.1],[90,90],[0.2,0]]");
    let values: Vec<_> = (0..3).map(|index| answer["log_likelihood"][index].as_f64()).collect();
    assert_eq!((values[1], &answer["reached"]), (None, &json!(2)), "{answer}");
    let mean = 0.5 * (values[0].unwrap() + values[2].unwrap());
    assert!((answer["mean"].as_f64().unwrap() - mean).abs() < 1e-12, "{answer}");
    let nowhere = result(&ask, "[[90,90]]");
    assert_eq!((&nowhere["reached"], &nowhere["mean"]), (&json!(0), &Value::Null));
    train(r#"{"type":"points","points":[[0,0],[1,1]]}"#);
    let refused = refusal(&ask, "[[0,0]]");
    assert!(refused.contains("likelihood is not available") && refused.contains("points"), "{refused}");
}

#[test]
fn a_configuration_without_an_exact_field_is_refused() {
    let points = file("no-exact-points.json", r#"[{"t":0.5,"x":[0,0]}]"#);
    for (spec, reason) in [
        (r#"{"coupling":{"type":"minibatch-ot"}}"#, "independent pairs only"),
        (r#"{"rounds":[{}]}"#, "later round"),
    ] {
        for arguments in [
            &["sample", "--spec", "-", "--count", "2"][..],
            &["likelihood", "--spec", "-", "--points", &points],
            &["plot", "--spec", "-", "--out", "never.svg"],
            &["exact", "--spec", "-", "--points", &points],
        ] {
            let refused = refusal(arguments, spec);
            assert!(
                refused.contains("exact field is not available") && refused.contains(reason),
                "{refused}"
            );
        }
    }
    let paired = ["sample", "--spec", "-", "--count", "2", "--field", "paired"];
    result(&paired, r#"{"coupling":{"type":"minibatch-ot"}}"#);
}
