//! "Why does it bend?": the pairs whose conditional paths pass a place.

use serde::Serialize;

use super::checked;
use crate::{
    Coefficients, Coupling, Error, Experiment, Result, Rng, Schedule,
    config::Lesson,
    coupling::Pairs,
    scalar::{rounded, widened},
};

/// Pairs proposed from each end, of which the posterior keeps what passes.
const PROPOSALS: usize = 4096;
/// The kernel reaches this many of the nearest pairs.
const NEAREST: usize = 64;
/// Lines that a path is drawn with.
const PATH_SEGMENTS: usize = 16;
/// Pairs made where training has not made any yet, at least.
const FRESH_PAIRS: usize = 2048;

/// The pairs whose paths pass one place at one time, and the velocities there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PassingPairs {
    /// Some of the pairs, drawn with the probability that it is theirs the path is.
    pub pairs: Vec<PassingPair>,
    /// The mean velocity of all pairs that were found: the marginal velocity, but for chance.
    pub mean: [f64; 2],
    /// How much each coordinate of the mean may be off by chance: its standard error.
    pub standard_error: [f64; 2],
    /// The velocity of the field on show; `None` where it has none.
    pub network: Option<[f64; 2]>,
    /// The velocity of the exact field; `None` where it is not known.
    pub exact: Option<[f64; 2]>,
    /// How the pairs were found.
    pub how: Provenance,
    /// For nearby pairs, the standard deviation of the Gaussian kernel around the place.
    pub bandwidth: Option<f64>,
}

/// One pair whose path passes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PassingPair {
    /// Where the path begins.
    pub x0: [f64; 2],
    /// Where it ends.
    pub x1: [f64; 2],
    /// The path between them, at 17 equally spaced times.
    pub path: Vec<[f64; 2]>,
    /// Its velocity at the place.
    pub velocity: [f64; 2],
    /// The share of the shown pairs that are this one; all together they are 1.
    pub weight: f64,
}

/// How passing pairs were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    /// By the posterior of independent pairs: every pair passes exactly.
    Posterior,
    /// Among the pairs that training draws from: those that pass nearby.
    Nearby,
}

/// Pairs and how much each counts.
struct Weighed {
    x0: Vec<[f64; 2]>,
    x1: Vec<[f64; 2]>,
    /// They sum to 1.
    weights: Vec<f64>,
}

impl Experiment {
    /// The pairs whose conditional paths pass `x` at time `t`: about `count` of them, drawn by
    /// their posterior probability, with the mean velocity of all.
    ///
    /// For independent pairs: 4,096 data points y of the target, each with the noise
    /// (x - alpha y)/sigma that brings its path here, weighted by the source's density there; or, where
    /// that leaves fewer pairs that count, 4,096 points of the source with the data that each needs.
    /// Exact but for chance. Otherwise: the pairs that training draws from, weighted by a Gaussian kernel
    /// around the place whose width is half the distance of the 64th nearest.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a place that is not finite, a time outside [0, 1] or a `count` outside
    /// 1..=1000; [`Error::Unavailable`] when no path passes.
    pub fn pairs_through(&self, x: [f64; 2], t: f64, count: usize) -> Result<PassingPairs> {
        if !x.iter().all(|x| x.is_finite()) {
            return Err(Error::invalid("place", format!("{x:?}"), "finite"));
        }
        if !(1..=1000).contains(&count) {
            return Err(Error::invalid("count", count, "from 1 to 1000"));
        }
        let path = self.path();
        if let Lesson::Steps { steps: 2.. } = path.lesson {
            let reason =
                "a distilled network has learned the ends of its Euler steps, between which there is no path";
            return Err(Error::unavailable("the pairs", reason));
        }
        let t = path.schedule.finite_time(checked(t)?);
        let at = path.schedule.at(t);
        let (weighed, how, bandwidth) = if path.is_independent() {
            (self.posterior(x, at)?, Provenance::Posterior, None)
        } else {
            let (weighed, bandwidth) = self.nearby(x, at)?;
            (weighed, Provenance::Nearby, Some(bandwidth))
        };
        let velocity =
            |i: usize| [0, 1].map(|d| at.d_alpha * weighed.x1[i][d] + at.d_sigma * weighed.x0[i][d]);
        let mean = weighed.mean(velocity);
        let variance = weighed.mean_of_squares(|i| {
            let v = velocity(i);
            [v[0] - mean[0], v[1] - mean[1]]
        });
        let pairs = weighed.draw(count).into_iter().map(|(i, weight)| PassingPair {
            x0: weighed.x0[i],
            x1: weighed.x1[i],
            path: way(path.schedule, weighed.x0[i], weighed.x1[i]),
            velocity: velocity(i),
            weight,
        });
        let shown = self.field_at_places().and_then(|field| {
            let mut out = [[0.0; 2]];
            field.velocity(t, &[rounded(x)], &mut out)?;
            Ok(widened(out[0]))
        });
        let exact = self.exact_field().and_then(|exact| exact.marginal(t)?.velocity(x));
        Ok(PassingPairs {
            pairs: pairs.collect(),
            mean,
            standard_error: variance.map(libm::sqrt),
            network: shown.ok(),
            exact: exact.ok(),
            how,
            bandwidth,
        })
    }

    fn posterior(&self, x: [f64; 2], at: Coefficients) -> Result<Weighed> {
        let mut rng = Rng::stream(self.config.seed, "passing pairs");
        let mut best: Option<(f64, Weighed)> = None;
        // From each end: points there, what the other end must then be, and how likely that is.
        for (is_from_target, from, to, own, other) in [
            (true, &self.target, &self.source, at.alpha, at.sigma),
            (false, &self.source, &self.target, at.sigma, at.alpha),
        ] {
            if other < 1e-9 {
                continue;
            }
            let drawn: Vec<[f64; 2]> =
                from.sample_evenly(&mut rng, PROPOSALS).0.into_iter().map(widened).collect();
            let needed: Vec<[f64; 2]> =
                drawn.iter().map(|y| [0, 1].map(|d| (x[d] - own * y[d]) / other)).collect();
            let logs: Vec<f64> = needed.iter().map(|&z| to.log_density(z)).collect();
            let (x0, x1) = if is_from_target { (needed, drawn) } else { (drawn, needed) };
            let Some(weighed) = Weighed::new(x0, x1, &logs) else { continue };
            let count = weighed.effective_count();
            if best.as_ref().is_none_or(|(most, _)| count > *most) {
                best = Some((count, weighed));
            }
        }
        best.map(|(_, weighed)| weighed)
            .ok_or_else(|| Error::unavailable("the pairs", "no path passes this place at this time"))
    }

    fn nearby(&self, x: [f64; 2], at: Coefficients) -> Result<(Weighed, f64)> {
        let fresh;
        let is_of_now = self.shown.as_ref().is_none_or(|(then, _)| then.generation == self.rounds_begun);
        let pool = if is_of_now && !self.trainer.pool().is_empty() {
            self.trainer.pool()
        } else {
            fresh = self.fresh_pairs()?;
            &fresh
        };
        let [x0, x1] =
            [&pool.x0, &pool.x1].map(|points| -> Vec<_> { points.iter().map(|&p| widened(p)).collect() });
        let squares: Vec<f64> = x0
            .iter()
            .zip(&x1)
            .map(|(x0, x1)| (0..2).map(|d| (at.alpha * x1[d] + at.sigma * x0[d] - x[d]).powi(2)).sum())
            .collect();
        let mut sorted = squares.clone();
        let nearest = NEAREST.min(sorted.len()) - 1;
        let (_, square, _) = sorted.select_nth_unstable_by(nearest, f64::total_cmp);
        let bandwidth = (0.5 * libm::sqrt(*square)).max(1e-3);
        let logs: Vec<f64> = squares.iter().map(|square| -0.5 * square / (bandwidth * bandwidth)).collect();
        let weighed = Weighed::new(x0, x1, &logs);
        let weighed =
            weighed.ok_or_else(|| Error::unavailable("the pairs", "no path passes near this place"))?;
        Ok((weighed, bandwidth))
    }

    fn fresh_pairs(&self) -> Result<Pairs> {
        let Some(Coupling::MinibatchOt { batch_size, .. }) = self.path().coupling else {
            let reason = "those of an earlier round are gone; show the network of now";
            return Err(Error::unavailable("the pairs", reason));
        };
        let mut pairing = self.first_pairing(self.config.seed)?;
        Ok(pairing.whole_batches(FRESH_PAIRS.div_ceil(batch_size), batch_size))
    }
}

/// The conditional path of a pair.
fn way(schedule: Schedule, x0: [f64; 2], x1: [f64; 2]) -> Vec<[f64; 2]> {
    let place = |i: usize| {
        let at = schedule.at(i as f64 / PATH_SEGMENTS as f64);
        [0, 1].map(|d| at.alpha * x1[d] + at.sigma * x0[d])
    };
    (0..=PATH_SEGMENTS).map(place).collect()
}

impl Weighed {
    /// `None` when no pair has any weight.
    fn new(x0: Vec<[f64; 2]>, x1: Vec<[f64; 2]>, logs: &[f64]) -> Option<Self> {
        let peak = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !peak.is_finite() {
            return None;
        }
        let likelihoods: Vec<f64> = logs.iter().map(|log| libm::exp(log - peak)).collect();
        let sum: f64 = likelihoods.iter().sum();
        let weights = likelihoods.into_iter().map(|likelihood| likelihood / sum).collect();
        Some(Self { x0, x1, weights })
    }

    /// How many pairs of equal weight would tell as much (Kish 1965).
    fn effective_count(&self) -> f64 {
        1.0 / self.weights.iter().map(|w| w * w).sum::<f64>()
    }

    fn mean(&self, value: impl Fn(usize) -> [f64; 2]) -> [f64; 2] {
        self.weights.iter().enumerate().fold([0.0; 2], |sum, (i, weight)| {
            let v = value(i);
            [sum[0] + weight * v[0], sum[1] + weight * v[1]]
        })
    }

    /// The variance of a weighted mean of these deviations.
    fn mean_of_squares(&self, deviation: impl Fn(usize) -> [f64; 2]) -> [f64; 2] {
        self.weights.iter().enumerate().fold([0.0; 2], |sum, (i, weight)| {
            let v = deviation(i);
            [0, 1].map(|d| sum[d] + (weight * v[d]).powi(2))
        })
    }

    /// `count` pairs at equal distances of the running sum of weights, repeated ones merged: a fair
    /// draw in which a pair's number is within one of its due.
    fn draw(&self, count: usize) -> Vec<(usize, f64)> {
        let mut drawn: Vec<(usize, f64)> = Vec::with_capacity(count);
        let (mut sum, mut i) = (self.weights[0], 0);
        for k in 0..count {
            let level = (k as f64 + 0.5) / count as f64;
            while sum < level && i + 1 < self.weights.len() {
                i += 1;
                sum += self.weights[i];
            }
            match drawn.last_mut() {
                Some((last, weight)) if *last == i => *weight += 1.0 / count as f64,
                _ => drawn.push((i, 1.0 / count as f64)),
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, DistributionSpec, config::Round, testing::small};

    #[test]
    fn the_mean_of_the_pairs_is_the_exact_velocity() {
        for schedule in Schedule::ENTRIES {
            for (source, target) in [
                ("gaussian", "five-modes"),
                ("gaussian", "checkerboard"),
                ("uniform", "five-modes"),
                ("eight-gaussians", "two-moons"),
            ] {
                let experiment = Experiment::new(Config {
                    schedule: schedule.value,
                    source: DistributionSpec::preset(source),
                    target: DistributionSpec::preset(target),
                    ..small()
                })
                .unwrap();
                for t in [0.0, 0.1, 0.5, 0.8, 0.97] {
                    // A place that paths do pass: on the way of one pair.
                    let at = experiment.config.schedule.at(t);
                    let x1 = experiment.target.place([0.3, 0.4, 0.6]).0;
                    let x0 = experiment.source.place([0.6, 0.3, 0.7]).0;
                    let x = [0, 1].map(|d| at.alpha * x1[d] + at.sigma * x0[d]);
                    let passing = experiment.pairs_through(x, t, 40).unwrap();
                    assert_eq!((passing.how, passing.bandwidth), (Provenance::Posterior, None));
                    let exact = passing.exact.unwrap();
                    for (d, exact) in exact.into_iter().enumerate() {
                        let off = (passing.mean[d] - exact).abs();
                        let noise = 5.0 * passing.standard_error[d] + 1e-6 * (1.0 + exact.abs());
                        assert!(off < noise, "{} {source} {target} at {t}: {off} {noise}", schedule.name);
                        assert!(passing.standard_error[d] < 0.35, "{} {t}: {passing:?}", schedule.name);
                    }
                    for pair in &passing.pairs {
                        let there = [0, 1].map(|d| at.alpha * pair.x1[d] + at.sigma * pair.x0[d] - x[d]);
                        assert!(libm::hypot(there[0], there[1]) < 1e-6, "every shown path passes");
                    }
                    let weights: f64 = passing.pairs.iter().map(|pair| pair.weight).sum();
                    assert!((weights - 1.0).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn both_ends_of_time_are_answered() {
        let experiment = Experiment::new(small()).unwrap();
        let start = experiment.pairs_through([0.4, -0.7], 0.0, 20).unwrap();
        assert!(start.pairs.iter().all(|pair| libm::hypot(pair.x0[0] - 0.4, pair.x0[1] + 0.7) < 1e-9));
        assert!(start.pairs.len() == 20, "every datum is as likely as any other");
        let end = experiment.pairs_through([0.0, 2.0], 1.0, 20).unwrap();
        assert!(end.pairs.iter().all(|pair| libm::hypot(pair.x1[0], pair.x1[1] - 2.0) < 1e-9));
        assert_eq!(end.pairs.len(), 20);
    }

    #[test]
    fn pairs_of_transport_agree_with_each_other() {
        let scatter = |coupling, steps| {
            let mut experiment = Experiment::new(Config { coupling, ..small() }).unwrap();
            experiment.train(steps).unwrap();
            let passing = experiment.pairs_through([0.3, 0.9], 0.3, 50).unwrap();
            let off = |pair: &PassingPair| {
                let v = pair.velocity;
                pair.weight * ((v[0] - passing.mean[0]).powi(2) + (v[1] - passing.mean[1]).powi(2))
            };
            (passing.pairs.iter().map(off).sum::<f64>(), passing)
        };
        let (far, posterior) = scatter(Coupling::Independent, 1);
        for steps in [0, 3] {
            let (near, passing) = scatter(Coupling::MINIBATCH_OT, steps);
            assert!(near < 0.3 * far, "{near} {far}");
            assert_eq!((passing.how, passing.exact), (Provenance::Nearby, None));
            assert!(passing.bandwidth.is_some_and(|h| h > 0.0 && h < 0.6), "{:?}", passing.bandwidth);
            let apart = [0, 1].map(|d: usize| passing.mean[d] - posterior.mean[d]);
            assert!(libm::hypot(apart[0], apart[1]) > 0.3, "not the mean of independent pairs");
        }
    }

    #[test]
    fn before_the_first_step_pairs_are_those_that_it_will_draw() {
        for (class_dropout, batch_size) in [(None, 256), (Some(0.1), 256), (Some(0.1), 8)] {
            let mut config = small();
            config.coupling = Coupling::MinibatchOt { batch_size, reuse: 1, pool: 4, even: true };
            config.training.class_dropout = class_dropout;
            let mut experiment = Experiment::new(config).unwrap();
            let fresh = experiment.fresh_pairs().unwrap();
            assert_eq!(fresh.len(), 2048, "many, also of small batches");
            experiment.train(1).unwrap();
            let drawn = experiment.trainer.pool();
            assert_eq!((&fresh.x0[..batch_size], &fresh.x1[..batch_size]), (&drawn.x0[..], &drawn.x1[..]));
        }
    }

    #[test]
    fn a_further_round_has_pairs_of_its_own() {
        let mut experiment = Experiment::new(small()).unwrap();
        experiment.train(5).unwrap();
        experiment.add_round(Round { pairs: 500, sampler_steps: 4, ..Round::default() }).unwrap();
        experiment.train(1).unwrap();
        let passing = experiment.pairs_through([0.3, 0.9], 0.3, 50).unwrap();
        assert_eq!((passing.how, passing.exact), (Provenance::Nearby, None));
    }

    #[test]
    fn a_rectified_pair_is_joined_by_the_path_of_its_round() {
        let round = Round { after: 5, pairs: 500, sampler_steps: 4, ..Round::default() };
        let mut experiment =
            Experiment::new(Config { schedule: Schedule::Cosine, rounds: vec![round], ..small() }).unwrap();
        experiment.train(6).unwrap();
        let passing = experiment.pairs_through([0.3, 0.9], 0.3, 50).unwrap();
        for pair in &passing.pairs {
            for d in 0..2 {
                let straight = pair.x1[d] - pair.x0[d];
                assert!((pair.velocity[d] - straight).abs() < 1e-9, "{pair:?}");
                assert!((pair.path[8][d] - pair.x0[d] - 0.5 * straight).abs() < 1e-9, "{pair:?}");
            }
        }
        experiment.show_moment(Some(0)).unwrap();
        assert_eq!(experiment.pairs_through([0.3, 0.9], 0.3, 50).unwrap().how, Provenance::Posterior);
    }

    #[test]
    fn the_steps_of_a_distilled_network_are_no_paths() {
        let through = |steps| {
            let lesson = Lesson::Steps { steps };
            let round = Round { after: 2, pairs: 500, sampler_steps: 4, lesson, ..Round::default() };
            let mut experiment = Experiment::new(Config { rounds: vec![round], ..small() }).unwrap();
            experiment.train(3).unwrap();
            experiment.pairs_through([0.3, 0.9], 0.3, 50)
        };
        assert!(through(1).is_ok());
        assert!(through(4).unwrap_err().to_string().contains("no path"));
    }

    #[test]
    fn places_that_no_path_passes_are_refused() {
        let square = DistributionSpec::preset("uniform");
        let experiment = Experiment::new(Config {
            source: square,
            target: DistributionSpec::preset("checkerboard"),
            ..small()
        })
        .unwrap();
        let refused = experiment.pairs_through([50.0, 0.0], 0.5, 10).unwrap_err().to_string();
        assert!(refused.contains("no path passes"), "{refused}");
        assert!(experiment.pairs_through([f64::NAN, 0.0], 0.5, 10).is_err());
        assert!(experiment.pairs_through([0.0, 0.0], 0.5, 0).is_err());
    }
}
