//! Elementary functions by polynomials: the same bits on every machine, four numbers at a time.
//!
//! The platform's own functions differ in the last bit between browsers and machines, and are
//! scalar. These reduce the argument by the method of Cody and Waite (1980) and evaluate the
//! single-precision polynomials of Moshier's Cephes library by Horner's rule. Each states its
//! range and its largest error, measured against double precision in the tests below. Outside
//! the range results saturate; NaN stays NaN.

use std::f32::consts::{FRAC_2_PI, FRAC_PI_4, LOG2_E};

use crate::simd::{F32x4, U32x4};

/// Adding 1.5 x 2^23 rounds a number below 2^22 to the nearest integer (ties to even) and leaves
/// that integer, in two's complement, in the low bits.
const ROUND: f32 = 12_582_912.0;

/// ln 2 in two parts; the first has 9 significant bits, so that its multiples are exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

/// pi / 2 in three parts, each but the last short enough for exact multiples up to 2^13.
const HALF_PI: [f32; 3] = [1.570_312_5, 4.837_513e-4, 7.549_79e-8];

/// The polynomial with these coefficients, highest power first.
#[inline(always)]
fn polynomial<const N: usize>(x: F32x4, coefficients: [f32; N]) -> F32x4 {
    let mut sum = F32x4::splat(coefficients[0]);
    for &coefficient in &coefficients[1..] {
        sum = sum.times_plus(x, F32x4::splat(coefficient));
    }
    sum
}

/// `x` in [0.7, 1.42] times 2 to the n, for n in [-125, 127] in the low bits of `rounded`.
#[inline(always)]
fn scale(x: F32x4, rounded: F32x4) -> F32x4 {
    F32x4::from_bits(x.to_bits() + rounded.to_bits().shift_left::<23>())
}

/// e to the x for x in [-86.6, 88] (x is clamped to it); relative error at most 1.2e-7.
#[inline(always)]
pub fn exp4(x: F32x4) -> F32x4 {
    let x = x.min(F32x4::splat(88.0)).max(F32x4::splat(-86.6));
    let rounded = x * F32x4::splat(LOG2_E) + F32x4::splat(ROUND);
    let n = rounded - F32x4::splat(ROUND);
    let r = x - n * F32x4::splat(LN_2[0]) - n * F32x4::splat(LN_2[1]);
    let tail =
        polynomial(r, [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5]);
    scale(tail * (r * r) + r + F32x4::splat(1.0), rounded)
}

/// (sin x, cos x) for x in [-8192, 8192] radians; absolute error at most 1e-7. Beyond that range
/// the error grows, but results stay within [-1, 1].
#[inline(always)]
pub fn sin_cos4(x: F32x4) -> (F32x4, F32x4) {
    let rounded = x * F32x4::splat(FRAC_2_PI) + F32x4::splat(ROUND);
    let n = rounded - F32x4::splat(ROUND);
    let mut r = x;
    for part in HALF_PI {
        r = r - n * F32x4::splat(part);
    }
    // Rounding may leave r a little above pi / 4, and anything at all far outside the range.
    let limit = FRAC_PI_4 + 1e-3;
    quarter_turns(rounded.to_bits(), r.min(F32x4::splat(limit)).max(F32x4::splat(-limit)))
}

/// (sin, cos) of `n` quarter turns (the two low bits count) plus r in [-pi/4, pi/4].
#[inline(always)]
fn quarter_turns(n: U32x4, r: F32x4) -> (F32x4, F32x4) {
    let square = r * r;
    let sin = polynomial(square, [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1]) * square * r + r;
    let cos = polynomial(square, [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2]) * (square * square)
        - square * F32x4::splat(0.5)
        + F32x4::splat(1.0);
    let (one, two) = (U32x4::splat(1), U32x4::splat(2));
    let odd = U32x4::splat(0) - (n & one);
    let flip = |value: F32x4, n: U32x4| F32x4::from_bits(value.to_bits() ^ (n & two).shift_left::<30>());
    (flip(odd.select(cos, sin), n), flip(odd.select(sin, cos), n + one))
}

/// e to the -x for a sigmoid, where the size of the error counts relative to 1 + e^-x: relative
/// error at most 2e-7 + 8e-8 |x|. Clamped to 2^-125 and 2^126.
#[inline(always)]
fn decay4(x: F32x4) -> F32x4 {
    let power = (x * F32x4::splat(-LOG2_E)).min(F32x4::splat(126.0)).max(F32x4::splat(-125.0));
    let rounded = power + F32x4::splat(ROUND);
    let rest = power - (rounded - F32x4::splat(ROUND));
    // Minimax for 2^x on [-1/2, 1/2], but for the last coefficient, which makes 2^0 = 1.
    let fraction =
        polynomial(rest, [1.327_647_2e-3, 9.675_541e-3, 5.550_713e-2, 2.402_212e-1, 6.931_469_4e-1, 1.0]);
    scale(fraction, rounded)
}

/// `SiLU` and its derivative: x s and s + x s (1 - s) with s = sigmoid(x) (Elfwing, Uchibe and
/// Doya 2018). Error of the value at most 3e-7 (1 + |x|), of the derivative 3e-7.
#[inline(always)]
pub fn silu4(x: F32x4) -> (F32x4, F32x4) {
    let one = F32x4::splat(1.0);
    let e = decay4(x);
    let s = one / (one + e);
    let value = x * s;
    // 1 - s would lose its digits for large x; e s is the same.
    (value, s + value * (e * s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exp(x: f32) -> f32 {
        exp4(F32x4::splat(x)).to_array()[0]
    }

    fn sin_cos(x: f32) -> [f32; 2] {
        let (sin, cos) = sin_cos4(F32x4::splat(x));
        [sin, cos].map(|x| x.to_array()[0])
    }

    fn silu(x: f32) -> [f32; 2] {
        let (value, slope) = silu4(F32x4::splat(x));
        [value, slope].map(|x| x.to_array()[0])
    }

    /// `count` numbers evenly from `low` to `high`; fewer under Miri, which is slow.
    fn grid(low: f64, high: f64) -> impl Iterator<Item = f32> {
        let count = if cfg!(miri) { 50 } else { 400_000 };
        (0..=count).map(move |i| (low + (high - low) * f64::from(i) / f64::from(count)) as f32)
    }

    fn worst(points: impl Iterator<Item = f32>, error: impl Fn(f32) -> f64) -> f64 {
        points.map(error).fold(0.0, f64::max)
    }

    fn relative(got: f32, exact: f64) -> f64 {
        ((f64::from(got) - exact) / exact).abs()
    }

    #[test]
    fn exp_is_as_accurate_as_stated() {
        let error = worst(grid(-86.6, 88.0), |x| relative(exp(x), libm::exp(x.into())));
        assert!(error <= 1.2e-7, "{error:e}");
        assert_eq!([exp(0.0), exp(-1e9)], [1.0, exp(-86.6)]);
        assert!(exp(1e9).is_finite() && exp(f32::NAN).is_nan());
    }

    #[test]
    fn sin_and_cos_are_as_accurate_as_stated() {
        for range in [3.2, 100.0, 8192.0] {
            let error = worst(grid(-range, range), |x| {
                let [sin, cos] = sin_cos(x);
                let (exact_sin, exact_cos) = libm::sincos(x.into());
                (f64::from(sin) - exact_sin).abs().max((f64::from(cos) - exact_cos).abs())
            });
            assert!(error <= 1e-7, "up to {range}: {error:e}");
        }
        for far in [1e5, -3e7, 1e20, f32::MAX] {
            let [sin, cos] = sin_cos(far);
            assert!(sin.abs() <= 1.0 && cos.abs() <= 1.0, "{far}: {sin} {cos}");
        }
        assert!(sin_cos(f32::NAN)[0].is_nan() && sin_cos(f32::INFINITY)[1].is_nan());
    }

    #[test]
    fn silu_is_as_accurate_as_stated() {
        let error = worst(grid(-80.0, 80.0), |x| {
            let ([value, slope], x) = (silu(x), f64::from(x));
            let s = 1.0 / (1.0 + libm::exp(-x));
            let slope_error = (f64::from(slope) - s * (1.0 + x * (1.0 - s))).abs();
            ((f64::from(value) - x * s).abs() / (1.0 + x.abs())).max(slope_error)
        });
        assert!(error <= 3e-7, "{error:e}");
        assert!(silu(f32::NAN).iter().all(|x| x.is_nan()));
        assert_eq!([silu(0.0), silu(1e9)], [[0.0, 0.5], [1e9, 1.0]]);
    }

    #[test]
    fn lanes_do_not_mix() {
        let x = [-3.25_f32, 0.7, 12.0, 1e-3];
        let exps = exp4(F32x4::from_array(x)).to_array();
        let sines = sin_cos4(F32x4::from_array(x)).0.to_array();
        for lane in 0..4 {
            assert_eq!(exps[lane].to_bits(), exp(x[lane]).to_bits());
            assert_eq!(sines[lane].to_bits(), sin_cos(x[lane])[0].to_bits());
        }
    }
}
