//! Normal random numbers by the transform of Box and Muller (1958), without branches.
//!
//! The logarithm, the sine and the cosine are those of FreeBSD's msun (and so of the crate `libm`),
//! step by step and to the last bit, but only for the arguments that occur here. Random arguments
//! make a processor guess wrong at every second branch, which costs more than the arithmetic.

use std::f64::consts::TAU;

/// The two standard normal numbers that two numbers uniform on [0, 1) stand for.
pub fn normal_pair(uniform: [f64; 2]) -> [f64; 2] {
    let mut normal = [[0.0; 2]];
    normal_pairs(&[uniform], &mut normal);
    normal[0]
}

/// [`normal_pair`] of each of these pairs.
///
/// # Panics
/// If the slices differ in length.
#[inline(never)]
pub fn normal_pairs(uniform: &[[f64; 2]], normal: &mut [[f64; 2]]) {
    assert_eq!(uniform.len(), normal.len(), "a pair for every pair");
    let mut any_near = false;
    for (&uniform, normal) in uniform.iter().zip(&mut *normal) {
        let near;
        (*normal, near) = transform(uniform, |_, reduced| reduced);
        any_near |= near;
    }
    // Once in some hundred batches.
    if any_near {
        for (&uniform, normal) in uniform.iter().zip(normal) {
            *normal = transform(uniform, reduced_near_axis).0;
        }
    }
}

/// The transform, and whether the argument of the sine is so near to an axis that the `reduce`d one
/// needs more care.
#[inline(always)]
fn transform([u, v]: [f64; 2], reduce: impl Fn([f64; 2], [f64; 2]) -> [f64; 2]) -> ([f64; 2], bool) {
    // 1 - u lies in (0, 1], where the logarithm is finite.
    let radius = (-2.0 * ln(1.0 - u)).sqrt();
    let ([sin, cos], near) = sin_cos(TAU * v, reduce);
    ([radius * cos, radius * sin], near)
}

/// The sum of these coefficients times the powers of x from 0 on, by Horner's rule.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let mut sum = coefficients[N - 1];
    for &coefficient in coefficients[..N - 1].iter().rev() {
        sum = coefficient + x * sum;
    }
    sum
}

/// The natural logarithm of a normal number above 0.
#[inline(always)]
fn ln(x: f64) -> f64 {
    /// 1, and the root of 1/2, in their upper halves.
    const ONE: u64 = 0x3ff0_0000 << 32;
    const ROOT_HALF: u64 = 0x3fe6_a09e << 32;
    /// ln 2 in two parts.
    const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];

    // x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)].
    let bits = x.to_bits() + (ONE - ROOT_HALF);
    // The exponent as the last bits of a number above 2^52.
    let k = f64::from_bits((bits >> 52) | (0x433 << 52)) - (4_503_599_627_370_496.0 + 1023.0);
    let f = f64::from_bits((bits & ((1 << 52) - 1)) + ROOT_HALF) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd =
        polynomial(w, [3.999_999_999_940_942e-1, 2.222_219_843_214_978_4e-1, 1.531_383_769_920_937_3e-1]);
    let even = polynomial(
        w,
        [
            6.666_666_666_666_735e-1,
            2.857_142_874_366_239e-1,
            1.818_357_216_161_805e-1,
            1.479_819_860_511_658_6e-1,
        ],
    );
    let r = z * even + w * odd;
    s * (half_square + r) + k * LN_2[1] - half_square + f + k * LN_2[0]
}

/// The first 33 bits of pi/2, the next 33, and the next; and what each leaves of pi/2.
const HALF_PI: [f64; 3] = [1.570_796_326_734_125_6, 6.077_100_506_303_966e-11, 2.022_266_248_711_166_5e-21];
const REST: [f64; 3] = [6.077_100_506_506_192e-11, 2.022_266_248_795_950_6e-21, 8.478_427_660_368_9e-32];

/// Coefficients of the sine of a small argument, by the powers of its square.
const SIN: [f64; 6] = [
    -1.666_666_666_666_663_2e-1,
    8.333_333_333_322_49e-3,
    -1.984_126_982_985_795e-4,
    2.755_731_370_707_006_8e-6,
    -2.505_076_025_340_686_3e-8,
    1.589_690_995_211_55e-10,
];

/// Coefficients of the cosine of a small argument, by the powers of its square.
const COS: [f64; 6] = [
    4.166_666_666_666_66e-2,
    -1.388_888_888_887_411e-3,
    2.480_158_728_947_673e-5,
    -2.755_731_435_139_066_3e-7,
    2.087_572_321_298_175e-9,
    -1.135_964_755_778_819_5e-11,
];

/// Where the second to fifth quarter turn begin, at about pi/4, 3 pi/4, 5 pi/4 and 7 pi/4.
const BOUNDS: [f64; 4] = [
    f64::from_bits(0x3fe9_21fc << 32),
    f64::from_bits(0x4002_d97d << 32),
    f64::from_bits(0x400f_6a7b << 32),
    f64::from_bits(0x4015_fdbd << 32),
];

/// The sine and the cosine of x in [0, 2 pi]; then as [`transform`], where `reduce` is given x and
/// the quarter turns next to it, and what is left of x.
#[inline(always)]
fn sin_cos(x: f64, reduce: impl Fn([f64; 2], [f64; 2]) -> [f64; 2]) -> ([f64; 2], bool) {
    // x = n pi/2 + y[0] + y[1].
    let n = BOUNDS.iter().fold(0.0, |n, &bound| n + if x >= bound { 1.0 } else { 0.0 });
    let (r, w) = (x - n * HALF_PI[0], n * REST[0]);
    let y = [r - w, (r - (r - w)) - w];
    let near = y[0].abs() < 1e-5;
    let y = reduce([x, n], y);

    let z = y[0] * y[0];
    let w = z * z;
    let v = z * y[0];
    let r = SIN[1] + z * (SIN[2] + z * SIN[3]) + z * w * (SIN[4] + z * SIN[5]);
    let plain = y[0] + v * (SIN[0] + z * r);
    let exact = y[0] - ((z * (0.5 * y[1] - v * r) - y[1]) - v * SIN[0]);
    let sin = if x < BOUNDS[0] { plain } else { exact };

    let r = z * (COS[0] + z * (COS[1] + z * COS[2])) + w * w * (COS[3] + z * (COS[4] + z * COS[5]));
    let half = 0.5 * z;
    let w = 1.0 - half;
    let cos = w + (((1.0 - w) - half) + (z * r - y[0] * y[1]));

    // The second and third quarter turn change the sine's sign, the first and second the cosine's.
    let between = |low: usize, high: usize| x >= BOUNDS[low] && x < BOUNDS[high];
    let is_odd = between(0, 1) | between(2, 3);
    let [sin, cos] = [if is_odd { cos } else { sin }, if is_odd { sin } else { cos }];
    ([if between(1, 3) { -sin } else { sin }, if between(0, 2) { -cos } else { cos }], near)
}

/// What is left of `x` after `n` quarter turns, where so many digits may cancel that the usual `y`
/// will not do.
#[cold]
#[inline(never)]
fn reduced_near_axis([x, n]: [f64; 2], mut y: [f64; 2]) -> [f64; 2] {
    let upper = x.to_bits() >> 32;
    if ![0x3ff9_21fb, 0x4009_21fb, 0x4012_d97c, 0x4019_21fb].contains(&upper) {
        return y;
    }
    let exponent = |x: f64| (x.to_bits() >> 52) & 0x7ff;
    let mut r = x - n * HALF_PI[0];
    for (round, lost) in [(1, 16), (2, 49)] {
        if exponent(x) <= exponent(y[0]) + lost {
            break;
        }
        let before = r;
        let w = n * HALF_PI[round];
        r = before - w;
        let w = n * REST[round] - ((before - r) - w);
        y = [r - w, (r - (r - w)) - w];
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers on [0, 1), multiples of 2^-53: random ones, and those next to every eighth of the way.
    fn numbers() -> impl Iterator<Item = f64> {
        let mut state = 1_u64;
        let random = (0..if cfg!(miri) { 100 } else { 1_000_000 }).map(move |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 * f64::EPSILON / 2.0
        });
        let near = (0..=8).flat_map(|eighth| {
            let spread = (0..52).flat_map(|power| [1.0, 1.37, 1.9].map(|x| x * 2.0_f64.powi(-power)));
            spread.chain([0.0]).flat_map(move |by| [-by, by]).map(move |by| f64::from(eighth) / 8.0 + by)
        });
        random
            .chain(near)
            .map(|x| (x * 2.0_f64.powi(53)).floor() / 2.0_f64.powi(53))
            .filter(|x| (0.0..1.0).contains(x))
    }

    fn check_sin_cos(x: f64) {
        let ([mut sin, mut cos], near) = sin_cos(x, |_, reduced| reduced);
        if near {
            [sin, cos] = sin_cos(x, reduced_near_axis).0;
        }
        let (exact_sin, exact_cos) = libm::sincos(x);
        assert_eq!([sin, cos].map(f64::to_bits), [exact_sin, exact_cos].map(f64::to_bits), "{x:e}");
    }

    #[test]
    fn the_bits_are_those_of_libm() {
        for x in numbers() {
            assert_eq!(ln(1.0 - x).to_bits(), libm::log(1.0 - x).to_bits(), "{x:e}");
            check_sin_cos(TAU * x);
        }
    }

    #[test]
    fn the_bits_are_those_of_libm_next_to_the_bounds() {
        let axes = [0x3ff9_21fb_u64, 0x4009_21fb, 0x4012_d97c, 0x4019_21fb];
        for bound in BOUNDS.map(|bound| bound.to_bits() >> 32).into_iter().chain(axes) {
            for low in [0, 1, 0x5444_2d18, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
                for upper in bound - 1..=bound {
                    check_sin_cos(f64::from_bits((upper << 32) | low));
                }
            }
        }
    }

    #[test]
    fn a_pair_is_the_same_alone_and_among_others() {
        let uniform: Vec<[f64; 2]> = numbers().zip(numbers().skip(3)).map(|(u, v)| [u, v]).collect();
        for uniform in uniform.chunks(255) {
            let mut normal = vec![[0.0; 2]; uniform.len()];
            normal_pairs(uniform, &mut normal);
            for (&[u, v], normal) in uniform.iter().zip(normal) {
                let radius = (-2.0 * libm::log(1.0 - u)).sqrt();
                let (sin, cos) = libm::sincos(TAU * v);
                assert_eq!(normal.map(f64::to_bits), [radius * cos, radius * sin].map(f64::to_bits));
                assert_eq!(normal.map(f64::to_bits), normal_pair([u, v]).map(f64::to_bits));
            }
        }
    }
}
