//! Distributions on the plane: what is transported, and to where.
//!
//! Three families have a closed-form marginal velocity and are all there is: mixtures of
//! Gaussians, mixtures of uniform rectangles, and bare points. Curves (moons, rings, spirals) are
//! mixtures of many narrow Gaussians, so that they too can be computed exactly. The named ones
//! are in [`PRESETS`]; a [`DistributionSpec`] describes any of them in JSON.

mod curve;
mod gaussian;
mod gaussian_mixture;
mod points;
mod presets;
mod rectangles;
mod spec;

use std::fmt::Debug;

use serde::Serialize;

use crate::Rng;

pub use gaussian::Gaussian;
pub use gaussian_mixture::{Component, GaussianMixture};
pub use points::Points;
pub use presets::{PRESETS, Preset};
pub use rectangles::{Rectangle, Rectangles};
pub use spec::DistributionSpec;

/// A distribution on the plane that can be drawn from, measured and recognised.
///
/// Points are f32 where they are drawn in batches and f64 where one is asked about.
pub trait Distribution: Debug + Send + Sync {
    /// Draws `count` points and the mode (0..[`mode_count`](Self::mode_count)) each belongs to.
    fn sample_labelled(&self, rng: &mut Rng, count: usize) -> (Vec<[f32; 2]>, Vec<usize>);

    /// Draws `count` points.
    fn sample(&self, rng: &mut Rng, count: usize) -> Vec<[f32; 2]> {
        self.sample_labelled(rng, count).0
    }

    /// The mean.
    fn mean(&self) -> [f64; 2];

    /// The scalar standard deviation: square root of the mean of the two variances.
    fn standard_deviation(&self) -> f64;

    /// Natural logarithm of the density at `x`; minus infinity outside the support, and for
    /// [`Points`], which have no density, everywhere.
    fn log_density(&self, x: [f64; 2]) -> f64;

    /// How many modes (clusters, cells, arcs) the distribution is made of, at least 1.
    fn mode_count(&self) -> usize;

    /// The probability of each mode; they sum to 1.
    fn mode_weights(&self) -> Vec<f64>;

    /// The hit test: the mode whose support holds `x`, or `None` for a miss.
    fn mode_at(&self, x: [f64; 2]) -> Option<usize>;

    /// The smallest part of the plane a picture should show: `[left, right, bottom, top]`.
    fn bounds(&self) -> [f64; 4];

    /// The boundary of what [`mode_at`](Self::mode_at) accepts, to be drawn in thin ink.
    fn outline(&self) -> Vec<Outline>;

    /// The concrete family, for the exact formulas, which need both ends of the path.
    fn family(&self) -> Family<'_>;
}

/// The families with a closed-form marginal velocity.
#[derive(Debug, Clone, Copy)]
pub enum Family<'a> {
    /// A mixture of Gaussians.
    GaussianMixture(&'a GaussianMixture),
    /// A mixture of uniform rectangles.
    Rectangles(&'a Rectangles),
    /// Bare points of equal weight.
    Points(&'a Points),
}

/// A closed curve on the plane.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outline {
    /// A circle.
    Circle {
        /// Centre.
        center: [f64; 2],
        /// Radius, above 0.
        radius: f64,
    },
    /// A closed polygon through these corners.
    Polygon(Vec<[f64; 2]>),
}

/// The weights' running sums, for drawing an index with those probabilities.
fn running_sums(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

/// Draws an index with the probabilities whose running sums are `cumulative`.
fn draw_index(cumulative: &[f64], rng: &mut Rng) -> usize {
    // The sums may end a rounding away from 1, so scale by the last; it is strictly above any draw.
    let u = rng.uniform() * cumulative[cumulative.len() - 1];
    cumulative.partition_point(|&sum| sum <= u)
}

#[cfg(test)]
mod properties;
