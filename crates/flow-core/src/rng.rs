//! Random numbers: one seed, many named and independent streams.
//!
//! Every use of chance has a stream of its own (`weights`, `batches`, `particles` …), so that
//! drawing more of one thing never changes another. All numbers are the same bits on every
//! machine.

use flow_kernels::normal_pair;
use rand_core::{Rng as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

use crate::fingerprint::fnv_1a;

/// A stream of random numbers whose state can be saved and restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rng {
    generator: Xoshiro256PlusPlus,
}

impl Rng {
    /// The stream called `name` of the experiment's `seed`.
    ///
    /// ```
    /// use flow_core::Rng;
    /// let (mut a, mut b) = (Rng::stream(7, "weights"), Rng::stream(7, "weights"));
    /// assert_eq!(a.uniform(), b.uniform());
    /// assert_ne!(a.uniform(), Rng::stream(7, "batches").uniform());
    /// ```
    pub fn stream(seed: u64, name: &str) -> Self {
        // FNV-1a spreads the name over 64 bits; the generator's own seeding (SplitMix64) does the rest.
        let hash = fnv_1a(name.bytes());
        Self { generator: Xoshiro256PlusPlus::seed_from_u64(seed ^ hash.rotate_left(32)) }
    }

    /// Sixty-four random bits.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// A number uniform on [0, 1), a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// A number uniform on 0..`count`; `count` must be at least 1.
    pub fn below(&mut self, count: usize) -> usize {
        debug_assert!(count > 0, "nothing to choose from");
        // Multiply-shift: the bias is below count / 2^64.
        ((u128::from(self.bits()) * count as u128) >> 64) as usize
    }

    /// The numbers 0..`count` in random order (Fisher and Yates 1938; Durstenfeld 1964, *Commun. ACM* 7:420).
    pub fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }

    /// Two independent standard normal numbers (Box and Muller 1958).
    pub fn normal_pair(&mut self) -> [f64; 2] {
        normal_pair([self.uniform(), self.uniform()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_and_normal_have_their_moments() {
        let mut rng = Rng::stream(1, "test");
        let count = 100_000;
        let mean = (0..count).map(|_| rng.uniform()).sum::<f64>() / f64::from(count);
        assert!((mean - 0.5).abs() < 0.005, "mean {mean}");
        let normals: Vec<f64> = (0..count / 2).flat_map(|_| rng.normal_pair()).collect();
        let moment = |power: i32| normals.iter().map(|x| x.powi(power)).sum::<f64>() / normals.len() as f64;
        assert!(moment(1).abs() < 0.015, "first moment {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.02, "second moment {}", moment(2));
        assert!((moment(4) - 3.0).abs() < 0.15, "fourth moment {}", moment(4));
    }

    #[test]
    fn below_reaches_every_value_and_no_other() {
        let mut rng = Rng::stream(1, "test");
        let mut counts = [0_u32; 7];
        (0..7_000).for_each(|_| counts[rng.below(7)] += 1);
        assert!(counts.iter().all(|&count| (850..1150).contains(&count)), "{counts:?}");
    }

    #[test]
    fn every_order_is_as_likely_as_any_other() {
        let mut rng = Rng::stream(1, "test");
        let mut counts = [0_u32; 27];
        for _ in 0..6_000 {
            let order = rng.order(3);
            counts[order[0] * 9 + order[1] * 3 + order[2]] += 1;
        }
        let seen: Vec<u32> = counts.into_iter().filter(|&count| count > 0).collect();
        assert_eq!(seen.len(), 6);
        assert!(seen.iter().all(|count| (880..1120).contains(count)), "{seen:?}");
    }

    #[test]
    fn the_bits_never_change() {
        // A permalink promises the same picture for years: a new generator would break it.
        let mut rng = Rng::stream(1, "particles");
        let drawn = [rng.bits(), rng.bits()];
        assert_eq!(drawn, [6_131_837_275_025_207_272, 11_828_860_597_836_409_279]);
    }
}
