//! Velocity fields: what moves the particles.

pub mod conversion;
pub mod exact;
mod forwarding;
mod guided;
mod network;
mod paired;
pub mod preconditioning;
mod rounded;
mod transformed;

pub use conversion::{Conversion, Converted, Quantity};
pub use guided::Guided;
pub use network::NetworkField;
pub use paired::PairedField;
pub use rounded::Rounded;
pub use transformed::Transformed;

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
    /// Whether there is a score at all, whatever the place and the time.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) with the reason when there is none.
    fn check_score(&self) -> Result<()> {
        Ok(())
    }

    /// Writes the score of each of the n points at time `t` into `out` (n x 2).
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) where there is no score, with the reason.
    fn score(&self, t: f64, x: &[[Self::Scalar; 2]], out: &mut [[Self::Scalar; 2]]) -> Result<()>;

    /// Writes both the velocity and the score, for the price of one where they share their work.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    fn velocity_and_score(
        &self,
        t: f64,
        x: &[[Self::Scalar; 2]],
        velocity: &mut [[Self::Scalar; 2]],
        score: &mut [[Self::Scalar; 2]],
    ) -> Result<()> {
        self.velocity(t, x, velocity)?;
        self.score(t, x, score)
    }
}

/// A model of the two ends of the paths that pass through a point.
pub trait Denoiser {
    /// f32 for a trained network, f64 for exact fields.
    type Scalar: Scalar;

    /// Writes the expected data `E[x1 | x_t = x]` and the expected noise `E[x0 | x_t = x]` at each
    /// of the n points (both n x 2).
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) where one of them cannot be known.
    fn denoise(
        &self,
        t: f64,
        x: &[[Self::Scalar; 2]],
        data: &mut [[Self::Scalar; 2]],
        noise: &mut [[Self::Scalar; 2]],
    ) -> Result<()>;
}
