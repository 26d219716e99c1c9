//! Flow matching on the plane: paths, couplings, fields, training, solvers and metrics.

pub mod distribution;
mod error;
pub mod field;
pub mod registry;
mod rng;
mod scalar;
mod schedule;
pub mod solver;

pub use error::{Error, Result};
pub use rng::Rng;
pub use scalar::Scalar;
pub use schedule::{Coefficients, Schedule};
pub use solver::Solver;
