//! `flow list`: every name that other commands and configurations accept.

use clap::Args;
use flow_core::{
    Coupling, Schedule, Solver,
    config::{Decay, FieldKind, Objective, Round},
    distribution::PRESETS,
    metric,
    registry::Entry,
    solver::Diffusion,
};
use serde::{Serialize, Serializer};

use super::sample::SAMPLERS;
use crate::{failure::Failure, output};

/// Options of `flow list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  flow list\n  flow list --json | jq '.targets[].name'")]
pub struct Options {
    /// Write JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// One table of names.
struct Table {
    key: &'static str,
    title: &'static str,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    name: &'static str,
    label: &'static str,
    summary: &'static str,
}

/// An object with a list for each table.
struct Lists(Vec<Table>);

impl Serialize for Lists {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|table| (table.key, &table.items)))
    }
}

fn table<T>(key: &'static str, title: &'static str, entries: &[Entry<T>]) -> Table {
    listed(key, title, entries, |_| true)
}

fn listed<T>(
    key: &'static str,
    title: &'static str,
    entries: &[Entry<T>],
    is_listed: impl Fn(&T) -> bool,
) -> Table {
    let listed = entries.iter().filter(|entry| is_listed(&entry.value));
    let items = listed.map(|&Entry { name, label, summary, .. }| Item { name, label, summary }).collect();
    Table { key, title, items }
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        let lists = Lists(vec![
            listed("targets", "Targets", &PRESETS, |preset| preset.is_target),
            listed("sources", "Sources", &PRESETS, |preset| preset.is_source),
            table("schedules", "Schedules", Schedule::ENTRIES),
            table("couplings", "Couplings", Coupling::ENTRIES),
            table("objectives", "Objectives", Objective::ENTRIES),
            table("decays", "Decays of the learning rate", Decay::ENTRIES),
            table("rounds", "Rounds", Round::ENTRIES),
            table("fields", "Fields", FieldKind::ENTRIES),
            table("solvers", "Solvers", Solver::ENTRIES),
            table("samplers", "More solvers, of `flow sample` and `flow plot`", SAMPLERS),
            table("diffusions", "Noise of the sde", Diffusion::ENTRIES),
            table("distances", "Distances", metric::ENTRIES),
        ]);
        if self.json {
            return output::json(&lists);
        }
        output::write(|out| {
            for (index, Table { title, items, .. }) in lists.0.iter().enumerate() {
                writeln!(out, "{}{title}", if index > 0 { "\n" } else { "" })?;
                for Item { name, summary, .. } in items {
                    writeln!(out, "  {name:<16} {summary}")?;
                }
            }
            Ok(())
        })
    }
}
