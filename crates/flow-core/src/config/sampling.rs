//! How the velocity field is followed.

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Solver, registry::Entry, solver::Diffusion};

/// How particles are moved from noise to data. Nothing here touches training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SamplingConfig {
    /// Particles, 1..=100,000.
    pub particles: usize,
    /// The field they follow.
    pub field: FieldKind,
    /// The solver.
    pub solver: Solver,
    /// Steps of a fixed-step solver, 1..=1,000,000.
    pub steps: usize,
    /// The noise of the stochastic equation with the same marginals, solved by Euler-Maruyama;
    /// `None` for the flow itself.
    pub diffusion: Option<Diffusion>,
    /// A class to move towards; `None` for all of the data.
    pub guidance: Option<Guidance>,
}

impl Default for SamplingConfig {
    fn default() -> Self {
        Self {
            particles: 2_000,
            field: FieldKind::default(),
            solver: Solver::default(),
            steps: 4,
            diffusion: None,
            guidance: None,
        }
    }
}

/// What moves the particles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// The network's velocity.
    #[default]
    Learned,
    /// The marginal velocity in closed form: what the network would learn at best.
    Exact,
    /// The conditional velocity of one pair for each particle: what the network is shown.
    Paired,
}

impl FieldKind {
    /// Every field by name.
    pub const ENTRIES: &'static [Entry<FieldKind>] = &[
        Entry {
            name: "learned",
            label: "Learned",
            summary: "The network’s velocity, as far as it has learnt.",
            value: FieldKind::Learned,
        },
        Entry {
            name: "exact",
            label: "Exact",
            summary: "The marginal velocity in closed form: what the network would learn at best.",
            value: FieldKind::Exact,
        },
        Entry {
            name: "paired",
            label: "Paired",
            summary: "Each particle knows its own target and follows its conditional path there.",
            value: FieldKind::Paired,
        },
    ];
}

/// Classifier-free guidance towards one mode of the target.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guidance {
    /// The mode, counted from 0.
    pub class: usize,
    /// The guidance weight, -100..=100: 1 is the class as it is, more exaggerates it.
    pub weight: f64,
}

impl SamplingConfig {
    /// Checks every value on its own; whether they go together is the whole configuration's matter.
    pub(super) fn validate(&self) -> Result<()> {
        if !(1..=100_000).contains(&self.particles) {
            return Err(Error::invalid("sampling.particles", self.particles, "from 1 to 100000"));
        }
        if !(1..=1_000_000).contains(&self.steps) {
            return Err(Error::invalid("sampling.steps", self.steps, "from 1 to 1000000"));
        }
        if let Some(diffusion) = self.diffusion {
            diffusion.validate("sampling.diffusion")?;
            if self.solver != Solver::Euler {
                return unavailable("noise", "the stochastic equation is solved by Euler’s method only");
            }
            if self.guidance.is_some() {
                let reason = "a guided flow follows no path of distributions, so it has no score";
                return unavailable("noise", reason);
            }
        }
        if let Some(Guidance { weight, .. }) = self.guidance
            && !(-100.0..=100.0).contains(&weight)
        {
            return Err(Error::invalid("sampling.guidance.weight", weight, "from -100 to 100"));
        }
        match self.field {
            FieldKind::Exact | FieldKind::Paired if self.guidance.is_some() => {
                return unavailable("guidance", "only the learned field knows classes");
            }
            FieldKind::Paired if self.diffusion.is_some() => {
                return unavailable("noise", "a particle that knows its target has no score to follow");
            }
            FieldKind::Learned | FieldKind::Exact | FieldKind::Paired => {}
        }
        self.solver.validate("sampling.solver")
    }
}

fn unavailable(quantity: &str, reason: &str) -> Result<()> {
    Err(Error::unavailable(quantity, reason.to_owned()))
}
