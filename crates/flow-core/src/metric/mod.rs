//! Metrics: how far samples are from the target, and how straight their way was.
//!
//! All are deterministic sums in a fixed order: the same samples give the same bits on every
//! machine. Those that compare two sets of samples are in [`ENTRIES`].

mod coverage;
mod energy_distance;
mod field_error;
mod loss_floor;
mod mmd;
mod neighbours;
mod path;
mod straightness;
mod wasserstein;

pub use coverage::{Coverage, coverage};
pub use energy_distance::{EnergyReference, energy_distance};
pub use field_error::field_error;
pub use loss_floor::{FloorKind, LossFloor, loss_floor};
pub use mmd::mmd;
pub use path::{length_ratio, normalised_path_energy, path_energy};
pub use straightness::{Straightness, straightness};
pub use wasserstein::{LARGEST_ASSIGNMENT, exact_w2, sliced_w2};

use crate::{Result, registry::Entry};

/// A distance between two sets of samples.
pub type Distance = fn(&[[f32; 2]], &[[f32; 2]]) -> Result<f64>;

/// Every distance between two sets of samples by name.
pub const ENTRIES: &[Entry<Distance>] = &[
    Entry {
        name: "energy",
        label: "Energy distance",
        summary: "2 E|X-Y| - E|X-X'| - E|Y-Y'|; notices any difference, costs n^2.",
        value: energy_distance,
    },
    Entry {
        name: "sliced-w2",
        label: "Sliced W2",
        summary: "Root mean square of W2 along 128 directions; costs n log n.",
        value: |a, b| sliced_w2(a, b, 128),
    },
    Entry {
        name: "w2",
        label: "W2",
        summary: "The exact 2-Wasserstein distance of two equally large sets; costs n^3.",
        value: exact_w2,
    },
    Entry {
        name: "mmd",
        label: "MMD",
        summary: "Maximum mean discrepancy under a Gaussian kernel of bandwidth 1; costs n^2.",
        value: |a, b| mmd(a, b, 1.0),
    },
];

/// A mean over independent draws and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Estimate {
    /// The mean of these values; none give 0 with an infinite error.
    fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        if values.len() < 2 {
            return Self { value: values.first().copied().unwrap_or(0.0), standard_error: f64::INFINITY };
        }
        let value = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|v| (v - value) * (v - value)).sum();
        Self { value, standard_error: libm::sqrt(squares / (count - 1.0) / count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rng, distribution::DistributionSpec};

    #[test]
    fn every_distance_is_zero_for_equal_sets_and_grows_with_a_shift() {
        let target = DistributionSpec::preset("two-moons").build("target").unwrap();
        let samples = target.sample(&mut Rng::stream(1, "test"), 300);
        for entry in ENTRIES {
            let shifted = |by: f32| -> f64 {
                let other: Vec<_> = samples.iter().map(|p| [p[0] + by, p[1]]).collect();
                (entry.value)(&samples, &other).unwrap()
            };
            assert!(shifted(0.0).abs() < 1e-4, "{}: {}", entry.name, shifted(0.0));
            assert!(shifted(0.5) > 0.01 && shifted(1.0) > shifted(0.5), "{}", entry.name);
            assert!((entry.value)(&samples, &[]).is_err(), "{}", entry.name);
            assert!((entry.value)(&samples, &[[f32::NAN, 0.0]; 300]).is_err(), "{}", entry.name);
        }
    }
}
