//! Flow matching on the plane: paths, couplings, fields, training, solvers and metrics.

mod assignment;
mod checkpoint;
pub mod config;
pub mod coupling;
pub mod distribution;
mod error;
mod experiment;
pub mod field;
pub mod langevin;
pub mod likelihood;
pub mod metric;
pub mod registry;
mod rng;
pub mod safetensors;
mod scalar;
mod schedule;
pub mod solver;
pub mod sphere;
pub mod train;

pub use checkpoint::Checkpoint;
pub use config::Config;
pub use coupling::Coupling;
pub use distribution::DistributionSpec;
pub use error::{Error, Result};
pub use experiment::{Evaluation, Experiment, fingerprint};
pub use rng::Rng;
pub use scalar::Scalar;
pub use schedule::{Coefficients, Schedule};
pub use solver::Solver;
