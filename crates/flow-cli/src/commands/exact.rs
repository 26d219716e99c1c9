//! `flow exact`: what is known in closed form at points of the path.

use std::path::PathBuf;

use clap::Args;
use flow_core::Error;
use serde::{Deserialize, Serialize};

use crate::{failure::Failure, field::SpecOptions, input, output};

/// Options of `flow exact`.
#[derive(Debug, Args)]
#[command(after_help = "\
SPEC.json:
  {\"target\": {\"preset\": \"five-modes\"}, \"source\": {\"type\": \"standard_normal\"},
   \"schedule\": {\"type\": \"cond-ot\"}}
  targets and sources: {\"preset\": NAME} | {\"type\": \"standard_normal\"} |
    {\"type\": \"gaussian_mixture\", \"weights\": [..], \"means\": [[x,y]..], \"covs\": [[[a,b],[c,d]]..]} |
    {\"type\": \"uniform_rectangles\", \"weights\": [..], \"rects\": [[left,right,bottom,top]..]} |
    {\"type\": \"points\", \"points\": [[x,y]..]}
  schedules: {\"type\": \"cond-ot\"} | {\"type\": \"cosine\"} |
    {\"type\": \"vp\", \"beta_min\": 0.1, \"beta_max\": 20}
POINTS.json:
  [{\"t\": 0.3, \"x\": [0.1, -1.2]}, ..]

Example:
  echo '[{\"t\": 0.5, \"x\": [0.1, -1.2]}]' | flow exact --preset five-modes --points -")]
pub struct Options {
    #[command(flatten)]
    spec: SpecOptions,
    /// JSON file with times and points
    #[arg(long, value_name = "POINTS.json")]
    points: PathBuf,
}

const ACCEPTED_POINTS: &str = r#"a list [{"t": 0.5, "x": [0.1, -1.2]}, ..] of times and points"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    t: f64,
    x: [f64; 2],
}

#[derive(Default, Serialize)]
struct Answer {
    velocity: Vec<[f64; 2]>,
    score: Vec<[f64; 2]>,
    log_density: Vec<f64>,
    divergence: Vec<f64>,
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        input::check_stdin(&[("--spec", self.spec.path()), ("--points", Some(&self.points))])?;
        let (_, field) = self.spec.exact()?;
        let points: Vec<Point> =
            input::parse("points", ACCEPTED_POINTS, &input::text("--points", &self.points)?)?;
        let mut answer = Answer::default();
        for (index, Point { t, x }) in points.into_iter().enumerate() {
            let local =
                field.marginal(t).and_then(|marginal| marginal.at(x)).map_err(|error| at(index, error))?;
            answer.velocity.push(local.velocity);
            answer.score.push(local.score);
            answer.log_density.push(local.log_density);
            answer.divergence.push(local.divergence);
        }
        output::json(&answer)
    }
}

/// Says at which point something is wrong.
fn at(index: usize, error: Error) -> Error {
    match error {
        Error::Invalid { field, value, accepted } => {
            Error::Invalid { field: format!("points[{index}].{field}"), value, accepted }
        }
        Error::Unavailable { quantity, reason } => {
            Error::Unavailable { quantity: format!("{quantity} of points[{index}]"), reason }
        }
        error => error,
    }
}
