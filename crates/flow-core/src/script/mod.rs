//! An experiment as a short PyTorch script and as commands, for readers who want to go on where the
//! page ends.
//!
//! The script draws from the same distributions, trains the same network by the same rule and
//! samples it by the same solver; only its random numbers are PyTorch's. Since the network is the
//! same, the script also loads the weights that [`safetensors`](crate::safetensors) writes, and then
//! gives the experiment's own samples up to rounding.
//!
//! It holds what the experiment uses and nothing else, in the order of a lesson: `data`, `network`,
//! `training` and `sampling`, each a file here.

mod command;
mod data;
mod network;
mod sampling;
mod training;

pub use command::commands;

use crate::{
    Config, Coupling, DistributionSpec, Error, Result, Schedule,
    config::{FieldKind, Lesson, Round},
    distribution::Distribution,
    field::preconditioning::Preconditioning,
};

/// The script of `config`, trained for `steps` steps.
///
/// ```
/// let script = flow_core::script::pytorch(&flow_core::Config::default(), 1500)?;
/// assert!(script.contains("import copy, sys, torch, matplotlib.pyplot as plt"));
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
    let sections =
        [script.data(), script.network(), script.training(), script.solvers(), script.main()].join("\n");
    Ok(script.head(&sections)? + &sections)
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
    /// What stands above `sections`: how to use the script, and what it needs.
    fn head(&self, sections: &str) -> Result<String> {
        let json = serde_json::to_string(self.config).map_err(|error| Error::Framework(error.to_string()))?;
        let mut text = String::new();
        let shown = match self.config.sampling.field {
            FieldKind::Learned => None,
            FieldKind::Exact => Some("the exact field"),
            FieldKind::Paired => Some("each particle's own pair"),
        };
        if let Some(shown) = shown {
            text += &format!("# The page shows {shown} here; this script trains and samples the network.\n");
        }
        let uses = |name: &str| sections.contains(name);
        let scipy = if uses("linear_sum_assignment") || uses("solve_ivp") { ", scipy" } else { "" };
        text += &fill(HEAD, &[("SCIPY", scipy.to_owned())]);
        let modules = [("copy.", "copy"), ("CONFIG[", "json"), ("math.", "math")];
        let used = modules.iter().filter(|(name, _)| uses(name)).map(|(_, module)| *module);
        let modules: Vec<_> = used.chain(["sys", "torch, matplotlib.pyplot as plt"]).collect();
        text += &format!("import {}\n", modules.join(", "));
        if uses("linear_sum_assignment") {
            text += "from scipy.optimize import linear_sum_assignment\n";
        }
        if uses("solve_ivp") {
            text += "from scipy.integrate import solve_ivp\n";
        }
        text += &if uses("CONFIG[") {
            format!("\nCONFIG = json.loads(r'''{json}''')\n")
        } else {
            format!("\n# CONFIG = {json}\n")
        };
        Ok(text + &format!("torch.manual_seed({})\n\n", self.config.seed))
    }

    /// The network's schedules: the first, and those of the rounds.
    fn schedules(&self) -> impl Iterator<Item = Schedule> {
        std::iter::once(self.config.schedule).chain(self.rounds.iter().map(|round| round.schedule))
    }

    /// Whether one schedule does for every round, so that the network need not hold it.
    fn has_one_schedule(&self) -> bool {
        self.schedules().all(|schedule| schedule == self.config.schedule)
    }

    /// The first correlation of noise and data in the network's Gaussian model, and the last.
    fn correlations(&self) -> (u8, u8) {
        let first = u8::from(self.config.coupling != Coupling::Independent);
        (first, if self.rounds.is_empty() { first } else { 1 })
    }

    /// Classes the network is told; 0 for none.
    fn classes(&self) -> usize {
        self.config.training.class_dropout.map_or(0, |_| self.target.mode_count())
    }

    /// Whether a round learns the single steps of another network.
    fn has_numbered_steps(&self) -> bool {
        self.rounds.iter().any(|round| round.lesson != Lesson::Paths)
    }

    fn last_time(&self) -> f64 {
        self.schedules().map(Schedule::last_time).fold(1.0, f64::min)
    }

    /// Mean and deviation of the source and of the target, as the network knows them.
    fn moments(&self) -> [([f64; 2], f64); 2] {
        Preconditioning::new(self.config.schedule, self.source, self.target, false).moments()
    }
}

const HEAD: &str = "\
# An experiment of Flow Matching Lab in PyTorch. It needs torchSCIPY and matplotlib.
#   python experiment.py                                  trains a network, then samples it
#   python experiment.py weights.safetensors              samples the page's network (needs safetensors)
#   python experiment.py weights.safetensors samples.csv  also compares with the page's samples
";

/// Puts values in the place of names in capitals.
fn fill(piece: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(piece.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// The text if it is wanted.
fn when(is_wanted: bool, text: &str) -> String {
    if is_wanted { text.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests;
