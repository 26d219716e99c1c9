//! Bare points of equal weight: the reader's own data.

use super::gaussian::check_point;
use super::{Distribution, Family, Outline};
use crate::{Error, Result};

/// The most points a set may have.
const LARGEST_COUNT: usize = 100_000;

/// The largest hit radius in standard deviations of all points: the share that a mode has of the
/// preset `five-modes` (three of its standard deviations, 0.6, of the whole's 1.43). Of two points
/// the circles are then an eighth of the plane wide and leave most of it to misses.
const LARGEST_RADIUS: f64 = 0.4;

/// The empirical distribution of a set of points. One mode; a sample hits within
/// [`hit_radius`](Self::hit_radius) of any point.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    given: Vec<[f64; 2]>,
    /// The points again, by their first coordinate.
    ascending: Vec<[f64; 2]>,
    mean: [f64; 2],
    standard_deviation: f64,
}

impl Points {
    /// The points, each with probability 1/n.
    ///
    /// # Errors
    /// [`Error::Invalid`] below `field` when there are none or more than 100,000, or when a
    /// coordinate is not a number between -1e6 and 1e6.
    pub fn new(field: &str, points: &[[f64; 2]]) -> Result<Self> {
        let field = format!("{field}.points");
        if points.is_empty() || points.len() > LARGEST_COUNT {
            return Err(Error::invalid(
                field,
                format!("a list of {}", points.len()),
                format!("a list of 1 to {LARGEST_COUNT} points"),
            ));
        }
        for (i, &point) in points.iter().enumerate() {
            check_point(&format!("{field}[{i}]"), point)?;
        }
        let count = points.len() as f64;
        let mean = [0, 1].map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / count);
        let squares: f64 =
            points.iter().map(|point| (point[0] - mean[0]).powi(2) + (point[1] - mean[1]).powi(2)).sum();
        let mut ascending = points.to_vec();
        ascending.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let standard_deviation = libm::sqrt(0.5 * squares / count);
        Ok(Self { given: points.to_vec(), ascending, mean, standard_deviation })
    }

    /// The points, in the order given.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.given
    }

    /// How close to a point a sample must be to count as a hit: twice the standard deviation over
    /// the square root of n, about half the spacing if the points filled their square evenly, but
    /// of fewer than 25 points 0.4 standard deviations. A tenth if they all coincide.
    pub fn hit_radius(&self) -> f64 {
        if self.standard_deviation > 0.0 {
            let half_spacing = 2.0 * self.standard_deviation / libm::sqrt(self.given.len() as f64);
            half_spacing.min(LARGEST_RADIUS * self.standard_deviation)
        } else {
            0.1
        }
    }
}

impl Distribution for Points {
    fn place(&self, [which, ..]: [f64; 3]) -> ([f64; 2], usize) {
        let count = self.given.len();
        (self.given[((which * count as f64) as usize).min(count - 1)], 0)
    }

    fn mean(&self) -> [f64; 2] {
        self.mean
    }

    fn standard_deviation(&self) -> f64 {
        self.standard_deviation
    }

    fn log_density(&self, _x: [f64; 2]) -> f64 {
        f64::NEG_INFINITY
    }

    fn mode_count(&self) -> usize {
        1
    }

    fn mode_weights(&self) -> Vec<f64> {
        vec![1.0]
    }

    fn mode_at(&self, x: [f64; 2]) -> Option<usize> {
        let radius = self.hit_radius();
        let first = self.ascending.partition_point(|point| point[0] < x[0] - radius);
        self.ascending[first..]
            .iter()
            .take_while(|point| point[0] <= x[0] + radius)
            .any(|point| (point[0] - x[0]).powi(2) + (point[1] - x[1]).powi(2) <= radius * radius)
            .then_some(0)
    }

    fn bounds(&self) -> [f64; 4] {
        let radius = self.hit_radius();
        self.given.iter().fold(
            [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY],
            |bounds, point| {
                [
                    bounds[0].min(point[0] - radius),
                    bounds[1].max(point[0] + radius),
                    bounds[2].min(point[1] - radius),
                    bounds[3].max(point[1] + radius),
                ]
            },
        )
    }

    /// A circle around each point.
    fn outline(&self) -> Vec<Outline> {
        let radius = self.hit_radius();
        self.given.iter().map(|&center| Outline::Circle { center, radius }).collect()
    }

    fn family(&self) -> Family<'_> {
        Family::Points(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_is_within_the_radius_of_some_point() {
        let points = Points::new("p", &[[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0]]).unwrap();
        let radius = points.hit_radius();
        for &[x, y] in points.points() {
            assert_eq!(points.mode_at([x, y + 0.999 * radius]), Some(0));
            assert_eq!(points.mode_at([x - 0.999 * radius, y]), Some(0));
        }
        assert_eq!(points.mode_at([1.0 + 1.001 * radius, 0.0]), None);
        assert_eq!(points.mode_at([f64::NAN, 0.0]), None);
    }

    #[test]
    fn a_few_points_leave_most_of_the_plane_to_misses() {
        for count in 2..=200 {
            let spots: Vec<_> = (0..count).map(|i| [f64::from(i % 7), f64::from(i / 7)]).collect();
            let points = Points::new("p", &spots).unwrap();
            let share = points.hit_radius() / points.standard_deviation();
            let wanted = if count < 25 { 0.4 } else { 2.0 / libm::sqrt(f64::from(count)) };
            assert!((share - wanted).abs() < 1e-12, "{count}: {share}");
        }
        let pair = Points::new("p", &[[-4.0, 0.0], [4.0, 0.0]]).unwrap();
        assert_eq!(pair.mode_at([0.0, 0.0]), None);
        assert!(pair.bounds().iter().all(|edge| edge.abs() < 5.2), "{:?}", pair.bounds());
    }

    #[test]
    fn any_number_of_points_has_an_outline() {
        let spots: Vec<_> = (0..2048).map(|i| [f64::from(i % 64), f64::from(i / 64)]).collect();
        assert_eq!(Points::new("p", &spots).unwrap().outline().len(), 2048);
    }

    #[test]
    fn one_point_is_enough_and_none_is_not() {
        let one = Points::new("p", &[[1.0, 2.0]]).unwrap();
        assert_eq!((one.mean(), one.standard_deviation()), ([1.0, 2.0], 0.0));
        assert_eq!(one.mode_at([1.05, 2.0]), Some(0));
        let message = Points::new("target", &[]).unwrap_err().to_string();
        assert!(message.starts_with("target.points is a list of 0"), "{message}");
    }
}
