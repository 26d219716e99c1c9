//! `flow likelihood`: the log density of points, by the change of variables along the flow.

use std::path::PathBuf;

use clap::Args;
use flow_core::{likelihood::log_likelihood, solver::Tolerances};
use serde_json::json;

use crate::{
    failure::Failure,
    field::{ClassOptions, Field, FieldOptions},
    input, numbers, output,
};

/// Options of `flow likelihood`.
#[derive(Debug, Args)]
#[command(after_help = "\
The result is {\"log_likelihood\": [..], \"mean\": M}, in nats.

Examples:
  flow likelihood --model five.flow --points held-out.csv
  echo '[[0,2],[0,0]]' | flow likelihood --preset five-modes --points -")]
pub struct Options {
    #[command(flatten)]
    field: FieldOptions,
    #[command(flatten)]
    class: ClassOptions,
    /// File of points (JSON list of pairs, or CSV)
    #[arg(long, value_name = "POINTS")]
    points: PathBuf,
    /// Time of the marginal, 1 being the data; targets with hard edges need one below 1
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = numbers::time, allow_negative_numbers = true)]
    time: f64,
    /// Relative and absolute tolerance of the solver
    #[arg(long, value_name = "E", default_value_t = 1e-6, value_parser = numbers::finite, allow_negative_numbers = true)]
    rtol: f64,
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        input::check_stdin(&[self.field.path(), ("--points", Some(&self.points))])?;
        let field = self.field.read(&self.class)?;
        let points = input::points("--points", &self.points)?;
        let tolerances = Tolerances { rtol: self.rtol, atol: self.rtol };
        let values = match &field {
            Field::Exact(_, field) => {
                // The exact marginal at t = 0, which for some schedules is not quite the source.
                let start = field.marginal(0.0)?;
                let source = |x| start.at(x).map_or(f64::NEG_INFINITY, |local| local.log_density);
                log_likelihood(&**field, source, tolerances, self.time, &points)?
            }
            Field::Shown(experiment) => {
                let source = experiment.config().source.build("source")?;
                let field = experiment.shown_field(None)?;
                log_likelihood(&field, |x| source.log_density(x), tolerances, self.time, &points)?
            }
        };
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        output::json(&json!({ "log_likelihood": values, "mean": mean }))
    }
}
