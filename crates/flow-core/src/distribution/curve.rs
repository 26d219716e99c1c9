//! Curves thickened by noise, as mixtures of narrow round Gaussians.
//!
//! Centres spaced by one standard deviation h = sd along a line make a density whose ripple is
//! `2 exp(-2 pi^2 sd^2 / h^2)`, below 1e-8 of its height: the mixture is the smooth band to the
//! last digit anybody can see, and every closed formula for mixtures applies to it.

use std::f64::consts::PI;

use super::Outline;
use super::gaussian::{Gaussian, HIT_RADIUS};
use super::gaussian_mixture::{Component, GaussianMixture};

/// A curve, as the fine polyline through its points.
pub(super) struct Curve {
    polyline: Vec<[f64; 2]>,
    closed: Option<Circle>,
}

/// A full circle, the one closed curve there is.
#[derive(Clone, Copy)]
struct Circle {
    center: [f64; 2],
    radius: f64,
}

/// Segments of the polyline; its length then falls short by less than one part in 10^5.
const SEGMENTS: u32 = 2048;

/// Corners of a ring's inner border, which then lies within a 3,000th of its radius.
const HOLE_CORNERS: u32 = 128;

impl Curve {
    /// The curve of the points at parameters `from..=to`.
    pub(super) fn traced(from: f64, to: f64, point: impl Fn(f64) -> [f64; 2]) -> Self {
        let at = |i: u32| point(from + (to - from) * f64::from(i) / f64::from(SEGMENTS));
        Self { polyline: (0..=SEGMENTS).map(at).collect(), closed: None }
    }

    /// The arc about `center` between two angles in radians.
    pub(super) fn arc(center: [f64; 2], radius: f64, from: f64, to: f64) -> Self {
        Self::traced(from, to, |angle| on_circle(center, radius, angle))
    }

    /// The full circle about `center`.
    pub(super) fn circle(center: [f64; 2], radius: f64) -> Self {
        let closed = Some(Circle { center, radius });
        Self { closed, ..Self::arc(center, radius, 0.0, 2.0 * PI) }
    }

    /// Centres at equal arc lengths, no further apart than `spacing`.
    fn centers(&self, spacing: f64) -> Vec<[f64; 2]> {
        if let Some(Circle { center, radius }) = self.closed {
            let count = libm::ceil(2.0 * PI * radius / spacing);
            return (0..count as u32)
                .map(|i| on_circle(center, radius, 2.0 * PI * f64::from(i) / count))
                .collect();
        }
        let mut lengths = vec![0.0];
        for pair in self.polyline.windows(2) {
            let step = libm::hypot(pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
            lengths.push(lengths[lengths.len() - 1] + step);
        }
        let total = lengths[lengths.len() - 1];
        let count = libm::ceil(total / spacing) as usize;
        (0..count)
            .map(|i| {
                let length = total * (i as f64 + 0.5) / count as f64;
                // The first vertex beyond `length` is neither vertex 0 nor past the last.
                let end = lengths.partition_point(|&l| l < length);
                let share = (length - lengths[end - 1]) / (lengths[end] - lengths[end - 1]);
                let (a, b) = (self.polyline[end - 1], self.polyline[end]);
                [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
            })
            .collect()
    }

    /// The boundary of everything within `reach` of the curve.
    fn band(&self, reach: f64) -> Vec<Outline> {
        if let Some(Circle { center, radius }) = self.closed {
            // Clockwise: what it encloses is a hole.
            let corner = |i: u32| {
                on_circle(center, radius - reach, -2.0 * PI * f64::from(i) / f64::from(HOLE_CORNERS))
            };
            return vec![
                Outline::Circle { center, radius: radius + reach },
                Outline::Polygon((0..HOLE_CORNERS).map(corner).collect()),
            ];
        }
        // One side, a half-circle around the end, the other side, a half-circle around the start.
        let thin: Vec<_> = self.polyline.iter().step_by(SEGMENTS as usize / 128).copied().collect();
        let last = thin.len() - 1;
        let heading = |i: usize| {
            let (a, b) = (thin[i.saturating_sub(1)], thin[(i + 1).min(last)]);
            libm::atan2(b[1] - a[1], b[0] - a[0])
        };
        let cap = |i: usize, from: f64| {
            let center = thin[i];
            (1..16).map(move |k| on_circle(center, reach, from + PI * f64::from(k) / 16.0))
        };
        let right = (0..=last).map(|i| on_circle(thin[i], reach, heading(i) - PI / 2.0));
        let left = (0..=last).rev().map(|i| on_circle(thin[i], reach, heading(i) + PI / 2.0));
        let corners = right
            .chain(cap(last, heading(last) - PI / 2.0))
            .chain(left)
            .chain(cap(0, heading(0) + PI / 2.0))
            .collect();
        vec![Outline::Polygon(corners)]
    }
}

/// The point at an angle of a circle.
pub(super) fn on_circle(center: [f64; 2], radius: f64, angle: f64) -> [f64; 2] {
    let (sin, cos) = libm::sincos(angle);
    [center[0] + radius * cos, center[1] + radius * sin]
}

impl GaussianMixture {
    /// Curves with their weights, each one mode, thickened by round noise of deviation `sd`.
    pub(super) fn along(curves: &[(f64, Curve)], sd: f64) -> Self {
        let total: f64 = curves.iter().map(|(weight, _)| weight).sum();
        let mut components = Vec::new();
        let mut outline = Vec::new();
        for (mode, (weight, curve)) in curves.iter().enumerate() {
            let centers = curve.centers(sd);
            let weight = weight / total / centers.len() as f64;
            components.extend(centers.iter().map(|&center| Component {
                weight,
                gaussian: Gaussian::round(center, sd),
                mode,
            }));
            outline.extend(curve.band(HIT_RADIUS * sd));
        }
        Self::assemble(components, outline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::Distribution;

    #[test]
    fn centers_are_evenly_spaced() {
        let curve = Curve::traced(1.0, 9.0, |angle| on_circle([0.0, 0.0], 0.3 * angle, angle));
        let centers = curve.centers(0.2);
        let gaps: Vec<_> =
            centers.windows(2).map(|c| libm::hypot(c[1][0] - c[0][0], c[1][1] - c[0][1])).collect();
        assert!(gaps.iter().all(|gap| (0.185..=0.2).contains(gap)), "{gaps:?}");
    }

    #[test]
    fn the_density_along_a_curve_has_no_ripple() {
        let ring = GaussianMixture::along(&[(1.0, Curve::circle([0.0, 0.0], 2.0))], 0.2);
        let densities: Vec<_> =
            (0..1000).map(|i| ring.log_density(on_circle([0.0, 0.0], 2.0, f64::from(i) * 0.001))).collect();
        let spread = densities.iter().copied().fold(f64::NEG_INFINITY, f64::max)
            - densities.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(spread < 1e-7, "{spread}");
    }

    #[test]
    fn the_band_is_where_hits_end() {
        let mixture = GaussianMixture::along(&[(1.0, Curve::arc([0.0, 0.0], 2.0, 0.0, PI))], 0.1);
        let [Outline::Polygon(corners)] = &mixture.outline()[..] else { panic!("one polygon") };
        // Scaled about the curve, corners cross from hit to miss. Components are one sd apart and
        // end half an sd before the curve does, so the true boundary lies within 0.5 sd.
        for corner in corners {
            let nearest = mixture
                .components()
                .iter()
                .map(|component| component.gaussian.squared_distance(*corner))
                .fold(f64::INFINITY, f64::min);
            assert!((2.9..=3.6).contains(&libm::sqrt(nearest)), "{corner:?} at {}", libm::sqrt(nearest));
        }
    }
}
