//! How fast whole experiments train and move particles on this machine, as JSON rows for
//! `cargo xtask bench`. The same rows are measured in Node and in a browser by
//! `tests/browser/bench/measure.js`.
#![allow(clippy::print_stdout, reason = "a program whose output is its result")]

use std::{fs, time::Instant};

use flow_core::{Config, Experiment, Result, Solver};
use serde_json::json;

const ROUNDS: usize = 7;
/// Slices to find out how many steps fill one.
const WARM_UP: usize = 2;
const SLICE_SECONDS: f64 = 0.1;
const PARTICLES: usize = 10_000;
/// The clock of busy seconds may stand still for as long as this.
const GRAIN_SECONDS: f64 = 4e-3;

fn main() -> Result<()> {
    for width in [32, 64, 128] {
        let mut variants = Vec::new();
        for (engine, coupling) in VARIANTS {
            let experiment = Experiment::new(config(width, engine, coupling)?)?;
            variants.push(Variant { engine, coupling, experiment, steps: 1, rates: Vec::new() });
        }
        // The variants take turns, so that whatever else the machine does meets them all.
        for _ in 0..WARM_UP + ROUNDS {
            for variant in &mut variants {
                variant.run_slice()?;
            }
        }
        for Variant { engine, coupling, rates, .. } in variants {
            let value = median(rates.into_iter().skip(WARM_UP));
            println!(
                "{}",
                json!({ "what": "training", "width": width, "engine": engine, "coupling": coupling, "value": value })
            );
        }
        println!("{}", json!({ "what": "velocity", "width": width, "value": velocities_per_second(width)? }));
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

struct Variant {
    engine: &'static str,
    coupling: &'static str,
    experiment: Experiment,
    steps: u32,
    rates: Vec<f64>,
}

impl Variant {
    fn run_slice(&mut self) -> Result<()> {
        let began = busy_seconds();
        self.experiment.train(self.steps)?;
        let rate = f64::from(self.steps) / (busy_seconds() - began).max(GRAIN_SECONDS);
        self.rates.push(rate);
        self.steps = (rate * SLICE_SECONDS).max(1.0) as u32;
        Ok(())
    }
}

fn config(width: usize, engine: &str, coupling: &str) -> Result<Config> {
    let text = json!({
        "network": { "width": width },
        "training": { "engine": engine },
        "coupling": { "type": coupling },
        "sampling": { "particles": PARTICLES },
    });
    Config::from_json(&text.to_string())
}

/// Evaluations of the velocity of single particles, from what ten more Euler steps cost.
fn velocities_per_second(width: usize) -> Result<f64> {
    let experiment = Experiment::new(config(width, "fused", "independent")?)?;
    let seconds = |steps| -> Result<f64> {
        let began = busy_seconds();
        experiment.sample(Solver::Euler, steps)?;
        Ok(busy_seconds() - began)
    };
    let mut extra = Vec::new();
    for _ in 0..WARM_UP + ROUNDS {
        extra.push(seconds(20)? - seconds(10)?);
    }
    Ok(10.0 * PARTICLES as f64 / median(extra.into_iter().skip(WARM_UP)))
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

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
