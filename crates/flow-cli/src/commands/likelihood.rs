//! `flow likelihood`: the log density of points, by the change of variables along the flow.

use std::path::PathBuf;

use clap::Args;
use flow_core::{
    Error,
    distribution::{Distribution, Family},
    likelihood::log_likelihood,
    solver::Tolerances,
};
use serde_json::json;

use crate::{
    failure::Failure,
    field::{ClassOptions, Field, FieldOptions},
    input, numbers, output,
};

/// Options of `flow likelihood`.
#[derive(Debug, Args)]
#[command(after_help = "\
The result is {\"log_likelihood\": [..], \"reached\": N, \"mean\": M}, in nats. null stands for a
point that the flow does not reach from its source: the density there is 0. The mean is over the N
points that it reaches.

Examples:
  flow likelihood --model five.flow --points held-out.csv
  echo '[[0,2],[0,0]]' | flow likelihood --preset five-modes --points -")]
pub struct Options {
    #[command(flatten)]
    field: FieldOptions,
    #[command(flatten)]
    class: ClassOptions,
    /// File of points: a JSON list of pairs, CSV, or what `flow sample` wrote
    #[arg(long, value_name = "POINTS")]
    points: PathBuf,
    /// Time of the marginal, 1 being the data; targets with hard edges need one below 1
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = numbers::time)]
    time: f64,
    /// Relative and absolute tolerance of the solver
    #[arg(long, value_name = "E", default_value_t = 1e-6, value_parser = numbers::finite)]
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
                check_density(&*source)?;
                let field = experiment.shown_field(None)?;
                log_likelihood(&field, |x| source.log_density(x), tolerances, self.time, &points)?
            }
        };
        let (sum, reached) = values
            .iter()
            .filter(|value| value.is_finite())
            .fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
        let mean = (reached > 0).then(|| sum / reached as f64);
        output::json(&json!({ "log_likelihood": values, "reached": reached, "mean": mean }))
    }
}

/// Bare points have no density that a flow could carry on. An exact field says so itself.
fn check_density(source: &dyn Distribution) -> Result<(), Error> {
    match source.family() {
        Family::Points(_) => Err(Error::unavailable(
            "the likelihood",
            "the source is made of bare points, which have no density",
        )),
        Family::GaussianMixture(_) | Family::Rectangles(_) => Ok(()),
    }
}
