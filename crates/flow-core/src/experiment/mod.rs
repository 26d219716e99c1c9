//! One experiment: a configuration, the network it trains, and the particles that show it.

mod evaluation;
mod history;
mod queries;
mod shown;

use std::sync::{Arc, OnceLock};

use crate::{
    Checkpoint, Config, Error, Result, Rng, Solver,
    config::{Round, SamplingConfig},
    coupling::Pairs,
    distribution::Distribution,
    field::{Conversion, Guided, NetworkField},
    metric::LossFloor,
    solver::{Trajectories, integrate},
    train::{LossHistory, Trainer, lesson::Preparation},
};
use evaluation::MEASURED_POINTS;
pub use evaluation::{Evaluation, Outcome};
use history::History;
pub use history::Moment;
pub use queries::{DensityKind, How, Passing, PassingPair, Window, WorstError};
pub use shown::{Sampling, ShownField};

/// Everything that one panel of the page, or one run of the program, is about.
///
/// The same configuration gives the same experiment, bit for bit, on every machine and however
/// training is divided into calls. Two experiments of equal seed and source move the same noise.
///
/// ```
/// use flow_core::{Config, Experiment, Solver};
/// let mut experiment = Experiment::new(Config::default())?;
/// experiment.train(30)?;
/// let trajectories = experiment.sample(Solver::Euler, 4)?;
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
    /// The network of an earlier moment that is on show; `None` for that of now.
    shown: Option<NetworkField>,
    starts: Vec<[f32; 2]>,
    /// The data that each particle is paired with, once asked for.
    partners: OnceLock<Vec<[f32; 2]>>,
    /// Exact draws of the target that samples are compared with.
    reference: Vec<[f32; 2]>,
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
        Ok(Self {
            starts: draw_starts(&config, &*source),
            reference: target.sample(&mut Rng::stream(config.seed, "reference"), MEASURED_POINTS),
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

    /// Everything needed to continue, as bytes.
    ///
    /// # Errors
    /// As [`Checkpoint::to_bytes`].
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        Checkpoint {
            config: self.config.clone(),
            rounds_begun: self.rounds_begun,
            steps_before: self.steps_before,
            trainer: self.trainer.state()?,
            losses: self.losses.clone(),
        }
        .to_bytes()
    }

    /// Continues from the bytes of [`checkpoint`](Self::checkpoint), bit for bit as if there had
    /// been no interruption.
    ///
    /// # Errors
    /// As [`Checkpoint::from_bytes`] and [`new`](Self::new), and
    /// [`Error::Checkpoint`] when its parts do not fit together.
    pub fn resume(bytes: &[u8]) -> Result<Self> {
        let Checkpoint { config, rounds_begun, steps_before, trainer, losses } =
            Checkpoint::from_bytes(bytes)?;
        let mut experiment = Self::new(config)?;
        if rounds_begun > experiment.config.rounds.len() {
            return Err(Error::Checkpoint("more rounds have begun than there are".to_owned()));
        }
        if rounds_begun > 0 {
            // Any pair will do: the state brings the round's own.
            let any = Pairs { x0: vec![[0.0; 2]], x1: vec![[0.0; 2]], labels: vec![0] };
            experiment.trainer = experiment.trainer_of_round(rounds_begun - 1, any)?;
        }
        experiment.trainer.restore(trainer)?;
        (experiment.rounds_begun, experiment.steps_before) = (rounds_begun, steps_before);
        experiment.losses = losses;
        Ok(experiment)
    }

    /// The averaged weights for other programs, as the bytes of a
    /// [safetensors](crate::safetensors) file.
    ///
    /// # Errors
    /// Never expected; as [`safetensors::write`](crate::safetensors::write).
    pub fn safetensors(&self) -> Result<Vec<u8>> {
        self.trainer.safetensors(&self.config)
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
    /// [`Error::Diverged`] when the loss is no longer finite; the steps before that one remain
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

    /// Adds a round to the configuration, to begin with the next training step.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a value is out of range, or a round of the configuration has yet to
    /// begin.
    pub fn add_round(&mut self, round: Round) -> Result<()> {
        if self.rounds_begun < self.config.rounds.len() {
            return Err(Error::invalid("rounds", "waiting", "begun, all of them, before one more"));
        }
        let mut config = self.config.clone();
        config.rounds.push(Round { after: self.training_step(), ..round });
        config.validate()?;
        self.config = config;
        Ok(())
    }

    /// The round that has not begun yet, if there is one.
    pub fn next_round(&self) -> Option<&Round> {
        self.config.rounds.get(self.rounds_begun)
    }

    fn now(&self) -> Moment {
        Moment { generation: self.rounds_begun, step: self.training_step() }
    }

    /// Does one piece of what the next training step has to wait for: the pairs of a round that is
    /// due. Returns the share that is done, 1 when training can go on. A checkpoint taken before
    /// that begins the preparation again, with the same outcome.
    ///
    /// # Errors
    /// As [`integrate`].
    pub fn prepare(&mut self) -> Result<f64> {
        let step = self.training_step();
        let Some(&round) = self.next_round().filter(|round| round.after <= step) else { return Ok(1.0) };
        let mut preparation = self.preparation.take().unwrap_or_else(|| self.preparation_of(round));
        let share = preparation.advance()?;
        if share < 1.0 {
            self.preparation = Some(preparation);
            return Ok(share);
        }
        let now = self.now();
        self.history.keep(now, self.trainer.field());
        let trainer = self.trainer_of_round(self.rounds_begun, preparation.into_pairs())?;
        self.steps_before = step;
        self.trainer = trainer;
        self.rounds_begun += 1;
        // Another round may be due at the same step.
        let is_due = self.next_round().is_some_and(|next| next.after <= step);
        Ok(if is_due { 0.0 } else { 1.0 })
    }

    fn preparation_of(&self, round: Round) -> Preparation {
        // The network so far belongs to the path of its own round.
        let schedule = self.trainer.preconditioning().schedule();
        let conversion = Conversion::new(schedule, &*self.source, &*self.target, self.config.coupling);
        let rng = Rng::stream(self.round_seed(self.rounds_begun), "noise");
        Preparation::new(round, self.field(), conversion, self.source.clone(), rng)
    }

    fn trainer_of_round(&self, index: usize, pairs: Pairs) -> Result<Trainer> {
        let (config, seed) = (&self.config, self.round_seed(index));
        Trainer::for_round(config, &config.rounds[index], seed, pairs, &*self.source, &*self.target)
    }

    /// Every round draws from streams of its own.
    fn round_seed(&self, index: usize) -> u64 {
        Rng::stream(self.config.seed, &format!("round {index}")).bits()
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

    /// Shows `count` particles from now on.
    ///
    /// # Errors
    /// As [`set_sampling`](Self::set_sampling).
    pub fn set_particles(&mut self, count: usize) -> Result<()> {
        self.set_sampling(SamplingConfig { particles: count, ..self.config.sampling.clone() })
    }

    /// How many classes the network can be told apart; 0 without
    /// [`class_dropout`](crate::config::TrainingConfig::class_dropout).
    pub fn class_count(&self) -> usize {
        self.trainer.class_count()
    }

    /// The field of one class (a mode of the target, counted from 0), exaggerated by `weight`; 1 is
    /// the class as it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the network knows no such class or the weight is not finite.
    pub fn guided_field(&self, class: usize, weight: f64) -> Result<Guided<NetworkField, NetworkField>> {
        let network = self.shown_network();
        Guided::new(network.clone().with_class(Some(class))?, network, weight)
    }

    /// The particles at t = 0.
    pub fn starts(&self) -> &[[f32; 2]] {
        &self.starts
    }

    /// Moves every particle from t = 0 to t = 1 with the field learned so far.
    ///
    /// # Errors
    /// As [`integrate`].
    pub fn sample(&self, solver: Solver, steps: usize) -> Result<Trajectories<f32>> {
        integrate(&self.field(), solver, (0.0, 1.0), steps, &self.starts)
    }
}

/// The particles of a configuration, from a random stream of their own.
fn draw_starts(config: &Config, source: &dyn Distribution) -> Vec<[f32; 2]> {
    source.sample(&mut Rng::stream(config.seed, "particles"), config.sampling.particles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Coupling, Schedule, config::Lesson, fingerprint};

    fn small() -> Config {
        let mut config = Config::default();
        config.network.width = 16;
        config.sampling.particles = 300;
        config
    }

    #[test]
    fn equal_seeds_give_equal_bits_however_training_is_divided() {
        let [mut once, mut often] = [(); 2].map(|()| Experiment::new(small()).unwrap());
        once.train(12).unwrap();
        for _ in 0..4 {
            often.train(3).unwrap();
            often.sample(Solver::Euler, 2).unwrap();
            often.straightness().unwrap();
        }
        let [a, b] = [once, often].map(|e| fingerprint(e.sample(Solver::Heun, 3).unwrap().end()));
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
        changed.set_particles(700).unwrap();
        changed.train(3).unwrap();
        assert!(changed.set_particles(0).is_err());
        config.sampling.particles = 700;
        let mut made = Experiment::new(config).unwrap();
        made.train(6).unwrap();
        let [a, b] = [changed, made].map(|e| fingerprint(e.sample(Solver::Euler, 2).unwrap().end()));
        assert_eq!(a, b);
    }

    #[test]
    fn a_second_round_straightens_the_first() {
        let mut experiment = Experiment::new(small()).unwrap();
        experiment.train(400).unwrap();
        let bent = experiment.straightness().unwrap();
        let round = Round { pairs: 2000, sampler_steps: 16, ..Round::default() };
        experiment.add_round(round).unwrap();
        assert_eq!(experiment.config().rounds[0].after, 400);
        assert!(experiment.add_round(round).is_err(), "one round at a time");
        experiment.train(400).unwrap();
        assert_eq!(experiment.training_step(), 800);
        assert_eq!(experiment.losses().points().len(), 800);
        let straight = experiment.straightness().unwrap();
        assert!(straight < 0.05 * bent, "{bent} {straight}");
        let hits = experiment.evaluate(&experiment.sample(Solver::Euler, 1).unwrap()).hits;
        assert!(hits > 0.6, "{hits}");

        // The same rounds in the configuration from the beginning give the same bits, prepared by pieces or not.
        let mut planned = Experiment::new(experiment.config().clone()).unwrap();
        planned.train(400).unwrap();
        let shares: Vec<_> = (0..4).map(|_| planned.prepare().unwrap()).collect();
        assert_eq!(shares, [0.256, 0.512, 0.768, 1.0]);
        assert_eq!(planned.training_step(), 400);
        planned.train(400).unwrap();
        let end = |e: &Experiment| fingerprint(e.sample(Solver::Euler, 2).unwrap().end());
        assert_eq!(end(&experiment), end(&planned));
    }

    #[test]
    fn distillation_puts_the_whole_way_into_one_step() {
        let mut experiment = Experiment::new(small()).unwrap();
        experiment.train(400).unwrap();
        let hits = |e: &Experiment| e.evaluate(&e.sample(Solver::Euler, 1).unwrap()).hits;
        let before = hits(&experiment);
        let lesson = Lesson::Steps { steps: 1 };
        experiment.add_round(Round { pairs: 2000, sampler_steps: 16, lesson, ..Round::default() }).unwrap();
        experiment.train(400).unwrap();
        let after = hits(&experiment);
        assert!(before < 0.05 && after > 0.7, "{before} {after}");
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
