//! Normal random numbers from random bits (Box and Muller 1958), four pairs at a time.

use crate::math::{ln4, sin_cos_turns4};
use crate::simd::{F32x4, U32x4};

/// Writes two independent standard normal numbers for each 64 random bits.
///
/// The radius has 24 bits, so that no number is larger than 5.77; the angle has 24 too.
///
/// # Panics
/// If `out` is not twice as long as `bits`.
#[inline(never)]
pub fn fill_normal(bits: &[u64], out: &mut [f32]) {
    assert_eq!(out.len(), 2 * bits.len(), "two numbers for every 64 bits");
    for (bits, out) in bits.chunks(4).zip(out.chunks_mut(8)) {
        let lanes =
            |shift: u32| [0, 1, 2, 3].map(|i| (bits.get(i).copied().unwrap_or(0) >> shift) as u32 >> 8);
        // (0, 1] for the radius, where the logarithm is finite, and [0, 1) for the angle.
        let radius = (U32x4::from_array(lanes(32)) + U32x4::splat(1)).signed_to_f32() * F32x4::splat(UNIT);
        let turns = U32x4::from_array(lanes(0)).signed_to_f32() * F32x4::splat(UNIT);
        let radius = (F32x4::splat(-2.0) * ln4(radius)).sqrt();
        let (sin, cos) = sin_cos_turns4(turns);
        let (a, b) = ((radius * cos).to_array(), (radius * sin).to_array());
        for (i, pair) in out.chunks_exact_mut(2).enumerate() {
            pair.copy_from_slice(&[a[i], b[i]]);
        }
    }
}

/// 2^-24.
const UNIT: f32 = 1.0 / (1 << 24) as f32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_follow_the_formula() {
        let bits = [0, u64::MAX, 0x8000_0000_4000_0000, 0x1234_5678_9abc_def0, 0xfedc_ba98_7654_3210];
        let mut out = [0.0; 10];
        fill_normal(&bits, &mut out);
        for (bits, pair) in bits.iter().zip(out.as_chunks::<2>().0) {
            let u = ((bits >> 40) as f64 + 1.0) / f64::from(1 << 24);
            let angle = std::f64::consts::TAU * f64::from((*bits as u32) >> 8) / f64::from(1 << 24);
            let radius = (-2.0 * libm::log(u)).sqrt();
            for (got, exact) in pair.iter().zip([radius * libm::cos(angle), radius * libm::sin(angle)]) {
                assert!((f64::from(*got) - exact).abs() < 1e-6, "{got} instead of {exact}");
            }
        }
    }

    #[test]
    fn numbers_have_normal_moments() {
        let count = if cfg!(miri) { return } else { 100_000_u64 };
        // Any full-period generator does for moments.
        let bits: Vec<u64> = (0..count)
            .scan(1_u64, |state, _| {
                *state =
                    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                Some(*state ^ (*state >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd))
            })
            .collect();
        let mut out = vec![0.0; 2 * bits.len()];
        fill_normal(&bits, &mut out);
        let moment = |n: i32| out.iter().map(|&x| f64::from(x).powi(n)).sum::<f64>() / out.len() as f64;
        assert!(moment(1).abs() < 0.01, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.015, "{}", moment(2));
        assert!((moment(4) - 3.0).abs() < 0.1, "{}", moment(4));
    }
}
