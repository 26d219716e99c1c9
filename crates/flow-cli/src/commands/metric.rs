//! `flow metric`: how far two sets of points are apart.

use std::path::{Path, PathBuf};

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser},
};
use flow_core::{
    metric::{Distance, ENTRIES},
    registry::{self, Entry},
};
use serde_json::json;

use crate::{failure::Failure, input, output};

/// Options of `flow metric`.
#[derive(Debug, Args)]
#[command(after_help = "\
Files are CSV (x,y), a JSON list of [x,y], or what `flow sample` wrote, of which the end points
count; `-` is standard input.

Examples:
  flow metric energy a.csv b.csv
  flow sample --preset two-moons --count 2000 | flow metric w2 - data.csv")]
pub struct Options {
    /// Which distance
    #[arg(value_name = "DISTANCE", value_parser = distance_names())]
    distance: String,
    /// The first set
    a: PathBuf,
    /// The second set
    b: PathBuf,
}

fn distance_names() -> PossibleValuesParser {
    let value = |entry: &Entry<Distance>| PossibleValue::new(entry.name).help(entry.summary);
    ENTRIES.iter().map(value).collect::<Vec<_>>().into()
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        input::check_stdin(&[("A", Some(&self.a)), ("B", Some(&self.b))])?;
        let (a, b) = (set("A", &self.a)?, set("B", &self.b)?);
        let distance = registry::find(ENTRIES, "DISTANCE", &self.distance)?;
        let value = (distance.value)(&a, &b)?;
        output::json(&json!({ "metric": distance.name, "value": value, "sizes": [a.len(), b.len()] }))
    }
}

/// The points in a file, as the metrics take them.
fn set(field: &str, path: &Path) -> Result<Vec<[f32; 2]>, Failure> {
    Ok(input::points(field, path)?.into_iter().map(|x| x.map(|x| x as f32)).collect())
}
