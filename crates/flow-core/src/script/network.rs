//! The path and the network.

use super::{Schedule, Script, fill, when};

impl Script<'_> {
    /// The schedules and the class `Flow`.
    pub(super) fn network(&self) -> String {
        let mut written = vec![];
        let mut text = String::new();
        for schedule in self.schedules() {
            let (name, piece) = function(schedule);
            let is_inline = self.has_one_schedule() && schedule == Schedule::CondOt;
            if !is_inline && !written.contains(&name) {
                written.push(name);
                text += piece;
                text.push('\n');
            }
        }
        let (class, inputs) = (self.classes(), 5 + 4 * self.config.network.harmonics + self.classes());
        let network = &self.config.network;
        let modes = format!(", torch.eye({class} + 1)[torch.as_tensor(mode).expand(len(x)), :-1]");
        let mut values = vec![
            ("STATE", self.state()),
            ("LABEL", if class > 0 { format!(", mode={class}") } else { String::new() }),
            ("FEATURES", when(class > 0, &modes)),
            ("INPUTS", inputs.to_string()),
            ("WIDTH", network.width.to_string()),
            ("HIDDEN", network.depth.to_string()),
            ("HARMONICS", network.harmonics.to_string()),
            // The network computes with this number in f32.
            ("FREQUENCY", format!("{:?}", network.base_frequency as f32)),
            ("LAST_TIME", self.clamp()),
            ("SCHEDULE", self.at("t")),
        ];
        let model = self.gaussian_model();
        values.extend(model);
        text + &fill(FLOW, &values)
    }

    /// The schedule at the times `t`, in the network's own words.
    fn at(&self, t: &str) -> String {
        if self.has_one_schedule() && self.config.schedule == Schedule::CondOt {
            format!("{t}, 1 - {t}, 1, -1")
        } else if self.has_one_schedule() {
            call(self.config.schedule, t)
        } else {
            format!("self.schedule({t})")
        }
    }

    /// The schedule at the times `t`, for one who has the network as `flow`.
    pub(super) fn at_of_flow(&self, t: &str) -> String {
        self.at(t).replace("self.", "flow.")
    }

    /// A new network with `schedule` and correlation `rho`.
    pub(super) fn new_network(&self, schedule: Schedule, rho: u8) -> String {
        let mut arguments = vec![];
        if !self.has_one_schedule() {
            arguments.push(format!("lambda t: {}", call(schedule, "t")));
        }
        if self.has_two_correlations() {
            arguments.push(format!("rho={rho}"));
        }
        format!("Flow({})", arguments.join(", "))
    }

    /// `clamp(...)` for times, where the schedule has no end.
    pub(super) fn clamp(&self) -> String {
        let last = self.last_time();
        if last < 1.0 { format!(".clamp(max={last:?})") } else { String::new() }
    }

    fn has_two_correlations(&self) -> bool {
        let (first, last) = self.correlations();
        first != last
    }

    /// The arguments of the constructor and the line that keeps them.
    fn state(&self) -> String {
        let kept: Vec<_> = [("schedule", !self.has_one_schedule()), ("rho", self.has_two_correlations())]
            .into_iter()
            .filter_map(|(name, is_kept)| is_kept.then_some(name))
            .collect();
        let arguments = [&["self"], &kept[..]].concat().join(", ");
        let mut text = format!("    def __init__({arguments}):\n        super().__init__()\n");
        for name in kept {
            text += &format!("        self.{name} = {name}\n");
        }
        text
    }

    /// What the network's Gaussian model of the pair (x0, x1) says, as short as the moments allow.
    #[expect(clippy::float_cmp, reason = "the mean of centred noise is exactly 0")]
    fn gaussian_model(&self) -> Vec<(&'static str, String)> {
        let [(n, p), (m, q)] = self.moments();
        let (has_mean, has_spread) = (n != [0.0; 2], (p - 1.0).abs() > 1e-12);
        let source = [when(has_mean, " - sigma * n"), when(has_mean, " + dsigma * n")];
        let mut constants = format!("m, q = torch.tensor({m:?}), {q:?}  # mean and spread of the data\n");
        if has_mean || has_spread {
            constants += &format!("n, p = torch.tensor({n:?}), {p:?}  # and of the noise\n");
        }
        let spread = |text: &str| {
            if has_mean || has_spread {
                text.to_owned()
            } else {
                text.replace("sigma * p", "sigma").replace(" * p", "")
            }
        };
        let model = match self.correlations() {
            (0, 0) => INDEPENDENT,
            (1, 1) => COUPLED,
            _ => EITHER,
        };
        let [minus, plus] = source;
        vec![("MODEL", spread(model)), ("CONSTANTS", constants), ("MINUS_N", minus), ("PLUS_N", plus)]
    }
}

/// A schedule's function in the script.
fn function(schedule: Schedule) -> (&'static str, &'static str) {
    match schedule {
        Schedule::CondOt => ("cond_ot", COND_OT),
        Schedule::Cosine => ("cosine", COSINE),
        Schedule::Vp { .. } => ("vp", VP),
    }
}

fn call(schedule: Schedule, t: &str) -> String {
    match schedule {
        Schedule::Vp { beta_min, beta_max } => format!("vp({t}, {beta_min:?}, {beta_max:?})"),
        schedule => format!("{}({t})", function(schedule).0),
    }
}

const COND_OT: &str = "\
def cond_ot(t):  # the path x = alpha x1 + sigma x0: alpha, sigma and their derivatives
    return t, 1 - t, 1, -1
";

const COSINE: &str = "\
def cosine(t):  # the path x = alpha x1 + sigma x0: alpha, sigma and their derivatives
    c = math.pi / 2
    alpha, sigma = (c * t).sin(), (c * (1 - t)).sin()
    return alpha, sigma, c * sigma, -c * alpha
";

const VP: &str = "\
def vp(t, low, high):  # the path x = alpha x1 + sigma x0: alpha, sigma and their derivatives
    b = 1 - t
    r, dr = b * (b * (high - low) / 2 + low), -(b * (high - low) + low)
    alpha, sigma = (-r / 2).exp(), (-(-r).expm1()).sqrt()
    return alpha, sigma, -dr / 2 * alpha, dr / 2 * (-r).exp() / sigma
";

/// The network: the same as the lab's, so that it loads the lab's weights.
const FLOW: &str = "\
CONSTANTSclass Flow(torch.nn.Module):  # the velocity: a Gaussian guess that a network corrects
STATE        sizes = [INPUTS] + [WIDTH] * HIDDEN + [2]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        for layer in self.layers:
            torch.nn.init.kaiming_uniform_(layer.weight, nonlinearity=\"relu\")
        for parameter in self.layers[-1].parameters():
            parameter.data *= 0.1

    def forward(self, t, xLABEL):  # t is one number, or one for each row of x
        t = torch.as_tensor(t, dtype=torch.float64)LAST_TIME
        alpha, sigma, dalpha, dsigma = SCHEDULE
        xc = x - alpha * mMINUS_N
MODEL        k = FREQUENCY * torch.arange(1, HARMONICS + 1)[:, None] * y[:, None]
        waves = torch.stack([k.sin(), k.cos()], 2).flatten(1)
        h = torch.cat([xc / q, y, (2 * t - 1).expand(len(x), 1), wavesFEATURES], 1).float()
        for layer in self.layers[:-1]:
            h = torch.nn.functional.silu(layer(h))
        return (dalpha * mPLUS_N + skip * xc + gain * self.layers[-1](h)).float()
";

const INDEPENDENT: &str = "        \
        v = (alpha * q) ** 2 + (sigma * p) ** 2
        y = alpha * q / v * xc  # the guess of x1
        skip = (alpha * dalpha * q ** 2 + sigma * p * dsigma * p) / v
        gain = q * p * (dalpha * sigma - alpha * dsigma) / v ** 0.5
";

const COUPLED: &str = "        \
        y = xc / (alpha * q + sigma * p)  # the guess of x1
        skip, gain = (dalpha * q + dsigma * p) / (alpha * q + sigma * p), q
";

const EITHER: &str = "        \
        c = self.rho * q * p  # covariance of x0 and x1
        v = (alpha * q) ** 2 + (sigma * p) ** 2 + 2 * alpha * sigma * c
        y = (alpha * q + sigma * c / q) / v * xc  # the guess of x1
        skip = (alpha * dalpha * q ** 2 + sigma * p * dsigma * p + c * (dalpha * sigma + alpha * dsigma)) / v
        gain = q if self.rho else q * p * (dalpha * sigma - alpha * dsigma) / v ** 0.5
";
