//! Metrics: how far samples are from the target, and how straight their way was.
//!
//! All are deterministic sums in a fixed order: the same samples give the same bits on every
//! machine.

mod coverage;
mod energy_distance;
mod straightness;
mod wasserstein;

pub use coverage::{Coverage, coverage};
pub use energy_distance::energy_distance;
pub use straightness::{Straightness, straightness};
pub use wasserstein::{LARGEST_ASSIGNMENT, exact_w2, sliced_w2};
