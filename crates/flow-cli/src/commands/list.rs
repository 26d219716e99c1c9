//! `flow list`: every name that other commands and configurations accept.

use clap::Args;
use flow_core::{
    Coupling, Schedule, Solver,
    config::{FieldKind, Round},
    distribution::PRESETS,
    metric,
    registry::Entry,
    solver::Diffusion,
};
use serde::Serialize;

use crate::{failure::Failure, output};

/// Options of `flow list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  flow list\n  flow list --json | jq '.targets[].name'")]
pub struct Options {
    /// Write JSON instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Item {
    name: &'static str,
    label: &'static str,
    summary: &'static str,
}

fn names<T>(entries: &[Entry<T>], is_listed: impl Fn(&T) -> bool) -> Vec<Item> {
    let listed = entries.iter().filter(|entry| is_listed(&entry.value));
    listed.map(|&Entry { name, label, summary, .. }| Item { name, label, summary }).collect()
}

#[derive(Serialize)]
struct Lists {
    targets: Vec<Item>,
    sources: Vec<Item>,
    schedules: Vec<Item>,
    couplings: Vec<Item>,
    rounds: Vec<Item>,
    fields: Vec<Item>,
    solvers: Vec<Item>,
    diffusions: Vec<Item>,
    distances: Vec<Item>,
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        let lists = Lists {
            targets: names(&PRESETS, |preset| preset.is_target),
            sources: names(&PRESETS, |preset| preset.is_source),
            schedules: names(Schedule::ENTRIES, |_| true),
            couplings: names(Coupling::ENTRIES, |_| true),
            rounds: names(Round::ENTRIES, |_| true),
            fields: names(FieldKind::ENTRIES, |_| true),
            solvers: names(Solver::ENTRIES, |_| true),
            diffusions: names(Diffusion::ENTRIES, |_| true),
            distances: names(metric::ENTRIES, |_| true),
        };
        if self.json {
            return output::json(&lists);
        }
        let Lists { targets, sources, schedules, couplings, rounds, fields, solvers, diffusions, distances } =
            &lists;
        let sections = [
            ("Targets", targets),
            ("Sources", sources),
            ("Schedules", schedules),
            ("Couplings", couplings),
            ("Rounds", rounds),
            ("Fields", fields),
            ("Solvers", solvers),
            ("Noise of the SDE", diffusions),
            ("Distances", distances),
        ];
        output::write(|out| {
            for (index, (title, names)) in sections.into_iter().enumerate() {
                writeln!(out, "{}{title}", if index > 0 { "\n" } else { "" })?;
                for Item { name, summary, .. } in names {
                    writeln!(out, "  {name:<16} {summary}")?;
                }
            }
            Ok(())
        })
    }
}
