//! The pairs that training draws, and the training.

use super::{Coupling, Script, fill, when};
use crate::config::{Decay, Objective};
use crate::train::learning_rate::{AVERAGE_DELAY, WARM_UP_SHARE, WARM_UP_STEPS};

impl Script<'_> {
    /// The functions `pairs`, where it takes one, and `train`.
    pub(super) fn training(&self) -> String {
        let mut text = String::new();
        if self.has_pairs() {
            text = self.pairs() + "\n";
        }
        text + &self.train()
    }

    /// Whether pairs come from a function: those of one batch can be drawn where they are used.
    pub(super) fn has_pairs(&self) -> bool {
        self.config.coupling != Coupling::Independent || !self.rounds.is_empty()
    }

    /// What belongs to a pair besides its ends: a name and a comma before it, or nothing.
    pub(super) fn label(&self) -> &'static str {
        match (self.classes() > 0, self.has_numbered_steps()) {
            (true, _) => ", mode",
            (_, true) => ", number",
            _ => "",
        }
    }

    fn pairs(&self) -> String {
        let batch = self.config.training.batch_size.to_string();
        let number = when(self.has_numbered_steps(), ", None");
        let Coupling::MinibatchOt { batch_size, reuse, pool, .. } = self.config.coupling else {
            let noise = self.noise(&batch);
            return format!(
                "def pairs():  # independent noise and data\n    return {noise}, target({batch}){number}\n"
            );
        };
        let is_labelled = self.classes() > 0;
        fill(
            MINIBATCH_OT,
            &[
                ("BATCH", batch),
                ("REUSE", reuse.to_string()),
                ("NOISE", self.noise(&batch_size.to_string())),
                (
                    "DATA",
                    if is_labelled {
                        format!("*target({batch_size})")
                    } else {
                        format!("target({batch_size})")
                    },
                ),
                ("LABEL", when(is_labelled, ", mode")),
                ("CHOSEN", when(is_labelled, ", mode[j]")),
                ("POOL", pool.to_string()),
                // A network that knows classes needs each class paired on its own. Noise number
                // i knows nothing of the class of datum i, so it may as well belong to it.
                ("COST", when(is_labelled, " + 1e6 * (mode[:, None] != mode)")),
                ("NUMBER", when(self.has_numbered_steps(), " + [None]")),
            ],
        )
    }

    fn train(&self) -> String {
        let training = &self.config.training;
        let peak = training.learning_rate * (64.0 / self.config.network.width as f64).min(1.0);
        let (has_pairs, has_rounds) = (self.has_pairs(), !self.rounds.is_empty());
        let batch = training.batch_size.to_string();
        let drawn = match (has_rounds, has_pairs, self.classes() > 0) {
            (true, ..) => "draw()".to_owned(),
            (_, true, _) => "pairs()".to_owned(),
            (.., is_labelled) => {
                let star = if is_labelled { "*" } else { "" };
                format!("{}, {star}target({batch})", self.noise(&batch))
            }
        };
        fill(
            TRAIN,
            &[
                ("ARGUMENT", when(has_rounds, if self.has_falls() { ", draw, fall" } else { ", draw" })),
                ("PAIRS", drawn),
                ("LABEL", self.label().to_owned()),
                ("PLACE", when(self.has_falls(), PLACE)),
                (
                    "RATE",
                    if self.has_falls() { cosine(peak, "place", "fall") } else { rate(peak, training.decay) },
                ),
                ("TIMES", self.times(&batch)),
                ("SCHEDULE", self.at_of_flow("t")),
                ("EXTRAS", self.extras()),
                ("ERROR", self.error()),
                ("EMA_DECAY", format!("{:?}", training.ema_decay)),
                ("DELAY", AVERAGE_DELAY.to_string()),
            ],
        )
    }

    /// Whether the learning rate of each network falls to an end of its own.
    pub(super) fn has_falls(&self) -> bool {
        !self.rounds.is_empty() && self.config.training.decay.planned_end().is_some()
    }

    /// The times of a batch, one in each of equal spans.
    fn times(&self, batch: &str) -> String {
        let times = format!(
            "(torch.arange({batch})[:, None] + torch.rand({batch}, 1, dtype=torch.float64)) / {batch}"
        );
        let clamp = self.clamp();
        if clamp.is_empty() { times } else { format!("({times}){clamp}") }
    }

    /// Lines between the path and the loss.
    fn extras(&self) -> String {
        let mut text = when(self.has_numbered_steps(), SINGLE_STEPS);
        if self.config.training.stable_targets {
            text += STABLE;
        }
        if let Some(dropout) = self.config.training.class_dropout {
            text += &format!(
                "        mode = torch.where(torch.rand(len(mode)) < {dropout:?}, {}, mode)  # some keep it secret\n",
                self.classes()
            );
        }
        text
    }

    /// The network's error. That of the objective's quantity is so many times that of the velocity;
    /// rounds compare velocities.
    fn error(&self) -> String {
        let error = format!("flow(t, x{}) - u", when(self.classes() > 0, ", mode"));
        let size = "(dalpha * sigma - alpha * dsigma)";
        let weight = match self.config.training.objective {
            Objective::Velocity => return error,
            Objective::Noise => format!("alpha / {size}"),
            Objective::Data => format!("sigma / {size}"),
        };
        if self.rounds.is_empty() {
            format!("{weight} * ({error})")
        } else {
            format!("({weight} if draw is pairs else 1) * ({error})")
        }
    }
}

/// The learning rate at `step`.
fn rate(peak: f64, decay: Decay) -> String {
    match decay {
        Decay::Constant => format!("{peak:?} * min(1, step / {WARM_UP_STEPS})"),
        Decay::Power { steps, exponent } => {
            format!("{peak:?} * min(1, step / {WARM_UP_STEPS}) * (1 + step / {steps}) ** -{exponent:?}")
        }
        Decay::Cosine { steps } => cosine(peak, "step", &steps.to_string()),
    }
}

fn cosine(peak: f64, step: &str, planned: &str) -> String {
    format!(
        "{peak:?} * min(1, {step} / max(1, {WARM_UP_SHARE} * {planned})) * (1 + math.cos(math.pi * min(1, ({step} - 1) / {planned}))) / 2"
    )
}

/// Where in its fall the learning rate is.
const PLACE: &str = "        \
        place = step if draw is pairs else (step - 1) % fall + 1  # may begin anew
";

const MINIBATCH_OT: &str = "\
pool = []
def pairs(count=[0]):  # drawn from batches in which noise and data are paired by optimal transport
    if count[0] % REUSE == 0:  # (the lab spreads the points of these batches more evenly)
        x0, x1LABEL = NOISE, DATA
        i, j = linear_sum_assignment(torch.cdist(x0, x1) ** 2COST)
        pool.append((x0[i], x1[j]CHOSEN))
        del pool[:-POOL]
        pairs.all = [torch.cat(column) for column in zip(*pool)]
    count[0] += 1
    rows = torch.randint(len(pairs.all[0]), (BATCH,))
    return [column[rows] for column in pairs.all]NUMBER
";

const TRAIN: &str = "\
def train(flow, stepsARGUMENT):  # returns the moving average of the weights
    average, adam = copy.deepcopy(flow), torch.optim.Adam(flow.parameters())
    for step in range(1, steps + 1):
        x0, x1LABEL = PAIRS
        t = TIMES
        alpha, sigma, dalpha, dsigma = SCHEDULE
        x, u = alpha * x1 + sigma * x0, dalpha * x1 + dsigma * x0
EXTRAS        loss = (ERROR).square().mean()
PLACE        adam.param_groups[0][\"lr\"] = RATE
        adam.zero_grad()
        loss.backward()
        adam.step()
        for mean, new in zip(average.parameters(), flow.parameters()):
            mean.data.lerp_(new.data, 1 - min(EMA_DECAY, step / (step + DELAY)))
    return average
";

/// Distillation's pairs are the ends of single steps.
const SINGLE_STEPS: &str = "        \
        if number is not None:  # the two ends of one Euler step of so many
            t, x, u = number[:, None].double() / flow.steps, x0, flow.steps * (x1 - x0)
";

/// Targets averaged over the batch.
const STABLE: &str = "        \
        near = torch.softmax(-((x[:, None] - alpha[:, :, None] * x1) ** 2).sum(2) / (2 * sigma ** 2).clamp(min=1e-12), 1)
        mean = near @ x1.double()  # of the data that could have led to x
        u = torch.where(sigma < 1e-6, u, u + (dalpha - dsigma * alpha / sigma.clamp(min=1e-6)) * (mean - x1))
";
