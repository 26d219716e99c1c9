//! `flow sample`: moves points along a field.

use std::path::PathBuf;

use clap::{Args, builder::PossibleValuesParser};
use flow_core::{
    Config, Rng, Scalar, Solver,
    field::{Denoiser, Score, VelocityField},
    registry,
    solver::{Diffusion, Tolerances, Trajectories, ancestral, euler_maruyama, integrate, integrate_to_end},
};
use serde::Serialize;
use serde_json::json;

use crate::{
    failure::Failure,
    field::{ClassOptions, Field, FieldOptions},
    input, numbers,
    output::{self, Format},
};

/// Options of `flow sample`.
#[derive(Debug, Args)]
#[command(after_help = "\
The result is {\"endpoints\": [[x,y]..], \"nfe\": N}, where N counts velocity evaluations per point.
With --trajectories also {\"times\": [..], \"trajectories\": [[[x,y] at each time].. for each point]}.

Examples:
  flow sample --preset five-modes --count 1000 --solver dopri5 --rtol 1e-8 --format csv
  echo '[[0.3,-1.2]]' | flow sample --spec spec.json --starts - --steps 8 --trajectories
  flow sample --preset five-modes --count 1000 --solver sde --sigma 1 --steps 500
  flow sample --preset five-modes --starts data.json --from 1 --to 0 --solver rk4 --steps 100")]
pub struct Options {
    #[command(flatten)]
    field: FieldOptions,
    #[command(flatten)]
    class: ClassOptions,
    #[command(flatten)]
    starts: StartOptions,
    #[command(flatten)]
    solver: SolverOptions,
    /// Keep every state of the solver, not only the last
    #[arg(long)]
    trajectories: bool,
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Where the points start.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct StartOptions {
    /// File of starting points (JSON list of pairs, or CSV)
    #[arg(long, value_name = "STARTS.json")]
    starts: Option<PathBuf>,
    /// Number of starting points, drawn from the source
    #[arg(long, value_name = "N", value_parser = numbers::count)]
    count: Option<usize>,
}

/// How they move.
#[derive(Debug, Args)]
pub struct SolverOptions {
    /// Method
    #[arg(long, value_name = "NAME", default_value = "euler", value_parser = solver_names())]
    solver: String,
    /// Steps of a fixed-step solver
    #[arg(long, value_name = "N", default_value = "100", value_parser = numbers::steps)]
    steps: usize,
    /// Relative tolerance of dopri5
    #[arg(long, value_name = "E", default_value_t = Tolerances::DEFAULT.rtol, value_parser = numbers::finite, allow_negative_numbers = true)]
    rtol: f64,
    /// Absolute tolerance of dopri5 [default: the relative one]
    #[arg(long, value_name = "E", value_parser = numbers::finite, allow_negative_numbers = true)]
    atol: Option<f64>,
    /// Noise strength g of the sde
    #[arg(long, value_name = "G", default_value_t = 1.0, value_parser = numbers::finite, allow_negative_numbers = true)]
    sigma: f64,
    /// How the noise of the sde changes with time [default: constant for exact fields, sqrt-sigma for trained ones]
    #[arg(long, value_name = "NAME", value_parser = diffusion_names())]
    diffusion: Option<String>,
    /// Time at the starting points
    #[arg(long, value_name = "T", default_value_t = 0.0, value_parser = numbers::time, allow_negative_numbers = true)]
    from: f64,
    /// Time at the end points
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = numbers::time, allow_negative_numbers = true)]
    to: f64,
    /// Seed of the starting points and of the noise [default: the configuration's]
    #[arg(long, value_name = "N", value_parser = numbers::seed)]
    seed: Option<u64>,
}

const SDE: &str = "sde";
const DDIM: &str = "ddim";
const DDPM: &str = "ddpm";

fn solver_names() -> PossibleValuesParser {
    Solver::ENTRIES.iter().map(|entry| entry.name).chain([SDE, DDIM, DDPM]).collect::<Vec<_>>().into()
}

fn diffusion_names() -> PossibleValuesParser {
    Diffusion::ENTRIES.iter().map(|entry| entry.name).collect::<Vec<_>>().into()
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        input::check_stdin(&[self.field.path(), ("--starts", self.starts.starts.as_deref())])?;
        let (chosen, keep) = (self.field.read(&self.class)?, self.trajectories);
        let starts = self.starts.read(chosen.config(), self.solver.seed(chosen.config()))?;
        match &chosen {
            Field::Exact(config, field) => {
                let noise = Diffusion::Constant { g: 1.0 };
                self.print(&self.solver.run(&**field, config, noise, &starts, keep)?)
            }
            Field::Trained(experiment, field) => {
                let noise = Diffusion::SqrtSigma { g: 1.0 };
                let starts: Vec<_> = starts.iter().map(|x| x.map(|x| x as f32)).collect();
                self.print(&self.solver.run(field, experiment.config(), noise, &starts, keep)?)
            }
        }
    }

    fn print<S: Scalar + Serialize + std::fmt::Display>(&self, run: &Trajectories<S>) -> Result<(), Failure> {
        match (self.format, self.trajectories) {
            (Format::Json, false) => output::json(&json!({ "endpoints": run.end(), "nfe": run.evaluations })),
            (Format::Json, true) => {
                let path = |i: usize| (0..run.times.len()).map(|k| run.state(k)[i]).collect::<Vec<_>>();
                let paths: Vec<_> = (0..run.particle_count()).map(path).collect();
                output::json(&json!({
                    "endpoints": run.end(), "nfe": run.evaluations, "times": run.times, "trajectories": paths
                }))
            }
            (Format::Csv, false) => output::write(|out| {
                writeln!(out, "x,y")?;
                run.end().iter().try_for_each(|[x, y]| writeln!(out, "{x},{y}"))
            }),
            (Format::Csv, true) => output::write(|out| {
                writeln!(out, "particle,t,x,y")?;
                (0..run.particle_count()).try_for_each(|i| {
                    (0..run.times.len()).try_for_each(|k| {
                        let [x, y] = run.state(k)[i];
                        writeln!(out, "{i},{},{x},{y}", run.times[k])
                    })
                })
            }),
        }
    }
}

impl StartOptions {
    fn read(&self, config: &Config, seed: u64) -> Result<Vec<[f64; 2]>, Failure> {
        if let Some(path) = &self.starts {
            return input::points("--starts", path);
        }
        let mut rng = Rng::stream(seed, "particles");
        let drawn = config.source.build("source")?.sample(&mut rng, self.count.unwrap_or(1));
        Ok(drawn.into_iter().map(|x| x.map(f64::from)).collect())
    }
}

impl SolverOptions {
    /// The seed asked for, or the configuration's.
    pub fn seed(&self, config: &Config) -> u64 {
        self.seed.unwrap_or(config.seed)
    }

    /// Moves `starts` along `field` as the options say; `diffusion` is the default kind of noise.
    pub fn run<F: Score + Denoiser<Scalar = <F as VelocityField>::Scalar>>(
        &self,
        field: &F,
        config: &Config,
        diffusion: Diffusion,
        starts: &[[<F as VelocityField>::Scalar; 2]],
        keep_all: bool,
    ) -> Result<Trajectories<<F as VelocityField>::Scalar>, Failure> {
        let span = (self.from, self.to);
        let mut rng = Rng::stream(self.seed(config), "diffusion");
        let run = match self.solver.as_str() {
            SDE => {
                let diffusion = self.diffusion(diffusion)?;
                euler_maruyama(field, diffusion, config.schedule, span, self.steps, starts, &mut rng)?
            }
            DDIM => ancestral(field, config.schedule, 0.0, span, self.steps, starts, &mut rng)?,
            DDPM => ancestral(field, config.schedule, 1.0, span, self.steps, starts, &mut rng)?,
            name => {
                let solver = match registry::find(Solver::ENTRIES, "--solver", name)?.value {
                    Solver::Dopri5(_) => {
                        let tolerances = Tolerances { rtol: self.rtol, atol: self.atol.unwrap_or(self.rtol) };
                        Solver::Dopri5(tolerances)
                    }
                    solver => solver,
                };
                let solve = if keep_all { integrate } else { integrate_to_end };
                solve(field, solver, span, self.steps, starts)?
            }
        };
        Ok(run)
    }

    fn diffusion(&self, default: Diffusion) -> Result<Diffusion, Failure> {
        let kind = match &self.diffusion {
            Some(name) => registry::find(Diffusion::ENTRIES, "--diffusion", name)?.value,
            None => default,
        };
        let g = self.sigma;
        Ok(match kind {
            Diffusion::Constant { .. } => Diffusion::Constant { g },
            Diffusion::SqrtSigma { .. } => Diffusion::SqrtSigma { g },
        })
    }
}
