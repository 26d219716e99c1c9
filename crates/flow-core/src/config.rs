//! The configuration: everything that shapes an experiment, in one serialisable value.
//!
//! A [`Config`] fully determines an [`Experiment`](crate::Experiment). The permalink, a
//! checkpoint's header and the program's `--config` and `--spec` files are this one type; every
//! field has a default, so `{}` is a valid configuration.

use serde::{Deserialize, Serialize};

use crate::{Coupling, DistributionSpec, Error, Result, Schedule, Solver};

/// Everything that shapes an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Seed of every random stream.
    pub seed: u64,
    /// The data, at t = 1.
    pub target: DistributionSpec,
    /// The noise, at t = 0.
    pub source: DistributionSpec,
    /// The conditional path's schedule.
    pub schedule: Schedule,
    /// How noise and data are paired for training.
    pub coupling: Coupling,
    /// The velocity network.
    pub network: NetworkConfig,
    /// How it is trained.
    pub training: TrainingConfig,
    /// How it is sampled.
    pub sampling: SamplingConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            target: DistributionSpec::preset("five-modes"),
            source: DistributionSpec::preset("gaussian"),
            schedule: Schedule::default(),
            coupling: Coupling::default(),
            network: NetworkConfig::default(),
            training: TrainingConfig::default(),
            sampling: SamplingConfig::default(),
        }
    }
}

/// The shape of the velocity network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkConfig {
    /// Units in each hidden layer, a multiple of 8 in 8..=512.
    pub width: usize,
    /// Hidden layers, 1..=8.
    pub depth: usize,
    /// Sine and cosine features per axis of the denoised position, 0..=16.
    pub harmonics: usize,
    /// Angular frequency of the first harmonic in units of one over the data's standard deviation.
    pub base_frequency: f64,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self { width: 64, depth: 3, harmonics: 4, base_frequency: 1.8 }
    }
}

/// How the network is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainingConfig {
    /// Pairs in a batch, a multiple of 4 in 4..=4096.
    pub batch_size: usize,
    /// Peak learning rate of Adam, above 0 and at most 1.
    pub learning_rate: f64,
    /// How the learning rate falls.
    pub decay: Decay,
    /// Largest decay of the moving average of the weights, in 0..1; 0 switches the average off.
    pub ema_decay: f64,
    /// Which implementation computes the gradient.
    pub engine: Engine,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            batch_size: 256,
            learning_rate: 8e-3,
            decay: Decay::default(),
            ema_decay: 0.998,
            engine: Engine::default(),
        }
    }
}

/// How the learning rate falls with the training step, after a short warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Decay {
    /// Not at all: training may go on for ever.
    #[default]
    Constant,
    /// Along a half cosine to zero at the planned number of steps.
    Cosine {
        /// The planned number of steps, 1..=1,000,000.
        steps: u64,
    },
}

/// Which implementation computes the network and its gradient. All train through burn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// burn on its flex backend, with the whole network as one fused operation from
    /// `flow-kernels`. The same bits on every machine.
    #[default]
    Fused,
    /// burn on its flex backend, ordinary operations only.
    Flex,
    /// burn on its ndarray backend, ordinary operations only (cargo feature `ndarray`).
    Ndarray,
}

/// How the trained network is sampled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SamplingConfig {
    /// Particles, 1..=100,000.
    pub particles: usize,
    /// The solver.
    pub solver: Solver,
    /// Steps of a fixed-step solver, 1..=1,000,000.
    pub steps: usize,
}

impl Default for SamplingConfig {
    fn default() -> Self {
        Self { particles: 2_000, solver: Solver::default(), steps: 4 }
    }
}

impl Config {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the first field outside its range.
    pub fn validate(&self) -> Result<()> {
        self.target.build("target")?;
        self.source.build("source")?;
        self.schedule.validate("schedule")?;
        self.network.validate()?;
        self.training.validate()?;
        self.sampling.validate()
    }
}

impl NetworkConfig {
    fn validate(&self) -> Result<()> {
        let Self { width, depth, harmonics, base_frequency } = *self;
        if !(8..=512).contains(&width) || !width.is_multiple_of(8) {
            return Err(Error::invalid("network.width", width, "a multiple of 8 from 8 to 512"));
        }
        if !(1..=8).contains(&depth) {
            return Err(Error::invalid("network.depth", depth, "from 1 to 8"));
        }
        if harmonics > 16 {
            return Err(Error::invalid("network.harmonics", harmonics, "from 0 to 16"));
        }
        if !(base_frequency > 0.0 && base_frequency <= 100.0) {
            return Err(Error::invalid("network.base_frequency", base_frequency, "above 0 and at most 100"));
        }
        Ok(())
    }
}

impl TrainingConfig {
    fn validate(&self) -> Result<()> {
        let Self { batch_size, learning_rate, decay, ema_decay, engine } = *self;
        if !(4..=4096).contains(&batch_size) || !batch_size.is_multiple_of(4) {
            return Err(Error::invalid("training.batch_size", batch_size, "a multiple of 4 from 4 to 4096"));
        }
        if !(learning_rate > 0.0 && learning_rate <= 1.0) {
            return Err(Error::invalid("training.learning_rate", learning_rate, "above 0 and at most 1"));
        }
        if let Decay::Cosine { steps } = decay
            && !(1..=1_000_000).contains(&steps)
        {
            return Err(Error::invalid("training.decay.steps", steps, "from 1 to 1000000"));
        }
        if !(0.0..1.0).contains(&ema_decay) {
            return Err(Error::invalid("training.ema_decay", ema_decay, "at least 0 and below 1"));
        }
        if engine == Engine::Ndarray && !cfg!(feature = "ndarray") {
            return Err(Error::unavailable("engine \"ndarray\"", "this build leaves burn-ndarray out"));
        }
        Ok(())
    }
}

impl SamplingConfig {
    fn validate(&self) -> Result<()> {
        if !(1..=100_000).contains(&self.particles) {
            return Err(Error::invalid("sampling.particles", self.particles, "from 1 to 100000"));
        }
        if !(1..=1_000_000).contains(&self.steps) {
            return Err(Error::invalid("sampling.steps", self.steps, "from 1 to 1000000"));
        }
        Ok(())
    }
}
