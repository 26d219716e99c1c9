//! An experiment as a short PyTorch script and as commands, for readers who want to go on where the
//! page ends.
//!
//! The script draws from the same distributions, trains the same network by the same rule and
//! samples it by the same solver; only its random numbers are PyTorch's. Since the network is the
//! same, the script also loads the weights that [`safetensors`](crate::safetensors) writes, and then
//! gives the experiment's own samples up to rounding.

mod command;
mod pieces;

use std::fmt::Write;

pub use command::commands;

use crate::{
    Config, Coupling, DistributionSpec, Error, Result, Schedule, Solver,
    config::{Decay, FieldKind, Lesson, Objective, Round, Sampler},
    distribution::{Distribution, Family, GaussianMixture},
    field::preconditioning::Preconditioning,
    solver::Diffusion,
};

/// The script of `config`, trained for `steps` steps.
///
/// ```
/// let script = flow_core::script::pytorch(&flow_core::Config::default(), 1500)?;
/// assert!(script.contains("import copy, json, math, sys, torch"));
/// # Ok::<(), flow_core::Error>(())
/// ```
///
/// # Errors
/// As [`Config::validate`].
pub fn pytorch(config: &Config, steps: u64) -> Result<String> {
    config.validate()?;
    let (source, target) = (config.source.build("source")?, config.target.build("target")?);
    let begun = config.rounds.iter().take_while(|round| round.after < steps).count();
    let script =
        Script { config, source: &*source, target: &*target, rounds: &config.rounds[..begun], steps };
    script.write()
}

struct Script<'a> {
    config: &'a Config,
    source: &'a dyn Distribution,
    target: &'a dyn Distribution,
    /// Those that begin within the training steps.
    rounds: &'a [Round],
    steps: u64,
}

impl Script<'_> {
    fn write(&self) -> Result<String> {
        let mut text = String::new();
        self.head(&mut text)?;
        for (families, piece) in [
            (
                |family: &Family| matches!(family, Family::GaussianMixture(_)) && !is_normal(family),
                pieces::MIXTURE,
            ),
            (|family: &Family| matches!(family, Family::Rectangles(_)), pieces::RECTANGLES),
            (|family: &Family| matches!(family, Family::Points(_)), pieces::POINTS),
            (is_normal, pieces::NORMAL),
        ] as [(fn(&Family) -> bool, &str); 4]
        {
            if families(&self.source.family()) || families(&self.target.family()) {
                add(&mut text, piece);
            }
        }
        add(&mut text, &format!("source = {}\n", draws("source", &self.config.source, self.source)));
        add(&mut text, &format!("target = {}\n", draws("target", &self.config.target, self.target)));
        let schedules: Vec<_> = self.schedules().map(|schedule| name_and_call(schedule).0).collect();
        for (name, piece) in [("cond_ot", pieces::COND_OT), ("cosine", pieces::COSINE), ("vp", pieces::VP)] {
            if schedules.contains(&name) {
                add(&mut text, piece);
            }
        }
        add(&mut text, &self.network());
        add(&mut text, &self.pairs());
        add(&mut text, &self.training());
        for solver in self.solvers() {
            add(&mut text, &solver);
        }
        text.push_str(&self.main());
        Ok(text)
    }

    fn head(&self, text: &mut String) -> Result<()> {
        let config =
            serde_json::to_string(self.config).map_err(|error| Error::Framework(error.to_string()))?;
        let is_assigned = self.config.coupling != Coupling::Independent;
        let is_adaptive = self.config.sampling.solver.is_adaptive();
        let needs = if is_assigned || is_adaptive { "torch and scipy" } else { "torch" };
        *text = format!(
            "\
# An experiment of Flow Matching Lab as a PyTorch script. It needs {needs}.
#   python experiment.py                                  trains a network, then samples it
#   python experiment.py weights.safetensors              samples the page's network (needs safetensors)
#   python experiment.py weights.safetensors samples.csv  also compares with the page's samples
import copy, json, math, sys, torch
"
        );
        if is_assigned {
            text.push_str("from scipy.optimize import linear_sum_assignment\n");
        }
        if is_adaptive {
            text.push_str("from scipy.integrate import solve_ivp\n");
        }
        let other = match self.config.sampling.field {
            FieldKind::Learned => None,
            FieldKind::Exact => Some("the exact field"),
            FieldKind::Paired => Some("each particle's own pair"),
        };
        if let Some(other) = other {
            let note =
                format!("# The page shows {other} here; this script trains and samples the network.\n");
            text.insert_str(0, &note);
        }
        let seed = self.config.seed;
        write!(
            text,
            "\nCONFIG = json.loads(r'''{config}''')  # for flow train --config\ntorch.manual_seed({seed})\n"
        )
        .map_err(|error| Error::Framework(error.to_string()))
    }

    /// The network's schedules: the first, and those of the rounds.
    fn schedules(&self) -> impl Iterator<Item = Schedule> {
        std::iter::once(self.config.schedule).chain(self.rounds.iter().map(|round| round.schedule))
    }

    /// Classes the network is told; 0 for none.
    fn classes(&self) -> usize {
        self.config.training.class_dropout.map_or(0, |_| self.target.mode_count())
    }

    fn last_time(&self) -> f64 {
        self.schedules().map(Schedule::last_time).fold(1.0, f64::min)
    }

    fn network(&self) -> String {
        let network = &self.config.network;
        let [(source_mean, source_deviation), (target_mean, target_deviation)] =
            Preconditioning::new(self.config.schedule, self.source, self.target, false).moments();
        let classes = self.classes();
        let inputs = 5 + 4 * network.harmonics + classes;
        let class = classes > 0;
        fill(
            pieces::FLOW,
            &[
                ("LABEL_ARGUMENT", if class { format!(", mode={classes}") } else { String::new() }),
                (
                    "LABEL_FEATURES",
                    if class {
                        format!(", torch.eye({classes} + 1)[torch.as_tensor(mode).expand(len(x)), :-1]")
                    } else {
                        String::new()
                    },
                ),
                ("INPUTS", inputs.to_string()),
                ("WIDTH", network.width.to_string()),
                ("DEPTH", network.depth.to_string()),
                ("HARMONICS", network.harmonics.to_string()),
                // The network computes with this number in f32.
                ("BASE_FREQUENCY", format!("{:?}", network.base_frequency as f32)),
                ("LAST_TIME", format!("{:?}", self.last_time())),
                ("SOURCE_MEAN", format!("{source_mean:?}")),
                ("SOURCE_DEVIATION", format!("{source_deviation:?}")),
                ("TARGET_MEAN", format!("{target_mean:?}")),
                ("TARGET_DEVIATION", format!("{target_deviation:?}")),
            ],
        )
    }

    fn pairs(&self) -> String {
        let batch = ("BATCH", self.config.training.batch_size.to_string());
        match self.config.coupling {
            Coupling::Independent => fill(pieces::INDEPENDENT, &[batch]),
            Coupling::MinibatchOt { batch_size, reuse, pool, .. } => fill(
                pieces::MINIBATCH_OT,
                &[
                    batch,
                    ("REUSE", reuse.to_string()),
                    ("OT_SIZE", batch_size.to_string()),
                    ("POOL", pool.to_string()),
                    // A network that knows classes needs each class paired on its own. Noise number
                    // i knows nothing of the class of datum i, so it may as well belong to it.
                    (
                        "CLASS_COST",
                        if self.classes() > 0 { " + 1e6 * (mode[:, None] != mode)" } else { "" }.to_owned(),
                    ),
                ],
            ),
        }
    }

    fn training(&self) -> String {
        let training = &self.config.training;
        let peak = training.learning_rate * (64.0 / self.config.network.width as f64).min(1.0);
        let rate = match training.decay {
            Decay::Constant => "min(1, step / 40)".to_owned(),
            Decay::Power { steps, exponent } => {
                format!("min(1, step / 40) * (1 + step / {steps}) ** -{exponent:?}")
            }
            Decay::Cosine { steps } => format!(
                "min(1, step / max(1, 0.02 * {steps})) * (1 + math.cos(math.pi * min(1, (step - 1) / {steps}))) / 2"
            ),
        };
        let mut extras = String::new();
        if self.rounds.iter().any(|round| round.lesson != Lesson::Paths) {
            extras.push_str(pieces::SINGLE_STEPS);
        }
        if training.stable_targets {
            extras.push_str(pieces::STABLE);
        }
        if let Some(dropout) = training.class_dropout {
            let classes = self.classes().to_string();
            extras.push_str(&fill(
                pieces::DROPOUT,
                &[("DROPOUT", format!("{dropout:?}")), ("CLASSES", classes)],
            ));
        }
        // How large an error of the objective's quantity an error of 1 in the velocity is. Rounds
        // compare velocities.
        let weight = match training.objective {
            Objective::Velocity => "",
            Objective::Noise => "a / (da * s - a * ds) * ",
            Objective::Data => "s / (da * s - a * ds) * ",
        };
        let last_time = self.last_time();
        let clamp = if last_time < 1.0 { format!(".clamp(max={last_time:?})") } else { String::new() };
        let weight = if weight.is_empty() || self.rounds.is_empty() {
            weight.to_owned()
        } else {
            format!("(1 if flow.rho else {}) * ", weight.trim_end_matches(" * "))
        };
        fill(
            pieces::TRAIN,
            &[
                ("EXTRAS", extras),
                ("WEIGHT", weight),
                ("MODE", if self.classes() > 0 { ", mode" } else { "" }.to_owned()),
                ("PEAK", format!("{peak:?}")),
                ("LEARNING_RATE", rate),
                ("CLAMP", clamp),
                ("EMA_DECAY", format!("{:?}", training.ema_decay)),
            ],
        )
    }

    /// The functions of every solver that is used.
    fn solvers(&self) -> Vec<String> {
        let makers = self.rounds.iter().map(|round| match round.sampler {
            Sampler::Ode { solver } => Method::Ode(solver),
            Sampler::Ddim => Method::Ddim,
        });
        let mut used: Vec<Method> = vec![];
        for method in makers.chain([self.method()]) {
            if !used.iter().any(|other| other.name() == method.name()) {
                used.push(method);
            }
        }
        used.into_iter().map(Method::function).collect()
    }

    /// How the samples at the end are made.
    fn method(&self) -> Method {
        let sampling = &self.config.sampling;
        sampling.diffusion.map_or(Method::Ode(sampling.solver), Method::Sde)
    }

    fn main(&self) -> String {
        let mut text = String::from("\nif len(sys.argv) > 1:\n    from safetensors.torch import load_file\n");
        let first_rho = u8::from(self.config.coupling != Coupling::Independent);
        let (last_schedule, last_rho) =
            self.rounds.last().map_or((self.config.schedule, first_rho), |round| (round.schedule, 1));
        let flow = |schedule, rho| format!("Flow({}, rho={rho})", name_and_call(schedule).1);
        let mut line = |depth: usize, line: &str| {
            text.push_str(&"    ".repeat(depth));
            text.push_str(line);
            text.push('\n');
        };
        line(1, &format!("flow = {}", flow(last_schedule, last_rho)));
        line(1, "flow.load_state_dict(load_file(sys.argv[1]))");
        line(0, "else:");
        let ends: Vec<u64> = self.rounds.iter().map(|round| round.after).chain([self.steps]).collect();
        line(1, &format!("flow = train({}, pairs, {})", flow(self.config.schedule, first_rho), ends[0]));
        for (round, span) in self.rounds.iter().zip(ends.windows(2)) {
            let maker = match round.sampler {
                Sampler::Ode { solver } => Method::Ode(solver),
                Sampler::Ddim => Method::Ddim,
            };
            line(1, "# one more round: a new network learns from the pairs that this one makes");
            line(
                1,
                &format!(
                    "made = {}(flow, source({})[0], {})",
                    maker.name(),
                    round.pairs,
                    round.sampler_steps
                ),
            );
            line(1, &format!("flow = {}", flow(round.schedule, 1)));
            match round.lesson {
                Lesson::Paths => line(1, "begin, end, number = made[0], made[-1], torch.zeros(len(made[0]))"),
                Lesson::Steps { steps } => {
                    let stride = round.sampler_steps / steps;
                    line(
                        1,
                        &format!(
                            "begin, end = made[:-1:{stride}].flatten(0, 1), made[{stride}::{stride}].flatten(0, 1)"
                        ),
                    );
                    line(1, &format!("number = torch.arange({steps}).repeat_interleave({})", round.pairs));
                    line(1, &format!("flow.steps = {steps}"));
                }
            }
            line(1, "def made_pairs():");
            line(2, &format!("rows = torch.randint(len(begin), ({},))", self.config.training.batch_size));
            line(2, "return begin[rows], end[rows], number[rows]");
            line(1, &format!("flow = train(flow, made_pairs, {})", span[1] - span[0]));
        }
        let sampling = &self.config.sampling;
        if let Some(guidance) = sampling.guidance {
            text.push('\n');
            let (class, weight) = (guidance.class.to_string(), format!("{:?}", guidance.weight));
            text.push_str(&fill(pieces::GUIDED, &[("GUIDANCE", weight), ("CLASS", class)]));
        }
        let field = if sampling.guidance.is_some() { "guided" } else { "flow" };
        text.push_str(&fill(
            pieces::END,
            &[
                ("PARTICLES", sampling.particles.to_string()),
                ("SOLVER", self.method().name().to_owned()),
                ("FIELD", field.to_owned()),
                ("STEPS", sampling.steps.to_string()),
            ],
        ));
        text
    }
}

/// How particles are moved.
#[derive(Debug, Clone, Copy)]
enum Method {
    Ode(Solver),
    Ddim,
    Sde(Diffusion),
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Ode(Solver::Euler) => "euler",
            Self::Ode(Solver::Midpoint) => "midpoint",
            Self::Ode(Solver::Heun) => "heun",
            Self::Ode(Solver::Rk4) => "rk4",
            Self::Ode(Solver::Dopri5(_)) => "dopri5",
            Self::Ddim => "ddim",
            Self::Sde(_) => "sde",
        }
    }

    fn function(self) -> String {
        let step = match self {
            Self::Ode(Solver::Euler) => pieces::EULER,
            Self::Ode(Solver::Midpoint) => pieces::MIDPOINT,
            Self::Ode(Solver::Heun) => pieces::HEUN,
            Self::Ode(Solver::Rk4) => pieces::RK4,
            Self::Ddim => pieces::DDIM,
            Self::Sde(diffusion) => {
                let strength = match diffusion {
                    Diffusion::Constant { g } => format!("{g:?}"),
                    Diffusion::SqrtSigma { g } => format!("{g:?} * s ** 0.5"),
                };
                let step = fill(pieces::SDE, &[("STRENGTH", strength)]);
                return fill(pieces::SOLVER, &[("NAME", "sde".to_owned()), ("STEP\n", step)]);
            }
            Self::Ode(Solver::Dopri5(tolerances)) => {
                let number = |x: f64| format!("{x:?}");
                return fill(
                    pieces::DOPRI5,
                    &[("RTOL", number(tolerances.rtol)), ("ATOL", number(tolerances.atol))],
                );
            }
        };
        fill(pieces::SOLVER, &[("NAME", self.name().to_owned()), ("STEP\n", step.to_owned())])
    }
}

/// A schedule's function in the script, and how to name it with its parameters.
fn name_and_call(schedule: Schedule) -> (&'static str, String) {
    match schedule {
        Schedule::CondOt => ("cond_ot", "cond_ot".to_owned()),
        Schedule::Cosine => ("cosine", "cosine".to_owned()),
        Schedule::Vp { beta_min, beta_max } => ("vp", format!("lambda t: vp(t, {beta_min:?}, {beta_max:?})")),
    }
}

/// The expression that draws from `distribution`. Numbers the configuration holds are read from there.
fn draws(end: &str, spec: &DistributionSpec, distribution: &dyn Distribution) -> String {
    let given = |key: &str| format!("CONFIG[\"{end}\"][\"{key}\"]");
    match distribution.family() {
        family if is_normal(&family) => "normal".to_owned(),
        Family::GaussianMixture(mixture) => {
            let components = mixture.components();
            let means = match spec {
                DistributionSpec::GaussianMixture { .. } => given("means"),
                _ => list(components.iter().map(|c| c.gaussian.mean().map(|x| x as f32))),
            };
            let factors = list(components.iter().map(|c| {
                let [a, b, c] = c.gaussian.cholesky().map(|x| x as f32);
                [[a, 0.0], [b, c]]
            }));
            let modes = list(components.iter().map(|c| c.mode));
            let weights = list(components.iter().map(|c| c.weight as f32));
            format!("mixture({weights}, {means}, {factors}, {modes})")
        }
        Family::Rectangles(rectangles) => {
            let sides = rectangles.rectangles().iter().map(|r| r.sides.as_flattened().to_vec());
            let weights = list(rectangles.rectangles().iter().map(|r| r.weight as f32));
            format!("rectangles({weights}, {})", list(sides))
        }
        Family::Points(points) => match spec {
            DistributionSpec::Points { .. } => format!("points({})", given("points")),
            _ => format!("points({})", list(points.points().iter())),
        },
    }
}

/// Whether it is the standard normal distribution.
fn is_normal(family: &Family) -> bool {
    matches!(family, Family::GaussianMixture(mixture) if **mixture == GaussianMixture::standard_normal())
}

/// A Python list; equal items are written once.
fn list<T: std::fmt::Debug + PartialEq>(items: impl Iterator<Item = T>) -> String {
    let items: Vec<_> = items.collect();
    match items.as_slice() {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|item| item == first) => {
            format!("[{first:?}] * {}", items.len())
        }
        _ => format!("{items:?}"),
    }
}

/// Adds a piece after an empty line.
fn add(text: &mut String, piece: &str) {
    if !piece.starts_with("target =") {
        text.push('\n');
    }
    text.push_str(piece);
}

/// Puts values in the place of names.
fn fill(piece: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(piece.to_owned(), |text, (name, value)| text.replace(name, value))
}

#[cfg(test)]
mod tests;
