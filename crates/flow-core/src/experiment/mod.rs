//! One experiment: a configuration, the network it trains, and the particles that show it.

mod evaluation;
mod history;
mod queries;
mod resume;
mod rounds;
mod sampling;
mod shown_field;

use std::sync::{Arc, OnceLock};

use crate::{
    Config, Result, Rng,
    config::SamplingConfig,
    distribution::Distribution,
    field::NetworkField,
    metric::{EnergyReference, LossFloor},
    train::{LossHistory, Trainer, lesson::Preparation},
};
use evaluation::MEASURED_POINTS;
pub use evaluation::{Accuracy, Evaluation};
use history::History;
pub use history::HistoryPoint;
pub use queries::{DensityKind, PassingPair, PassingPairs, Provenance, Window, WorstError};
pub use sampling::{Course, Method, Sampling};
pub use shown_field::ShownField;

/// Everything that one panel of the page, or one run of the program, is about.
///
/// The same configuration gives the same experiment, bit for bit, on every machine and however
/// training is divided into calls. Two experiments of equal seed and source move the same noise.
///
/// ```
/// use flow_core::{Config, Experiment};
/// let mut experiment = Experiment::new(Config::default())?;
/// experiment.train(30)?;
/// let trajectories = experiment.sample()?;
/// let evaluation = experiment.evaluate(&trajectories);
/// assert_eq!((experiment.training_step(), evaluation.evaluations), (30, 4));
/// # Ok::<(), flow_core::Error>(())
/// ```
pub struct Experiment {
    config: Config,
    source: Arc<dyn Distribution>,
    target: Arc<dyn Distribution>,
    trainer: Trainer,
    /// Rounds of the configuration that have begun, and the training steps before the last of them.
    rounds_begun: usize,
    steps_before: u64,
    /// The pairs of the round that is due, while they are being made.
    preparation: Option<Preparation>,
    loss_floor: OnceLock<LossFloor>,
    losses: LossHistory,
    history: History,
    /// The network of an earlier moment that is on show, and when that was; `None` for that of now.
    shown: Option<(HistoryPoint, NetworkField)>,
    starts: Vec<[f32; 2]>,
    /// The data that each particle is paired with, once asked for.
    partners: OnceLock<Vec<[f32; 2]>>,
    /// Exact draws of the target that samples are compared with.
    reference: EnergyReference,
}

impl Experiment {
    /// The experiment of a configuration, before its first training step.
    ///
    /// # Errors
    /// As [`Config::validate`].
    pub fn new(config: Config) -> Result<Self> {
        config.validate()?;
        let source = config.source.build("source")?;
        let target = config.target.build("target")?;
        let trainer = Trainer::new(&config, source.clone(), target.clone())?;
        let draws = target.sample(&mut Rng::stream(config.seed, "reference"), MEASURED_POINTS);
        Ok(Self {
            starts: draw_starts(&config, &*source),
            reference: EnergyReference::new(&draws)?,
            history: History::new(trainer.parameter_count()),
            trainer,
            rounds_begun: 0,
            steps_before: 0,
            preparation: None,
            loss_floor: OnceLock::new(),
            partners: OnceLock::new(),
            losses: LossHistory::default(),
            shown: None,
            source,
            target,
            config,
        })
    }

    /// What it was made from.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The data.
    pub fn target(&self) -> &dyn Distribution {
        &*self.target
    }

    /// Takes `steps` training steps. Where a round of the configuration falls due, the network so
    /// far first makes the pairs that the next one learns from, which takes as long as sampling them;
    /// [`prepare`](Self::prepare) beforehand does that in pieces.
    ///
    /// # Errors
    /// [`Error::Diverged`](crate::Error::Diverged) when the loss is no longer finite; the steps before that one remain
    /// taken. As [`prepare`](Self::prepare) when a round begins.
    pub fn train(&mut self, steps: u32) -> Result<()> {
        for _ in 0..steps {
            let now = self.now();
            self.history.observe(now, || self.trainer.field());
            while self.prepare()? < 1.0 {}
            let loss = self.trainer.step()?;
            self.losses.push(self.training_step(), loss);
        }
        Ok(())
    }

    /// Training steps taken so far, over all rounds.
    pub fn training_step(&self) -> u64 {
        self.steps_before + self.trainer.step_count()
    }

    fn now(&self) -> HistoryPoint {
        HistoryPoint { generation: self.rounds_begun, step: self.training_step() }
    }

    /// The loss over the whole of training.
    pub fn losses(&self) -> &LossHistory {
        &self.losses
    }

    /// The velocity field learned so far: that of the weights' moving average.
    pub fn field(&self) -> NetworkField {
        self.trainer.field()
    }

    /// Samples like this from now on. Training is not touched: the same experiment made with this
    /// sampling in its configuration is in the same state.
    ///
    /// # Errors
    /// As [`Config::validate`]; all is then as before.
    pub fn set_sampling(&mut self, sampling: SamplingConfig) -> Result<()> {
        let count = sampling.particles;
        let config = Config { sampling, ..self.config.clone() };
        config.validate()?;
        self.config = config;
        if count != self.starts.len() {
            self.starts = draw_starts(&self.config, &*self.source);
            self.partners = OnceLock::new();
        }
        Ok(())
    }

    /// How many classes the network can be told apart; 0 without
    /// [`class_dropout`](crate::config::TrainingConfig::class_dropout).
    pub fn class_count(&self) -> usize {
        self.trainer.class_count()
    }

    /// The particles at t = 0.
    pub fn starts(&self) -> &[[f32; 2]] {
        &self.starts
    }
}

/// The particles of a configuration, from a random stream of their own.
fn draw_starts(config: &Config, source: &dyn Distribution) -> Vec<[f32; 2]> {
    source.sample(&mut Rng::stream(config.seed, "particles"), config.sampling.particles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Coupling, Schedule, Solver, fingerprint, testing::small};

    #[test]
    fn equal_seeds_give_equal_bits_however_training_is_divided() {
        let [mut once, mut often] = [(); 2].map(|()| Experiment::new(small()).unwrap());
        once.train(12).unwrap();
        for _ in 0..4 {
            often.train(3).unwrap();
            often.sample_with(Solver::Euler, 2).unwrap();
            often.straightness().unwrap();
        }
        let [a, b] = [once, often].map(|e| fingerprint(e.sample_with(Solver::Heun, 3).unwrap().end()));
        assert_eq!(a, b);
    }

    #[test]
    fn panels_of_one_seed_move_the_same_noise() {
        let straight = Experiment::new(small()).unwrap();
        let curved = Config { schedule: Schedule::Cosine, coupling: Coupling::ENTRIES[1].value, ..small() };
        let other = Config { seed: 2, ..small() };
        let starts = |config| fingerprint(Experiment::new(config).unwrap().starts());
        assert_eq!(fingerprint(straight.starts()), starts(curved));
        assert_ne!(fingerprint(straight.starts()), starts(other));
    }

    #[test]
    fn another_number_of_particles_leaves_training_alone() {
        let mut config = small();
        let mut changed = Experiment::new(config.clone()).unwrap();
        changed.train(3).unwrap();
        let particles = |particles| SamplingConfig { particles, ..small().sampling };
        changed.set_sampling(particles(700)).unwrap();
        changed.train(3).unwrap();
        assert!(changed.set_sampling(particles(0)).is_err());
        config.sampling.particles = 700;
        let mut made = Experiment::new(config).unwrap();
        made.train(6).unwrap();
        let [a, b] = [changed, made].map(|e| fingerprint(e.sample_with(Solver::Euler, 2).unwrap().end()));
        assert_eq!(a, b);
    }

    #[test]
    fn losses_are_recorded_for_every_step() {
        let mut experiment = Experiment::new(small()).unwrap();
        experiment.train(5).unwrap();
        let points = experiment.losses().points();
        assert_eq!(points.iter().map(|point| point.step).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert!(points.iter().all(|point| point.loss > 0.0));
    }
}
