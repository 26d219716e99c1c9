//! The hot loops of Flow Matching Lab: a small network trained and evaluated, and
//! particles drawn. Pure functions on slices; nothing here knows what a flow is.
//!
//! **The same bits everywhere.** WebAssembly, x86-64 and any other target give the same results to
//! the last bit: transcendental functions are polynomials of our own ([`math`]), products are never
//! fused with sums, and every sum has a stated order. [`fingerprint`] lets a program check that.
//!
//! **Sizes.** A slice of the wrong length is a programming error: functions say under *Panics* what
//! they require and check it on entry. No other input makes them panic; a NaN passes through.
//!
//! **Speed.** Loops run over arrays of vectors, so that no bound is checked inside, and everything
//! a training step needs is allocated beforehand. Entry points are never inlined: a program built
//! for size would take their loops along.

mod adam;
mod data_points;
mod features;
mod fingerprint;
pub mod math;
mod mlp;
mod normal;
pub mod raster;
pub mod simd;
#[cfg(test)]
mod testing;
mod velocity;
mod wide;

pub use adam::{AdamStep, average};
pub use data_points::DataPoints;
pub use features::{Conditioning, Features};
pub use fingerprint::{FINGERPRINT, fingerprint};
pub use mlp::{Layer, MlpShape, TrainingPass};
pub use normal::{normal_pair, normal_pairs};
pub use velocity::PackedVelocity;
