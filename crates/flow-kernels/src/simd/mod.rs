//! Four numbers at a time, with the same bits on every machine.
//!
//! [`F32x4`] and [`U32x4`] are WebAssembly's 128-bit vectors where the target has them and plain
//! arrays elsewhere (which compilers turn into the machine's own vectors). Every operation is one
//! correctly rounded IEEE 754 operation per lane; there is no fused multiply-add and no reduction
//! with an unstated order, so both forms agree to the bit. A build of the page with `relaxed-simd`
//! gives that up for speed: `cargo xtask bench --relaxed-simd` measures what it would bring.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[path = "wasm.rs"]
mod lanes;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[path = "portable.rs"]
mod lanes;

pub use lanes::{F32x4, U32x4};

impl F32x4 {
    /// Four zeros.
    pub const ZERO: Self = Self::from_array([0.0; 4]);

    /// `self` times `factor` plus `addend`: two operations, each correctly rounded.
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    pub fn times_plus(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }

    /// The sum of the lanes, in the order (0 + 1) + (2 + 3).
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d] = self.to_array();
        (a + b) + (c + d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f32; 4] = [1.5, -0.0, f32::INFINITY, 1e-40];
    const B: [f32; 4] = [-2.25, 3.0, 0.1, 2e-40];

    #[test]
    fn arithmetic_is_the_scalar_arithmetic() {
        let check = |vector: F32x4, scalar: fn(f32, f32) -> f32| {
            for lane in 0..4 {
                let expected = scalar(A[lane], B[lane]);
                assert_eq!(vector.to_array()[lane].to_bits(), expected.to_bits(), "lane {lane}");
            }
        };
        let (a, b) = (F32x4::from_array(A), F32x4::from_array(B));
        check(a + b, |a, b| a + b);
        check(a - b, |a, b| a - b);
        check(a * b, |a, b| a * b);
        check(a / b, |a, b| a / b);
        check(a.min(b), |a, b| if b < a { b } else { a });
        check(a.max(b), |a, b| if a < b { b } else { a });
        check(b.max(F32x4::ZERO).sqrt(), |_, b| b.max(0.0).sqrt());
    }

    #[test]
    fn min_and_max_keep_a_nan_on_the_left() {
        let (nan, one) = (F32x4::splat(f32::NAN), F32x4::splat(1.0));
        assert!(nan.min(one).to_array()[0].is_nan() && nan.max(one).to_array()[0].is_nan());
    }

    #[test]
    fn bits_move_both_ways() {
        let bits = F32x4::from_array(A).to_bits();
        assert_eq!(bits.to_array(), A.map(f32::to_bits));
        assert_eq!(F32x4::from_bits(bits).to_array().map(f32::to_bits), A.map(f32::to_bits));
        assert_eq!(U32x4::splat(5).shift_left::<30>().to_array(), [0x4000_0000; 4]);
        let mask = U32x4::from_array([u32::MAX, 0, u32::MAX, 0]);
        let chosen = mask.select(F32x4::splat(1.0), F32x4::splat(2.0));
        assert_eq!(chosen.to_array(), [1.0, 2.0, 1.0, 2.0]);
    }

    #[test]
    fn the_sum_has_its_order() {
        // (1e8 - 1e8) + (1 + 1); any other order loses the ones.
        assert_eq!(F32x4::from_array([1e8, -1e8, 1.0, 1.0]).sum().to_bits(), 2.0_f32.to_bits());
    }
}
