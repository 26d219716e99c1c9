use std::{fmt::Write, fs, process::Command};

use super::*;
use crate::{
    Experiment, Solver,
    config::{Decay, Guidance, Objective, Round, Sampler},
    distribution::PRESETS,
    solver::Diffusion,
};

/// One configuration for everything that a script can be told, by name.
fn examples() -> Vec<(String, Config)> {
    let named = |name: &str, change: &dyn Fn(&mut Config)| {
        let mut config = Config::default();
        config.network.width = 16;
        config.sampling.particles = 40;
        change(&mut config);
        (name.to_owned(), config)
    };
    let mut all = vec![];
    for entry in &PRESETS {
        all.push(named(entry.name, &|c| c.target = DistributionSpec::preset(entry.name)));
        all.push(named(&format!("from-{}", entry.name), &|c| {
            c.source = DistributionSpec::preset(entry.name);
        }));
    }
    for entry in Schedule::ENTRIES {
        all.push(named(entry.name, &|c| c.schedule = entry.value));
    }
    for entry in Coupling::ENTRIES {
        all.push(named(entry.name, &|c| c.coupling = entry.value));
    }
    for entry in Solver::ENTRIES {
        all.push(named(entry.name, &|c| c.sampling.solver = entry.value));
    }
    for (name, objective) in [("noise", Objective::Noise), ("data", Objective::Data)] {
        all.push(named(name, &|c| c.training.objective = objective));
    }
    for (name, decay) in [("constant", Decay::Constant), ("cosine-decay", Decay::Cosine { steps: 60 })] {
        all.push(named(name, &|c| c.training.decay = decay));
    }
    all.push(named("stable", &|c| c.training.stable_targets = true));
    all.push(named("classes", &|c| c.training.class_dropout = Some(0.2)));
    all.push(named("classes-ot", &|c| {
        c.training.class_dropout = Some(0.2);
        c.coupling = Coupling::MINIBATCH_OT;
    }));
    let round = |after| Round { after, pairs: 200, sampler_steps: 4, ..Round::default() };
    all.push(named("reflow", &|c| c.rounds = vec![round(20), round(40)]));
    all.push(named("reflow-cosine", &|c| {
        c.training.decay = Decay::Cosine { steps: 20 };
        c.rounds = vec![Round { training_steps: Some(30), ..round(20) }, round(50)];
    }));
    let distil = |after| Round { lesson: Lesson::Steps { steps: 2 }, ..round(after) };
    all.push(named("distil", &|c| c.rounds = vec![distil(20)]));
    all.push(named("teacher", &|c| {
        c.schedule = Schedule::ENTRIES[2].value;
        c.training.objective = Objective::Noise;
        c.rounds = vec![Round { sampler: Sampler::Ddim, ..round(20) }];
    }));
    all.push(named("guided", &|c| {
        c.training.class_dropout = Some(0.2);
        c.sampling.guidance = Some(Guidance { class: 2, weight: 2.5 });
    }));
    for (name, diffusion) in
        [("sde", Diffusion::SqrtSigma { g: 0.7 }), ("sde-constant", Diffusion::Constant { g: 0.5 })]
    {
        all.push(named(name, &|c| c.sampling.diffusion = Some(diffusion)));
    }
    for (name, field) in [("exact", FieldKind::Exact), ("paired", FieldKind::Paired)] {
        all.push(named(name, &|c| c.sampling.field = field));
    }
    all.push(named("points", &|c| {
        c.target = DistributionSpec::Points { points: vec![[1.0, 2.0], [-1.0, 0.5]] };
    }));
    all.push(named("mixture", &|c| {
        c.target = DistributionSpec::GaussianMixture {
            weights: vec![1.0, 3.0],
            means: vec![[1.0, 2.0], [-1.0, 0.5]],
            covs: vec![[[0.3, 0.1], [0.1, 0.2]], [[0.1, 0.0], [0.0, 0.1]]],
        };
    }));
    all
}

/// A directory of its own below the system's for temporary files.
fn directory(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("flow-script-{name}-{}", std::process::id()));
    fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn every_network_has_the_fall_of_its_own_round() {
    let (_, config) = examples().into_iter().find(|(name, _)| name == "reflow-cosine").unwrap();
    let script = pytorch(&config, 60).unwrap();
    for line in ["20, pairs, 20)", "30, made_pairs, 30)", "10, made_pairs, 20)"] {
        assert!(script.contains(line), "{line} in {script}");
    }
    assert!(script.contains("def train(flow, steps, draw, fall):"), "{script}");
}

#[test]
fn every_script_holds_its_configuration() {
    for (name, config) in examples() {
        let script = pytorch(&config, 60).unwrap();
        let line = script.lines().find_map(|line| line.split_once("CONFIG = ")).unwrap().1;
        let kept = line.trim_start_matches("json.loads(r'''").trim_end_matches("''')");
        assert_eq!(Config::from_json(kept).unwrap(), config, "{name}");
        // What is in capitals is a Python name or has been replaced.
        for word in script.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            let is_placeholder = word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            assert!(!is_placeholder || ["CONFIG"].contains(&word), "{name}: {word}");
        }
    }
}

/// The most lines of the scripts that stand for all of them.
const LIMITS: &[(&str, usize)] = &[
    ("default", 79),
    ("cosine", 84),
    ("minibatch-ot", 90),
    ("rk4", 82),
    ("dopri5", 80),
    ("from-rings", 85),
    ("reflow", 107),
    ("distil", 105),
    ("teacher", 113),
];

#[test]
fn scripts_stay_short() {
    let default = ("default".to_owned(), Config::default());
    let examples: Vec<_> = examples().into_iter().chain([default]).collect();
    for (name, limit) in LIMITS {
        let (_, config) = examples.iter().find(|(other, _)| other == name).unwrap();
        let lines = pytorch(config, 60).unwrap().lines().count();
        assert!(lines <= *limit, "{name}: {lines}");
    }
    for (name, config) in &examples {
        let lines = pytorch(config, 60).unwrap().lines().count();
        assert!(lines <= 113, "{name}: {lines}");
    }
}

#[test]
fn a_configuration_that_is_none_has_no_script() {
    let config = Config { target: DistributionSpec::preset("nonsense"), ..Config::default() };
    assert!(pytorch(&config, 60).unwrap_err().to_string().contains("target.preset"));
}

#[test]
fn every_script_is_python() {
    let directory = directory("compile");
    let files: Vec<_> = examples()
        .into_iter()
        .map(|(name, config)| {
            let path = directory.join(format!("{name}.py"));
            fs::write(&path, pytorch(&config, 60).unwrap()).unwrap();
            path
        })
        .collect();
    let program = "import sys; [compile(open(f).read(), f, 'exec') for f in sys.argv[1:]]";
    // Python is not needed to work on the lab; where it is missing there is nothing to ask.
    if let Ok(run) = Command::new("python3").args(["-c", program]).args(&files).output() {
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    fs::remove_dir_all(directory).unwrap();
}

/// All, or those that `FLOW_SCRIPTS` names with commas between them:
/// `FLOW_PYTHON=/path/to/python cargo test --workspace --lib script:: -- --ignored`
#[test]
#[ignore = "needs a Python with torch, scipy, safetensors and matplotlib, named by FLOW_PYTHON"]
#[expect(clippy::print_stdout, reason = "whoever asks for this test wants the differences")]
fn every_script_runs_and_gives_the_samples_of_the_lab() {
    let python = std::env::var("FLOW_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    // One of each kind: every run starts Python anew, twice.
    let is_told_by_another =
        |name: &str| name.starts_with("from-") && name != "from-uniform" && name != "from-rings";
    let curves =
        ["two-moons", "spiral", "swiss-roll", "smiley", "ring", "two-clusters", "gaussian", "uniform"];
    let wanted = std::env::var("FLOW_SCRIPTS").ok();
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|names| names.split(',').any(|n| n == name));
    for (name, config) in examples() {
        if !is_wanted(&name) || is_told_by_another(&name) || curves.contains(&name.as_str()) {
            continue;
        }
        let directory = directory(&name);
        let mut experiment = Experiment::new(config.clone()).unwrap();
        experiment.train(60).unwrap();
        // What the script samples is the network's own flow; only PyTorch knows its noise.
        let mut sampling = experiment.config().sampling.clone();
        sampling.field = FieldKind::Learned;
        let is_noisy = sampling.diffusion.is_some();
        experiment.set_sampling(sampling).unwrap();
        let mut run = experiment.start_sampling(None).unwrap();
        while run.advance().unwrap() < 1.0 {}
        let run = run.into_trajectories();
        let mut table = "particle,start_x,start_y,end_x,end_y,hit\n".to_owned();
        for (i, ([a, b], [c, d])) in run.start().iter().zip(run.end()).enumerate() {
            writeln!(table, "{i},{a},{b},{c},{d},0").unwrap();
        }
        fs::write(directory.join("samples.csv"), table).unwrap();
        fs::write(directory.join("weights.safetensors"), experiment.safetensors().unwrap()).unwrap();
        fs::write(directory.join("experiment.py"), pytorch(&config, 60).unwrap()).unwrap();
        let output = |arguments: &[&str]| {
            let run = Command::new(&python).args(arguments).current_dir(&directory).output().unwrap();
            assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
            String::from_utf8(run.stdout).unwrap()
        };
        let compared = output(&["experiment.py", "weights.safetensors", "samples.csv"]);
        let difference = compared
            .lines()
            .find_map(|line| line.strip_prefix("largest difference to the samples of the page: "));
        let difference: f64 = difference.unwrap().parse().unwrap();
        let bound = if is_noisy {
            20.0
        } else if config.sampling.solver.is_adaptive() {
            1e-2
        } else {
            1e-4
        };
        println!("{name}: {difference:e}");
        assert!(difference < bound, "{name}: {difference}");
        output(&["experiment.py"]);
        fs::remove_dir_all(directory).unwrap();
    }
}
