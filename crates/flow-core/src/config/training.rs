//! How the network is trained.

use serde::{Deserialize, Serialize};

use crate::{Error, Result, registry::Entry};

/// How the network is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainingConfig {
    /// Pairs in a batch, a multiple of 4 in 4..=4096.
    pub batch_size: usize,
    /// Peak learning rate of Adam, above 0 and at most 1. It is meant for 64 units in a layer;
    /// wider networks take it times 64/width.
    pub learning_rate: f64,
    /// How the learning rate falls.
    pub decay: Decay,
    /// Largest decay of the moving average of the weights, in 0..1; 0 switches the average off.
    pub ema_decay: f64,
    /// What the loss compares.
    pub objective: Objective,
    /// Whether targets are averaged over the batch (Xu et al. 2023, arXiv 2302.00670): less noise for
    /// more work. For the independent coupling with the standard normal source only.
    pub stable_targets: bool,
    /// `None` for a network that knows no classes. Else the network is told the mode that each
    /// pair's data belongs to, but with this probability is not, so that one network learns both
    /// fields that guidance needs (Ho and Salimans 2022, arXiv 2207.12598). Above 0 and below 1: at
    /// either end one of them would never be trained.
    pub class_dropout: Option<f64>,
    /// Which implementation computes the gradient.
    pub engine: Engine,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            batch_size: 256,
            learning_rate: 3e-2,
            decay: Decay::default(),
            ema_decay: 0.998,
            objective: Objective::default(),
            stable_targets: false,
            class_dropout: None,
            engine: Engine::default(),
        }
    }
}

/// How the learning rate falls with the training step, after a warm-up: a rise from zero along a
/// straight line, over the first 40 steps or, for the cosine, 2 % of the planned ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Decay {
    /// Not at all.
    Constant,
    /// As `(1 + step / steps)^-exponent`, without an end: training may go on for ever, and the
    /// weights' average settles as it does.
    Power {
        /// When the fall sets in, 1..=1,000,000 steps.
        steps: u64,
        /// How steep it is, 0..=1. At 1/2 and below the noise of the gradient outlives it; above,
        /// late progress slows down.
        exponent: f64,
    },
    /// Along a half cosine to zero at the planned number of steps. There the first network stops
    /// learning; a later round, whose length may not be known, begins the cosine anew.
    Cosine {
        /// The planned number of steps, 1..=1,000,000; a round may have a
        /// [number of its own](super::Round::training_steps).
        steps: u64,
    },
}

impl Default for Decay {
    fn default() -> Self {
        Self::POWER
    }
}

/// The quantity whose squared error is the loss.
///
/// The three are linear in one another (`x = alpha E1 + sigma E0`, `u = alpha' E1 + sigma' E0`),
/// and the [preconditioned](crate::field::preconditioning) network answers for all of them. So they
/// are one regression with different weights over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// The velocity: conditional flow matching.
    #[default]
    Velocity,
    /// The noise x0: the loss of DDPM (Ho et al. 2020, arXiv 2006.11239, equation 14).
    Noise,
    /// The data x1.
    Data,
}

/// Which implementation computes the network and its gradient. All train through burn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// burn on its flex backend, with the whole network as one fused operation from
    /// `flow-kernels`. The same bits on every machine.
    #[default]
    Fused,
    /// burn on its flex backend, ordinary operations only (cargo feature `flex`).
    Flex,
    /// burn on its ndarray backend, ordinary operations only (cargo feature `ndarray`).
    Ndarray,
}

impl Objective {
    /// Every objective by name.
    pub const ENTRIES: &'static [Entry<Objective>] = &[
        Entry {
            name: "velocity",
            label: "Velocity",
            summary: "The velocity of the pair: conditional flow matching.",
            value: Objective::Velocity,
        },
        Entry {
            name: "noise",
            label: "Noise",
            summary: "The noise x0, as in DDPM.",
            value: Objective::Noise,
        },
        Entry { name: "data", label: "Data", summary: "The data x1.", value: Objective::Data },
    ];
}

impl Decay {
    /// Every way the learning rate falls by name, with the usual numbers.
    pub const ENTRIES: &'static [Entry<Decay>] = &[
        Entry {
            name: "constant",
            label: "Constant",
            summary: "The learning rate does not fall.",
            value: Decay::Constant,
        },
        Entry {
            name: "power",
            label: "Power",
            summary: "The learning rate falls like a power of the step, without an end.",
            value: Decay::POWER,
        },
        Entry {
            name: "cosine",
            label: "Cosine",
            summary: "The learning rate falls to zero at the planned number of steps.",
            value: Decay::Cosine { steps: 4_000 },
        },
    ];

    const POWER: Self = Self::Power { steps: 60, exponent: 0.6 };
}

impl TrainingConfig {
    pub(super) fn validate(&self) -> Result<()> {
        let batch_size = self.batch_size;
        if !(4..=4096).contains(&batch_size) || !batch_size.is_multiple_of(4) {
            return Err(Error::invalid("training.batch_size", batch_size, "a multiple of 4 from 4 to 4096"));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            return Err(Error::invalid(
                "training.learning_rate",
                self.learning_rate,
                "above 0 and at most 1",
            ));
        }
        self.decay.validate()?;
        if !(0.0..1.0).contains(&self.ema_decay) {
            return Err(Error::invalid("training.ema_decay", self.ema_decay, "at least 0 and below 1"));
        }
        if let Some(dropout) = self.class_dropout
            && !(dropout > 0.0 && dropout < 1.0)
        {
            let accepted = "above 0 and below 1, or nothing";
            return Err(Error::invalid("training.class_dropout", dropout, accepted));
        }
        self.engine.check_available()
    }
}

impl Engine {
    fn check_available(self) -> Result<()> {
        let (name, is_built) = match self {
            Self::Fused => return Ok(()),
            Self::Flex => ("flex", cfg!(feature = "flex")),
            Self::Ndarray => ("ndarray", cfg!(feature = "ndarray")),
        };
        if is_built {
            return Ok(());
        }
        let reason = "this build leaves burn's own operations out; the program `flow` has them";
        Err(Error::unavailable(format!("engine \"{name}\""), reason))
    }
}

impl Decay {
    /// The training step at which the learning rate has fallen to zero, if it ever does.
    pub fn planned_end(self) -> Option<u64> {
        match self {
            Self::Cosine { steps } => Some(steps),
            Self::Constant | Self::Power { .. } => None,
        }
    }

    fn validate(self) -> Result<()> {
        if let Self::Cosine { steps } | Self::Power { steps, .. } = self
            && !(1..=1_000_000).contains(&steps)
        {
            return Err(Error::invalid("training.decay.steps", steps, "from 1 to 1000000"));
        }
        if let Self::Power { exponent, .. } = self
            && !(0.0..=1.0).contains(&exponent)
        {
            return Err(Error::invalid("training.decay.exponent", exponent, "from 0 to 1"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_its_name_in_a_configuration_file() {
        for entry in Objective::ENTRIES {
            assert_eq!(serde_json::to_value(entry.value).unwrap(), entry.name);
        }
        for entry in Decay::ENTRIES {
            entry.value.validate().unwrap();
            assert_eq!(serde_json::to_value(entry.value).unwrap()["type"], entry.name);
        }
    }
}
