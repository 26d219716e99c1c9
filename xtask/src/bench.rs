//! `cargo xtask bench`: how fast the lab trains, samples and draws, here.
//!
//! The same experiments run natively, in Node and in headless Chromium. Absolute numbers are this machine's; the
//! ratios are what can be compared with another's.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::browsers::Browser;
use crate::{build, test, tools};

#[derive(clap::Args)]
pub struct Options {
    /// Also write the rows to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What a measuring program prints, one JSON object a line.
#[derive(Deserialize, Clone)]
struct Measurement {
    #[serde(skip)]
    place: &'static str,
    what: String,
    value: f64,
    width: Option<usize>,
    engine: Option<String>,
    coupling: Option<String>,
    particles: Option<usize>,
}

/// One row of the table.
#[derive(Serialize)]
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    ratio: Option<f64>,
    baseline: Option<String>,
}

/// Measures everywhere, prints the table and writes the file.
pub fn run(options: &Options) -> Result<()> {
    build::package()?;
    test::npm_ci()?;
    let mut measured = Vec::new();
    let mut native = tools::cargo();
    native.args(["bench", "--quiet", "--package", "flow-core", "--bench", "throughput"]);
    collect("native", &mut native, &mut measured)?;
    for place in ["node", "chromium"] {
        let mut node = test::node()?;
        node.args(["bench/run.js", place]).env("FLOW_XTASK", std::env::current_exe()?);
        if place == "chromium" {
            node.env(Browser::Chromium.variable(), Browser::Chromium.find_or_install()?);
        }
        collect(place, &mut node, &mut measured)?;
    }

    let rows: Vec<Row> = measured.iter().map(|measurement| Row::new(measurement, &measured)).collect();
    println!("\n{:>7}  {:<52} {:>14}", "ratio", "name", "value");
    for row in &rows {
        println!("{row}");
    }
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_string_pretty(&rows)?)
            .with_context(|| format!("{} could not be written", file.display()))?;
    }
    Ok(())
}

fn collect(
    place: &'static str,
    command: &mut std::process::Command,
    into: &mut Vec<Measurement>,
) -> Result<()> {
    eprintln!("measuring in {place}");
    let before = into.len();
    let success = tools::run_lines(command, |line| {
        if let Ok(measurement) = serde_json::from_str::<Measurement>(line) {
            into.push(Measurement { place, ..measurement });
        }
    })?;
    ensure!(success && into.len() > before, "measuring in {place} failed; the message is above");
    Ok(())
}

impl Measurement {
    fn name(&self) -> String {
        let mut words = vec![format!("{}: {}", self.place, self.what)];
        words.extend(self.width.map(|width| format!("3x{width}")));
        words.extend(self.engine.clone());
        words.extend(self.coupling.clone());
        words.extend(self.particles.map(|particles| format!("{particles} particles")));
        words.join(", ")
    }

    fn unit(&self) -> &'static str {
        match self.what.as_str() {
            "training" => "steps/s",
            "velocity" => "points/s",
            what if what.starts_with("wasm bytes") => "bytes",
            _ => "ms",
        }
    }

    /// What this is best compared with: our engine with burn's own, OT with independent pairs, wasm with native code.
    fn baseline<'a>(&self, all: &'a [Self]) -> Option<&'a Self> {
        let find = |place: &str, engine: Option<&str>, coupling: Option<&str>| {
            all.iter().find(|other| {
                (other.place, &other.what, other.width) == (place, &self.what, self.width)
                    && (other.engine.as_deref(), other.coupling.as_deref()) == (engine, coupling)
            })
        };
        match (self.what.as_str(), self.engine.as_deref(), self.coupling.as_deref()) {
            ("training", Some("fused"), Some("independent")) => {
                find(self.place, Some("flex"), Some("independent"))
            }
            ("training", Some("fused"), _) => find(self.place, Some("fused"), Some("independent")),
            ("training", Some("flex"), _) => find(self.place, Some("ndarray"), Some("independent")),
            ("velocity", ..) if self.place != "native" => find("native", None, None),
            _ => None,
        }
    }
}

impl Row {
    fn new(measurement: &Measurement, all: &[Measurement]) -> Self {
        let baseline = measurement.baseline(all);
        Self {
            name: measurement.name(),
            value: measurement.value,
            unit: measurement.unit(),
            ratio: baseline.map(|baseline| measurement.value / baseline.value),
            baseline: baseline.map(Measurement::name),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        let digits = if self.value < 100.0 { 2 } else { 0 };
        write!(formatter, "{ratio:>7}  {:<52} {:>14.digits$} {}", self.name, self.value, self.unit)?;
        if let Some(baseline) = &self.baseline {
            write!(formatter, "   against {baseline}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(place: &'static str, json: &str) -> Measurement {
        Measurement { place, ..serde_json::from_str(json).unwrap() }
    }

    #[test]
    fn our_engine_is_compared_with_burns_own_in_the_same_place() {
        let training = |place, engine, value| {
            measured(
                place,
                &format!(
                    r#"{{"what":"training","width":64,"engine":"{engine}","coupling":"independent","value":{value}}}"#
                ),
            )
        };
        let all =
            [training("node", "flex", 100), training("native", "flex", 300), training("node", "fused", 500)];
        let row = Row::new(&all[2], &all);
        assert_eq!(row.ratio, Some(5.0));
        assert_eq!(row.baseline.as_deref(), Some("node: training, 3x64, flex, independent"));
        assert!(row.to_string().starts_with("   5.00  node: training, 3x64, fused, independent"), "{row}");
    }

    #[test]
    fn wasm_is_compared_with_native_code() {
        let all = [
            measured("native", r#"{"what":"velocity","width":64,"value":200}"#),
            measured("chromium", r#"{"what":"velocity","width":64,"value":100}"#),
            measured("chromium", r#"{"what":"frame","particles":5000,"value":2.5}"#),
        ];
        assert_eq!(Row::new(&all[1], &all).ratio, Some(0.5));
        assert_eq!(Row::new(&all[2], &all).ratio, None);
    }
}
