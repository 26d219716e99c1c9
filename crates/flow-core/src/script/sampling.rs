//! The solvers, and what the script does from top to bottom.

use super::{Lesson, Script, fill, when};
use crate::{
    Solver,
    config::{Decay, Guidance, Round, Sampler},
    solver::Diffusion,
    train::learning_rate::decay_of_round,
};

impl Script<'_> {
    /// The functions of every solver that is used.
    pub(super) fn solvers(&self) -> String {
        let mut used: Vec<Method> = vec![];
        for method in self.rounds.iter().map(|round| Method::of(round.sampler)).chain([self.method()]) {
            if !used.iter().any(|other| other.name() == method.name()) {
                used.push(method);
            }
        }
        used.into_iter().map(|method| self.function(method)).collect::<Vec<_>>().join("\n")
    }

    /// How the samples at the end are made.
    fn method(&self) -> Method {
        let sampling = &self.config.sampling;
        sampling.diffusion.map_or(Method::Ode(sampling.solver), Method::Sde)
    }

    /// The function of `method`. It returns every state where a round learns from them.
    fn function(&self, method: Method) -> String {
        let is_kept = self.has_numbered_steps();
        if let Method::Ode(Solver::Dopri5(tolerances)) = method {
            let end = "torch.tensor(end, dtype=torch.float32).view(-1, 2)";
            return fill(
                DOPRI5,
                &[
                    ("RTOL", format!("{:?}", tolerances.rtol)),
                    ("ATOL", format!("{:?}", tolerances.atol)),
                    ("RESULT", if is_kept { format!("torch.stack([x, {end}])") } else { end.to_owned() }),
                ],
            );
        }
        fill(
            if is_kept { ALL_STATES } else { LAST_STATE },
            &[
                ("NAME", method.name().to_owned()),
                ("STEP", method.step()),
                ("PRESENT", self.at_of_flow("torch.tensor(t, dtype=torch.float64)")),
                ("NEXT", self.at_of_flow("torch.tensor(min(1, t + h), dtype=torch.float64)")),
            ],
        )
    }

    /// Trains or loads, samples, compares and draws.
    pub(super) fn main(&self) -> String {
        let first_and_last = self.correlations();
        let last = self.rounds.last().map_or(self.config.schedule, |round| round.schedule);
        let loaded = self.new_network(last, first_and_last.1);
        let first = self.new_network(self.config.schedule, first_and_last.0);
        let ends: Vec<u64> = self.rounds.iter().map(|round| round.after).chain([self.steps]).collect();
        let draw = when(!self.rounds.is_empty(), ", pairs") + &self.fall(self.config.training.decay);
        let mut text = if self.rounds.is_empty() {
            fill(BEGIN, &[("NEW", first), ("STEPS", self.steps.to_string())])
        } else {
            fill(
                BEGIN_ROUNDS,
                &[
                    ("LOADED", loaded),
                    ("NEW", first),
                    ("STEPS", ends.first().copied().unwrap_or_default().to_string()),
                    ("DRAW", draw),
                ],
            )
        };
        for (round, span) in self.rounds.iter().zip(ends.windows(2)) {
            text += &self.round(round, span[1] - span[0]);
        }
        text + &self.end()
    }

    fn round(&self, round: &Round, steps: u64) -> String {
        let label = self.label();
        let made = format!(
            "{}(flow, {}, {})",
            Method::of(round.sampler).name(),
            self.noise(&round.pairs.to_string()),
            round.sampler_steps
        );
        let pairs = match round.lesson {
            Lesson::Paths if self.has_numbered_steps() => {
                format!("    made = {made}\n    begin, end, number = made[0], made[-1], None\n")
            }
            Lesson::Paths => {
                let noise = self.noise(&round.pairs.to_string());
                let made = made.replace(&noise, "begin");
                format!("    begin = {noise}\n    end = {made}\n")
            }
            Lesson::Steps { steps } => fill(
                STEPS_OF_MADE,
                &[
                    ("MADE", made),
                    ("STRIDE", (round.sampler_steps / steps).to_string()),
                    ("STEPS", steps.to_string()),
                    ("PAIRS", round.pairs.to_string()),
                ],
            ),
        };
        let number = match (label, round.lesson) {
            ("", _) => "",
            (_, Lesson::Paths) => ", None",
            _ => ", number[rows]",
        };
        let flow_steps = match round.lesson {
            Lesson::Paths => String::new(),
            Lesson::Steps { steps } => format!("    flow.steps = {steps}\n"),
        };
        fill(
            ROUND,
            &[
                ("MADE", pairs),
                ("NEW", self.new_network(round.schedule, 1)),
                ("FLOW_STEPS", flow_steps),
                ("NUMBER", number.to_owned()),
                ("BATCH", self.config.training.batch_size.to_string()),
                ("SPAN", steps.to_string()),
                ("FALL", self.fall(decay_of_round(self.config.training.decay, round.training_steps))),
            ],
        )
    }

    /// What tells a network's training when its learning rate has fallen to zero.
    fn fall(&self, decay: Decay) -> String {
        let end = decay.planned_end().filter(|_| self.has_falls());
        end.map_or(String::new(), |end| format!(", {end}"))
    }

    fn end(&self) -> String {
        let sampling = &self.config.sampling;
        let mut text = "\n".to_owned();
        if let Some(Guidance { class, weight }) = sampling.guidance {
            text += &fill(GUIDED, &[("GUIDANCE", format!("{weight:?}")), ("CLASS", class.to_string())]);
        }
        let field = if sampling.guidance.is_some() { "guided" } else { "flow" };
        text + &fill(
            END,
            &[
                ("NOISE", self.noise(&sampling.particles.to_string())),
                ("SOLVER", self.method().name().to_owned()),
                ("FIELD", field.to_owned()),
                ("STEPS", sampling.steps.to_string()),
                ("LAST", when(self.has_numbered_steps(), "[-1]")),
            ],
        )
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
    fn of(sampler: Sampler) -> Self {
        match sampler {
            Sampler::Ode { solver } => Self::Ode(solver),
            Sampler::Ddim => Self::Ddim,
        }
    }

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

    /// The lines of one step of equal length; dopri5 has none.
    fn step(self) -> String {
        match self {
            Self::Ode(Solver::Euler) => EULER.to_owned(),
            Self::Ode(Solver::Midpoint) => MIDPOINT.to_owned(),
            Self::Ode(Solver::Heun) => HEUN.to_owned(),
            Self::Ode(Solver::Rk4) => RK4.to_owned(),
            Self::Ode(Solver::Dopri5(_)) => String::new(),
            Self::Ddim => DDIM.to_owned(),
            Self::Sde(diffusion) => {
                let strength = match diffusion {
                    Diffusion::Constant { g } => format!("{g:?}"),
                    Diffusion::SqrtSigma { g } => format!("{g:?} * sigma ** 0.5"),
                };
                fill(SDE, &[("STRENGTH", strength)])
            }
        }
    }
}

const LAST_STATE: &str = "\
@torch.no_grad()
def NAME(flow, x, steps):  # moves x from time 0 to 1
    h = 1 / steps
    for t in (i / steps for i in range(steps)):
STEP    return x
";

const ALL_STATES: &str = "\
@torch.no_grad()
def NAME(flow, x, steps):  # moves x from time 0 to 1 and returns every state
    states, h = [x], 1 / steps
    for t in (i / steps for i in range(steps)):
STEP        states.append(x)
    return torch.stack(states)
";

const EULER: &str = "        x = x + h * flow(t, x)\n";

const MIDPOINT: &str = "        x = x + h * flow(t + h / 2, x + h / 2 * flow(t, x))\n";

const HEUN: &str = "        \
        u = flow(t, x)
        x = x + h / 2 * (u + flow(min(1, t + h), x + h * u))
";

const RK4: &str = "        \
        u = flow(t, x)
        v = flow(t + h / 2, x + h / 2 * u)
        w = flow(t + h / 2, x + h / 2 * v)
        x = x + h / 6 * (u + 2 * v + 2 * w + flow(min(1, t + h), x + h * w))
";

const DDIM: &str = "        \
        alpha, sigma, dalpha, dsigma = PRESENT
        u, d = flow(t, x), dalpha * sigma - alpha * dsigma
        x1, x0 = (sigma * u - dsigma * x) / d, (dalpha * x - alpha * u) / d  # guesses of both ends
        alpha, sigma, _, _ = NEXT
        x = alpha * x1 + sigma * x0
";

const SDE: &str = "        \
        alpha, sigma, dalpha, dsigma = PRESENT
        u, g = flow(t, x), STRENGTH if t + 1.5 * h < 1 else 0  # the last step is without noise
        score = (alpha * u - dalpha * x) / (sigma * (dalpha * sigma - alpha * dsigma))
        x = x + h * (u + g * g / 2 * score) + g * h ** 0.5 * torch.randn_like(x)
";

const DOPRI5: &str = "\
@torch.no_grad()
def dopri5(flow, x, steps):  # moves x from time 0 to 1 in steps of its own choice
    def slope(t, y):
        return flow(t, torch.tensor(y, dtype=torch.float32).view(-1, 2)).flatten().double().numpy()
    end = solve_ivp(slope, (0, 1), x.flatten().double().numpy(), \"RK45\", rtol=RTOL, atol=ATOL).y[:, -1]
    return RESULT
";

const BEGIN: &str = "\
flow = NEW
if len(sys.argv) > 1:
    from safetensors.torch import load_file
    flow.load_state_dict(load_file(sys.argv[1]))
else:
    flow = train(flow, STEPS)
";

const BEGIN_ROUNDS: &str = "\
if len(sys.argv) > 1:
    from safetensors.torch import load_file
    flow = LOADED
    flow.load_state_dict(load_file(sys.argv[1]))
else:
    flow = train(NEW, STEPSDRAW)
";

const ROUND: &str = "    \
    # one more round: a new network learns from the pairs that this one makes
MADE    flow = NEW
FLOW_STEPS    def made_pairs():
        rows = torch.randint(len(begin), (BATCH,))
        return begin[rows], end[rows]NUMBER
    flow = train(flow, SPAN, made_pairsFALL)
";

/// Between the lines of [`ROUND`]: every step of the old network is a pair.
const STEPS_OF_MADE: &str = "    \
    made = MADE
    begin, end = made[:-1:STRIDE].flatten(0, 1), made[STRIDE::STRIDE].flatten(0, 1)
    number = torch.arange(STEPS).repeat_interleave(PAIRS)
";

const GUIDED: &str = "\
def guided(t, x):  # the field of one class, exaggerated
    whole = flow(t, x)
    return whole + GUIDANCE * (flow(t, x, torch.full((len(x),), CLASS)) - whole)

";

const END: &str = "\
x0 = NOISE
if len(sys.argv) > 2:  # the start and end of every particle of the page
    rows = [line.split(\",\")[1:5] for line in open(sys.argv[2]).read().splitlines()[1:]]
    x0, page = torch.tensor([[float(cell) for cell in row] for row in rows]).split(2, 1)
x1 = SOLVER(FIELD, x0, STEPS)LAST
if len(sys.argv) > 2:
    print(\"largest difference to the samples of the page:\", (x1 - page).abs().max().item())
plt.scatter(*x1.T, s=2)
plt.savefig(\"samples.png\")
";
