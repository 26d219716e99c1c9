//! Vectors as WebAssembly's 128-bit vectors.

use std::arch::wasm32::{
    f32x4, f32x4_add, f32x4_div, f32x4_mul, f32x4_pmax, f32x4_pmin, f32x4_splat, f32x4_sqrt, f32x4_sub,
    u32x4, u32x4_add, u32x4_shl, u32x4_splat, u32x4_sub, v128, v128_and, v128_bitselect, v128_xor,
};
use std::ops::{Add, BitAnd, BitXor, Div, Mul, Sub};

/// Four `f32`.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct F32x4(v128);

/// Four `u32`; arithmetic wraps.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct U32x4(v128);

impl F32x4 {
    /// The four lanes.
    #[inline(always)]
    pub const fn from_array([a, b, c, d]: [f32; 4]) -> Self {
        Self(f32x4(a, b, c, d))
    }

    /// The four lanes.
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        // SAFETY: both types are sixteen bytes, and any bits are a valid [f32; 4].
        unsafe { std::mem::transmute(self.0) }
    }

    /// One number in every lane.
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        Self(f32x4_splat(x))
    }

    /// The square root, correctly rounded.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(f32x4_sqrt(self.0))
    }

    /// `other` where it is less than `self`, else `self` (also where either is NaN).
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        Self(f32x4_pmin(self.0, other.0))
    }

    /// `other` where `self` is less than it, else `self` (also where either is NaN).
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, other.0))
    }

    /// The IEEE 754 bits of each lane.
    #[inline(always)]
    pub fn to_bits(self) -> U32x4 {
        U32x4(self.0)
    }

    /// The numbers with these IEEE 754 bits.
    #[inline(always)]
    pub fn from_bits(bits: U32x4) -> Self {
        Self(bits.0)
    }
}

#[cfg(target_feature = "relaxed-simd")]
impl F32x4 {
    /// `self` times `factor` plus `addend`, rounded once or twice as the processor likes.
    #[inline(always)]
    pub fn times_plus(self, factor: Self, addend: Self) -> Self {
        Self(std::arch::wasm32::f32x4_relaxed_madd(self.0, factor.0, addend.0))
    }
}

macro_rules! lanewise {
    ($vector:ident, $trait:ident, $method:ident, $intrinsic:ident) => {
        impl $trait for $vector {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self($intrinsic(self.0, other.0))
            }
        }
    };
}
lanewise!(F32x4, Add, add, f32x4_add);
lanewise!(F32x4, Sub, sub, f32x4_sub);
lanewise!(F32x4, Mul, mul, f32x4_mul);
lanewise!(F32x4, Div, div, f32x4_div);
lanewise!(U32x4, Add, add, u32x4_add);
lanewise!(U32x4, Sub, sub, u32x4_sub);
lanewise!(U32x4, BitAnd, bitand, v128_and);
lanewise!(U32x4, BitXor, bitxor, v128_xor);

impl U32x4 {
    /// The four lanes.
    #[inline(always)]
    pub const fn from_array([a, b, c, d]: [u32; 4]) -> Self {
        Self(u32x4(a, b, c, d))
    }

    /// The four lanes.
    #[inline(always)]
    pub fn to_array(self) -> [u32; 4] {
        // SAFETY: both types are sixteen bytes, and any bits are a valid [u32; 4].
        unsafe { std::mem::transmute(self.0) }
    }

    /// One number in every lane.
    #[inline(always)]
    pub fn splat(x: u32) -> Self {
        Self(u32x4_splat(x))
    }

    /// Each lane shifted left by `N` < 32.
    #[inline(always)]
    pub fn shift_left<const N: u32>(self) -> Self {
        Self(u32x4_shl(self.0, N))
    }

    /// Where a mask's bits are set those of `yes`, elsewhere those of `no`.
    #[inline(always)]
    pub fn select(self, yes: F32x4, no: F32x4) -> F32x4 {
        F32x4(v128_bitselect(yes.0, no.0, self.0))
    }
}
