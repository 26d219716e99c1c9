//! Models from training to use: kept, resumed, interrupted, rectified, distilled and asked.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

#[cfg(unix)]
use std::process::{Command, Stdio};

use program::{file, flow, refusal, result};
#[cfg(unix)]
use serde_json::Value;

#[test]
fn every_field_of_a_model_can_be_sampled() {
    let model = file("fields.flow", "");
    let train = |more: &[&str]| {
        let arguments =
            [&["train", "--width", "16", "--depth", "2", "--steps", "30", "--out", &model], more].concat();
        result(&arguments, "")
    };
    let arguments = ["sample", "--model", &model, "--count", "40", "--solver", "heun", "--steps", "20"];
    let sample = |more: &[&'static str]| [&arguments[..], more].concat();
    train(&[]);
    let [usual, learned, exact, paired] =
        [&[][..], &["--field", "learned"], &["--field", "exact"], &["--field", "paired"]]
            .map(|more| result(&sample(more), "")["endpoints"].clone());
    assert_eq!(usual, learned);
    assert_ne!(learned, exact);
    let preset = ["sample", "--preset", "five-modes", "--count", "40", "--solver", "heun", "--steps", "20"];
    assert_eq!(exact, result(&preset, "")["endpoints"]);
    // The conditional path is straight: one step brings each point to its own data.
    let once = ["sample", "--preset", "five-modes", "--count", "40", "--field", "paired", "--steps", "1"];
    let once = result(&once, "")["endpoints"].clone();
    for i in 0..40 {
        for d in 0..2 {
            let [a, b] = [&once, &paired].map(|ends| ends[i][d].as_f64().unwrap());
            assert!((a - b).abs() < 1e-4, "{a} {b}");
        }
    }
    train(&["--coupling", "minibatch-ot"]);
    assert!(refusal(&sample(&["--field", "exact"]), "").contains("independent pairs only"));
    assert_ne!(result(&sample(&["--field", "paired"]), "")["endpoints"], paired);
    train(&["--class-dropout", "0.2"]);
    let classes = ["--field", "exact", "--class", "1"];
    assert!(refusal(&sample(&classes), "").contains("only the learned field knows classes"));
}

fn nine_samples<'a>(model: &'a str, solver: &'a str) -> [&'a str; 9] {
    ["sample", "--model", model, "--count", "9", "--solver", solver, "--steps", "5"]
}

#[test]
fn a_rectified_model_is_sampled_on_the_path_of_its_round() {
    let (teacher, student) = (file("path-teacher.flow", ""), file("path-student.flow", ""));
    let train =
        ["train", "--schedule", "vp", "--width", "16", "--depth", "2", "--steps", "20", "--out", &teacher];
    result(&train, "");
    result(&["reflow", &teacher, "--pairs", "100", "--steps", "10", "--out", &student], "");
    for solver in ["sde", "ddim", "ddpm"] {
        result(&nine_samples(&teacher, solver), "");
    }
    for (solver, word) in [("sde", "score"), ("ddpm", "ddpm")] {
        let refused = refusal(&nine_samples(&student, solver), "");
        assert!(refused.contains(word) && refused.contains("not paired independently"), "{refused}");
    }
    let [ddim, euler] =
        ["ddim", "euler"].map(|solver| result(&nine_samples(&student, solver), "")["endpoints"].clone());
    for i in 0..9 {
        for d in 0..2 {
            let [a, b] = [&ddim, &euler].map(|ends| ends[i][d].as_f64().unwrap());
            assert!((a - b).abs() < 1e-4, "DDIM on a straight path is Euler: {a} {b}");
        }
    }
}

#[test]
fn training_is_kept_resumed_and_used() {
    let model = file("trained.flow", "");
    std::fs::remove_file(&model).unwrap();
    let train = |more: &[&str]| {
        let arguments =
            [&["train", "--width", "16", "--depth", "2", "--seed", "3", "--out", &model], more].concat();
        result(&arguments, "")
    };
    assert_eq!(train(&["--steps", "40"])["steps"], 40);
    let resumed = train(&["--steps", "60", "--resume"]);
    assert_eq!(resumed["steps"], 60);
    let at_once = file("at-once.flow", "");
    let arguments =
        ["train", "--width", "16", "--depth", "2", "--seed", "3", "--steps", "60", "--out", &at_once];
    assert_eq!(result(&arguments, "")["loss"], resumed["loss"], "resuming changes nothing");
    assert_eq!(std::fs::read(&at_once).unwrap(), std::fs::read(&model).unwrap());

    let sample =
        |model: &str| result(&["sample", "--model", model, "--count", "20", "--solver", "midpoint"], "");
    assert_eq!(sample(&model), sample(&at_once));
    let evaluation = result(&["evaluate", &model, "--steps", "1,4"], "");
    assert_eq!(evaluation["evaluations"][1]["nfe"], 4);
    assert!(evaluation["evaluations"][0]["distances"]["energy"].as_f64().unwrap() > 0.0);
    // The page's number of the same experiment.
    let experiment = flow_core::Experiment::resume(&std::fs::read(&model).unwrap()).unwrap();
    let page = experiment.evaluate(&experiment.sample_with(flow_core::Solver::Euler, 4).unwrap());
    assert_eq!(evaluation["evaluations"][1]["distances"]["energy"], page.energy);
    let adaptive = result(&["evaluate", &model, "--solver", "dopri5"], "");
    assert_eq!(adaptive["evaluations"].as_array().unwrap().len(), 1);
    let refused = refusal(&["evaluate", &model, "--solver", "dopri5", "--steps", "1,2"], "");
    assert!(refused.contains("--steps") && refused.contains("dopri5"), "{refused}");
    let likelihood = result(&["likelihood", "--model", &model, "--points", "-"], "[[0,2],[0,0]]");
    assert!(likelihood["mean"].as_f64().unwrap() < 0.0);

    let weights = flow(&["export", &model, "--out", "-"], "").stdout;
    assert!(weights.len() > 1000, "safetensors begin with the length of their header");
    assert!(usize::from(weights[0]) + 256 * usize::from(weights[1]) < weights.len());

    let refused = refusal(&["train", "--target", "rings", "--out", &model, "--resume"], "");
    assert!(refused.contains("--out"), "{refused}");
    // The usual width and seed are not this model's.
    for option in ["--width=64", "--seed=1"] {
        let refused = refusal(&["train", option, "--out", &model, "--resume"], "");
        assert!(refused.contains("--out") && refused.contains("configuration"), "{refused}");
    }
    assert_eq!(result(&["train", "--seed=3", "--steps=62", "--out", &model, "--resume"], "")["steps"], 62);
    let broken = file("broken.flow", "not a model");
    assert!(refusal(&["evaluate", &broken], "").contains("broken.flow"));
}

/// Runs `flow` with these arguments and presses Ctrl-C after a while: the step and the message.
#[cfg(unix)]
fn interrupted(arguments: &[&str]) -> (u64, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_flow"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{message}");
    (serde_json::from_slice::<Value>(&output.stdout).unwrap()["steps"].as_u64().unwrap(), message)
}

#[test]
#[cfg(unix)]
fn an_interrupted_training_is_kept_and_goes_on() {
    let model = file("interrupted.flow", "");
    std::fs::remove_file(&model).unwrap();
    let train = ["train", "--width", "16", "--depth", "2", "--out", &model];
    let (step, message) = interrupted(&[&train[..], &["--steps", "1000000"]].concat());
    let goes_on = format!("`flow train --resume --steps 1000000 --out {model}` goes on");
    assert!(
        message.contains(&format!("interrupted at step {step} ")) && message.contains(&goes_on),
        "{message}"
    );
    let more = (step + 10).to_string();
    let resumed = result(&[&train[..], &["--resume", "--steps", &more]].concat(), "");
    assert_eq!(resumed["steps"], step + 10);
}

/// The pairs take minutes, and Ctrl-C does not wait for them.
#[test]
#[cfg(unix)]
fn the_making_of_pairs_is_interrupted_too() {
    let (teacher, student) = (file("pairs-teacher.flow", ""), file("pairs-student.flow", ""));
    let train = ["train", "--width", "16", "--depth", "2", "--steps", "20", "--out", &teacher];
    result(&train, "");
    let reflow = ["reflow", &teacher, "--pairs", "200000", "--sampler-steps", "1000", "--steps", "30"];
    let (step, message) = interrupted(&[&reflow[..], &["--out", &student]].concat());
    assert_eq!(step, 20, "{message}");
    let goes_on = format!(
        "interrupted at step 20 of 50; the model is kept, `flow train --resume --steps 50 --out {student}`"
    );
    assert!(message.contains(&goes_on), "{message}");
}

#[test]
fn a_model_is_rectified_distilled_and_guided() {
    let (teacher, student) = (file("teacher.flow", ""), file("student.flow", ""));
    let short = ["--steps", "30", "--seed", "3"];
    let train = |more: &[&str]| {
        let arguments =
            [&["train", "--width", "16", "--depth", "2", "--out", &teacher], &short[..], more].concat();
        result(&arguments, "")
    };
    train(&[]);
    let reflow = ["reflow", &teacher, "--rounds", "2", "--pairs", "300", "--steps", "10", "--out", &student];
    assert_eq!(result(&reflow, "")["steps"], 50);
    let distil = ["distil", &teacher, "--progressive", "--pairs", "300", "--steps", "5", "--out", &student];
    // 16, 8, 4, 2 and 1 steps: five rounds.
    assert_eq!(result(&distil, "")["steps"], 30 + 5 * 5);
    assert_eq!(result(&["sample", "--model", &student, "--count", "5", "--steps", "1"], "")["nfe"], 1);
    let few = ["reflow", &teacher, "--pairs", "1", "--out", &student];
    assert!(refusal(&few, "").contains("pairs is 1"));

    train(&["--class-dropout", "0.2"]);
    let sample = |class: &str, guidance: &str| {
        let arguments =
            ["sample", "--model", &teacher, "--count", "5", "--class", class, "--guidance", guidance];
        result(&arguments, "")["endpoints"].clone()
    };
    assert_eq!(sample("0", "0"), sample("1", "0"), "without guidance no class matters");
    assert_ne!(sample("0", "1"), sample("1", "1"));
    let unknown = ["sample", "--model", &teacher, "--count", "5", "--class", "5"];
    assert!(refusal(&unknown, "").contains("class is 5"));
}

#[test]
fn a_round_that_has_yet_to_begin_is_trained_before_one_more() {
    let (model, student) = (file("waiting.flow", ""), file("waiting-student.flow", ""));
    let config = r#"{"network":{"width":16},"rounds":[{"after":10,"pairs":100,"sampler_steps":2}]}"#;
    let config = file("waiting.json", config);
    let train = ["train", "--out", &model, "--steps"];
    result(&[&train[..], &["10", "--config", &config]].concat(), "");
    for command in ["reflow", "distil"] {
        let more = [command, &model, "--pairs", "100", "--steps", "5", "--out", &student];
        let refused = refusal(&more, "");
        let goes_on = format!("`flow train --resume --steps N --out {model}` with N above 10 goes on");
        assert!(refused.contains("at step 10") && refused.contains(&goes_on), "{refused}");
    }
    result(&[&train[..], &["11", "--resume"]].concat(), "");
    let reflow = ["reflow", &model, "--pairs", "100", "--steps", "5", "--out", &student];
    assert_eq!(result(&reflow, "")["steps"], 16);
}
