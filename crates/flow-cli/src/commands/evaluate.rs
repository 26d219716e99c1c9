//! `flow evaluate`: every metric of a trained model, for several numbers of steps.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use flow_core::{
    Experiment, Rng, Solver,
    config::FieldKind,
    metric::{self, Distance, length_ratio, path_energy},
    registry::{self, Entry},
};
use serde::Serialize;
use serde_json::json;

use crate::{failure::Failure, field, numbers, output};

/// Options of `flow evaluate`.
#[derive(Debug, Args)]
#[command(after_help = "\
A table goes to standard error and JSON to standard output. The energy distance is that of the page,
between the first 2,000 particles and as many points of the target, and energy_noise what it is rarely
above for points of the target itself; the other distances compare 1,000.

Example:
  flow evaluate board.flow --solver euler --steps 1,2,4,8,16,64")]
pub struct Options {
    /// File that `flow train` wrote
    model: PathBuf,
    /// Method
    #[arg(long, value_name = "NAME", default_value = "euler", value_parser = field::names(Solver::ENTRIES))]
    solver: String,
    /// Numbers of steps, separated by commas, of any method but dopri5 [default: 1,2,4,8,16,64]
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = numbers::steps)]
    steps: Option<Vec<usize>>,
}

/// Numbers of steps, unless said otherwise.
const USUAL_STEPS: [usize; 6] = [1, 2, 4, 8, 16, 64];

/// Samples compared by each distance but the energy distance; the exact assignment's work grows like the cube.
const COMPARED: usize = 1_000;

/// Steps of the fine trajectories that describe the flow itself.
const FINE_STEPS: usize = 64;

#[derive(Serialize)]
struct Row {
    /// `None` where the solver chooses its own.
    steps: Option<usize>,
    nfe: usize,
    hits: f64,
    modes: usize,
    mode_count: usize,
    straightness: f64,
    /// What the energy distance is rarely above for draws from the target itself.
    energy_noise: f64,
    /// Distances to the target by name.
    distances: BTreeMap<&'static str, f64>,
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        let mut experiment = field::model("MODEL", &self.model)?;
        field::show(&mut experiment, FieldKind::Learned, None)?;
        let solver = registry::find(Solver::ENTRIES, "--solver", &self.solver)?.value;
        let mut rng = Rng::stream(experiment.config().seed, "evaluation");
        let reference = experiment.target().sample(&mut rng, COMPARED.min(experiment.starts().len()));
        let rows = self.numbers_of_steps(solver)?.into_iter();
        let rows = rows.map(|steps| measure(&experiment, solver, steps, &reference));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        // The JSON has it all: a table that nobody reads may be lost.
        let _ = write_table(&rows, &mut io::stderr().lock());
        let fine = experiment.sample_with(Solver::Euler, FINE_STEPS)?;
        output::json(&json!({
            "model": self.model.display().to_string(),
            "training_steps": experiment.training_step(),
            "solver": self.solver,
            "particles": experiment.starts().len(),
            "loss": experiment.losses().recent(),
            "loss_floor": experiment.loss_floor().ok().map(|known| known.floor.value),
            "field_error": experiment.field_error().ok().map(|known| known.value),
            "straightness": experiment.straightness()?,
            "path_energy": path_energy(&fine),
            "length_ratio": length_ratio(&fine),
            "evaluations": rows,
        }))
    }
}

impl Options {
    fn numbers_of_steps(&self, solver: Solver) -> Result<Vec<Option<usize>>, Failure> {
        match &self.steps {
            Some(steps) if solver.is_adaptive() => {
                let accepted = format!("left out with {}, which chooses its own", self.solver);
                Err(Failure::input("--steps", format!("{steps:?}"), accepted))
            }
            _ if solver.is_adaptive() => Ok(vec![None]),
            steps => Ok(steps.as_deref().unwrap_or(&USUAL_STEPS).iter().copied().map(Some).collect()),
        }
    }
}

fn measure(
    experiment: &Experiment,
    solver: Solver,
    steps: Option<usize>,
    reference: &[[f32; 2]],
) -> Result<Row, Failure> {
    let run = experiment.sample_with(solver, steps.unwrap_or(1))?;
    let evaluation = experiment.evaluate(&run);
    let samples = &run.end()[..reference.len()];
    let distance = |entry: &Entry<Distance>| {
        let value = match entry.name {
            "energy" => evaluation.energy,
            _ => (entry.value)(samples, reference)?,
        };
        Ok((entry.name, value))
    };
    Ok(Row {
        steps,
        nfe: run.evaluations,
        hits: evaluation.hits,
        modes: evaluation.modes,
        mode_count: evaluation.mode_count,
        straightness: evaluation.straightness,
        energy_noise: evaluation.energy_noise,
        distances: metric::ENTRIES.iter().map(distance).collect::<Result<_, Failure>>()?,
    })
}

/// The rows for a reader.
fn write_table(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    write!(out, "{:>7} {:>7} {:>7} {:>7} {:>9}", "steps", "nfe", "hits", "modes", "straight")?;
    for entry in metric::ENTRIES {
        write!(out, " {:>9}", entry.name)?;
    }
    for Row { steps, nfe, hits, modes, mode_count, straightness, distances, .. } in rows {
        let modes = format!("{modes}/{mode_count}");
        let steps = steps.map_or("own".to_owned(), |steps| steps.to_string());
        write!(out, "\n{steps:>7} {nfe:>7} {hits:>7.4} {modes:>7} {straightness:>9.5}")?;
        for entry in metric::ENTRIES {
            write!(out, " {:>9.5}", distances[entry.name])?;
        }
    }
    writeln!(out)
}
