//! Points that are drawn where the paths are at some time, not only at their beginning.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use program::{SPEC, file, flow, refusal, result};
use serde_json::Value;

const COUNT: usize = 4_000;

/// The mean, and the standard deviation of both axes together, of the first or the last states.
fn moments(run: &Value, is_first: bool) -> ([f64; 2], f64) {
    let states = run["trajectories"].as_array().unwrap().iter().map(Value::as_array);
    let points: Vec<[f64; 2]> = states
        .map(|way| if is_first { way.unwrap().first() } else { way.unwrap().last() })
        .map(|x| [0, 1].map(|axis| x.unwrap()[axis].as_f64().unwrap()))
        .collect();
    let count = points.len() as f64;
    let mean = [0, 1].map(|axis| points.iter().map(|x| x[axis]).sum::<f64>() / count);
    let squares = points.iter().flat_map(|x| [0, 1].map(|axis| (x[axis] - mean[axis]).powi(2)));
    (mean, (squares.sum::<f64>() / (2.0 * count)).sqrt())
}

fn assert_moments(found: ([f64; 2], f64), mean: [f64; 2], deviation: f64, label: &str) {
    // Five standard errors of the mean of 4,000 points.
    let near = |a: f64, b: f64| (a - b).abs() < 0.08;
    assert!(
        near(found.0[0], mean[0]) && near(found.0[1], mean[1]) && near(found.1, deviation),
        "{label}: {found:?} instead of {mean:?} {deviation}"
    );
}

fn sample(more: &[&str]) -> Value {
    let count = COUNT.to_string();
    let shared = ["sample", "--count", &count, "--solver", "rk4", "--steps", "8", "--trajectories"];
    result(&[&shared[..], more].concat(), "")
}

/// The data has mean (1, -2) and standard deviation 1/2.
#[test]
fn points_are_drawn_from_the_path_at_the_time_they_start() {
    let spec = file("starts-spec.json", SPEC);
    let halfway = libm::sqrt(0.5 * 0.5 * 0.25 + 0.25);
    for (from, to, start, end) in [
        ("0", "1", ([0.0, 0.0], 1.0), ([1.0, -2.0], 0.5)),
        ("0.5", "1", ([0.5, -1.0], halfway), ([1.0, -2.0], 0.5)),
        ("1", "0.5", ([1.0, -2.0], 0.5), ([0.5, -1.0], halfway)),
        ("0.5", "0", ([0.5, -1.0], halfway), ([0.0, 0.0], 1.0)),
    ] {
        let run = sample(&["--spec", &spec, "--from", from, "--to", to]);
        let label = format!("from {from} to {to}");
        assert_moments(moments(&run, true), start.0, start.1, &label);
        assert_moments(moments(&run, false), end.0, end.1, &label);
    }
}

#[test]
fn points_of_a_model_are_paired_as_it_learned() {
    let spec = file("starts-model.json", SPEC);
    let model = file("starts.flow", "");
    let train = |more: &[&str]| {
        let shared = ["train", "--config", &spec, "--width", "16", "--depth", "1", "--steps", "5", "--out"];
        result(&[&shared[..], &[&model], more].concat(), "");
    };
    for (coupling, deviation) in [
        ("independent", libm::sqrt(0.5 * 0.5 * 0.25 + 0.25)),
        // Transport is x1 = m + x0 / 2, and halfway there are 3/4 of the noise.
        ("minibatch-ot", 0.75),
    ] {
        train(&["--coupling", coupling]);
        let run = sample(&["--model", &model, "--from", "0.5"]);
        assert_moments(moments(&run, true), [0.5, -1.0], deviation, coupling);
    }
    // Where no path is known to draw from, points have to be given.
    let student = file("starts-student.flow", "");
    result(&["reflow", &model, "--pairs", "100", "--steps", "5", "--out", &student], "");
    let late = ["sample", "--model", &student, "--from", "0.5"];
    let refused = refusal(&[&late[..], &["--count", "5"]].concat(), "");
    assert!(refused.contains("--from is 0.5") && refused.contains("a network made"), "{refused}");
    result(&[&late[..], &["--starts", "-"]].concat(), "[[0, 1]]");
    train(&["--class-dropout", "0.2"]);
    let guided = ["sample", "--model", &model, "--count", "5", "--class", "0", "--from", "0.5"];
    let refused = refusal(&guided, "");
    assert!(refused.contains("--from is 0.5") && refused.contains("guided"), "{refused}");
}

#[test]
fn pictures_judge_samples_at_the_time_of_the_data_only() {
    let (hit, miss) = ("#1F6FB5", "#C85A0A");
    let plot = |more: &[&str]| {
        let shared = ["plot", "--preset", "five-modes", "--count", "200", "--solver", "rk4", "--out", "-"];
        String::from_utf8(flow(&[&shared[..], more].concat(), "").stdout).unwrap()
    };
    let late = plot(&["--from", "1", "--to", "1"]);
    assert!(late.contains(hit), "drawn at the time of the data they are data");
    for to in ["0", "0.6"] {
        let early = plot(&["--from", "1", "--to", to]);
        assert!(early.contains("<circle") && !early.contains(hit) && !early.contains(miss), "to {to}");
    }
}

#[test]
fn fresh_noise_needs_time_to_run_forward() {
    let back = ["sample", "--preset", "five-modes", "--count", "5", "--from", "1", "--to", "0.5"];
    let refused = refusal(&[&back[..], &["--solver", "ddpm"]].concat(), "");
    assert!(refused.contains("--solver is ddpm") && refused.contains("--to"), "{refused}");
    for solver in ["sde", "ddim"] {
        result(&[&back[..], &["--solver", solver]].concat(), "");
    }
}
