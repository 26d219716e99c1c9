//! What can be measured about an experiment.

use super::Experiment;
use crate::{
    Config, Error, Result, Rng, Solver,
    config::Objective,
    metric::{Estimate, LossFloor, coverage, field_error, loss_floor, straightness},
    solver::{Trajectories, integrate, integrate_to_end},
};

/// Points that a measurement looks at, at most. The energy distance compares every pair, and its
/// noise at 2,000 points is far below what a picture can show.
pub(super) const MEASURED_POINTS: usize = 2_000;

/// A field is judged straight or not along this many Euler steps of this many particles: one step
/// is straight whatever the field.
const STRAIGHTNESS_STEPS: usize = 64;
const STRAIGHTNESS_POINTS: usize = 500;

/// What can be said about one sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The share of particles that ended in the target's support, 0..=1.
    pub hits: f64,
    /// Modes of the target that hold a fair share of the particles.
    pub modes: usize,
    /// Modes of the target.
    pub mode_count: usize,
    /// Which particles ended in the target's support.
    pub is_hit: Vec<bool>,
    /// Energy distance between the ends of the first 2,000 particles and 2,000 exact draws.
    pub energy: f64,
    /// What that is rarely above for exact draws: see [`EnergyReference::noise`](crate::metric::EnergyReference::noise).
    pub energy_noise: f64,
    /// Straightness of these trajectories, divided by their mean squared length; 0 for lines at
    /// constant speed. Judge a field by [`Experiment::straightness`] instead.
    pub straightness: f64,
    /// Velocity evaluations per particle (NFE).
    pub evaluations: usize,
}

/// What a solver's steps come to, without the way there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// As [`Evaluation::energy`].
    pub energy: f64,
    /// The share of the measured particles that ended in the target's support, 0..=1.
    pub hits: f64,
    /// Velocity evaluations per particle (NFE).
    pub evaluations: usize,
}

impl Experiment {
    /// Measures trajectories that end at t = 1.
    pub fn evaluate(&self, trajectories: &Trajectories<f32>) -> Evaluation {
        let coverage = coverage(&*self.target, trajectories.end());
        let measured = trajectories.particle_count().min(MEASURED_POINTS);
        Evaluation {
            hits: coverage.hits,
            modes: coverage.modes,
            mode_count: coverage.mode_count,
            is_hit: coverage.is_hit,
            energy: self.energy(trajectories.end()),
            energy_noise: self.reference.noise(measured).unwrap_or(f64::INFINITY),
            straightness: straightness(trajectories).map_or(0.0, |s| s.normalised),
            evaluations: trajectories.evaluations,
        }
    }

    /// The normalised straightness of the field on show: how far fine trajectories are from
    /// lines at constant speed, divided by their mean squared length.
    ///
    /// # Errors
    /// As [`integrate`].
    pub fn straightness(&self) -> Result<f64> {
        let starts = first(&self.starts, STRAIGHTNESS_POINTS);
        let field = self.shown_field(Some(starts.len()))?;
        let fine = integrate(&field, Solver::Euler, (0.0, 1.0), STRAIGHTNESS_STEPS, starts)?;
        Ok(straightness(&fine).map_or(0.0, |s| s.normalised))
    }

    /// The energy distance to the target that this solver leaves, over the first 2,000 particles.
    ///
    /// # Errors
    /// As [`integrate`].
    pub fn error_at(&self, solver: Solver, steps: usize) -> Result<Accuracy> {
        let starts = first(&self.starts, MEASURED_POINTS);
        let field = self.shown_field(Some(starts.len()))?;
        let ends = integrate_to_end(&field, solver, (0.0, 1.0), steps, starts)?;
        Ok(Accuracy {
            energy: self.energy(ends.end()),
            hits: coverage(&*self.target, ends.end()).hits,
            evaluations: ends.evaluations,
        })
    }

    /// The loss that no network can go below, by the method it states: what the conditional
    /// velocities scatter around their mean. Takes a moment once, and nothing when asked again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the loss is not the plain one on freshly drawn pairs: in later
    /// rounds, and with another objective, stable targets or classes. As [`loss_floor`].
    pub fn loss_floor(&self) -> Result<LossFloor> {
        let training = &self.config.training;
        let is_plain = training.objective == Objective::Velocity
            && !training.stable_targets
            && training.class_dropout.is_none();
        if !is_plain || self.rounds_begun > 0 {
            let reason = "it is known for the velocity's loss on freshly drawn pairs only";
            return Err(Error::unavailable("loss floor", reason));
        }
        if let Some(floor) = self.loss_floor.get() {
            return Ok(*floor);
        }
        let Config { schedule, coupling, seed, .. } = self.config;
        let floor = loss_floor(coupling, &self.source, &self.target, schedule, schedule.last_time(), seed)?;
        Ok(*self.loss_floor.get_or_init(|| floor))
    }

    /// The squared error per axis of the network on show against the exact field, in the mean
    /// over 10,000 points of all times. The network on show is that of the weights' moving average;
    /// for the weights themselves, which the loss is of, it is the loss without its floor.
    ///
    /// # Errors
    /// As [`exact_field`](Self::exact_field).
    pub fn field_error(&self) -> Result<Estimate> {
        let exact = self.exact_field()?;
        let mut rng = Rng::stream(self.config.seed, "field error");
        field_error(&self.shown_network(), &exact, &*self.source, &*self.target, 10_000, &mut rng)
    }

    fn energy(&self, samples: &[[f32; 2]]) -> f64 {
        // Points that are not finite are infinitely far away.
        self.reference.distance(first(samples, MEASURED_POINTS)).unwrap_or(f64::INFINITY)
    }
}

fn first(points: &[[f32; 2]], count: usize) -> &[[f32; 2]] {
    &points[..points.len().min(count)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Coupling, testing::small};

    #[test]
    fn measurements_tell_a_trained_field_from_an_untrained_one() {
        let mut experiment = Experiment::new(small()).unwrap();
        let before = experiment.evaluate(&experiment.sample_with(Solver::Euler, 16).unwrap());
        experiment.train(400).unwrap();
        let trajectories = experiment.sample_with(Solver::Euler, 16).unwrap();
        let after = experiment.evaluate(&trajectories);
        assert_eq!((after.modes, after.mode_count, after.evaluations), (5, 5, 16));
        let noise = experiment.reference.noise(trajectories.particle_count()).unwrap();
        assert_eq!(after.energy_noise.to_bits(), noise.to_bits());
        assert!(before.energy > noise, "{} is no noise of {noise}", before.energy);
        assert!(after.hits > 0.6 && before.hits < 0.4, "{} {}", before.hits, after.hits);
        assert!(after.energy < 0.5 * before.energy, "{} {}", before.energy, after.energy);
        let hits = after.is_hit.iter().filter(|&&hit| hit).count();
        assert!((hits as f64 / 300.0 - after.hits).abs() < 1e-12);
        let outcome = experiment.error_at(Solver::Euler, 16).unwrap();
        assert!((outcome.energy - after.energy).abs() < 1e-12);
        assert!((outcome.hits - after.hits).abs() < 1e-12);
        assert_eq!(outcome.evaluations, 16);
        // Independent coupling bends five modes a lot.
        let straightness = experiment.straightness().unwrap();
        assert!((0.5..3.0).contains(&straightness), "{straightness}");
    }

    #[test]
    fn the_error_of_the_field_falls_and_its_floor_is_found_once() {
        let mut experiment = Experiment::new(small()).unwrap();
        let floor = experiment.loss_floor().unwrap();
        assert!((floor.floor.value - 1.8199).abs() < 0.01, "{floor:?}");
        assert_eq!(experiment.loss_floor(), Ok(floor));
        let before = experiment.field_error().unwrap().value;
        experiment.train(400).unwrap();
        let after = experiment.field_error().unwrap().value;
        assert!(after < 0.2 && before > 3.0 * after, "{before} {after}");
    }

    /// Both belong to the weights themselves, so the average is switched off.
    #[test]
    fn the_loss_is_its_floor_and_the_error_of_the_field() {
        let mut config = small();
        config.training.ema_decay = 0.0;
        let mut experiment = Experiment::new(config).unwrap();
        experiment.train(60).unwrap();
        let errors: Vec<f64> = (0..40)
            .map(|_| {
                experiment.train(4).unwrap();
                experiment.field_error().unwrap().value
            })
            .collect();
        let losses: Vec<f64> = experiment.losses().points()[60..].iter().map(|point| point.loss).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (error, loss) = (mean(&errors), mean(&losses));
        let floor = experiment.loss_floor().unwrap().floor.value;
        assert!(error > 0.1 && (loss - floor - error).abs() < 0.05, "{loss} {floor} {error}");
    }

    #[test]
    fn quantities_without_a_meaning_are_refused() {
        let mut config = small();
        config.coupling = Coupling::ENTRIES[1].value;
        assert!(Experiment::new(config).unwrap().field_error().is_err());
        let mut config = small();
        config.training.objective = Objective::Noise;
        assert!(Experiment::new(config).unwrap().loss_floor().is_err());
        assert!(Experiment::new(small()).unwrap().guided_field(0, 2.0).is_err());
    }
}
