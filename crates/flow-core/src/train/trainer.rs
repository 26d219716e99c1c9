//! The trainer: one training step at a time.

use std::sync::Arc;

use burn::{
    optim::{GradientsParams, ModuleOptimizer},
    tensor::{Device, Tensor},
};
use flow_kernels::{Features, MlpShape};

use serde::{Deserialize, Serialize};

use crate::{
    Coupling, Error, Result, Rng,
    config::{Config, Lesson, NetworkConfig, Objective, Round, TrainingConfig},
    coupling::{Pairing, PairingState, Pairs},
    distribution::Distribution,
    field::{NetworkField, preconditioning::Preconditioning},
    safetensors,
    train::{
        adam::{Adam, Moments},
        batch::Batch,
        engine::Network,
        learning_rate::{average_decay, decay_of_round, learning_rate, place_in_fall},
        model::{Model, initial_weights},
        stable_target::stabilise,
        tensor::upload,
    },
};

/// Trains a velocity network on one path, one coupling and one pair of distributions.
///
/// A step draws pairs and times, moves the pairs to their places on the conditional paths, and
/// takes one step of Adam (Kingma and Ba 2015, arXiv 1412.6980) on the mean squared difference
/// between the network's velocity and the conditional one: conditional flow matching (Lipman et
/// al. 2023, arXiv 2210.02747, equation 9). Samples are drawn from a moving average of the weights.
pub struct Trainer {
    preconditioning: Preconditioning,
    features: Features,
    shape: MlpShape,
    training: TrainingConfig,
    lesson: Lesson,
    /// Whether a planned fall of the learning rate begins anew where it has ended.
    begins_anew: bool,
    pairing: Pairing,
    times: Rng,
    classes: Rng,
    network: Network,
    device: Device,
    model: Model,
    adam: Adam,
    optimizer: ModuleOptimizer,
    average: Vec<f32>,
    step: u64,
    batch: Batch,
}

/// Everything that training changes, for checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainerState {
    /// Training steps taken.
    pub step: u64,
    /// The weights, in the layout of [`MlpShape`].
    pub weights: Vec<f32>,
    /// Their moving average.
    pub average: Vec<f32>,
    /// The optimizer's moving averages.
    pub moments: Moments,
    /// The stream that times are drawn from.
    pub times: Rng,
    /// The stream that decides which pairs keep their class.
    pub classes: Rng,
    /// The streams and the pool that training pairs are drawn from.
    pub pairing: PairingState,
}

/// The pairs that the first network learns from, drawn from the random streams of `seed`.
///
/// # Errors
/// As [`Pairing::new`].
pub(crate) fn first_pairing(
    config: &Config,
    source: Arc<dyn Distribution>,
    target: Arc<dyn Distribution>,
    seed: u64,
) -> Result<Pairing> {
    let pairing = Pairing::new(config.coupling, source, target, seed)?;
    Ok(if config.training.class_dropout.is_some() { pairing.per_class() } else { pairing })
}

impl Trainer {
    /// A trainer of the first network, at step 0 with random weights.
    ///
    /// # Errors
    /// As [`Config::validate`].
    pub fn new(
        config: &Config,
        source: Arc<dyn Distribution>,
        target: Arc<dyn Distribution>,
    ) -> Result<Self> {
        // Only independent draws are uncorrelated; every other coupling moves neighbours together.
        let is_coupled = config.coupling != Coupling::Independent;
        let preconditioning = Preconditioning::new(config.schedule, &*source, &*target, is_coupled);
        let classes = if config.training.class_dropout.is_some() { target.mode_count() } else { 0 };
        let pairing = first_pairing(config, source, target, config.seed)?;
        Self::build(config, config.seed, preconditioning, pairing, Lesson::Paths, classes)
    }

    /// A trainer of the network of `round`, at step 0 with random weights, on the `pairs` that the
    /// [lesson](super::lesson) prepared. Every round has a `seed` of its own.
    ///
    /// # Errors
    /// As [`Config::validate`].
    pub(crate) fn for_round(
        config: &Config,
        round: &Round,
        seed: u64,
        pairs: Pairs,
        source: &dyn Distribution,
        target: &dyn Distribution,
    ) -> Result<Self> {
        let preconditioning = Preconditioning::new(round.schedule, source, target, true);
        let mut config = config.clone();
        config.training.stable_targets = false;
        config.training.objective = Objective::Velocity;
        config.training.decay = decay_of_round(config.training.decay, round.training_steps);
        let pairing = Pairing::fixed(pairs, seed)?;
        let trainer = Self::build(&config, seed, preconditioning, pairing, round.lesson, 0)?;
        Ok(Self { begins_anew: true, ..trainer })
    }

    fn build(
        config: &Config,
        seed: u64,
        preconditioning: Preconditioning,
        pairing: Pairing,
        lesson: Lesson,
        classes: usize,
    ) -> Result<Self> {
        config.validate()?;
        let NetworkConfig { width, depth, harmonics, base_frequency } = config.network;
        let features = Features { harmonics, base_frequency: base_frequency as f32, labels: classes };
        let shape = MlpShape { inputs: features.count(), width, depth, outputs: 2 };
        let weights = initial_weights(shape, &mut Rng::stream(seed, "weights"));
        let network = Network::new(config.training.engine, shape, config.training.batch_size);
        let (device, adam) = (network.device(), network.optimizer());
        Ok(Self {
            preconditioning,
            features,
            shape,
            training: config.training.clone(),
            lesson,
            begins_anew: false,
            pairing,
            times: Rng::stream(seed, "times"),
            classes: Rng::stream(seed, "classes"),
            model: Model::new(shape, weights.clone(), &device),
            optimizer: adam.module_optimizer(),
            adam,
            network,
            device,
            average: weights,
            step: 0,
            batch: Batch::default(),
        })
    }

    /// One training step; the batch's loss (mean over pairs and the two axes), taken before the
    /// weights change.
    ///
    /// # Errors
    /// [`Error::Diverged`] when the loss is not finite; the weights stay as they were.
    pub fn step(&mut self) -> Result<f64> {
        self.next_batch()?;
        let (recorded, loss) = self.loss()?;
        if !loss.is_finite() {
            return Err(Error::Diverged {
                process: "training".into(),
                place: format!("step {}", self.step + 1),
            });
        }

        let gradients = GradientsParams::from_grads(recorded.backward(), &self.model);
        self.step += 1;
        let peak = self.training.learning_rate * (64.0 / self.shape.width as f64).min(1.0);
        let decay = self.training.decay;
        let place = if self.begins_anew { place_in_fall(decay, self.step) } else { self.step };
        let rate = learning_rate(peak, decay, place);
        self.model = self.optimizer.step(rate, self.model.clone(), gradients);
        self.update_average()?;
        Ok(loss)
    }

    /// Training steps taken so far.
    pub fn step_count(&self) -> u64 {
        self.step
    }

    /// How many weights the network has.
    pub fn parameter_count(&self) -> usize {
        self.shape.parameter_count()
    }

    /// How many classes the network can be told apart; 0 for a network without.
    pub fn class_count(&self) -> usize {
        self.features.labels
    }

    /// The pairs that batches are picked from; empty where they are drawn afresh.
    pub(crate) fn pool(&self) -> &Pairs {
        self.pairing.pool()
    }

    /// The field of the averaged weights.
    pub fn field(&self) -> NetworkField {
        NetworkField::new(self.preconditioning, self.features, self.shape, &self.average)
    }

    /// The averaged weights as the bytes of a [safetensors](crate::safetensors) file, with the
    /// `config` that describes them.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when the configuration cannot be written; never expected.
    pub fn safetensors(&self, config: &Config) -> Result<Vec<u8>> {
        safetensors::write(config, &self.preconditioning, self.features, self.shape, &self.average)
    }

    /// What training has changed so far.
    ///
    /// # Errors
    /// [`Error::Framework`] when burn cannot read its own tensors; never expected.
    pub fn state(&self) -> Result<TrainerState> {
        Ok(TrainerState {
            step: self.step,
            weights: self.model.weights()?,
            average: self.average.clone(),
            moments: self.adam.moments()?,
            times: self.times.clone(),
            classes: self.classes.clone(),
            pairing: self.pairing.state().clone(),
        })
    }

    /// Continues from a kept state of a trainer with the same configuration.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when the state is not one of such a trainer.
    pub fn restore(&mut self, state: TrainerState) -> Result<()> {
        let count = self.shape.parameter_count();
        for weights in [&state.weights, &state.average] {
            if weights.len() != count || !weights.iter().all(|weight| weight.is_finite()) {
                return Err(Error::Checkpoint(format!("the network needs {count} finite weights")));
            }
        }
        self.adam.restore(state.moments, state.step, count, &self.device)?;
        self.pairing.restore(state.pairing)?;
        self.model = Model::new(self.shape, state.weights, &self.device);
        self.average = state.average;
        self.times = state.times;
        self.classes = state.classes;
        self.step = state.step;
        Ok(())
    }

    /// A time for each of the batch's rows: uniform on its own 1/n of [0, 1], which covers [0, 1]
    /// evenly in every batch and is uniform over all rows.
    fn draw_times(&mut self) {
        let count = self.training.batch_size;
        self.batch.times.clear();
        for row in 0..count {
            let t = (row as f64 + self.times.uniform()) / count as f64;
            self.batch.times.push(self.preconditioning.schedule().finite_time(t));
        }
    }

    fn next_batch(&mut self) -> Result<()> {
        let count = self.training.batch_size;
        let pairs = self.pairing.next_batch(count);
        if let Lesson::Steps { steps } = self.lesson {
            return self.batch.fill_with_steps(&self.preconditioning, &pairs, steps);
        }
        self.draw_times();
        self.batch.fill_with_paths(&self.preconditioning, &pairs);
        if self.training.stable_targets {
            let Batch { times, points, velocities, .. } = &mut self.batch;
            stabilise(self.preconditioning.schedule(), times, points, &pairs.x1, velocities);
        }
        if let Some(dropout) = self.training.class_dropout {
            for (conditioning, &class) in self.batch.conditionings.iter_mut().zip(&pairs.labels) {
                conditioning.label = (self.classes.uniform() >= dropout).then_some(class as u32);
            }
        }
        Ok(())
    }

    /// The loss of the batch, recorded for a backward pass, and its value.
    fn loss(&self) -> Result<(Tensor<1>, f64)> {
        let (rows, columns) = (self.batch.points.len(), self.features.count());
        let mut features = vec![0.0; rows * columns];
        self.features.write_rows(&self.batch.conditionings, &self.batch.points, &mut features);
        let features = upload(features, [rows, columns], &self.device);
        let outputs = self.network.forward(&self.model, features);
        let goal = self.batch.goal(self.preconditioning.schedule(), self.training.objective);
        self.network.loss(outputs, goal)
    }

    fn update_average(&mut self) -> Result<()> {
        let decay = average_decay(self.training.ema_decay, self.step) as f32;
        let average = &mut self.average;
        self.model.with_weights(|weights| flow_kernels::average(average, weights, decay))
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
