//! Preconditioning: what the network is told, and what it is asked for.
//!
//! A network that must learn the whole velocity spends most of its effort on the part that two
//! moments already give away. So the pair (x0, x1) is modelled as jointly Gaussian, the Gaussian
//! answer is computed in closed form, and the network learns only the rest, scaled to unit size.
//! This is the idea of Karras et al. 2022 (arXiv 2206.00364, section 5) carried over to velocities,
//! to every schedule, and to couplings.

use flow_kernels::Conditioning;

use crate::{Error, Result, Schedule, distribution::Distribution, schedule::Coefficients};

/// The Gaussian model of a coupled pair: `x0` has mean n and standard deviation p, `x1` mean m and
/// standard deviation q (each scalar, the same on both axes), and their correlation is 0 for an
/// independent coupling and 1 for one that keeps neighbours together (optimal transport, reflow).
///
/// With `x = a x1 + s x0`, `xc = x - a m - s n` and `V = a² q² + s² p² + 2 rho a s q p` the model says
///
/// - `E[x1 | x] - m = (a q² + rho s q p) / V xc`,
/// - `E[a' x1 + s' x0 | x] = a' m + s' n + skip xc` with
///   `skip = (a a' q² + s s' p² + rho q p (a' s + a s')) / V`,
///
/// and what it leaves open has the size `gain = q p (a' s - a s') / sqrt(V)` for rho = 0. For
/// rho = 1 the model leaves nothing open, and the data's own scale q takes that place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preconditioning {
    schedule: Schedule,
    source: Moments,
    target: Moments,
    coupled: bool,
}

/// Mean and scalar standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moments {
    mean: [f64; 2],
    deviation: f64,
}

impl Moments {
    fn of(distribution: &dyn Distribution) -> Self {
        // A single point has no spread; any positive length serves as its unit.
        let deviation = distribution.standard_deviation();
        Self { mean: distribution.mean(), deviation: if deviation > 1e-6 { deviation } else { 1.0 } }
    }
}

impl Preconditioning {
    /// The model for paths of `schedule` from `source` to `target`; `coupled` says whether the
    /// correlation is 1 or 0.
    pub fn new(
        schedule: Schedule,
        source: &dyn Distribution,
        target: &dyn Distribution,
        coupled: bool,
    ) -> Self {
        Self { schedule, source: Moments::of(source), target: Moments::of(target), coupled }
    }

    /// The schedule.
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// Mean and scalar standard deviation of the source, then of the target.
    pub fn moments(&self) -> [([f64; 2], f64); 2] {
        [self.source, self.target].map(|moments| (moments.mean, moments.deviation))
    }

    /// Whether noise and data are taken as fully correlated, or else as independent.
    pub fn is_coupled(&self) -> bool {
        self.coupled
    }

    /// The inputs and outputs of the network at time `t` in [0, 1].
    ///
    /// # Errors
    /// [`Error::Invalid`] when `t` lies outside [0, 1].
    pub(crate) fn at(&self, t: f64) -> Result<Conditioning> {
        if !(0.0..=1.0).contains(&t) {
            return Err(Error::invalid("t", t, "from 0 to 1"));
        }
        let t = self.schedule.finite_time(t);
        Ok(self.given(t, self.schedule.at(t)))
    }

    /// As [`at`](Self::at) for a time of which the schedule's values `c` are known.
    pub(crate) fn given(&self, t: f64, c: Coefficients) -> Conditioning {
        let ((m, q), (n, p)) =
            ((self.target.mean, self.target.deviation), (self.source.mean, self.source.deviation));
        // Spelled out, here and wherever a batch is made: built for size, `map` is a call for each element.
        let axes = |data: f64, noise: f64| {
            [(data * m[0] + noise * n[0]) as f32, (data * m[1] + noise * n[1]) as f32]
        };
        let (denoise, skip, gain) = if self.coupled {
            let spread = c.alpha * q + c.sigma * p;
            (q / spread, (c.d_alpha * q + c.d_sigma * p) / spread, q)
        } else {
            let variance = c.alpha * c.alpha * q * q + c.sigma * c.sigma * p * p;
            (
                c.alpha * q * q / variance,
                (c.alpha * c.d_alpha * q * q + c.sigma_d_sigma * p * p) / variance,
                q * p * (c.d_alpha * c.sigma - c.alpha * c.d_sigma) / variance.sqrt(),
            )
        };
        Conditioning {
            center: axes(c.alpha, c.sigma),
            inverse_scale: (1.0 / q) as f32,
            denoise: denoise as f32,
            time: (2.0 * t - 1.0) as f32,
            drift: axes(c.d_alpha, c.d_sigma),
            skip: skip as f32,
            gain: gain as f32,
            label: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rng, distribution::DistributionSpec};

    fn gaussian(mean: [f64; 2], deviation: f64) -> DistributionSpec {
        let variance = deviation * deviation;
        let covs = vec![[[variance, 0.0], [0.0, variance]]];
        DistributionSpec::GaussianMixture { weights: vec![1.0], means: vec![mean], covs }
    }

    #[test]
    fn the_model_is_the_regression_on_gaussian_pairs() {
        let (n, p, m, q) = ([1.0, -2.0], 0.7, [3.0, 0.5], 1.9);
        let [source, target] = [gaussian(n, p), gaussian(m, q)].map(|spec| spec.build("spec").unwrap());
        let mut rng = Rng::stream(1, "test");
        for schedule in [Schedule::CondOt, Schedule::Cosine] {
            for (coupled, t) in [(false, 0.3), (true, 0.3), (false, 0.8), (true, 0.8)] {
                let c = schedule.at(t);
                let got = Preconditioning::new(schedule, &*source, &*target, coupled).at(t).unwrap();
                // Sums over centred draws of xc², xc (x1 - m), xc v and v².
                let (mut xx, mut xy, mut xv, mut vv) = (0.0, 0.0, 0.0, 0.0);
                let count = 200_000;
                for _ in 0..count {
                    let [a, b] = rng.normal_pair();
                    let (noise, data) = (p * a, q * if coupled { a } else { b });
                    let x = c.alpha * data + c.sigma * noise;
                    let v = c.d_alpha * data + c.d_sigma * noise;
                    (xx, xy, xv, vv) = (xx + x * x, xy + x * data, xv + x * v, vv + v * v);
                }
                let close = |got: f32, expected: f64| (f64::from(got) - expected).abs() < 0.02;
                assert!(close(got.denoise, xy / xx), "{schedule:?} {coupled} {t}: denoise {}", got.denoise);
                assert!(close(got.skip, xv / xx), "{schedule:?} {coupled} {t}: skip {}", got.skip);
                let open = if coupled { q } else { ((vv - xv * xv / xx) / f64::from(count)).sqrt() };
                assert!(close(got.gain, open), "{schedule:?} {coupled} {t}: gain {}", got.gain);
                for axis in 0..2 {
                    let center = c.alpha * m[axis] + c.sigma * n[axis];
                    assert!((f64::from(got.center[axis]) - center).abs() < 1e-6);
                    let drift = c.d_alpha * m[axis] + c.d_sigma * n[axis];
                    assert!((f64::from(got.drift[axis]) - drift).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn every_time_gives_finite_numbers() {
        let [source, target] =
            [gaussian([0.0; 2], 1.0), gaussian([1.0; 2], 2.0)].map(|s| s.build("s").unwrap());
        for entry in Schedule::ENTRIES {
            for coupled in [false, true] {
                let preconditioning = Preconditioning::new(entry.value, &*source, &*target, coupled);
                for t in [0.0, 1e-9, 0.5, 1.0 - 1e-9, 1.0] {
                    let c = preconditioning.at(t).unwrap();
                    let numbers = [c.denoise, c.skip, c.gain, c.time, c.center[0], c.drift[0]];
                    assert!(numbers.iter().all(|x| x.is_finite()), "{} at {t}: {c:?}", entry.name);
                }
            }
        }
    }

    #[test]
    fn times_outside_the_path_are_refused() {
        let source = gaussian([0.0; 2], 1.0).build("source").unwrap();
        let preconditioning = Preconditioning::new(Schedule::CondOt, &*source, &*source, false);
        for t in [-0.1, 1.1, f64::NAN] {
            assert!(preconditioning.at(t).unwrap_err().to_string().starts_with("t is "));
        }
    }
}
