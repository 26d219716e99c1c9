//! Vectors as arrays, for every target without WebAssembly's vectors.

use std::ops::{Add, BitAnd, BitXor, Div, Mul, Sub};

/// A vector computed lane by lane. Spelled out, as a closure may end up as a call in a loop that
/// has time for none.
macro_rules! lanes {
    ($vector:ident, |$($lane:ident),+| $result:expr, $($operand:expr),+) => {
        $vector([
            { let ($($lane,)+) = ($($operand.0[0],)+); $result },
            { let ($($lane,)+) = ($($operand.0[1],)+); $result },
            { let ($($lane,)+) = ($($operand.0[2],)+); $result },
            { let ($($lane,)+) = ($($operand.0[3],)+); $result },
        ])
    };
}

/// Four `f32`.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub struct F32x4([f32; 4]);

/// Four `u32`; arithmetic wraps.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub struct U32x4([u32; 4]);

impl F32x4 {
    /// The four lanes.
    #[inline(always)]
    pub const fn from_array(lanes: [f32; 4]) -> Self {
        Self(lanes)
    }

    /// The four lanes.
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        self.0
    }

    /// One number in every lane.
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        Self([x; 4])
    }

    /// The square root, correctly rounded.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        lanes!(Self, |x| x.sqrt(), self)
    }

    /// `other` where it is less than `self`, else `self` (also where either is NaN).
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        lanes!(Self, |a, b| if b < a { b } else { a }, self, other)
    }

    /// `other` where `self` is less than it, else `self` (also where either is NaN).
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        lanes!(Self, |a, b| if a < b { b } else { a }, self, other)
    }

    /// The IEEE 754 bits of each lane.
    #[inline(always)]
    pub fn to_bits(self) -> U32x4 {
        lanes!(U32x4, |x| x.to_bits(), self)
    }

    /// The numbers with these IEEE 754 bits.
    #[inline(always)]
    pub fn from_bits(bits: U32x4) -> Self {
        lanes!(Self, |x| f32::from_bits(x), bits)
    }
}

macro_rules! lanewise {
    ($vector:ident, $trait:ident, $method:ident, |$a:ident, $b:ident| $result:expr) => {
        impl $trait for $vector {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                lanes!(Self, |$a, $b| $result, self, other)
            }
        }
    };
}
lanewise!(F32x4, Add, add, |a, b| a + b);
lanewise!(F32x4, Sub, sub, |a, b| a - b);
lanewise!(F32x4, Mul, mul, |a, b| a * b);
lanewise!(F32x4, Div, div, |a, b| a / b);
lanewise!(U32x4, Add, add, |a, b| a.wrapping_add(b));
lanewise!(U32x4, Sub, sub, |a, b| a.wrapping_sub(b));
lanewise!(U32x4, BitAnd, bitand, |a, b| a & b);
lanewise!(U32x4, BitXor, bitxor, |a, b| a ^ b);

impl U32x4 {
    /// The four lanes.
    #[inline(always)]
    pub const fn from_array(lanes: [u32; 4]) -> Self {
        Self(lanes)
    }

    /// The four lanes.
    #[inline(always)]
    pub fn to_array(self) -> [u32; 4] {
        self.0
    }

    /// One number in every lane.
    #[inline(always)]
    pub fn splat(x: u32) -> Self {
        Self([x; 4])
    }

    /// Each lane shifted left by `N` < 32.
    #[inline(always)]
    pub fn shift_left<const N: u32>(self) -> Self {
        lanes!(Self, |x| x << N, self)
    }

    /// Where a mask's bits are set those of `yes`, elsewhere those of `no`.
    #[inline(always)]
    pub fn select(self, yes: F32x4, no: F32x4) -> F32x4 {
        lanes!(
            F32x4,
            |mask, yes, no| f32::from_bits((yes.to_bits() & mask) | (no.to_bits() & !mask)),
            self,
            yes,
            no
        )
    }
}
