//! Whether samples reach the target, and how much of it.

use crate::{distribution::Distribution, scalar::widened};

/// A mode counts as covered when it holds at least this share of its probability among the samples.
const FAIR_SHARE: f64 = 0.25;

/// Hits and modes covered.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Share of the samples that pass the target's hit test, 0..=1.
    pub hits: f64,
    /// Modes that hold at least a quarter of the samples they should hold, and at least one.
    pub modes: usize,
    /// The modes there are: those of the target that have any weight.
    pub mode_count: usize,
    /// For each sample, whether it hits.
    pub is_hit: Vec<bool>,
}

/// Tests each sample against the target's support ([`Distribution::mode_at`]).
pub fn coverage(target: &dyn Distribution, samples: &[[f32; 2]]) -> Coverage {
    let modes: Vec<Option<usize>> = samples.iter().map(|sample| target.mode_at(widened(*sample))).collect();
    let mut counts = vec![0_usize; target.mode_count()];
    modes.iter().flatten().for_each(|&mode| counts[mode] += 1);
    let hits: usize = counts.iter().sum();
    let weights = target.mode_weights();
    let weighty = || counts.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
    let fair = |weight: f64| FAIR_SHARE * weight * samples.len() as f64;
    Coverage {
        hits: hits as f64 / samples.len().max(1) as f64,
        modes: weighty().filter(|&(&count, &weight)| count > 0 && count as f64 >= fair(weight)).count(),
        mode_count: weighty().count(),
        is_hit: modes.iter().map(Option::is_some).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;
    use crate::distribution::DistributionSpec;

    #[test]
    fn exact_samples_hit_and_cover_everything() {
        let target = DistributionSpec::preset("five-modes").build("target").unwrap();
        let samples = target.sample(&mut Rng::stream(1, "test"), 2000);
        let coverage = coverage(&*target, &samples);
        // 1 - exp(-9/2) of a Gaussian on the plane lies within three standard deviations.
        assert!((coverage.hits - 0.98889).abs() < 0.008, "{}", coverage.hits);
        assert_eq!((coverage.modes, coverage.mode_count), (5, 5));
        let hits = coverage.is_hit.iter().filter(|hit| **hit).count();
        assert!((hits as f64 / 2000.0 - coverage.hits).abs() < 1e-12);
    }

    #[test]
    fn a_mode_without_weight_need_not_be_covered() {
        let target = DistributionSpec::UniformRectangles {
            weights: vec![1.0, 0.0, 1.0],
            rects: vec![[0.0, 1.0, 0.0, 1.0], [2.0, 3.0, 0.0, 1.0], [4.0, 5.0, 0.0, 1.0]],
        };
        let target = target.build("target").unwrap();
        let covered = |samples: &[[f32; 2]]| {
            let Coverage { modes, mode_count, .. } = coverage(&*target, samples);
            (modes, mode_count)
        };
        assert_eq!(covered(&[[0.5, 0.5], [4.5, 0.5]]), (2, 2));
        assert_eq!(covered(&[[0.5, 0.5], [2.5, 0.5]]), (1, 2));
    }

    #[test]
    fn a_mode_with_too_few_samples_is_not_covered() {
        let target = DistributionSpec::preset("two-clusters").build("target").unwrap();
        let samples = |right: usize| [vec![[-2.0, 0.0]; 100 - right], vec![[2.0, 0.0]; right]].concat();
        assert_eq!(coverage(&*target, &samples(12)).modes, 1);
        assert_eq!(coverage(&*target, &samples(13)).modes, 2);
        let none = coverage(&*target, &[]);
        assert_eq!((none.hits, none.modes), (0.0, 0));
    }
}
