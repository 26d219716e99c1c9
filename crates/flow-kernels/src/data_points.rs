//! Where the data points of a batch lie, seen from one of them: the sums behind stable targets.

use crate::{math::exp4, simd::F32x4};

/// Data points as columns of four.
#[derive(Debug, Clone)]
pub struct DataPoints(Vec<[F32x4; 2]>);

impl DataPoints {
    /// These points.
    ///
    /// # Panics
    /// If their number is not a multiple of four.
    pub fn new(points: &[[f32; 2]]) -> Self {
        let (fours, rest) = points.as_chunks::<4>();
        assert!(rest.is_empty(), "{} data points are not a multiple of four", points.len());
        let columns = |&[a, b, c, d]: &[[f32; 2]; 4]| {
            [[a[0], b[0], c[0], d[0]], [a[1], b[1], c[1], d[1]]].map(F32x4::from_array)
        };
        Self(fours.iter().map(columns).collect())
    }

    /// The mean of `y - own` over all data points y, weighted by exp(-`exponent` |x - alpha y|²).
    #[inline(never)]
    pub fn mean_displacement(&self, x: [f32; 2], own: [f32; 2], alpha: f32, exponent: f32) -> [f32; 2] {
        let splat = F32x4::splat;
        let squared_distance = |y: [F32x4; 2]| {
            let [dx, dy] = [0, 1].map(|axis| splat(x[axis]) - splat(alpha) * y[axis]);
            dx * dx + dy * dy
        };
        // Relative to the own point, whose weight is therefore exactly 1. No weight overflows when
        // normal noise moved it to x: the largest is exp(|noise|²/2).
        let own_distance = squared_distance(own.map(splat));
        let mut total = F32x4::ZERO;
        let mut sums = [F32x4::ZERO; 2];
        for &y in &self.0 {
            let weight = exp4(splat(exponent) * (own_distance - squared_distance(y)));
            total = total + weight;
            for axis in 0..2 {
                sums[axis] = sums[axis] + weight * (y[axis] - splat(own[axis]));
            }
        }
        let total = total.sum();
        sums.map(|sum| sum.sum() / total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::numbers;

    #[test]
    fn displacements_are_weighted_means() {
        let values = numbers(1, 24);
        let points: Vec<[f32; 2]> = values.as_chunks::<2>().0.to_vec();
        let data = DataPoints::new(&points);
        let (x, alpha, exponent) = ([0.3_f32, -0.2], 0.7_f32, 1.9_f32);
        for own in &points {
            let (mut total, mut sums) = (0.0_f64, [0.0_f64; 2]);
            for y in &points {
                let [dx, dy] = [0, 1].map(|axis| f64::from(x[axis]) - f64::from(alpha) * f64::from(y[axis]));
                let weight = libm::exp(-f64::from(exponent) * (dx * dx + dy * dy));
                total += weight;
                for axis in 0..2 {
                    sums[axis] += weight * f64::from(y[axis] - own[axis]);
                }
            }
            let got = data.mean_displacement(x, *own, alpha, exponent);
            for axis in 0..2 {
                assert!((f64::from(got[axis]) - sums[axis] / total).abs() < 1e-6, "{got:?}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "3 data points are not a multiple of four")]
    fn an_odd_number_of_points_is_refused() {
        let _ = DataPoints::new(&[[0.0; 2]; 3]);
    }
}
