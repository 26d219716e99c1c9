//! The energy distance between two sets of samples.

use super::wasserstein::check;
use crate::{Error, Result};

/// `2 E|X - Y| - E|X - X'| - E|Y - Y'|` of the two empirical distributions (Székely and Rizzo
/// 2013, *J. Stat. Plan. Inference* 143:1249): at least 0, and 0 only if they are the same.
///
/// Every pair counts, a point with itself too, so two independent samples of one distribution do
/// not give 0 but about `E|X - X'| (1/n + 1/m)`.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) for empty samples and coordinates that are not finite.
///
/// ```
/// use flow_core::metric::energy_distance;
/// assert_eq!(energy_distance(&[[0.0, 0.0]], &[[3.0, 4.0]])?, 10.0);
/// # Ok::<(), flow_core::Error>(())
/// ```
pub fn energy_distance(a: &[[f32; 2]], b: &[[f32; 2]]) -> Result<f64> {
    check("a", a)?;
    check("b", b)?;
    Ok(EnergyReference::of(b).distance_to(a))
}

/// How many times their mean the energy distances of independent samples of one distribution rarely
/// reach: of the presets' at most three in a hundred do.
const RARE: f64 = 4.0;

/// A sample with which others are compared: what follows from it alone is found once.
///
/// ```
/// use flow_core::metric::{EnergyReference, energy_distance};
/// let sample = [[0.0, 0.0], [3.0, 4.0]];
/// let reference = EnergyReference::new(&sample)?;
/// assert_eq!(reference.distance(&[[0.0, 0.0]])?, energy_distance(&[[0.0, 0.0]], &sample)?);
/// # Ok::<(), flow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct EnergyReference {
    points: Columns,
    /// The sum of the distances over each unordered pair of its points.
    apart: f64,
}

impl EnergyReference {
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for an empty sample and coordinates that are not finite.
    pub fn new(sample: &[[f32; 2]]) -> Result<Self> {
        check("reference", sample)?;
        Ok(Self::of(sample))
    }

    fn of(sample: &[[f32; 2]]) -> Self {
        let points = Columns::new(sample);
        Self { apart: points.sum_of_distances_within(), points }
    }

    /// The [`energy_distance`] between `sample` and this one.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn distance(&self, sample: &[[f32; 2]]) -> Result<f64> {
        check("sample", sample)?;
        Ok(self.distance_to(sample))
    }

    fn distance_to(&self, sample: &[[f32; 2]]) -> f64 {
        let sample = Columns::new(sample);
        let (n, m) = (sample.count as f64, self.points.count as f64);
        let between = sample.sum_of_distances_to(&self.points) / (n * m);
        // Distances within a set are counted once and doubled.
        let within = |apart: f64, count: f64| 2.0 * apart / (count * count);
        (2.0 * between - within(sample.sum_of_distances_within(), n) - within(self.apart, m)).max(0.0)
    }

    /// What the energy distance between this sample and `count` other points is rarely above when both
    /// are drawn from one distribution: whatever is below cannot be told from it. Four times the mean
    /// `E|X - X'| (1/n + 1/m)`, with the mean distance of the sample's own points.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a sample of a single point, or no other points.
    pub fn noise(&self, count: usize) -> Result<f64> {
        let known = self.points.count;
        if known < 2 || count == 0 {
            let points = if known < 2 { known } else { count };
            return Err(Error::invalid("points", points, "at least 2, and at least 1 to compare them with"));
        }
        let pairs = 0.5 * known as f64 * (known - 1) as f64;
        Ok(RARE * (self.apart / pairs) * (1.0 / known as f64 + 1.0 / count as f64))
    }
}

/// Distances computed side by side. The sums are kept in this many separate lanes, in this order,
/// on every machine, so that SIMD changes nothing but the speed.
const LANES: usize = 8;

/// f32 additions before a lane moves to f64.
const BLOCK: usize = 8 * LANES;

/// Points as two columns.
#[derive(Debug, Clone)]
struct Columns {
    count: usize,
    x: Vec<f32>,
    y: Vec<f32>,
}

impl Columns {
    fn new(points: &[[f32; 2]]) -> Self {
        Self {
            count: points.len(),
            x: points.iter().map(|p| p[0]).collect(),
            y: points.iter().map(|p| p[1]).collect(),
        }
    }

    fn sum_of_distances_to(&self, other: &Self) -> f64 {
        (0..self.count).map(|i| distances_from([self.x[i], self.y[i]], &other.x, &other.y)).sum()
    }

    /// Over each unordered pair once.
    fn sum_of_distances_within(&self) -> f64 {
        (0..self.count)
            .map(|i| distances_from([self.x[i], self.y[i]], &self.x[i + 1..], &self.y[i + 1..]))
            .sum()
    }
}

/// The sum of the distances from `p` to the points with these columns.
fn distances_from(p: [f32; 2], x: &[f32], y: &[f32]) -> f64 {
    let mut sum = 0.0_f64;
    for (x, y) in x.chunks(BLOCK).zip(y.chunks(BLOCK)) {
        let mut lanes = [0.0_f32; LANES];
        let (x_eights, x_rest) = x.as_chunks::<LANES>();
        let (y_eights, y_rest) = y.as_chunks::<LANES>();
        for (x, y) in x_eights.iter().zip(y_eights) {
            for lane in 0..LANES {
                let (dx, dy) = (p[0] - x[lane], p[1] - y[lane]);
                lanes[lane] += (dx * dx + dy * dy).sqrt();
            }
        }
        for (lane, (x, y)) in lanes.iter_mut().zip(x_rest.iter().zip(y_rest)) {
            let (dx, dy) = (p[0] - x, p[1] - y);
            *lane += (dx * dx + dy * dy).sqrt();
        }
        sum += lanes.iter().map(|&lane| f64::from(lane)).sum::<f64>();
    }
    if sum.is_finite() { sum } else { distances_from_far(p, x, y) }
}

/// [`distances_from`] where squares do not fit in f32.
fn distances_from_far(p: [f32; 2], x: &[f32], y: &[f32]) -> f64 {
    let difference = |a: f32, b: f32| f64::from(a) - f64::from(b);
    x.iter().zip(y).map(|(&x, &y)| libm::hypot(difference(p[0], x), difference(p[1], y))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;
    use crate::distribution::{DistributionSpec, PRESETS};

    fn plain(a: &[[f32; 2]], b: &[[f32; 2]]) -> f64 {
        let mean = |a: &[[f32; 2]], b: &[[f32; 2]]| {
            let sum: f64 = a
                .iter()
                .flat_map(|p| {
                    b.iter().map(move |q| {
                        libm::hypot(f64::from(p[0]) - f64::from(q[0]), f64::from(p[1]) - f64::from(q[1]))
                    })
                })
                .sum();
            sum / (a.len() * b.len()) as f64
        };
        2.0 * mean(a, b) - mean(a, a) - mean(b, b)
    }

    #[test]
    fn agrees_with_the_definition_in_double_precision() {
        let mut rng = Rng::stream(5, "test");
        for (n, m) in [(1, 1), (7, 3), (65, 130), (500, 333)] {
            let a: Vec<_> = (0..n).map(|_| rng.normal_pair().map(|x| x as f32)).collect();
            let b: Vec<_> = (0..m).map(|_| rng.normal_pair().map(|x| x as f32 + 1.0)).collect();
            let difference = energy_distance(&a, &b).unwrap() - plain(&a, &b);
            assert!(difference.abs() < 1e-6, "{n} x {m}: {difference}");
        }
    }

    #[test]
    fn identical_sets_are_at_distance_zero_and_exact_ones_at_the_published_floor() {
        let target = DistributionSpec::preset("five-modes").build("target").unwrap();
        let mut rng = Rng::stream(1, "test");
        let samples = target.sample(&mut rng, 2000);
        assert!(energy_distance(&samples, &samples).unwrap() < 1e-6);
        let pairs = 20;
        let mean = (0..pairs)
            .map(|_| {
                let [a, b] = [(); 2].map(|()| target.sample(&mut rng, 2000));
                energy_distance(&a, &b).unwrap()
            })
            .sum::<f64>()
            / f64::from(pairs);
        // E|X - X'| (1/n + 1/m) with E|X - X'| = 2.56; single pairs vary threefold.
        assert!((0.0018..0.0036).contains(&mean), "{mean}");
    }

    #[test]
    fn samples_of_one_distribution_rarely_exceed_the_noise() {
        let mut rng = Rng::stream(7, "test");
        for entry in &PRESETS {
            let target = entry.value.distribution();
            let sample = target.sample(&mut rng, 500);
            let reference = EnergyReference::new(&sample).unwrap();
            let noise = reference.noise(500).unwrap();
            let distances = (0..200).map(|_| {
                let [a, b] = [(); 2].map(|()| target.sample(&mut rng, 500));
                energy_distance(&a, &b).unwrap()
            });
            let above = distances.filter(|&distance| distance > noise).count();
            assert!(above <= 6, "{}: {above} of 200 above {noise}", entry.name);
            let far: Vec<_> = sample.iter().map(|&[x, y]| [x + 1.0, y]).collect();
            assert!(reference.distance(&far).unwrap() > noise, "{}: a shift is seen", entry.name);
        }
        let of = |count| EnergyReference::new(&vec![[0.0; 2]; count]);
        assert!(of(0).is_err() && of(1).unwrap().noise(5).is_err() && of(2).unwrap().noise(0).is_err());
    }

    #[test]
    fn nonsense_has_no_distance_and_far_is_far() {
        let near = [[0.0, 1.0], [1.0, 0.0]];
        assert!(energy_distance(&[], &near).is_err() && energy_distance(&near, &[]).is_err());
        assert!(energy_distance(&near, &[[f32::NAN, 0.0]]).is_err());
        for far in [1e18_f32, 1e20, 3e38] {
            let distance = energy_distance(&near, &[[far, 0.0], [-far, 0.0]]).unwrap();
            // Twice the mean distance of the two sets, less that within the far one.
            assert!((distance / f64::from(far) - 1.0).abs() < 1e-6, "{far}: {distance}");
        }
    }
}
