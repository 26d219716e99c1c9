//! Densities: of the exact path, and of the flow on show.

use std::str::FromStr;

use super::{Window, checked};
use crate::{
    Error, Experiment, Result, Rng,
    distribution::Family,
    field::Divergence,
    scalar::{rounded, widened},
};

/// Midpoint steps that carry a whole picture back to the source. Each asks the field twice.
const PICTURE_STEPS: usize = 12;
/// As above, for the few points of the held-out log-likelihood.
const LIKELIHOOD_STEPS: usize = 32;
/// A point that the flow cannot reach at all counts as this unlikely, so that the mean stays finite.
const LEAST_LOG_LIKELIHOOD: f64 = -50.0;
/// Held-out data.
const HELD_OUT_POINTS: usize = 200;

/// Whose density.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DensityKind {
    /// Of the conditional paths: what the network is to learn.
    True,
    /// Of the flow on show, were it followed exactly.
    Learned,
}

impl FromStr for DensityKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "true" => Ok(Self::True),
            "learned" => Ok(Self::Learned),
            other => Err(Error::invalid("density", other, "true or learned")),
        }
    }
}

impl Experiment {
    /// The density at time `t` in [0, 1] at each point of a window, per unit of area.
    ///
    /// The true density is in closed form: for independent pairs at every time, for others at both
    /// ends. The learned one follows the flow on show back to the source by 12 midpoint steps,
    /// shorter towards t = 1, and collects the exact divergence on the way; that blurs nothing, but is
    /// a few per cent off where the field is steep.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the density is not known or does not exist; [`Error::Invalid`]
    /// for a time outside [0, 1]; as [`Window::points`].
    pub fn density(&self, kind: DensityKind, t: f64, window: Window) -> Result<Vec<f32>> {
        let (t, points) = (checked(t)?, window.points()?);
        let log_densities = match kind {
            DensityKind::True => self.true_log_density(t, &points)?,
            DensityKind::Learned => self.shown_log_density(t, &points, PICTURE_STEPS)?,
        };
        Ok(log_densities.into_iter().map(|log| libm::exp(log) as f32).collect())
    }

    /// The mean log-likelihood of 200 points of the data, none of them drawn in training, under
    /// the flow on show; followed back by 32 midpoint steps. And their number.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the target is bare points, which training draws again and again,
    /// where the source has no density, or the field no divergence.
    pub fn held_out_log_likelihood(&self) -> Result<(f64, usize)> {
        if let Family::Points(_) = self.target.family() {
            let reason = "all points of this data are trained on, so none are held out";
            return Err(Error::unavailable("the log-likelihood of held-out data", reason));
        }
        let points = self.held_out();
        let logs = self.shown_log_density(1.0, &points, LIKELIHOOD_STEPS)?;
        Ok((
            logs.iter().map(|log| log.max(LEAST_LOG_LIKELIHOOD)).sum::<f64>() / points.len() as f64,
            points.len(),
        ))
    }

    fn held_out(&self) -> Vec<[f64; 2]> {
        let mut rng = Rng::stream(self.config.seed, "held-out data");
        self.target.sample(&mut rng, HELD_OUT_POINTS).into_iter().map(widened).collect()
    }

    fn true_log_density(&self, t: f64, points: &[[f64; 2]]) -> Result<Vec<f64>> {
        if t <= 0.0 || t >= 1.0 {
            self.check_density(t)?;
            let end = if t <= 0.0 { &self.source } else { &self.target };
            return Ok(points.iter().map(|&x| end.log_density(x)).collect());
        }
        self.path().check_exact("the true density on the way")?;
        let exact = self.exact_field()?;
        let marginal = exact.marginal(t)?;
        Ok(points
            .iter()
            .map(|&x| marginal.at(x).map_or(f64::NEG_INFINITY, |local| local.log_density))
            .collect())
    }

    /// Bare points have no density at their own end.
    fn check_density(&self, t: f64) -> Result<()> {
        let end = if t == 0.0 { &self.source } else { &self.target };
        match end.family() {
            Family::Points(_) => Err(Error::unavailable("the density", "bare points have none")),
            _ => Ok(()),
        }
    }

    /// Log densities under the flow on show by the change of variables, see
    /// [`likelihood`](crate::likelihood).
    fn shown_log_density(&self, t: f64, points: &[[f64; 2]], steps: usize) -> Result<Vec<f64>> {
        self.check_density(0.0)?;
        let field = self.field_at_places()?;
        let mut places: Vec<[f32; 2]> = points.iter().copied().map(rounded).collect();
        let mut integrals = vec![0.0; places.len()];
        let mut stage = Stage::new(places.len());
        let last = self.path().schedule.finite_time(t);
        // Where the data is narrow the field is steepest late: the steps shorten towards t = 1.
        let time = |step: usize| {
            let rest = step as f64 / steps as f64;
            last * (1.0 - rest * (SHORTENING + (1.0 - SHORTENING) * rest))
        };
        for step in 0..steps {
            stage.midpoint(&*field, (time(step), time(step + 1)), &mut places, &mut integrals)?;
        }
        let log = |(&x, integral): (&[f32; 2], &f64)| self.source.log_density(widened(x)) + integral;
        Ok(places.iter().zip(&integrals).map(log).collect())
    }
}

/// The last step is this much shorter than the mean one.
const SHORTENING: f64 = 0.3;

/// Room for one midpoint step of position and divergence together.
struct Stage {
    middle: Vec<[f32; 2]>,
    velocity: Vec<[f32; 2]>,
    divergence: Vec<f32>,
}

impl Stage {
    fn new(count: usize) -> Self {
        Self { middle: vec![[0.0; 2]; count], velocity: vec![[0.0; 2]; count], divergence: vec![0.0; count] }
    }

    /// One step, forward or back; adds the integral of the divergence along the step's direction.
    fn midpoint(
        &mut self,
        field: &dyn Divergence<Scalar = f32>,
        (from, to): (f64, f64),
        places: &mut [[f32; 2]],
        integrals: &mut [f64],
    ) -> Result<()> {
        let step = to - from;
        field.velocity(from, places, &mut self.velocity)?;
        for ((middle, x), velocity) in self.middle.iter_mut().zip(&*places).zip(&self.velocity) {
            *middle = std::array::from_fn(|d| x[d] + 0.5 * step as f32 * velocity[d]);
        }
        let middle_time = f64::midpoint(from, to);
        field.velocity_and_divergence(middle_time, &self.middle, &mut self.velocity, &mut self.divergence)?;
        for ((x, velocity), (integral, divergence)) in
            places.iter_mut().zip(&self.velocity).zip(integrals.iter_mut().zip(&self.divergence))
        {
            *x = std::array::from_fn(|d| x[d] + step as f32 * velocity[d]);
            *integral += step * f64::from(*divergence);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Coupling, DistributionSpec, Schedule};

    fn config(schedule: Schedule) -> Config {
        let mut config = Config { schedule, ..Config::default() };
        config.network.width = 32;
        config
    }

    const WINDOW: Window = Window { center: [0.0, 0.0], half_side: 4.0, side: 48 };

    fn mass(density: &[f32]) -> f64 {
        let cell = (2.0 * WINDOW.half_side / WINDOW.side as f64).powi(2);
        density.iter().map(|&p| f64::from(p)).sum::<f64>() * cell
    }

    #[test]
    fn the_true_density_is_that_of_the_ends_and_holds_all_the_mass() {
        for entry in Schedule::ENTRIES {
            let experiment = Experiment::new(config(entry.value)).unwrap();
            for t in [0.0, 0.4, 0.9, 1.0] {
                let density = experiment.density(DensityKind::True, t, WINDOW).unwrap();
                assert!((mass(&density) - 1.0).abs() < 0.02, "{} at {t}: {}", entry.name, mass(&density));
            }
            let data = experiment.density(DensityKind::True, 1.0, WINDOW).unwrap();
            let points = WINDOW.points().unwrap();
            let middle = 7 * 48 + 20;
            let expected = libm::exp(experiment.target().log_density(points[middle])) as f32;
            assert!((data[middle] - expected).abs() <= 1e-6 * expected);
        }
    }

    #[test]
    fn the_learned_density_nears_the_true_one() {
        for entry in &Schedule::ENTRIES[..2] {
            let mut experiment = Experiment::new(config(entry.value)).unwrap();
            experiment.train(700).unwrap();
            for t in [0.5, 1.0] {
                let learned = experiment.density(DensityKind::Learned, t, WINDOW).unwrap();
                let truth = experiment.density(DensityKind::True, t, WINDOW).unwrap();
                let apart = |other: &[f32]| {
                    let difference: Vec<f32> =
                        learned.iter().zip(other).map(|(a, b)| (a - b).abs()).collect();
                    mass(&difference)
                };
                // Half of that is the share of the mass that lies elsewhere.
                assert!(apart(&truth) < 0.4, "{} at {t}: {}", entry.name, apart(&truth));
                assert!((mass(&learned) - 1.0).abs() < 0.06, "{} at {t}: {}", entry.name, mass(&learned));
                let finely = experiment.shown_log_density(t, &WINDOW.points().unwrap(), 100).unwrap();
                let finely: Vec<f32> = finely.into_iter().map(|log| libm::exp(log) as f32).collect();
                assert!(apart(&finely) < 0.06, "{} at {t}: {}", entry.name, apart(&finely));
            }
        }
    }

    #[test]
    fn held_out_data_is_about_as_likely_as_under_the_truth() {
        let mut experiment = Experiment::new(config(Schedule::CondOt)).unwrap();
        experiment.train(700).unwrap();
        let (mean, count) = experiment.held_out_log_likelihood().unwrap();
        let points = experiment.held_out();
        let truth = points.iter().map(|&x| experiment.target.log_density(x)).sum::<f64>() / count as f64;
        assert!((mean - truth).abs() < 0.15, "{mean} {truth}");
        assert_eq!(experiment.held_out_log_likelihood(), Ok((mean, count)));
    }

    #[test]
    fn densities_that_do_not_exist_are_refused() {
        let paired = Config { coupling: Coupling::MINIBATCH_OT, ..config(Schedule::CondOt) };
        let experiment = Experiment::new(paired).unwrap();
        assert!(experiment.density(DensityKind::True, 0.5, WINDOW).is_err());
        assert!(experiment.density(DensityKind::True, 1.0, WINDOW).is_ok());
        assert!(experiment.density(DensityKind::Learned, 0.5, WINDOW).is_ok());
        let points = DistributionSpec::Points { points: vec![[0.0, 1.0], [1.0, 0.0]] };
        let experiment = Experiment::new(Config { target: points, ..config(Schedule::CondOt) }).unwrap();
        let refused = experiment.density(DensityKind::True, 1.0, WINDOW).unwrap_err().to_string();
        assert!(refused.contains("bare points"), "{refused}");
        // Nor are points held out that training is made of; the flow on show has its density all the same.
        let refused = experiment.held_out_log_likelihood().unwrap_err().to_string();
        assert!(refused.ends_with("none are held out"), "{refused}");
        assert!(experiment.density(DensityKind::Learned, 1.0, WINDOW).is_ok());
        assert!("nothing".parse::<DensityKind>().is_err());
    }
}
