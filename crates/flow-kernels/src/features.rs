//! What the velocity network is told about a point: its position, scaled, and waves over it.

use crate::math::sin_cos4;
use crate::simd::F32x4;

/// How the network's answer at one time becomes a velocity, and the point its input.
///
/// With x the point, m and q the data's mean and standard deviation, and xc = x - `center`:
/// velocity = `drift` + `skip` xc + `gain` F(features).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Conditioning {
    /// The mean of the points at this time, a m + s n with n the source's mean.
    pub center: [f32; 2],
    /// 1/q.
    pub inverse_scale: f32,
    /// The factor that takes xc/q to y/q, the expected data point given x, centred and scaled.
    pub denoise: f32,
    /// The time as the network sees it, 2t - 1.
    pub time: f32,
    /// The velocity of the mean, a' m + s' n.
    pub drift: [f32; 2],
    /// The factor of xc in the velocity.
    pub skip: f32,
    /// The factor of the network's answer in the velocity.
    pub gain: f32,
    /// The class the network is told, counted from 0; none also stands for "any class". A class
    /// that [`Features::labels`] does not count is none.
    pub label: Option<u32>,
}

/// Which features a network reads.
///
/// One row is xc/q (2), y/q (2), 2t - 1, then for k = 1 ..= `harmonics` the sines of both
/// coordinates of k f y/q and the cosines of both, with f the `base_frequency`; then one number
/// for each label, 1 for the row's own and 0 for the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Features {
    /// Waves per coordinate.
    pub harmonics: usize,
    /// Angular frequency of the first wave, per unit of y/q.
    pub base_frequency: f32,
    /// Classes the network can be told apart; 0 for a network without classes.
    pub labels: usize,
}

impl Features {
    /// Features before the waves: position, denoised position, time.
    pub(crate) const LINEAR: usize = 5;

    /// Features in a row.
    pub fn count(self) -> usize {
        Self::LINEAR + 4 * self.harmonics + self.labels
    }

    /// Writes the features of each point under its own conditioning (n x [`count`](Self::count),
    /// row-major).
    ///
    /// # Panics
    /// If the slices disagree about n.
    #[inline(never)]
    pub fn write_rows(self, conditionings: &[Conditioning], points: &[[f32; 2]], rows: &mut [f32]) {
        let count = self.count();
        assert_eq!(conditionings.len(), points.len(), "a conditioning for every point");
        assert_eq!(rows.len(), points.len() * count, "{count} features for every point");
        // Two rows share a vector: their x, y, x, y.
        for ((conditionings, points), rows) in
            conditionings.chunks(2).zip(points.chunks(2)).zip(rows.chunks_mut(2 * count))
        {
            let mut denoised = [[0.0; 2]; 2];
            for (row, out) in rows.chunks_exact_mut(count).enumerate() {
                let (c, point) = (&conditionings[row], points[row]);
                let position = [0, 1].map(|axis| (point[axis] - c.center[axis]) * c.inverse_scale);
                denoised[row] = position.map(|x| c.denoise * x);
                out[..2].copy_from_slice(&position);
                out[2..4].copy_from_slice(&denoised[row]);
                out[4] = c.time;
                let labels = &mut out[count - self.labels..];
                labels.fill(0.0);
                if let Some(own) = c.label.and_then(|label| labels.get_mut(label as usize)) {
                    *own = 1.0;
                }
            }
            let [[a, b], [c, d]] = denoised;
            self.waves(F32x4::from_array([a, b, c, d]), |k, sin, cos| {
                let (sin, cos) = (sin.to_array(), cos.to_array());
                for (row, out) in rows.chunks_exact_mut(count).enumerate() {
                    let out = &mut out[Self::LINEAR + 4 * k..][..4];
                    out[..2].copy_from_slice(&sin[2 * row..][..2]);
                    out[2..].copy_from_slice(&cos[2 * row..][..2]);
                }
            });
        }
    }

    /// Calls `take` with the index, the sine and the cosine of each wave over these coordinates.
    ///
    /// Only the first wave costs a sine: the k-th turns the one before by the first's angle.
    #[inline(always)]
    pub(crate) fn waves(self, denoised: F32x4, mut take: impl FnMut(usize, F32x4, F32x4)) {
        let (sin_1, cos_1) = sin_cos4(denoised * F32x4::splat(self.base_frequency));
        let (mut sin, mut cos) = (sin_1, cos_1);
        for k in 0..self.harmonics {
            take(k, sin, cos);
            (sin, cos) = (sin * cos_1 + cos * sin_1, cos * cos_1 - sin * sin_1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_stated_features() {
        let features = Features { harmonics: 5, base_frequency: 1.8, labels: 3 };
        let conditionings: Vec<Conditioning> = (0..5)
            .map(|i| {
                let t = i as f32 / 5.0;
                Conditioning {
                    center: [t, -0.5 * t],
                    inverse_scale: 0.5,
                    denoise: 1.0 - 0.3 * t,
                    time: 2.0 * t - 1.0,
                    label: [None, Some(0), Some(2), Some(3), Some(1)][i],
                    ..Conditioning::default()
                }
            })
            .collect();
        let points: Vec<[f32; 2]> = (0..5).map(|i| [i as f32 - 2.0, 3.0 - 1.7 * i as f32]).collect();
        let mut rows = vec![f32::NAN; 5 * features.count()];
        features.write_rows(&conditionings, &points, &mut rows);
        for ((c, point), row) in conditionings.iter().zip(&points).zip(rows.chunks(features.count())) {
            let position = [0, 1].map(|i| f64::from(point[i] - c.center[i]) * f64::from(c.inverse_scale));
            let denoised = position.map(|x| x * f64::from(c.denoise));
            let mut expected = [&position[..], &denoised[..], &[f64::from(c.time)]].concat();
            for k in 1..=5 {
                let angles = denoised.map(|y| f64::from(k) * 1.8 * y);
                expected.extend(angles.map(libm::sin));
                expected.extend(angles.map(libm::cos));
            }
            expected.extend((0..3).map(|label| f64::from(c.label == Some(label))));
            assert_eq!(row.len(), expected.len());
            for (got, expected) in row.iter().zip(expected) {
                assert!((f64::from(*got) - expected).abs() < 4e-6, "{got} instead of {expected}");
            }
        }
    }
}
