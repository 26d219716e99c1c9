//! Distributions on the plane: what is transported, and to where.
//!
//! Three families have a closed-form marginal velocity and are all there is: mixtures of
//! Gaussians, mixtures of uniform rectangles, and bare points. Curves (moons, rings, spirals) are
//! mixtures of many narrow Gaussians, so that they too can be computed exactly. The named ones
//! are in [`PRESETS`]; a [`DistributionSpec`] describes any of them in JSON.

mod curve;
mod gaussian;
mod gaussian_mixture;
pub mod import;
mod points;
mod presets;
mod rectangles;
mod spec;

use std::{fmt::Debug, sync::Arc};

use serde::Serialize;

use crate::{Result, Rng, registry::find, sequence};

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
    /// The point, and the mode it belongs to (0..[`mode_count`](Self::mode_count)), that three
    /// numbers uniform on [0, 1) stand for.
    fn place(&self, uniform: [f64; 3]) -> ([f64; 2], usize);

    /// [`place`](Self::place) of each of these.
    fn place_all(&self, uniform: &[[f64; 3]]) -> (Vec<[f32; 2]>, Vec<usize>) {
        let (mut points, mut modes) = (Vec::with_capacity(uniform.len()), Vec::with_capacity(uniform.len()));
        for &uniform in uniform {
            let ([x, y], mode) = self.place(uniform);
            points.push([x as f32, y as f32]);
            modes.push(mode);
        }
        (points, modes)
    }

    /// Draws `count` points and the mode each belongs to.
    fn sample_labelled(&self, rng: &mut Rng, count: usize) -> (Vec<[f32; 2]>, Vec<usize>) {
        let mut uniform = Vec::with_capacity(count);
        for _ in 0..count {
            uniform.push([rng.uniform(), rng.uniform(), rng.uniform()]);
        }
        self.place_all(&uniform)
    }

    /// As [`sample_labelled`](Self::sample_labelled), but covering the distribution more evenly:
    /// one of the points picked at random is distributed as ever, while together they leave fewer
    /// gaps and clusters than independent ones would.
    ///
    /// The points come mode by mode, each of which gets its fair share of them. Within a mode they
    /// follow the R2 sequence, shifted at random.
    fn sample_evenly(&self, rng: &mut Rng, count: usize) -> (Vec<[f32; 2]>, Vec<usize>) {
        let [first, shift @ ..] = [rng.uniform(), rng.uniform(), rng.uniform()];
        let uniform: Vec<[f64; 3]> = (0..count)
            .map(|i| {
                let [across, along] = sequence::place(sequence::R2, shift, i);
                [(i as f64 + first) / count as f64, across, along]
            })
            .collect();
        self.place_all(&uniform)
    }

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

    /// The boundary of what [`mode_at`](Self::mode_at) accepts, to be drawn in thin ink. Curves may
    /// overlap; a place is inside where they wind around it (SVG's fill rule `nonzero`).
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

/// A closed curve on the plane. It runs counterclockwise around what it encloses, and clockwise
/// around a hole.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outline {
    /// A circle, counterclockwise.
    Circle {
        /// Centre.
        center: [f64; 2],
        /// Radius, above 0.
        radius: f64,
    },
    /// A closed polygon through these corners, in this order.
    Polygon(Vec<[f64; 2]>),
}

/// The smallest square that holds the [bounds](Distribution::bounds) of both: its middle, and half its side.
pub fn square_around(a: &dyn Distribution, b: &dyn Distribution) -> ([f64; 2], f64) {
    let (a, b) = (a.bounds(), b.bounds());
    let (left, right) = (a[0].min(b[0]), a[1].max(b[1]));
    let (bottom, top) = (a[2].min(b[2]), a[3].max(b[3]));
    let middle = [f64::midpoint(left, right), f64::midpoint(bottom, top)];
    (middle, 0.5 * (right - left).max(top - bottom))
}

/// What stands before the code of own data where a name is expected.
const OWN_PREFIX: &str = "own.";

/// The distribution called `name`: an entry of [`PRESETS`], or `own.` and the [code](import) of
/// the reader's own data. `field` names it in errors.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) for a name that is neither.
pub fn named(field: &str, name: &str) -> Result<Arc<dyn Distribution>> {
    match name.strip_prefix(OWN_PREFIX) {
        Some(code) => import::OwnData::read(code)?.spec().build(field),
        None => Ok(find(&PRESETS, field, name)?.value.distribution()),
    }
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

/// The index that a number uniform on [0, 1) stands for, with the probabilities whose running sums
/// are `cumulative`.
fn index_at(cumulative: &[f64], uniform: f64) -> usize {
    // The sums may end a rounding away from 1, so scale by the last; it is strictly above any draw.
    let u = uniform * cumulative[cumulative.len() - 1];
    cumulative.partition_point(|&sum| sum <= u)
}

#[cfg(test)]
mod properties;
