//! `cargo xtask bench`: how fast the lab trains, samples and draws, here.
//!
//! The same experiments run natively, in Node and in headless Chromium, and with `--peers` also in
//! `PyTorch` and TensorFlow.js. All take turns in slices of a tenth of a second, so that whatever else
//! the machine does meets them all, and medians count. Absolute numbers are this machine's; the
//! ratios are what can be compared with another's.

mod contestant;
mod peers;
mod row;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::browsers::Browser;
use crate::{build, test, tools};
use contestant::Contestant;
use row::{Measurement, Row};

/// Chromium with the package that fuses products with sums.
const RELAXED: &str = "chromium-relaxed";

/// Slices to find out how much work fills one.
const WARM_UP: usize = 2;

#[derive(clap::Args)]
pub struct Options {
    /// Also write the rows to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Compare with `PyTorch` and TensorFlow.js on one thread too; installs them below target/
    #[arg(long)]
    peers: bool,
    /// Measure what relaxed-simd's fused multiply-add would bring too: faster, with bits that depend on the processor
    #[arg(long)]
    relaxed_simd: bool,
    /// Slices of each measurement; the median counts
    #[arg(long, value_name = "COUNT", default_value_t = 9)]
    rounds: usize,
}

/// Measures everywhere, prints the table and writes the file.
pub fn run(options: &Options) -> Result<()> {
    build::everything()?;
    test::npm_ci()?;
    let mut contestants = start(options)?;
    let mut measured = take_turns(&mut contestants, options.rounds)?;
    for contestant in contestants {
        contestant.finish()?;
    }
    measured.extend(row::derived(&measured));

    let rows: Vec<Row> = measured.iter().flat_map(|measurement| Row::of(measurement, &measured)).collect();
    println!("\n{:>7}  {:<60} {:>14}", "ratio", "name", "value");
    for row in &rows {
        println!("{row}");
    }
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_string_pretty(&rows)?)
            .with_context(|| format!("{} could not be written", file.display()))?;
    }
    Ok(())
}

fn start(options: &Options) -> Result<Vec<Contestant>> {
    let pkg = build::package_to_compare()?;
    let relaxed = if options.relaxed_simd { Some(build::relaxed_package()?) } else { None };
    let mut native = tools::cargo();
    native.args(["bench", "--quiet", "--package", "flow-core", "--bench", "throughput"]);
    let mut contestants = vec![Contestant::start("native", &mut native)?];
    let peak = peers::peak()?;
    let packages = [("node", Some(&pkg)), ("chromium", Some(&pkg)), (RELAXED, relaxed.as_ref())];
    for (place, pkg) in packages {
        let Some(pkg) = pkg else { continue };
        let mut node = test::node()?;
        node.args(["bench/run.js", place])
            .env("FLOW_XTASK", std::env::current_exe()?)
            .env("FLOW_PKG", pkg)
            .env("FLOW_PEAK", &peak);
        if place != "node" {
            node.env(Browser::Chromium.variable(), Browser::Chromium.find_or_install()?);
        }
        contestants.push(Contestant::start(place, &mut node)?);
    }
    if options.peers {
        contestants.push(Contestant::start("pytorch", &mut peers::torch()?)?);
        contestants.push(Contestant::start("tfjs", &mut peers::tensorflow()?)?);
    }
    Ok(contestants)
}

/// The facts, and the median of `rounds` slices of every task.
fn take_turns(contestants: &mut [Contestant], rounds: usize) -> Result<Vec<Measurement>> {
    let mut measured = Vec::new();
    for contestant in &*contestants {
        let place = contestant.place;
        eprintln!("{place}: {}", contestant.greeting.version.as_deref().unwrap_or("this version"));
        measured.extend(contestant.greeting.facts.iter().cloned().map(|fact| Measurement { place, ..fact }));
    }
    let tasks = |contestant: &Contestant| contestant.greeting.tasks.clone();
    let mut widths: Vec<_> = contestants.iter().flat_map(tasks).map(|task| task.width).collect();
    widths.sort_unstable();
    widths.dedup();
    for width in widths {
        let mut values = HashMap::<(usize, usize), Vec<f64>>::new();
        for round in 0..WARM_UP + rounds {
            for (which, contestant) in contestants.iter_mut().enumerate() {
                for (index, task) in tasks(contestant).into_iter().enumerate() {
                    if task.width == width {
                        let value = contestant.measure(index)?;
                        values.entry((which, index)).or_default().extend((round >= WARM_UP).then_some(value));
                    }
                }
            }
        }
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_unstable_by_key(|(key, _)| *key);
        measured.extend(values.into_iter().map(|((which, index), values)| Measurement {
            place: contestants[which].place,
            task: contestants[which].greeting.tasks[index].clone(),
            value: median(values),
        }));
        eprintln!("measured {}", width.map_or_else(|| "the rest".to_owned(), |width| format!("3x{width}")));
    }
    Ok(measured)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
