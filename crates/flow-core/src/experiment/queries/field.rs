//! Velocities at places, ways from places, and where the learned field is wrong.

use serde::Serialize;

use super::{Window, checked};
use crate::{
    Error, Experiment, Result, Solver,
    config::FieldKind,
    distribution::square_around,
    field::{
        NetworkField, VelocityField,
        exact::{ExactField, Local},
    },
    scalar::{rounded, widened},
    solver::{Trajectories, integrate},
};

/// Times at which the worst error is looked for, and cells along each side of the grid then.
const WORST_TIMES: usize = 12;
const WORST_SIDE: usize = 24;
/// Places whose density is below this share of the largest on the grid do not count: particles
/// hardly ever come there, and the network was hardly ever asked.
const NEGLIGIBLE_SHARE: f64 = 0.01;

/// The largest error of the learned field on a grid of times and places.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WorstError {
    /// When.
    pub t: f64,
    /// Where, to the right.
    pub x: f64,
    /// Where, upwards.
    pub y: f64,
    /// The length of the difference of the velocities there.
    pub error: f64,
}

impl Experiment {
    /// The velocity of the field on show at each of `points` at time `t` in [0, 1].
    ///
    /// # Errors
    /// [`Error::Invalid`] for a time outside [0, 1]; [`Error::Unavailable`] where the field has no
    /// velocity.
    pub fn velocity_at(&self, points: &[[f32; 2]], t: f64) -> Result<Vec<[f32; 2]>> {
        if self.config.sampling.field == FieldKind::Exact {
            return self.exact_velocity_at(points, t);
        }
        let mut out = vec![[0.0; 2]; points.len()];
        self.field_at_places()?.velocity(checked(t)?, points, &mut out)?;
        Ok(out)
    }

    /// The velocity of the exact field at each of `points` at time `t` in [0, 1]; NaN at places
    /// that no path passes.
    ///
    /// # Errors
    /// As [`exact_field`](Self::exact_field), and [`Error::Unavailable`] at an end of time where
    /// there is no density.
    pub fn exact_velocity_at(&self, points: &[[f32; 2]], t: f64) -> Result<Vec<[f32; 2]>> {
        let exact = self.exact_field()?;
        let marginal = exact.marginal(self.path().schedule.finite_time(checked(t)?))?;
        let velocity = |&x: &[f32; 2]| marginal.velocity(widened(x)).map_or([f32::NAN; 2], rounded);
        Ok(points.iter().map(velocity).collect())
    }

    /// The field in closed form that the network on show was learning.
    ///
    /// # Errors
    /// As [`Path::check_exact`](crate::config::Path::check_exact); [`Error::Unavailable`] for some pairs of
    /// source and target.
    pub fn exact_field(&self) -> Result<ExactField> {
        let path = self.path();
        path.check_exact("the exact field")?;
        ExactField::new(path.schedule, &*self.source, &*self.target)
    }

    /// Where a particle that starts at `start` is after each of `steps` Euler steps of the field on show.
    ///
    /// # Errors
    /// As [`integrate`].
    pub fn trajectory_from(&self, start: [f32; 2], steps: usize) -> Result<Vec<[f32; 2]>> {
        Ok(integrate(&self.field_at_places()?, Solver::Euler, (0.0, 1.0), steps, &[start])?.positions)
    }

    /// What the flow on show makes of a square grid over the source: the trajectories of `lines`
    /// horizontal lines and then as many vertical ones, each of `points_per_line` points.
    ///
    /// # Errors
    /// [`Error::Invalid`] for fewer than 2 or more than 1,000 lines or points; as [`integrate`].
    pub fn warped_grid(
        &self,
        lines: usize,
        points_per_line: usize,
        steps: usize,
    ) -> Result<Trajectories<f32>> {
        for (name, value) in [("lines", lines), ("points_per_line", points_per_line)] {
            if !(2..=1000).contains(&value) {
                return Err(Error::invalid(name, value, "from 2 to 1000"));
            }
        }
        let [left, right, bottom, top] = self.source.bounds();
        let share = |i: usize, count: usize| i as f64 / (count - 1) as f64;
        let place = |u: f64, v: f64| rounded([left + u * (right - left), bottom + v * (top - bottom)]);
        let along = (0..lines).flat_map(|line| (0..points_per_line).map(move |point| (line, point)));
        let horizontal = along.clone().map(|(i, j)| place(share(j, points_per_line), share(i, lines)));
        let vertical = along.map(|(i, j)| place(share(i, lines), share(j, points_per_line)));
        let starts: Vec<[f32; 2]> = horizontal.chain(vertical).collect();
        integrate(&self.field_at_places()?, Solver::Euler, (0.0, 1.0), steps, &starts)
    }

    /// How far the learned field is from the exact one at each point of a window: the length of
    /// the difference. NaN where the density is below a hundredth of its largest in the window.
    ///
    /// # Errors
    /// As [`exact_field`](Self::exact_field) and [`Window::points`]; [`Error::Unavailable`] at an
    /// end of time where there is no density.
    pub fn error_map(&self, t: f64, window: Window) -> Result<Vec<f32>> {
        self.errors_at(&self.exact_field()?, &self.shown_network(), checked(t)?, &window.points()?)
    }

    /// The largest error of the learned field on a grid of 12 times and 24 x 24 places over source
    /// and target, leaving out those where the density is below a hundredth of its largest at
    /// that time.
    ///
    /// # Errors
    /// As [`error_map`](Self::error_map).
    pub fn worst_error(&self) -> Result<WorstError> {
        let (exact, network) = (self.exact_field()?, self.shown_network());
        let points = self.scene(WORST_SIDE).points()?;
        let mut worst = WorstError { t: 0.0, x: 0.0, y: 0.0, error: 0.0 };
        for i in 0..WORST_TIMES {
            let t = (i as f64 + 0.5) / WORST_TIMES as f64;
            for (&[x, y], error) in points.iter().zip(self.errors_at(&exact, &network, t, &points)?) {
                if f64::from(error) > worst.error {
                    worst = WorstError { t, x, y, error: f64::from(error) };
                }
            }
        }
        Ok(worst)
    }

    fn errors_at(
        &self,
        exact: &ExactField,
        network: &NetworkField,
        t: f64,
        points: &[[f64; 2]],
    ) -> Result<Vec<f32>> {
        let t = self.path().schedule.finite_time(t);
        let marginal = exact.marginal(t)?;
        let places: Vec<[f32; 2]> = points.iter().copied().map(rounded).collect();
        let mut learned = vec![[0.0; 2]; places.len()];
        network.velocity(t, &places, &mut learned)?;
        let known: Vec<_> = points.iter().map(|&x| marginal.at(x).ok()).collect();
        let log_densities = known.iter().flatten().map(|local| local.log_density);
        let least = log_densities.fold(f64::NEG_INFINITY, f64::max) + libm::log(NEGLIGIBLE_SHARE);
        let error = |(learned, known): (&[f32; 2], &Option<Local>)| {
            let local = known.filter(|local| local.log_density >= least);
            local.map_or(f32::NAN, |local| {
                let [dx, dy] = [0, 1].map(|d| f64::from(learned[d]) - local.velocity[d]);
                libm::hypot(dx, dy) as f32
            })
        };
        Ok(learned.iter().zip(&known).map(error).collect())
    }

    /// The square that holds both source and target.
    fn scene(&self, side: usize) -> Window {
        let (center, half_side) = square_around(&*self.source, &*self.target);
        Window { center, half_side, side }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "equal ways have equal bits")]
mod tests {
    use super::*;
    use crate::{Config, Coupling, Schedule, testing::small};

    #[test]
    fn velocities_and_ways_are_those_of_the_particles() {
        let mut experiment = Experiment::new(small()).unwrap();
        experiment.train(20).unwrap();
        let starts = experiment.starts().to_vec();
        let once = experiment.sample_with(Solver::Euler, 1).unwrap();
        let velocities = experiment.velocity_at(&starts, 0.0).unwrap();
        for ((start, velocity), end) in starts.iter().zip(&velocities).zip(once.end()) {
            assert!((start[0] + velocity[0] - end[0]).abs() < 1e-5);
        }
        let four = experiment.sample_with(Solver::Euler, 4).unwrap();
        let way = experiment.trajectory_from(starts[3], 4).unwrap();
        assert_eq!(way.len(), 5);
        assert_eq!(way[4], four.end()[3]);
        assert!(experiment.velocity_at(&starts, 1.5).is_err());
    }

    #[test]
    fn a_grid_covers_the_source_and_is_carried_along() {
        let experiment = Experiment::new(small()).unwrap();
        let grid = experiment.warped_grid(5, 9, 3).unwrap();
        assert_eq!((grid.particle_count(), grid.times.len()), (2 * 5 * 9, 4));
        let start = grid.start();
        assert!(start[..9].iter().all(|point| point[1] == start[0][1]), "the first line is level");
        assert!(start[45..54].iter().all(|point| point[0] == start[45][0]), "the sixth is upright");
        assert_eq!(start[0], start[45], "and both begin in one corner");
        assert_eq!(grid.end()[7], *experiment.trajectory_from(start[7], 3).unwrap().last().unwrap());
        assert!(experiment.warped_grid(1, 9, 3).is_err());
    }

    #[test]
    fn errors_fall_with_training_and_the_worst_is_on_the_map() {
        for schedule in Schedule::ENTRIES {
            let mut experiment = Experiment::new(Config { schedule: schedule.value, ..small() }).unwrap();
            let window = experiment.scene(WORST_SIDE);
            let mean = |e: &Experiment| {
                let errors = e.error_map(0.8, window).unwrap();
                let known: Vec<f32> = errors.into_iter().filter(|error| error.is_finite()).collect();
                assert!(known.len() > 20, "{} places count", known.len());
                known.iter().sum::<f32>() / known.len() as f32
            };
            let before = mean(&experiment);
            experiment.train(300).unwrap();
            let after = mean(&experiment);
            assert!(after < 0.8 * before, "{}: {before} {after}", schedule.name);
            let worst = experiment.worst_error().unwrap();
            let there = experiment.error_map(worst.t, window).unwrap();
            let largest = there.into_iter().filter(|error| error.is_finite()).fold(0.0, f32::max);
            assert!((f64::from(largest) - worst.error).abs() < 1e-6 && worst.error > 0.0);
        }
    }

    #[test]
    fn the_exact_field_is_refused_where_it_is_not_known() {
        let with = |config| {
            Experiment::new(config)
                .unwrap()
                .error_map(0.5, Window { center: [0.0; 2], half_side: 3.0, side: 4 })
        };
        assert!(with(small()).is_ok());
        let refused = with(Config { coupling: Coupling::MINIBATCH_OT, ..small() }).unwrap_err().to_string();
        assert!(refused.contains("independent"), "{refused}");
        // Where there is a density, the field is known at its end too.
        let experiment = Experiment::new(small()).unwrap();
        assert!(experiment.exact_velocity_at(&[[0.0, 0.0]], 1.0).unwrap()[0][0].is_finite());
    }
}
