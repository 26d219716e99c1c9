//! The two floating-point types that fields and solvers work in.

use num_traits::Float;

/// f32 (trained networks, particles) or f64 (exact fields).
pub trait Scalar: Float + Send + Sync + std::fmt::Debug + 'static {
    /// The nearest value to `x`.
    fn from_f64(x: f64) -> Self;
    /// The value as f64, exactly.
    fn to_f64(self) -> f64;
}

impl Scalar for f32 {
    fn from_f64(x: f64) -> Self {
        x as f32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Scalar for f64 {
    fn from_f64(x: f64) -> Self {
        x
    }
    fn to_f64(self) -> f64 {
        self
    }
}

/// A point in f64, exactly.
pub(crate) fn widened<S: Scalar>(x: [S; 2]) -> [f64; 2] {
    x.map(Scalar::to_f64)
}

/// The nearest point to `x`.
pub(crate) fn rounded<S: Scalar>(x: [f64; 2]) -> [S; 2] {
    x.map(Scalar::from_f64)
}
