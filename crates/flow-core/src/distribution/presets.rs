//! The named distributions. To add one, add an entry.

use std::f64::consts::{PI, TAU};
use std::sync::{Arc, LazyLock};

use super::curve::{Curve, on_circle};
use super::gaussian::Gaussian;
use super::gaussian_mixture::{Component, GaussianMixture};
use super::{Distribution, Rectangles};
use crate::registry::Entry;

/// A named distribution and the ends of the path at which menus offer it. Either end accepts any.
#[derive(Debug)]
pub struct Preset {
    /// Offered as data.
    pub is_target: bool,
    /// Offered as noise.
    pub is_source: bool,
    /// Made when it is first asked for: a curve is hundreds of Gaussians.
    distribution: LazyLock<Arc<dyn Distribution>>,
}

impl Preset {
    /// The distribution.
    pub fn distribution(&self) -> Arc<dyn Distribution> {
        Arc::clone(&self.distribution)
    }
}

/// Every named distribution, targets first.
pub static PRESETS: [Entry<Preset>; 12] = [
    entry("five-modes", "Five modes", "Five narrow Gaussians on a circle.", target(five_modes)),
    entry(
        "checkerboard",
        "Checkerboard",
        "The eight dark cells of a four-by-four board.",
        target(checkerboard),
    ),
    entry("two-clusters", "Two clusters", "Two Gaussians side by side.", target(two_clusters)),
    entry("eight-gaussians", "Eight Gaussians", "Eight Gaussians on a wide circle.", both(eight_gaussians)),
    entry("two-moons", "Two moons", "Two half circles that reach into each other.", both(two_moons)),
    entry("rings", "Rings", "Two circles, one inside the other.", target(rings)),
    entry("spiral", "Spiral", "Two arms that wind around each other.", target(spiral)),
    entry("swiss-roll", "Swiss roll", "One arm that rolls up, in three half turns.", target(swiss_roll)),
    entry("smiley", "Smiley", "A face: two eyes, a mouth and a ring.", target(smiley)),
    entry("gaussian", "Gaussian", "The standard normal distribution.", source(gaussian)),
    entry("uniform", "Uniform", "An even square of unit variance.", source(uniform)),
    entry("ring", "Ring", "One circle of unit variance.", source(ring)),
];

const fn entry(
    name: &'static str,
    label: &'static str,
    summary: &'static str,
    value: Preset,
) -> Entry<Preset> {
    Entry { name, label, summary, value }
}

const fn target(build: fn() -> Arc<dyn Distribution>) -> Preset {
    Preset { is_target: true, is_source: false, distribution: LazyLock::new(build) }
}

const fn source(build: fn() -> Arc<dyn Distribution>) -> Preset {
    Preset { is_target: false, is_source: true, distribution: LazyLock::new(build) }
}

const fn both(build: fn() -> Arc<dyn Distribution>) -> Preset {
    Preset { is_target: true, is_source: true, distribution: LazyLock::new(build) }
}

/// Centres at equal angles of a circle about the origin.
fn circle_of(count: u32, radius: f64, first: f64) -> Vec<[f64; 2]> {
    (0..count).map(|i| on_circle([0.0, 0.0], radius, first + TAU * f64::from(i) / f64::from(count))).collect()
}

fn five_modes() -> Arc<dyn Distribution> {
    Arc::new(GaussianMixture::equal_round(&circle_of(5, 2.0, PI / 2.0), 0.2))
}

fn checkerboard() -> Arc<dyn Distribution> {
    // Row by row from below, the cells whose column and row add up to an odd number.
    let cells: Vec<[f64; 4]> = (0..16)
        .map(|cell| (cell % 4, cell / 4))
        .filter(|(column, row)| (column + row) % 2 == 1)
        .map(|(column, row)| {
            let (left, bottom) = (-4.0 + 2.0 * f64::from(column), -4.0 + 2.0 * f64::from(row));
            [left, left + 2.0, bottom, bottom + 2.0]
        })
        .collect();
    Arc::new(Rectangles::assemble(&[0.125; 8], &cells))
}

fn two_clusters() -> Arc<dyn Distribution> {
    Arc::new(GaussianMixture::equal_round(&[[-2.0, 0.0], [2.0, 0.0]], 0.3))
}

fn eight_gaussians() -> Arc<dyn Distribution> {
    Arc::new(GaussianMixture::equal_round(&circle_of(8, 4.0, 0.0), libm::sqrt(0.1)))
}

fn two_moons() -> Arc<dyn Distribution> {
    let upper = Curve::arc([-1.0, -0.5], 2.0, 0.0, PI);
    let lower = Curve::arc([1.0, 0.5], 2.0, PI, TAU);
    Arc::new(GaussianMixture::along(&[(1.0, upper), (1.0, lower)], 0.2))
}

fn rings() -> Arc<dyn Distribution> {
    // Weights in the ratio of the lengths: the same density along both.
    let ring = |radius: f64| (radius, Curve::circle([0.0, 0.0], radius));
    Arc::new(GaussianMixture::along(&[ring(1.5), ring(3.0)], 0.15))
}

fn spiral() -> Arc<dyn Distribution> {
    let arm = |turn: f64| {
        (1.0, Curve::traced(0.5 * PI, 2.75 * PI, |angle| on_circle([0.0, 0.0], 0.4 * angle, angle + turn)))
    };
    Arc::new(GaussianMixture::along(&[arm(0.0), arm(PI)], 0.12))
}

fn swiss_roll() -> Arc<dyn Distribution> {
    let roll = |half_turn: i32| {
        let from = PI * (1.5 + f64::from(half_turn));
        // Length grows with the angle; equal density along the roll needs weights in proportion.
        (from + 0.5 * PI, Curve::traced(from, from + PI, |angle| on_circle([0.0, 0.0], 0.25 * angle, angle)))
    };
    Arc::new(GaussianMixture::along(&[roll(0), roll(1), roll(2)], 0.15))
}

fn smiley() -> Arc<dyn Distribution> {
    let face = Curve::circle([0.0, 0.0], 2.8);
    let mouth = Curve::arc([0.0, 0.1], 1.6, PI * 1.15, PI * 1.85);
    let features = GaussianMixture::along(&[(0.6, face), (0.2, mouth)], 0.12);
    let eyes = GaussianMixture::equal_round(&[[-0.9, 0.9], [0.9, 0.9]], 0.2);
    let eye_weight = 0.2;
    let shrunk = features
        .components()
        .iter()
        .map(|c| Component { weight: c.weight * (1.0 - eye_weight), ..c.clone() });
    let added = eyes.components().iter().map(|c| Component {
        weight: c.weight * eye_weight,
        mode: c.mode + features.mode_count(),
        gaussian: Gaussian::round(c.gaussian.mean(), 0.2),
    });
    let outline = [features.outline(), eyes.outline()].concat();
    Arc::new(GaussianMixture::assemble(shrunk.chain(added).collect(), outline))
}

fn gaussian() -> Arc<dyn Distribution> {
    Arc::new(GaussianMixture::standard_normal())
}

fn uniform() -> Arc<dyn Distribution> {
    let half_side = libm::sqrt(3.0);
    Arc::new(Rectangles::assemble(&[1.0], &[[-half_side, half_side, -half_side, half_side]]))
}

fn ring() -> Arc<dyn Distribution> {
    // Variance per axis: half the squared radius plus the squared deviation.
    Arc::new(GaussianMixture::along(&[(1.0, Curve::circle([0.0, 0.0], 1.4))], libm::sqrt(0.02)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_finds_its_menus() {
        let labels = |offered: fn(&Preset) -> bool| -> Vec<_> {
            PRESETS.iter().filter(|entry| offered(&entry.value)).map(|entry| entry.label).collect()
        };
        assert_eq!(
            labels(|preset| preset.is_target)[..7],
            ["Five modes", "Checkerboard", "Two clusters", "Eight Gaussians", "Two moons", "Rings", "Spiral"]
        );
        assert_eq!(
            labels(|preset| preset.is_source),
            ["Eight Gaussians", "Two moons", "Gaussian", "Uniform", "Ring"]
        );
    }

    #[test]
    fn presets_have_their_published_moments() {
        for (entry, mean, standard_deviation) in [
            ("five-modes", [0.0, 0.0], libm::sqrt(2.04)),
            ("checkerboard", [0.0, 0.0], libm::sqrt(16.0 / 3.0)),
            ("two-clusters", [0.0, 0.0], libm::sqrt(2.09)),
            ("eight-gaussians", [0.0, 0.0], libm::sqrt(8.1)),
            ("gaussian", [0.0, 0.0], 1.0),
            ("uniform", [0.0, 0.0], 1.0),
            ("ring", [0.0, 0.0], 1.0),
        ] {
            let preset = crate::registry::find(&PRESETS, "preset", entry).unwrap().value.distribution();
            assert!((preset.standard_deviation() - standard_deviation).abs() < 1e-12, "{entry}");
            for axis in [0, 1] {
                assert!((preset.mean()[axis] - mean[axis]).abs() < 1e-12, "{entry}");
            }
        }
    }
}
