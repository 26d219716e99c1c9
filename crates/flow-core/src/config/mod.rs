//! The configuration: everything that shapes an experiment, in one serialisable value.
//!
//! A [`Config`] fully determines an [`Experiment`](crate::Experiment). The permalink, a
//! checkpoint's header and the program's `--config` and `--spec` files are this one type; every
//! field has a default, so `{}` is a valid configuration.

mod accepted;
mod path;
mod round;
mod sampling;
mod training;

use serde::{Deserialize, Serialize};

pub use path::Path;
pub use round::{Lesson, Round, Sampler};
pub use sampling::{FieldKind, Guidance, SamplingConfig};
pub use training::{Decay, Engine, Objective, TrainingConfig};

use crate::{
    Coupling, DistributionSpec, Error, Result, Schedule,
    distribution::Distribution,
    field::{conversion::is_standard_normal, exact::ExactField},
};

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
    /// Further rounds, each trained on what the network before it has learned.
    pub rounds: Vec<Round>,
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
            rounds: vec![],
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
    /// Angular frequency of the first harmonic in units of one over the data's standard deviation,
    /// above 0 and at most 100.
    pub base_frequency: f64,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self { width: 64, depth: 3, harmonics: 8, base_frequency: 1.8 }
    }
}

/// A class-conditional network has an input for every mode of its target.
const MOST_CLASSES: usize = 64;

impl Config {
    /// The same experiment with the recipe for a known end: a learning rate that falls to zero at
    /// step `steps`, larger batches and fewer features. It draws sharper edges than the default,
    /// which may go on for ever: on the checkerboard after 4,000 steps the squared error against
    /// the exact field is 0.006 to 0.007 instead of 0.011, and 0.002 with stable targets.
    #[must_use]
    pub fn planned(mut self, steps: u64) -> Self {
        self.network.harmonics = 4;
        self.training.batch_size = 512;
        self.training.learning_rate = 1.4e-2;
        self.training.decay = Decay::Cosine { steps };
        self
    }

    /// Reads a configuration written as JSON; what it leaves out has its default.
    ///
    /// ```
    /// use flow_core::{Config, Schedule};
    /// let config = Config::from_json(r#"{"seed": 7, "schedule": {"type": "cosine"}}"#)?;
    /// assert_eq!((config.seed, config.schedule), (7, Schedule::Cosine));
    /// let error = Config::from_json(r#"{"network": {"width": "wide"}}"#).unwrap_err();
    /// assert!(error.to_string().starts_with("network.width is "));
    /// # Ok::<(), flow_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the field where the text is not a configuration. Ranges are
    /// checked by [`validate`](Self::validate) only.
    pub fn from_json(text: &str) -> Result<Self> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let refuse = |field: String, error: &serde_json::Error| {
            let field = if field == "." { "configuration".to_owned() } else { field };
            let accepted = accepted::accepted(&field);
            Error::invalid(field, format!("not readable ({error})"), accepted)
        };
        let config = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| refuse(error.path().to_string(), error.inner()))?;
        reader.end().map_err(|error| refuse(".".to_owned(), &error))?;
        Ok(config)
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the first field outside its range.
    pub fn validate(&self) -> Result<()> {
        let target = self.target.build("target")?;
        let source = self.source.build("source")?;
        self.schedule.validate("schedule")?;
        self.coupling.validate("coupling")?;
        let unavailable = |field: &str, reason: String| Err(Error::unavailable(field, reason));
        if self.training.stable_targets {
            let lacks = if self.coupling != Coupling::Independent {
                Some("noise and data are not paired independently")
            } else if !is_standard_normal(&*source) {
                Some("the source is not the standard normal distribution")
            } else {
                None
            };
            if let Some(lacks) = lacks {
                let reason = format!("{lacks}, which the averages over the batch assume");
                return unavailable("training.stable_targets", reason);
            }
        }
        if self.training.class_dropout.is_some() {
            let classes = target.mode_count();
            if classes > MOST_CLASSES {
                return unavailable(
                    "training.class_dropout",
                    format!("the target has {classes} modes, more than {MOST_CLASSES}"),
                );
            }
            if !self.rounds.is_empty() {
                return unavailable("training.class_dropout", "rounds know no classes".to_owned());
            }
        }
        for (index, round) in self.rounds.iter().enumerate() {
            round.validate(&format!("rounds[{index}]"))?;
            if round.sampler == Sampler::Ddim {
                self.path(index).conversion(&*source, &*target).check_path()?;
            }
            if index > 0 && round.after < self.rounds[index - 1].after {
                let field = format!("rounds[{index}].after");
                return Err(Error::invalid(field, round.after, "not before the round in front of it"));
            }
        }
        self.network.validate()?;
        self.training.validate()?;
        self.sampling.validate()?;
        self.validate_shown(&*source, &*target)
    }

    /// Whether what is to be shown can be, for this training.
    fn validate_shown(&self, source: &dyn Distribution, target: &dyn Distribution) -> Result<()> {
        let path = self.path(self.rounds.len());
        match self.sampling.field {
            FieldKind::Exact => {
                path.check_exact("exact field")?;
                ExactField::new(self.schedule, source, target)?;
            }
            FieldKind::Paired => {
                path.drawn_coupling("paired field")?;
            }
            FieldKind::Learned => {}
        }
        if self.sampling.diffusion.is_some() {
            path.conversion(source, target).check_score()?;
        }
        if let Some(Guidance { class, .. }) = self.sampling.guidance {
            if self.training.class_dropout.is_none() {
                return Err(Error::unavailable(
                    "guidance",
                    "the network is not told any classes (training.class_dropout)",
                ));
            }
            if class >= target.mode_count() {
                let accepted = format!("below {}, the number of modes", target.mode_count());
                return Err(Error::invalid("sampling.guidance.class", class, accepted));
            }
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Solver, distribution::PRESETS};

    fn presets() -> impl Strategy<Value = DistributionSpec> {
        (0..PRESETS.len()).prop_map(|index| DistributionSpec::preset(PRESETS[index].name))
    }

    prop_compose! {
        fn configs()(
            (seed, target, source) in (any::<u64>(), presets(), presets()),
            (schedule, coupling, solver) in (0..Schedule::ENTRIES.len(), 0..Coupling::ENTRIES.len(), 0..Solver::ENTRIES.len()),
            (width, depth, harmonics, base_frequency) in (1_usize..=64, 1_usize..=8, 0_usize..=16, 0.01..100.0),
            (batch, learning_rate, ema_decay) in (1_usize..=1024, 1e-6..1.0, 0.0..0.9999),
            (decay, decay_steps, engine) in (0_usize..3, 1_u64..1_000_000, 0_usize..3),
            (particles, steps) in (1_usize..=100_000, 1_usize..=1_000_000),
        ) -> Config {
            Config {
                seed,
                target,
                source,
                schedule: Schedule::ENTRIES[schedule].value,
                coupling: Coupling::ENTRIES[coupling].value,
                network: NetworkConfig { width: 8 * width, depth, harmonics, base_frequency },
                training: TrainingConfig {
                    batch_size: 4 * batch,
                    learning_rate,
                    decay: match decay {
                        0 => Decay::Constant,
                        1 => Decay::Power { steps: decay_steps, exponent: ema_decay },
                        _ => Decay::Cosine { steps: decay_steps },
                    },
                    ema_decay,
                    objective: [Objective::Velocity, Objective::Noise, Objective::Data][engine],
                    stable_targets: false,
                    class_dropout: None,
                    engine: [Engine::Fused, Engine::Flex, Engine::Ndarray][engine],
                },
                rounds: vec![Round { after: decay_steps, ..Round::default() }; decay],
                sampling: SamplingConfig {
                    particles,
                    solver: Solver::ENTRIES[solver].value,
                    steps,
                    ..SamplingConfig::default()
                },
            }
        }
    }

    proptest! {
        #[test]
        fn survives_a_round_trip(config in configs()) {
            let text = serde_json::to_string(&config).unwrap();
            prop_assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), config);
        }

        #[test]
        fn values_in_range_are_accepted(config in configs()) {
            let accepted = config.validate();
            let expected = config.training.engine != Engine::Ndarray || cfg!(feature = "ndarray");
            prop_assert_eq!(accepted.is_ok(), expected);
        }
    }

    #[test]
    fn nothing_at_all_is_the_default() {
        assert_eq!(serde_json::from_str::<Config>("{}").unwrap(), Config::default());
        Config::default().validate().unwrap();
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = serde_json::from_str::<Config>(r#"{"sede": 1}"#).unwrap_err().to_string();
        assert!(error.contains("unknown field `sede`"), "{error}");
    }

    #[test]
    fn values_out_of_range_are_named() {
        let refused = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.validate().unwrap_err().to_string()
        };
        for (message, start) in [
            (refused(|c| c.network.width = 60), "network.width is 60"),
            (refused(|c| c.network.depth = 9), "network.depth is 9"),
            (refused(|c| c.network.harmonics = 17), "network.harmonics is 17"),
            (refused(|c| c.network.base_frequency = f64::NAN), "network.base_frequency is NaN"),
            (refused(|c| c.training.batch_size = 2), "training.batch_size is 2"),
            (refused(|c| c.training.learning_rate = 0.0), "training.learning_rate is 0"),
            (refused(|c| c.training.decay = Decay::Cosine { steps: 0 }), "training.decay.steps is 0"),
            (
                refused(|c| c.training.decay = Decay::Power { steps: 9, exponent: -1.0 }),
                "training.decay.exponent is -1",
            ),
            (refused(|c| c.training.ema_decay = 1.0), "training.ema_decay is 1"),
            (
                refused(|c| c.training.class_dropout = Some(0.0)),
                "training.class_dropout is 0, but must be above 0",
            ),
            (
                refused(|c| c.training.class_dropout = Some(1.0)),
                "training.class_dropout is 1, but must be above 0",
            ),
            (refused(|c| c.training.class_dropout = Some(f64::NAN)), "training.class_dropout is NaN"),
            (refused(|c| c.rounds = vec![Round { pairs: 0, ..Round::default() }]), "rounds[0].pairs is 0"),
            (
                refused(|c| c.rounds = vec![Round::default(), Round { after: 0, ..Round::default() }]),
                "rounds[1].after is 0",
            ),
            (refused(|c| c.sampling.particles = 0), "sampling.particles is 0"),
            (refused(|c| c.sampling.steps = 2_000_000), "sampling.steps is 2000000"),
            (
                refused(|c| {
                    c.coupling = Coupling::MinibatchOt { batch_size: 1, reuse: 1, pool: 1, even: true }
                }),
                "coupling.batch_size",
            ),
        ] {
            assert!(message.starts_with(start), "{message}");
        }
    }

    #[test]
    fn classes_need_few_modes_and_one_round() {
        let mut config = Config::default();
        config.training.class_dropout = Some(0.1);
        config.validate().unwrap();
        config.rounds = vec![Round::default()];
        assert!(config.validate().unwrap_err().to_string().contains("rounds know no classes"));
        config.rounds.clear();
        let points = (0..65).map(|i| [f64::from(i), 0.0]).collect::<Vec<_>>();
        config.target = DistributionSpec::GaussianMixture {
            weights: vec![1.0; 65],
            covs: vec![[[1.0, 0.0], [0.0, 1.0]]; 65],
            means: points,
        };
        assert!(config.validate().unwrap_err().to_string().contains("65 modes"));
    }

    #[test]
    fn a_distilled_network_makes_no_pairs_by_ddim() {
        let distilled = Round { lesson: Lesson::Steps { steps: 1 }, ..Round::default() };
        let teacher = Round { sampler: Sampler::Ddim, ..Round::default() };
        let config = |rounds| Config { rounds, ..Config::default() };
        config(vec![teacher, distilled]).validate().unwrap();
        let refused = config(vec![distilled, teacher]).validate().unwrap_err().to_string();
        assert!(refused.contains("no path"), "{refused}");
    }

    #[test]
    fn stable_targets_need_an_independent_normal_source() {
        let mut config = Config::default();
        config.training.stable_targets = true;
        config.validate().unwrap();
        config.coupling = Coupling::ENTRIES[1].value;
        let refused = config.validate().unwrap_err().to_string();
        assert_eq!(
            refused,
            "training.stable_targets is not available: noise and data are not paired independently, \
             which the averages over the batch assume"
        );
        config.coupling = Coupling::Independent;
        config.source = DistributionSpec::preset("two-moons");
        assert!(config.validate().unwrap_err().to_string().contains("not the standard normal"));
    }
}
