//! `flow sample`: moves points along a field.

use std::path::PathBuf;

use clap::{Args, builder::PossibleValuesParser};
use flow_core::{
    Config, Rng, Scalar, Solver,
    config::FieldKind,
    experiment::{Course, Method, Sampling},
    registry::{self, Entry},
    solver::{Diffusion, Keep, Tolerances, Trajectories},
};
use serde::Serialize;
use serde_json::json;

use crate::{
    failure::Failure,
    field::{ClassOptions, Field, FieldOptions, KindOptions, names, shown_field},
    input, numbers,
    output::{self, Format},
    starts,
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
  flow sample --model five.flow --field paired --count 1000 --steps 8 --trajectories
  flow sample --preset five-modes --starts data.json --from 1 --to 0 --solver rk4 --steps 100
  flow sample --preset five-modes --count 1000 --from 0.5 --trajectories --format csv")]
pub struct Options {
    #[command(flatten)]
    field: FieldOptions,
    #[command(flatten)]
    kind: KindOptions,
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
    /// File of starting points: a JSON list of pairs, CSV, or the end points that `flow sample` wrote
    #[arg(long, value_name = "STARTS.json")]
    starts: Option<PathBuf>,
    /// Number of starting points, drawn from the path at --from: from the source unless that is set
    #[arg(long, value_name = "N", value_parser = numbers::count)]
    count: Option<usize>,
}

/// How they move.
#[derive(Debug, Args)]
pub struct SolverOptions {
    /// Method
    #[arg(long, value_name = "NAME", default_value = "euler", value_parser = solver_names())]
    solver: String,
    /// Steps, of any method but dopri5 [default: 100]
    #[arg(long, value_name = "N", value_parser = numbers::steps)]
    steps: Option<usize>,
    /// Relative tolerance of dopri5 [default: 1e-5]
    #[arg(long, value_name = "E", value_parser = numbers::finite)]
    rtol: Option<f64>,
    /// Absolute tolerance of dopri5 [default: the relative one]
    #[arg(long, value_name = "E", value_parser = numbers::finite)]
    atol: Option<f64>,
    /// Noise strength g of the sde [default: 1]
    #[arg(long, value_name = "G", value_parser = numbers::finite)]
    sigma: Option<f64>,
    /// How the noise of the sde changes with time [default: constant for exact fields, sqrt-sigma for trained ones]
    #[arg(long, value_name = "NAME", value_parser = names(Diffusion::ENTRIES))]
    diffusion: Option<String>,
    /// Time at the starting points
    #[arg(long, value_name = "T", default_value_t = 0.0, value_parser = numbers::time)]
    pub from: f64,
    /// Time at the end points
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = numbers::time)]
    pub to: f64,
    /// Seed of the starting points and of the noise [default: the configuration's]
    #[arg(long, value_name = "N", value_parser = numbers::seed)]
    seed: Option<u64>,
}

const SDE: &str = "sde";
const DDIM: &str = "ddim";
const DDPM: &str = "ddpm";

/// The methods that are no solver of the flow.
pub const SAMPLERS: &[Entry<Method>] = &[
    Entry {
        name: SDE,
        label: "SDE",
        summary: "Euler-Maruyama along the stochastic equation with the same marginals.",
        value: Method::Noisy(Diffusion::Constant { g: 1.0 }),
    },
    Entry {
        name: DDIM,
        label: "DDIM",
        summary: "From guess to guess of the data, without noise.",
        value: Method::Ddim,
    },
    Entry {
        name: DDPM,
        label: "DDPM",
        summary: "From guess to guess of the data, with fresh noise at each step.",
        value: Method::Ddpm,
    },
];

fn solver_names() -> PossibleValuesParser {
    let solvers = Solver::ENTRIES.iter().map(|entry| entry.name);
    solvers.chain(SAMPLERS.iter().map(|entry| entry.name)).collect::<Vec<_>>().into()
}

/// Steps, unless said otherwise.
const USUAL_STEPS: usize = 100;

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        input::check_stdin(&[self.field.path(), ("--starts", self.starts.starts.as_deref())])?;
        let kind = self.kind.kind()?;
        let chosen = self.field.read_kind(kind, &self.class)?;
        let (seed, conversion) = (self.solver.seed(chosen.config()), chosen.conversion()?);
        let keep = if self.trajectories { Keep::EveryState } else { Keep::BothEnds };
        if kind == Some(FieldKind::Paired) {
            self.solver.check_start()?;
        }
        let starts = self.starts.read(&chosen, self.solver.from, seed)?;
        let rng = Rng::stream(seed, "diffusion");
        match &chosen {
            Field::Exact(_, field) => {
                let course = self.solver.course(Diffusion::Constant { g: 1.0 }, keep)?;
                self.print(&Sampling::new(&**field, &conversion, course, &starts, rng)?.finish()?)
            }
            Field::Shown(experiment) => {
                let course = self.solver.course(Diffusion::SqrtSigma { g: 1.0 }, keep)?;
                let starts: Vec<_> = starts.iter().map(|x| x.map(|x| x as f32)).collect();
                let field = shown_field(experiment, &starts, seed)?;
                self.print(&Sampling::new(field, &conversion, course, &starts, rng)?.finish()?)
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
    /// The points of the file, or drawn ones of the path of `field` at time `from`.
    fn read(&self, field: &Field, from: f64, seed: u64) -> Result<Vec<[f64; 2]>, Failure> {
        match &self.starts {
            Some(path) => input::points("--starts", path),
            None => starts::drawn(field, from, self.count.unwrap_or(1), seed),
        }
    }
}

impl SolverOptions {
    /// The seed asked for, or the configuration's.
    pub fn seed(&self, config: &Config) -> u64 {
        self.seed.unwrap_or(config.seed)
    }

    /// The course that the options ask for; `noise` is the usual kind of noise.
    pub fn course(&self, noise: Diffusion, keep: Keep) -> Result<Course, Failure> {
        let (method, steps) = (self.method(noise)?, self.steps.unwrap_or(USUAL_STEPS));
        if method == Method::Ddpm && self.to < self.from {
            let accepted = "another where --to is before --from: ddpm goes from noise to data only";
            return Err(Failure::input("--solver", DDPM, accepted));
        }
        Ok(Course { method, span: (self.from, self.to), steps, keep })
    }

    /// The method, once no option is left that it would not heed.
    fn method(&self, noise: Diffusion) -> Result<Method, Failure> {
        let only = |option: &str, value: Option<String>, methods: &str| match value {
            Some(value) => Err(Failure::input(
                option,
                value,
                format!("left out with {}: it is for {methods}", self.solver),
            )),
            None => Ok(()),
        };
        let number = |value: Option<f64>| value.map(|value| value.to_string());
        if self.solver != SDE {
            only("--sigma", number(self.sigma), SDE)?;
            only("--diffusion", self.diffusion.clone(), SDE)?;
        }
        let solver = Solver::ENTRIES.iter().find(|entry| entry.name == self.solver).map(|entry| entry.value);
        if solver.is_some_and(Solver::is_adaptive) {
            only(
                "--steps",
                self.steps.map(|steps| steps.to_string()),
                "methods that do not choose their own",
            )?;
        } else {
            only("--rtol", number(self.rtol), "dopri5")?;
            only("--atol", number(self.atol), "dopri5")?;
        }
        Ok(match (self.solver.as_str(), solver) {
            (_, Some(Solver::Dopri5(usual))) => {
                let rtol = self.rtol.unwrap_or(usual.rtol);
                Method::Flow(Solver::Dopri5(Tolerances { rtol, atol: self.atol.unwrap_or(rtol) }))
            }
            (_, Some(solver)) => Method::Flow(solver),
            (SDE, None) => Method::Noisy(self.noise(noise)?),
            (DDIM, None) => Method::Ddim,
            (_, None) => Method::Ddpm,
        })
    }

    fn noise(&self, usual: Diffusion) -> Result<Diffusion, Failure> {
        let kind = match &self.diffusion {
            Some(name) => registry::find(Diffusion::ENTRIES, "--diffusion", name)?.value,
            None => usual,
        };
        let g = self.sigma.unwrap_or(1.0);
        Ok(match kind {
            Diffusion::Constant { .. } => Diffusion::Constant { g },
            Diffusion::SqrtSigma { .. } => Diffusion::SqrtSigma { g },
        })
    }

    /// A point that knows its own data begins where its path does.
    pub fn check_start(&self) -> Result<(), Failure> {
        if self.from == 0.0 {
            return Ok(());
        }
        Err(Failure::input("--from", self.from, "0 with --field paired: a pair's path begins at its noise"))
    }
}
