//! The trainer: one training step at a time.

use std::sync::Arc;

use burn::{
    optim::{GradientsParams, ModuleOptimizer},
    tensor::{Bytes, Device, Tensor, TensorData},
};
use flow_kernels::{Features, MlpShape};

use serde::{Deserialize, Serialize};

use crate::{
    Coupling, Error, Result, Rng,
    config::{Config, TrainingConfig},
    coupling::{Pairing, PairingState},
    distribution::Distribution,
    field::{NetworkField, preconditioning::Preconditioning},
    train::{
        batch::Batch,
        engine::Network,
        learning_rate::{average_decay, learning_rate},
        model::{Model, initial_weights, read},
        stable_target::stabilise,
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
    pairing: Pairing,
    times: Rng,
    network: Network,
    device: Device,
    model: Model,
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
    /// burn's record of the optimizer.
    pub optimizer: Vec<u8>,
    /// The stream that times are drawn from.
    pub times: Rng,
    /// The streams and the pool that training pairs are drawn from.
    pub pairing: PairingState,
}

impl Trainer {
    /// A trainer at step 0 with random weights.
    ///
    /// # Errors
    /// As [`Config::validate`].
    pub fn new(
        config: &Config,
        source: Arc<dyn Distribution>,
        target: Arc<dyn Distribution>,
    ) -> Result<Self> {
        config.validate()?;
        let features = Features {
            harmonics: config.network.harmonics,
            base_frequency: config.network.base_frequency as f32,
            labels: 0,
        };
        let shape = MlpShape {
            inputs: features.count(),
            width: config.network.width,
            depth: config.network.depth,
            outputs: 2,
        };
        let weights = initial_weights(shape, &mut Rng::stream(config.seed, "weights"));
        // Only independent draws are uncorrelated; every other coupling moves neighbours together.
        let is_coupled = config.coupling != Coupling::Independent;
        let network = Network::new(config.training.engine, shape, config.training.batch_size);
        let device = network.device();
        Ok(Self {
            preconditioning: Preconditioning::new(config.schedule, &*source, &*target, is_coupled),
            features,
            shape,
            training: config.training.clone(),
            pairing: Pairing::new(config.coupling, source, target, config.seed)?,
            times: Rng::stream(config.seed, "times"),
            model: Model::new(shape, weights.clone(), &device),
            optimizer: network.optimizer(),
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
        let count = self.training.batch_size;
        let pairs = self.pairing.next_batch(count);
        let times = (0..count).map(|row| self.draw_time(row)).collect();
        self.batch.fill(&self.preconditioning, &pairs, times)?;
        if self.training.stable_targets {
            let Batch { times, points, velocities, .. } = &mut self.batch;
            stabilise(self.preconditioning.schedule(), times, points, &pairs.x1, velocities);
        }

        let residual = self.residual();
        let loss = mean_square(&read(residual.clone())?);
        if !loss.is_finite() {
            return Err(Error::Diverged {
                process: "training".into(),
                place: format!("step {}", self.step + 1),
            });
        }

        let gradients = (residual.clone() * residual).mean().backward();
        let gradients = GradientsParams::from_grads(gradients, &self.model);
        self.step += 1;
        let peak = self.training.learning_rate * (64.0 / self.shape.width as f64).min(1.0);
        let rate = learning_rate(peak, self.training.decay, self.step);
        self.model = self.optimizer.step(rate, self.model.clone(), gradients);
        self.update_average()?;
        Ok(loss)
    }

    /// Training steps taken so far.
    pub fn step_count(&self) -> u64 {
        self.step
    }

    /// The field of the averaged weights.
    pub fn field(&self) -> NetworkField {
        NetworkField::new(self.preconditioning, self.features, self.shape, &self.average)
    }

    /// What training has changed so far.
    ///
    /// # Errors
    /// [`Error::Framework`] when burn cannot write its optimizer; never expected.
    pub fn state(&self) -> Result<TrainerState> {
        let optimizer = self.optimizer.into_bytes().map_err(|error| Error::Framework(error.to_string()))?;
        Ok(TrainerState {
            step: self.step,
            weights: self.model.weights()?,
            average: self.average.clone(),
            optimizer: optimizer.to_vec(),
            times: self.times.clone(),
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
        let optimizer = self.network.optimizer().from_bytes(Bytes::from_bytes_vec(state.optimizer));
        self.optimizer = optimizer.map_err(|error| Error::Checkpoint(error.to_string()))?;
        self.pairing.restore(state.pairing)?;
        self.model = Model::new(self.shape, state.weights, &self.device);
        self.average = state.average;
        self.times = state.times;
        self.step = state.step;
        Ok(())
    }

    /// The path's Gaussian model, which every field of this trainer shares.
    pub fn preconditioning(&self) -> &Preconditioning {
        &self.preconditioning
    }

    /// A time for the batch's row `row`: uniform on its own 1/n of [0, 1], which covers [0, 1]
    /// evenly in every batch and is uniform over all rows.
    fn draw_time(&mut self, row: usize) -> f64 {
        let t = (row as f64 + self.times.uniform()) / self.training.batch_size as f64;
        self.preconditioning.clamp_time(t)
    }

    /// The network's velocity minus the batch's (n x 2), recorded for a backward pass.
    fn residual(&self) -> Tensor<2> {
        let mut features = vec![0.0; self.batch.points.len() * self.features.count()];
        self.features.write_rows(&self.batch.conditionings, &self.batch.points, &mut features);
        let (gains, remainders) = self.batch.gains_and_remainders();
        let output = self.network.forward(&self.model, self.upload(features, self.features.count()));
        output * self.upload(gains, 2) - self.upload(remainders, 2)
    }

    fn upload(&self, values: Vec<f32>, columns: usize) -> Tensor<2> {
        let rows = values.len() / columns;
        Tensor::from_data(TensorData::new(values, [rows, columns]), &self.device)
    }

    fn update_average(&mut self) -> Result<()> {
        let decay = average_decay(self.training.ema_decay, self.step) as f32;
        flow_kernels::average(&mut self.average, &self.model.weights()?, decay);
        Ok(())
    }
}

/// The mean of the squares, summed in order and in f64 so that it is the same on every machine.
fn mean_square(values: &[f32]) -> f64 {
    values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Schedule, Solver,
        config::{Decay, Engine, NetworkConfig},
        distribution::DistributionSpec,
        metric::coverage,
        solver::integrate_to_end,
    };

    const TRANSPORT: Coupling = Coupling::ENTRIES[1].value;

    fn trainer(config: &Config) -> Trainer {
        let [source, target] = [&config.source, &config.target].map(|spec| spec.build("spec").unwrap());
        Trainer::new(config, source, target).unwrap()
    }

    fn with_engine(engine: Engine) -> Config {
        Config { training: TrainingConfig { engine, ..TrainingConfig::default() }, ..Config::default() }
    }

    /// The share of Euler's end points in the target's support.
    fn hits(trainer: &Trainer, config: &Config, steps: usize) -> f64 {
        let [source, target] = [&config.source, &config.target].map(|spec| spec.build("spec").unwrap());
        let starts = source.sample(&mut Rng::stream(config.seed, "particles"), 4000);
        let ends = integrate_to_end(&trainer.field(), Solver::Euler, (0.0, 1.0), steps, &starts).unwrap();
        coverage(&*target, ends.end()).hits
    }

    #[test]
    fn engines_agree_on_the_same_experiment() {
        // In one step Adam forgets the gradient's size, so look at the weights after several.
        let run = |engine| {
            let mut trainer = trainer(&with_engine(engine));
            let losses: Vec<f64> = (0..20).map(|_| trainer.step().unwrap()).collect();
            (losses, trainer.model.weights().unwrap())
        };
        let (losses, weights) = run(Engine::Fused);
        for engine in [Engine::Flex, Engine::Ndarray] {
            let (other_losses, other_weights) = run(engine);
            for (step, (a, b)) in losses.iter().zip(&other_losses).enumerate() {
                assert!((a - b).abs() < 1e-4 * a, "{engine:?} step {step}: {a}, {b}");
            }
            let difference = weights.iter().zip(&other_weights).map(|(a, b)| (a - b).abs());
            let mean = difference.sum::<f32>() / weights.len() as f32;
            assert!(mean < 1e-4, "{engine:?}: mean difference {mean}");
        }
    }

    #[test]
    fn engines_agree_on_the_gradient() {
        let gradient = |engine| {
            let mut trainer = trainer(&with_engine(engine));
            let pairs = trainer.pairing.next_batch(256);
            let times = (0..256).map(|row| trainer.draw_time(row)).collect();
            trainer.batch.fill(&trainer.preconditioning, &pairs, times).unwrap();
            let residual = trainer.residual();
            let gradients = (residual.clone() * residual).mean().backward();
            read(trainer.model.theta().grad(&gradients).unwrap()).unwrap()
        };
        let fused = gradient(Engine::Fused);
        let scale = fused.iter().fold(0.0_f32, |largest, g| largest.max(g.abs()));
        for engine in [Engine::Flex, Engine::Ndarray] {
            for (index, (a, b)) in fused.iter().zip(gradient(engine)).enumerate() {
                assert!((a - b).abs() < 1e-5 * scale, "{engine:?} parameter {index}: {a}, {b}");
            }
        }
    }

    #[test]
    fn the_bits_never_change() {
        let mut config = with_engine(Engine::Fused);
        config.coupling = Coupling::MinibatchOt { batch_size: 64, reuse: 4, pool: 8 };
        config.schedule = Schedule::Cosine;
        let mut trainer = trainer(&config);
        let loss = (0..20).fold(0.0, |_, _| trainer.step().unwrap());
        let hash = trainer.average.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, weight| {
            (hash ^ u64::from(weight.to_bits())).wrapping_mul(0x0100_0000_01b3)
        });
        assert_eq!(
            (loss.to_bits(), hash),
            (4_601_527_439_873_559_320, 7_935_462_845_786_442_570),
            "every machine gives these bits"
        );
    }

    #[test]
    fn straight_needs_few_steps_and_curved_many() {
        let straight = Config { coupling: TRANSPORT, ..Config::default() };
        let curved = Config { schedule: Schedule::Cosine, ..Config::default() };
        let [straight_hits, curved_hits] = [straight, curved].map(|config| {
            let mut trainer = trainer(&config);
            for _ in 0..1500 {
                trainer.step().unwrap();
            }
            [1, 2, 32].map(|steps| hits(&trainer, &config, steps))
        });
        let [one, two, many] = straight_hits;
        assert!(one >= 0.81 && two >= 0.89 && many >= 0.94, "straight {straight_hits:?}");
        let [one, two, many] = curved_hits;
        assert!(one <= 0.19 && two <= 0.54 && many >= 0.94, "curved {curved_hits:?}");
    }

    #[test]
    fn stable_targets_take_the_noise_out_of_the_loss() {
        let mut config = Config::default();
        config.training.stable_targets = true;
        let mut trainer = trainer(&config);
        let late = (0..300).map(|_| trainer.step().unwrap()).skip(200).sum::<f64>() / 100.0;
        // The floor of the plain loss is 1.81.
        assert!(late < 0.5, "{late}");
    }

    #[test]
    fn a_loss_that_is_not_finite_stops_training() {
        let mut trainer = trainer(&Config::default());
        trainer.step().unwrap();
        let before = trainer.average.clone();
        let broken = vec![f32::NAN; trainer.shape.parameter_count()];
        trainer.model = Model::new(trainer.shape, broken, &trainer.device);
        let message = trainer.step().unwrap_err().to_string();
        assert_eq!(message, "training diverged at step 2: a value is no longer finite");
        assert_eq!((trainer.step_count(), trainer.average), (1, before));
    }

    #[test]
    fn every_schedule_trains_to_its_end() {
        // VP's velocity is infinite at t = 1, where no batch and no solver may fall.
        for entry in Schedule::ENTRIES {
            let mut config = Config { schedule: entry.value, ..Config::default() };
            config.network = NetworkConfig { width: 16, depth: 1, ..config.network };
            config.training.decay = Decay::Cosine { steps: 100 };
            let mut trainer = trainer(&config);
            for _ in 0..100 {
                trainer.step().unwrap();
            }
            assert!(hits(&trainer, &config, 16) > 0.2, "{}", entry.name);
        }
    }

    #[test]
    fn sources_of_any_size_and_place_are_preconditioned_away() {
        let config = Config {
            source: DistributionSpec::GaussianMixture {
                weights: vec![1.0],
                means: vec![[30.0, -7.0]],
                covs: vec![[[25.0, 0.0], [0.0, 25.0]]],
            },
            target: DistributionSpec::GaussianMixture {
                weights: vec![1.0],
                means: vec![[-300.0, 2.0]],
                covs: vec![[[0.01, 0.0], [0.0, 0.01]]],
            },
            ..Config::default()
        };
        for coupling in [Coupling::Independent, TRANSPORT] {
            let config = Config { coupling, ..config.clone() };
            let trainer = trainer(&config);
            let hits = hits(&trainer, &config, 64);
            assert!(hits > 0.9, "{coupling:?}: an untrained network is already right: {hits}");
        }
    }
}
