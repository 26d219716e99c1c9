//! Mixtures of uniform rectangles: the checkerboard and the uniform square.

use super::gaussian::LARGEST_COORDINATE;
use super::spec::{check_count, normalised};
use super::{Distribution, Family, Outline, index_at, running_sums};
use crate::{Error, Result};

/// An axis-aligned rectangle with the probability of falling into it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    /// Probability; those of one distribution sum to 1.
    pub weight: f64,
    /// `[left, right]`, `[bottom, top]`.
    pub sides: [[f64; 2]; 2],
}

impl Rectangle {
    fn area(&self) -> f64 {
        self.sides.iter().map(|[low, high]| high - low).product()
    }

    fn contains(&self, x: [f64; 2]) -> bool {
        self.sides.iter().zip(x).all(|([low, high], x)| (*low..=*high).contains(&x))
    }
}

/// A weighted sum of uniform distributions on axis-aligned rectangles, each its own mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Rectangles {
    rectangles: Vec<Rectangle>,
    cumulative: Vec<f64>,
}

impl Rectangles {
    /// The rectangles `[left, right, bottom, top]` with these weights, which need not sum to 1.
    ///
    /// # Errors
    /// [`Error::Invalid`] below `field` for empty or unequal lists, weights that are negative, not
    /// finite or all zero, and rectangles that are inverted, thinner than 1e-9 or beyond a million.
    pub fn new(field: &str, weights: &[f64], rectangles: &[[f64; 4]]) -> Result<Self> {
        check_count(&format!("{field}.rects"), rectangles.len())?;
        if weights.len() != rectangles.len() {
            return Err(Error::invalid(
                format!("{field}.weights"),
                format!("a list of {}", weights.len()),
                format!("as long as {field}.rects, which has {}", rectangles.len()),
            ));
        }
        let weights = normalised(&format!("{field}.weights"), weights)?;
        for (i, [left, right, bottom, top]) in rectangles.iter().enumerate() {
            let inside = [left, right, bottom, top].iter().all(|side| side.abs() <= LARGEST_COORDINATE);
            if !(inside && right - left >= 1e-9 && top - bottom >= 1e-9) {
                return Err(Error::invalid(
                    format!("{field}.rects[{i}]"),
                    format!("{:?}", rectangles[i]),
                    "[left, right, bottom, top] with left < right and bottom < top, between -1e6 and 1e6",
                ));
            }
        }
        Ok(Self::assemble(&weights, rectangles))
    }

    /// The rectangles with these probabilities, whose numbers the caller vouches for.
    pub(super) fn assemble(weights: &[f64], rectangles: &[[f64; 4]]) -> Self {
        let rectangles: Vec<_> = weights
            .iter()
            .zip(rectangles)
            .map(|(&weight, &[left, right, bottom, top])| Rectangle {
                weight,
                sides: [[left, right], [bottom, top]],
            })
            .collect();
        let cumulative = running_sums(rectangles.iter().map(|rectangle| rectangle.weight));
        Self { rectangles, cumulative }
    }

    /// The rectangles, in order.
    pub fn rectangles(&self) -> &[Rectangle] {
        &self.rectangles
    }
}

impl Distribution for Rectangles {
    fn place(&self, [which, u, v]: [f64; 3]) -> ([f64; 2], usize) {
        let mode = index_at(&self.cumulative, which);
        let [[left, right], [bottom, top]] = self.rectangles[mode].sides;
        ([left + (right - left) * u, bottom + (top - bottom) * v], mode)
    }

    fn mean(&self) -> [f64; 2] {
        [0, 1].map(|axis| {
            self.rectangles.iter().map(|r| r.weight * 0.5 * (r.sides[axis][0] + r.sides[axis][1])).sum()
        })
    }

    fn standard_deviation(&self) -> f64 {
        let mean = self.mean();
        let variance: f64 = self
            .rectangles
            .iter()
            .flat_map(|r| {
                [0, 1].map(|axis| {
                    let [low, high] = r.sides[axis];
                    let between = 0.5 * (low + high) - mean[axis];
                    r.weight * ((high - low).powi(2) / 12.0 + between * between)
                })
            })
            .sum();
        libm::sqrt(0.5 * variance)
    }

    fn log_density(&self, x: [f64; 2]) -> f64 {
        libm::log(self.rectangles.iter().filter(|r| r.contains(x)).map(|r| r.weight / r.area()).sum())
    }

    fn mode_count(&self) -> usize {
        self.rectangles.len()
    }

    fn mode_weights(&self) -> Vec<f64> {
        self.rectangles.iter().map(|rectangle| rectangle.weight).collect()
    }

    /// The first rectangle that holds `x`, its boundary included.
    fn mode_at(&self, x: [f64; 2]) -> Option<usize> {
        self.rectangles.iter().position(|rectangle| rectangle.weight > 0.0 && rectangle.contains(x))
    }

    fn bounds(&self) -> [f64; 4] {
        self.rectangles.iter().fold(
            [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY],
            |bounds, r| {
                let [[left, right], [bottom, top]] = r.sides;
                [bounds[0].min(left), bounds[1].max(right), bounds[2].min(bottom), bounds[3].max(top)]
            },
        )
    }

    fn outline(&self) -> Vec<Outline> {
        self.rectangles
            .iter()
            .filter(|r| r.weight > 0.0)
            .map(|r| {
                let [[left, right], [bottom, top]] = r.sides;
                Outline::Polygon(vec![[left, bottom], [right, bottom], [right, top], [left, top]])
            })
            .collect()
    }

    fn family(&self) -> Family<'_> {
        Family::Rectangles(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_rectangles_add_their_densities() {
        let rectangles =
            Rectangles::new("r", &[3.0, 1.0], &[[0.0, 1.0, 0.0, 1.0], [0.5, 2.5, 0.0, 1.0]]).unwrap();
        assert!((rectangles.log_density([0.75, 0.5]) - libm::log(0.75 + 0.125)).abs() < 1e-15);
        assert!(rectangles.log_density([-0.1, 0.5]) < -1e300);
        assert_eq!(rectangles.mode_at([0.75, 0.5]), Some(0));
        assert_eq!(rectangles.mode_at([2.0, 0.5]), Some(1));
    }

    #[test]
    fn inverted_rectangles_are_refused() {
        let message = Rectangles::new("source", &[1.0], &[[1.0, 0.0, 0.0, 1.0]]).unwrap_err().to_string();
        assert!(message.starts_with("source.rects[0] is [1.0, 0.0, 0.0, 1.0], but must be"), "{message}");
    }
}
