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
fn pictures_are_drawn() {
    let plot = |out: &str| {
        flow(
            &[
                "plot",
                "--preset",
                "five-modes",
                "--count",
                "100",
                "--steps",
                "8",
                "--show",
                "samples,trajectories,field",
                "--out",
                out,
            ],
            "",
        )
    };
    let svg = String::from_utf8(plot("-").stdout).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("#1F6FB5"), "{}", &svg[..200]);
    let png = file("picture.png", "");
    assert!(plot(&png).status.success());
    assert!(std::fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    let loud = file("PICTURE.PNG", "");
    assert!(plot(&loud).status.success() && std::fs::read(&loud).unwrap().starts_with(b"\x89PNG"));
    let points = r#"{"target":{"type":"points","points":[[0,0],[1,1]]}}"#;
    let late = ["plot", "--spec", "-", "--show", "field", "--time", "1", "--out", "-"];
    assert!(refusal(&late, points).contains("not available"), "no arrow at all");
    let gif = ["plot", "--preset", "five-modes", "--out", "picture.gif"];
    assert!(refusal(&gif, "").contains("picture.gif"));
}

/// Euler steps with this much noise leave the numbers that pictures are drawn with.
#[test]
fn what_lies_beyond_a_picture_is_at_its_border() {
    let wild = ["plot", "--preset", "five-modes", "--count", "50", "--show", "samples,trajectories"];
    let wild = [&wild[..], &["--solver", "sde", "--sigma", "100", "--steps", "30", "--out", "-"]].concat();
    let svg = String::from_utf8(flow(&wild, "").stdout).unwrap();
    let corners = svg.split("points=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let corners: Vec<i32> = corners
        .flat_map(|corners| corners.split([' ', ',']).filter(|number| !number.is_empty()))
        .map(|number| number.parse().unwrap())
        .collect();
    assert!(
        corners.len() > 100 && corners.iter().all(|x| (0..=800).contains(x)),
        "{} corners",
        corners.len()
    );
    assert!(svg.contains("#C85A0A"), "they are misses");
}

/// Letters of pixels below the plane, where nothing else is.
#[test]
fn a_png_has_numbers_at_its_axes() {
    let path = file("numbers.png", "");
    let plot = ["plot", "--preset", "five-modes", "--count", "1", "--size", "200", "--out", &path];
    assert!(flow(&plot, "").status.success());
    let mut reader = png::Decoder::new(std::fs::File::open(path).unwrap()).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size()];
    reader.next_frame(&mut pixels).unwrap();
    let inked = pixels[3 * 200 * 168..].chunks(3).filter(|pixel| pixel[0] < 128).count();
    assert!(inked > 20, "{inked} pixels of ink");
}

#[test]
fn the_outline_of_many_points_is_a_disc_around_each() {
    let discs = |count: usize| {
        let points: Vec<_> = (0..count).map(|i| [(i % 30) as f64 / 10.0, (i / 30) as f64 / 10.0]).collect();
        let config = json!({ "target": { "type": "points", "points": points } });
        let path = file(&format!("points-{count}.json"), &config.to_string());
        let plot = ["plot", "--spec", &path, "--count", "10", "--show", "trajectories", "--out", "-"];
        String::from_utf8(flow(&plot, "").stdout).unwrap().matches("<circle").count()
    };
    assert_eq!((discs(400), discs(600)), (0, 600), "few have borders");
}

#[test]
fn pictures_are_of_the_field_asked_for() {
    let plot = |field: &str| {
        let shared = ["plot", "--preset", "five-modes", "--count", "50", "--steps", "1", "--out", "-"];
        String::from_utf8(flow(&[&shared[..], &["--field", field]].concat(), "").stdout).unwrap()
    };
    let (hit, miss) = ("#1F6FB5", "#C85A0A");
    let exact = plot("exact");
    assert!(exact.contains(miss) && !exact.contains(hit), "in one step all land on the mean");
    assert!(plot("paired").contains(hit), "each lands on its own data");
    let arrows = ["plot", "--preset", "five-modes", "--field", "paired", "--show", "field", "--out", "-"];
    let refused = refusal(&arrows, "");
    assert!(refused.contains("--show is field") && refused.contains("belongs to a particle"), "{refused}");
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
