//! The loss that no network can avoid.
//!
//! Conditional flow matching regresses on the velocity of one pair at a time, while the best
//! answer is the mean over all pairs that pass the same point. What remains is the conditional
//! variance, `E|v - u|^2 / 2` per axis. Only the loss above this floor says how well a network
//! has learned: it is the squared error against the exact field. That holds for the weights as they
//! are trained; their moving average, which samples are drawn with, has an error and no loss.

use std::sync::Arc;

use super::{Estimate, neighbours::neighbours};
use crate::coupling::{Pairing, Pairs};
use crate::{
    Coupling, Error, Result, Rng, Schedule, distribution::Distribution, field::exact::ExactField, sequence,
};

/// The floor of the training loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossFloor {
    /// Mean squared residual of the best possible field, per axis.
    pub floor: Estimate,
    /// How it was found.
    pub kind: FloorKind,
}

/// How a loss floor was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloorKind {
    /// The exact conditional variance, averaged over random points of the paths.
    MonteCarlo,
    /// The scatter of the velocities of neighbouring points of different batches, extrapolated to
    /// distance 0. Only as good as the neighbours are near: where the field is steep the estimate
    /// is somewhat high.
    NearestNeighbours,
}

/// The floor of the loss with pairs of `source` and `target` under `coupling`, with times uniform
/// on [0, 1], those after `last_time` taken as `last_time` (a VP schedule's conditional velocity is
/// infinite at 1, and so would be the floor).
///
/// Exact conditional variances for independent coupling where there is an exact field, nearest
/// neighbours otherwise. Takes a few tenths of a second.
///
/// # Errors
/// [`Error::Invalid`] for bad parameters, or a `last_time` outside (0, 1].
pub fn loss_floor(
    coupling: Coupling,
    source: &Arc<dyn Distribution>,
    target: &Arc<dyn Distribution>,
    schedule: Schedule,
    last_time: f64,
    seed: u64,
) -> Result<LossFloor> {
    schedule.validate("schedule")?;
    if !(last_time > 0.0 && last_time <= 1.0) {
        return Err(Error::invalid("last_time", last_time, "above 0 and at most 1"));
    }
    if coupling == Coupling::Independent {
        match ExactField::new(schedule, &**source, &**target) {
            Ok(field) => {
                let mut rng = Rng::stream(seed, "loss floor");
                return monte_carlo(&field, &**source, &**target, last_time, &mut rng);
            }
            // No closed form: the estimate from pairs takes over.
            Err(Error::Unavailable { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    // Every batch assigned anew, as if training had all the time in the world.
    let (coupling, group_size) = match coupling {
        Coupling::MinibatchOt { batch_size, even, .. } => {
            (Coupling::MinibatchOt { batch_size, reuse: 1, pool: 1, even }, batch_size)
        }
        Coupling::Independent => (Coupling::Independent, 1),
    };
    let mut pairing = Pairing::new(coupling, source.clone(), target.clone(), seed)?;
    let pairs = pairing.whole_batches(NEIGHBOUR_PAIRS.div_ceil(group_size).max(4), group_size);
    Ok(nearest_neighbours(&pairs, group_size, schedule, last_time))
}

/// Terms that the average may evaluate, about, and the most points of the paths it looks at.
const TERM_BUDGET: usize = 1_000_000;
const MOST_POINTS: usize = 40_000;

/// Times at which it looks.
const TIMES: usize = 100;

/// Independent estimates, whose scatter tells the standard error.
const BATCHES: usize = 16;

/// The mean over the points of paths whose ends, six uniform numbers for a pair, follow an R6
/// sequence: that leaves a fraction of the scatter of random pairs. Every batch has a sequence
/// of its own, shifted at random.
fn monte_carlo(
    field: &ExactField,
    source: &dyn Distribution,
    target: &dyn Distribution,
    last_time: f64,
    rng: &mut Rng,
) -> Result<LossFloor> {
    let shifts: [[f64; 6]; BATCHES] = std::array::from_fn(|_| std::array::from_fn(|_| rng.uniform()));
    let points = (TERM_BUDGET / field.pair_count()).min(MOST_POINTS);
    let count = points.div_ceil(TIMES * BATCHES);
    let mut sums = [0.0; BATCHES];
    for (step, (t, weight)) in times(TIMES, last_time).into_iter().enumerate() {
        let (at, marginal) = (field.schedule().at(t), field.marginal(t)?);
        for (shift, sum) in shifts.iter().zip(&mut sums) {
            for index in step * count..(step + 1) * count {
                let [a, b, c, d, e, f] = sequence::place(sequence::R6, *shift, index);
                let ((x1, _), (x0, _)) = (target.place([a, b, c]), source.place([d, e, f]));
                let x = [0, 1].map(|axis| at.alpha * x1[axis] + at.sigma * x0[axis]);
                *sum += 0.5 * weight / count as f64 * marginal.at(x)?.velocity_variance;
            }
        }
    }
    Ok(LossFloor { floor: Estimate::of(&sums), kind: FloorKind::MonteCarlo })
}

/// Times and their weights, whose sum is 1, for a mean over t uniform on [0, 1] with those after
/// `last_time` taken as that: the midpoint rule, its steps shorter towards t = 1. There the
/// conditional variance of a VP schedule grows like 1/(1 - t), and what a few random times make of
/// it is anyone's guess.
fn times(count: usize, last_time: f64) -> Vec<(f64, f64)> {
    // 1 - t is the square of what is stepped through.
    let least = libm::sqrt(1.0 - last_time);
    let step = (1.0 - least) / count as f64;
    let mut times = Vec::with_capacity(count + 1);
    for i in 0..count {
        let root = 1.0 - (i as f64 + 0.5) * step;
        times.push((1.0 - root * root, 2.0 * root * step));
    }
    if last_time < 1.0 {
        times.push((last_time, 1.0 - last_time));
    }
    times
}

const NEIGHBOUR_PAIRS: usize = 2048;
const NEIGHBOUR_TIMES: usize = 16;
const NEIGHBOURS: usize = 8;

/// The gamma test (Stefánsson, Končar and Jones 1997, *Neural Comput. Appl.* 5:131): half the
/// squared difference of the velocities of p-th nearest neighbours, regressed on their squared
/// distance; the intercept is the variance at distance 0.
fn nearest_neighbours(pairs: &Pairs, group_size: usize, schedule: Schedule, last_time: f64) -> LossFloor {
    // Each group's own intercept, summed over times; groups are independent, so their scatter
    // tells the standard error.
    let groups = pairs.len().div_ceil(group_size).min(16);
    let mut sums = vec![0.0; groups];
    let group_of = |i: usize| i * groups / pairs.len();
    for (t, share) in times(NEIGHBOUR_TIMES, last_time) {
        let at = schedule.at(t);
        let mix = |data: f64, noise: f64| -> Vec<[f64; 2]> {
            let one = |(x0, x1): (&[f32; 2], &[f32; 2])| {
                [0, 1].map(|d| data * f64::from(x1[d]) + noise * f64::from(x0[d]))
            };
            pairs.x0.iter().zip(&pairs.x1).map(one).collect()
        };
        let (points, velocities) = (mix(at.alpha, at.sigma), mix(at.d_alpha, at.d_sigma));
        let found = neighbours(&points, group_size, NEIGHBOURS);
        let weights = intercept_weights(&found);
        for (i, nearest) in found.iter().enumerate() {
            let own: f64 = nearest
                .iter()
                .zip(&weights)
                .map(|((_, other), weight)| {
                    let (v, w) = (velocities[i], velocities[*other]);
                    weight * 0.25 * ((v[0] - w[0]).powi(2) + (v[1] - w[1]).powi(2))
                })
                .sum();
            sums[group_of(i)] += share * own * groups as f64 / pairs.len() as f64;
        }
    }
    let floor = Estimate::of(&sums);
    LossFloor { floor: Estimate { value: floor.value.max(0.0), ..floor }, kind: FloorKind::NearestNeighbours }
}

/// The weights with which the values at the mean squared distances of the p-th neighbours make up
/// the intercept of their least-squares line.
fn intercept_weights(found: &[Vec<(f64, usize)>]) -> Vec<f64> {
    let distances: Vec<f64> = (0..NEIGHBOURS)
        .map(|p| found.iter().map(|nearest| nearest[p].0).sum::<f64>() / found.len() as f64)
        .collect();
    let count = NEIGHBOURS as f64;
    let mean = distances.iter().sum::<f64>() / count;
    let spread: f64 = distances.iter().map(|d| (d - mean) * (d - mean)).sum();
    if spread == 0.0 {
        return vec![1.0 / count; NEIGHBOURS];
    }
    distances.iter().map(|d| 1.0 / count - mean * (d - mean) / spread).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::DistributionSpec;

    fn preset(name: &str) -> Arc<dyn Distribution> {
        DistributionSpec::preset(name).build("spec").unwrap()
    }

    fn independent(target: &str, schedule: Schedule, seed: u64) -> LossFloor {
        let (source, target) = (preset("gaussian"), preset(target));
        loss_floor(Coupling::Independent, &source, &target, schedule, schedule.last_time(), seed).unwrap()
    }

    /// Averages over four million points at 1,000 times.
    const KNOWN: [(&str, [f64; 3]); 2] =
        [("five-modes", [1.8199, 2.8580, 3.6021]), ("checkerboard", [3.3769, 5.3046, 6.0077])];

    #[test]
    fn floors_of_independent_pairs_are_those_of_endless_averages() {
        for (target, floors) in KNOWN {
            for (entry, known) in Schedule::ENTRIES.iter().zip(floors) {
                let (mut within_one, mut within_two) = (0, 0);
                for seed in 0..20 {
                    let LossFloor { floor, kind } = independent(target, entry.value, seed);
                    let off = (floor.value - known).abs();
                    let label = format!("{target}, {}, seed {seed}: {floor:?}", entry.name);
                    assert_eq!(kind, FloorKind::MonteCarlo);
                    assert!(off < 0.005 * known && floor.standard_error < 0.003 * known, "{label}");
                    within_one += usize::from(off < floor.standard_error);
                    within_two += usize::from(off < 2.0 * floor.standard_error);
                }
                // Expected are 13.7 and 19.1.
                let label = format!("{target}, {}: {within_one} and {within_two} of 20", entry.name);
                assert!((7..=19).contains(&within_one) && within_two >= 16, "{label}");
            }
        }
    }

    #[test]
    fn neighbours_tell_about_the_same() {
        let [(target, floors), _] = KNOWN;
        for (entry, known) in Schedule::ENTRIES.iter().zip(floors) {
            let mut pairing =
                Pairing::new(Coupling::Independent, preset("gaussian"), preset(target), 1).unwrap();
            let found =
                nearest_neighbours(&pairing.next_batch(2048), 1, entry.value, entry.value.last_time());
            assert!((found.floor.value / known - 1.0).abs() < 0.03, "{}: {found:?}", entry.name);
        }
    }

    #[test]
    fn a_cloud_of_points_has_a_steady_floor() {
        let points = preset("two-moons").sample(&mut Rng::stream(5, "test"), 2000);
        let points = points.iter().map(|point| point.map(f64::from)).collect();
        let (source, cloud) =
            (preset("gaussian"), DistributionSpec::Points { points }.build("target").unwrap());
        for seed in 0..6 {
            let found =
                loss_floor(Coupling::Independent, &source, &cloud, Schedule::Cosine, 1.0, seed).unwrap();
            let Estimate { value, standard_error } = found.floor;
            assert!(standard_error < 0.035 && (value - 3.0).abs() < 3.0 * standard_error, "{found:?}");
        }
    }

    #[test]
    fn times_make_up_the_whole_interval() {
        for last_time in [1.0, 0.9999, 0.5] {
            let mean = |f: fn(f64) -> f64| {
                times(100, last_time).iter().map(|&(t, weight)| weight * f(t)).sum::<f64>()
            };
            let rest = 1.0 - last_time;
            assert!((mean(|_| 1.0) - 1.0).abs() < 1e-12);
            assert!((mean(|t| t) - (0.5 * last_time * last_time + rest * last_time)).abs() < 1e-4);
        }
        // The mean of 1/(1 - t), which a VP schedule's variance grows like.
        let mean = times(100, 0.9999).iter().map(|&(t, weight)| weight / (1.0 - t)).sum::<f64>();
        assert!((mean / (libm::log(1e4) + 1.0) - 1.0).abs() < 0.02, "{mean}");
    }

    #[test]
    fn transport_leaves_little_and_larger_batches_less() {
        let floor = |batch_size: usize| {
            let coupling = Coupling::MinibatchOt { batch_size, reuse: 1, pool: 1, even: false };
            let (source, target) = (preset("gaussian"), preset("five-modes"));
            loss_floor(coupling, &source, &target, Schedule::CondOt, 1.0, 1).unwrap()
        };
        let (small, large) = (floor(64), floor(256));
        assert_eq!(large.kind, FloorKind::NearestNeighbours);
        assert!((0.09..0.13).contains(&small.floor.value), "{small:?}");
        assert!((0.02..0.035).contains(&large.floor.value), "{large:?}");
    }

    #[test]
    fn every_target_source_schedule_and_coupling_has_a_floor() {
        for (target, source) in [("checkerboard", "uniform"), ("two-moons", "ring")] {
            for schedule in Schedule::ENTRIES {
                let (source, target) = (preset(source), preset(target));
                let found =
                    loss_floor(Coupling::Independent, &source, &target, schedule.value, 0.999, 1).unwrap();
                assert!(found.floor.value > 0.5 && found.floor.value < 20.0, "{}: {found:?}", schedule.name);
            }
        }
        let refused = loss_floor(
            Coupling::Independent,
            &preset("gaussian"),
            &preset("rings"),
            Schedule::CondOt,
            0.0,
            1,
        );
        assert!(refused.unwrap_err().to_string().starts_with("last_time is 0"));
    }
}
