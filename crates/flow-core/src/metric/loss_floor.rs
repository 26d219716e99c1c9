//! The loss that no network can avoid.
//!
//! Conditional flow matching regresses on the velocity of one pair at a time, while the best
//! answer is the mean over all pairs that pass the same point. What remains is the conditional
//! variance, `E|v - u|^2 / 2` per axis. Only the loss above this floor says how well a network
//! has learned: it is the squared error against the exact field.

use std::sync::Arc;

use super::{Estimate, neighbours::neighbours};
use crate::coupling::{Pairing, Pairs};
use crate::{Coupling, Error, Result, Rng, Schedule, distribution::Distribution, field::exact::ExactField};

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

/// Terms that the Monte-Carlo average may evaluate, about, and the bounds of its points.
const TERM_BUDGET: usize = 1_000_000;
const POINTS: std::ops::RangeInclusive<usize> = 400..=40_000;

/// Times at which it looks, one in each of as many equal parts of [0, 1].
const TIMES: usize = 200;

fn monte_carlo(
    field: &ExactField,
    source: &dyn Distribution,
    target: &dyn Distribution,
    last_time: f64,
    rng: &mut Rng,
) -> Result<LossFloor> {
    let count = (TERM_BUDGET / field.pair_count()).clamp(*POINTS.start(), *POINTS.end()) / TIMES;
    let mut values = Vec::with_capacity(count * TIMES);
    for step in 0..TIMES {
        let t = ((step as f64 + rng.uniform()) / TIMES as f64).min(last_time);
        let (at, marginal) = (field.schedule().at(t), field.marginal(t)?);
        for (x0, x1) in source.sample(rng, count).iter().zip(&target.sample(rng, count)) {
            let x = [0, 1].map(|d| at.alpha * f64::from(x1[d]) + at.sigma * f64::from(x0[d]));
            values.push(0.5 * marginal.at(x)?.velocity_variance);
        }
    }
    Ok(LossFloor { floor: Estimate::of(&values), kind: FloorKind::MonteCarlo })
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
    for step in 0..NEIGHBOUR_TIMES {
        let t = ((step as f64 + 0.5) / NEIGHBOUR_TIMES as f64).min(last_time);
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
            sums[group_of(i)] += own * groups as f64 / (pairs.len() * NEIGHBOUR_TIMES) as f64;
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

    #[test]
    fn floors_of_independent_pairs_are_the_published_ones() {
        for (target, schedule, expected) in [
            ("five-modes", Schedule::CondOt, 1.8145),
            ("five-modes", Schedule::Cosine, 2.856),
            ("checkerboard", Schedule::CondOt, 3.378),
            ("checkerboard", Schedule::Cosine, 5.309),
            ("eight-gaussians", Schedule::CondOt, 3.753),
            ("eight-gaussians", Schedule::Cosine, 5.881),
        ] {
            let (source, target_) = (preset("gaussian"), preset(target));
            let LossFloor { floor, kind } =
                loss_floor(Coupling::Independent, &source, &target_, schedule, 1.0, 1).unwrap();
            assert_eq!(kind, FloorKind::MonteCarlo);
            assert!((floor.value - expected).abs() < 4.0 * floor.standard_error, "{target}: {floor:?}");
            assert!(floor.standard_error < 0.02 * expected, "{target}: {floor:?}");
            let mut pairing = Pairing::new(Coupling::Independent, source, target_, 1).unwrap();
            let estimate = nearest_neighbours(&pairing.next_batch(2048), 1, schedule, 1.0);
            assert!((estimate.floor.value / expected - 1.0).abs() < 0.1, "{target}: {estimate:?}");
        }
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
