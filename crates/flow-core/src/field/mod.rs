//! Velocity fields: what moves the particles.

use crate::{Result, scalar::Scalar};

/// A time-dependent velocity on the plane, evaluated for whole batches at one time.
pub trait VelocityField {
    /// f32 for a trained network, f64 for exact fields.
    type Scalar: Scalar;

    /// Writes the velocity of each of the n points `x` at time `t` in [0, 1] into `out` (n x 2).
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) where the velocity is not finite (some
    /// schedules at an end of time).
    fn velocity(&self, t: f64, x: &[[Self::Scalar; 2]], out: &mut [[Self::Scalar; 2]]) -> Result<()>;
}

/// A field whose divergence is known exactly (two directional derivatives on the plane).
pub trait Divergence: VelocityField {
    /// Writes the velocity and its divergence at each of the n points.
    ///
    /// # Errors
    /// As [`VelocityField::velocity`].
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[Self::Scalar; 2]],
        velocity: &mut [[Self::Scalar; 2]],
        divergence: &mut [Self::Scalar],
    ) -> Result<()>;
}

/// A field that also knows the gradient of the log density of its marginal at each time.
pub trait Score: VelocityField {
    /// Writes the score of each of the n points at time `t` into `out` (n x 2).
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) where there is no score, with the reason.
    fn score(&self, t: f64, x: &[[Self::Scalar; 2]], out: &mut [[Self::Scalar; 2]]) -> Result<()>;
}
