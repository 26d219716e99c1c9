//! How fast whole experiments train and move particles on this machine: the native contestant of
//! `cargo xtask bench`, whose protocol is told in `xtask/src/bench/contestant.rs`. The same tasks are
//! measured in Node and in a browser by `tests/browser/bench/measure.js`.
#![allow(clippy::print_stdout, reason = "a program whose output is its result")]

use std::{error::Error, fs, io::stdin, time::Instant};

use flow_core::{Config, Experiment, Result, Solver};
use serde_json::{Value, json};

const SLICE_SECONDS: f64 = 0.1;
const PARTICLES: usize = 10_000;
/// The clock of busy seconds may stand still for as long as this.
const GRAIN_SECONDS: f64 = 4e-3;
/// The checkerboard counts as learnt at this squared error.
const QUALITY: f64 = 0.013;

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let mut slices = Vec::new();
    for width in [32, 64, 128] {
        for (engine, coupling) in VARIANTS {
            let task = json!({ "what": "training", "width": width, "engine": engine, "coupling": coupling });
            slices.push(Slice::training(task)?);
        }
        let task = json!({ "what": "velocity", "width": width });
        slices.push(Slice { work: Work::Velocity(experiment(&task)?), task, steps: 1 });
    }
    let quality = json!({ "what": "training", "width": 64, "engine": "fused", "coupling": "independent", "dataset": "checkerboard" });
    let facts = [
        json!({ "task": { "what": "steps to quality", "dataset": "checkerboard" }, "value": steps_to_quality(&quality)? }),
    ];
    slices.push(Slice::training(quality)?);

    let tasks: Vec<&Value> = slices.iter().map(|slice| &slice.task).collect();
    println!("{}", json!({ "version": "this machine's own code", "tasks": tasks, "facts": facts }));
    for line in stdin().lines() {
        let slice = slices.get_mut(line?.trim().parse::<usize>()?).ok_or("there is no such task")?;
        println!("{}", json!({ "value": slice.run()? }));
    }
    Ok(())
}

/// Engine and coupling.
const VARIANTS: [(&str, &str); 4] = [
    ("fused", "independent"),
    ("fused", "minibatch-ot"),
    ("flex", "independent"),
    ("ndarray", "independent"),
];

/// About a tenth of a second of work.
struct Slice {
    task: Value,
    work: Work,
    steps: u32,
}

enum Work {
    Training(Experiment),
    Velocity(Experiment),
}

impl Slice {
    fn training(task: Value) -> Result<Self> {
        Ok(Self { work: Work::Training(experiment(&task)?), task, steps: 1 })
    }

    /// Training steps, or evaluations of the velocity of single particles, in a second.
    fn run(&mut self) -> Result<f64> {
        match &mut self.work {
            Work::Training(experiment) => {
                let began = busy_seconds();
                experiment.train(self.steps)?;
                let rate = f64::from(self.steps) / (busy_seconds() - began).max(GRAIN_SECONDS);
                self.steps = (rate * SLICE_SECONDS).max(1.0) as u32;
                Ok(rate)
            }
            Work::Velocity(experiment) => {
                // From what ten more Euler steps cost.
                let seconds = |steps| -> Result<f64> {
                    let began = busy_seconds();
                    experiment.sample_with(Solver::Euler, steps)?;
                    Ok(busy_seconds() - began)
                };
                let (long, short) = (seconds(20)?, seconds(10)?);
                Ok(10.0 * PARTICLES as f64 / (long - short))
            }
        }
    }
}

fn experiment(task: &Value) -> Result<Experiment> {
    let or = |key: &str, usual: &str| task[key].as_str().unwrap_or(usual).to_owned();
    let text = json!({
        "target": { "preset": or("dataset", "five-modes") },
        "network": { "width": task["width"] },
        "training": { "engine": or("engine", "fused") },
        "coupling": { "type": or("coupling", "independent") },
        "sampling": { "particles": PARTICLES },
    });
    let config = Config::from_json(&text.to_string())?;
    Experiment::new(if task["dataset"].is_null() { config } else { planned(config, 1000) })
}

/// The recipe that gets to the exact field in the least time: steps with a known end and stable targets.
fn planned(config: Config, steps: u64) -> Config {
    let mut config = config.planned(steps);
    config.training.batch_size = 256;
    config.training.stable_targets = true;
    config
}

/// The fewest steps, in hundreds, that bring the field as near the exact one as [`QUALITY`] asks when they are
/// planned from the start: the same everywhere.
fn steps_to_quality(task: &Value) -> Result<u32> {
    let config = experiment(task)?.config().clone();
    let mut steps = 0;
    loop {
        steps += 100;
        let mut experiment = Experiment::new(planned(config.clone(), steps.into()))?;
        experiment.train(steps)?;
        if experiment.field_error()?.value <= QUALITY {
            return Ok(steps);
        }
    }
}

/// Seconds for which this thread has had a processor, where Linux tells; else by the clock. On a
/// machine with other work the first is the one that means something.
fn busy_seconds() -> f64 {
    thread_local!(static START: Instant = Instant::now());
    fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(|| START.with(|start| start.elapsed().as_secs_f64()), |nanoseconds| nanoseconds * 1e-9)
}
