//! Flow matching on the plane, whole and exact: paths, couplings, fields, training, solvers and
//! metrics.
//!
//! # From noise to samples
//!
//! A *flow* moves points of a simple distribution, the source, along a velocity field until they
//! are points of another, the target. *Flow matching* (Lipman et al. 2023, arXiv 2210.02747) finds
//! such a field by regression. Take a point x0 of the source and a point x1 of the target, and
//! join them by a path `x_t = alpha(t) x1 + sigma(t) x0`. Along it the velocity is known. Many
//! paths pass each place; a network that is shown their velocities learns the mean. Following that
//! mean from t = 0 to t = 1 turns the whole source into the whole target.
//!
//! ```
//! use flow_core::{Config, DistributionSpec, Experiment};
//!
//! // Noise: the standard normal distribution. Data: five Gaussians on a circle.
//! let mut config = Config { target: DistributionSpec::preset("five-modes"), ..Config::default() };
//! config.network.width = 32;
//! // 2,000 particles that go from noise to data in 32 Euler steps.
//! (config.sampling.particles, config.sampling.steps) = (2_000, 32);
//! let mut experiment = Experiment::new(config)?;
//!
//! // Regress the velocity of the straight paths from noise to data, 600 batches of 256.
//! experiment.train(600)?;
//!
//! // Move the particles, and see where they are.
//! let trajectories = experiment.sample()?;
//! let after = experiment.evaluate(&trajectories);
//! assert!(after.hits > 0.85, "{} of the particles are in a mode", after.hits);
//! assert_eq!(after.modes, 5, "and every mode has its share");
//! # Ok::<(), flow_core::Error>(())
//! ```
//!
//! # Few steps
//!
//! Each Euler step costs one evaluation of the network, so one would like few. That needs
//! trajectories that are nearly straight, and straight *paths* alone do not make them so: the mean
//! over all paths through a place bends. It is the *coupling*, the choice of which noise goes
//! with which data, that straightens it.
//!
//! ```
//! # use flow_core::{Config, Experiment, Solver};
//! use flow_core::{Coupling, Schedule, config::NetworkConfig};
//!
//! let one_step = |schedule, coupling| {
//!     let network = NetworkConfig { width: 32, ..NetworkConfig::default() };
//!     let mut experiment = Experiment::new(Config { schedule, coupling, network, ..Config::default() })?;
//!     experiment.train(300)?;
//!     Ok::<f64, flow_core::Error>(experiment.evaluate(&experiment.sample_with(Solver::Euler, 1)?).hits)
//! };
//! assert!(one_step(Schedule::CondOt, Coupling::Independent)? < 0.2); // straight paths, random pairs
//! assert!(one_step(Schedule::CondOt, Coupling::MINIBATCH_OT)? > 0.7); // straight paths, near pairs
//! # Ok::<(), flow_core::Error>(())
//! ```
//!
//! # The parts, from the ground up
//!
//! - [`Rng`]: named random streams of one seed. [`Schedule`]: alpha and sigma.
//! - [`distribution`]: sources and targets, which draw, measure and recognise points.
//! - [`field`]: velocity fields: [exact](field::exact) ones in closed form, the [network's](field::NetworkField),
//!   [guided](field::Guided) ones; [conversions](field::conversion) between velocity, score, noise and data.
//! - [`coupling`]: which noise is paired with which data.
//! - [`solver`]: from a field to [trajectories](solver::Trajectories); [`likelihood`], [`langevin`] and the
//!   [`sphere`] stand beside it.
//! - [`metric`]: how far samples are from the target, and how straight their way was.
//! - [`config`] and [`train`]: networks, objectives, and later [rounds](config::Round): reflow,
//!   distillation, a diffusion teacher.
//! - [`Checkpoint`] and [`safetensors`]: experiments and weights as bytes; [`Document`]: what the page
//!   saves; [`script`]: an experiment in PyTorch.
//! - [`Experiment`]: all of it together; what it answers is in [`experiment`].
//!
//! # Promises
//!
//! The same [`Config`] gives the same bits on every machine and in every browser, with the default
//! [engine](config::Engine). Bad input is refused with an [`Error`] before any work. Nothing here reads a file or a
//! clock, starts a thread or keeps global state.

mod assignment;
mod checkpoint;
pub mod config;
pub mod coupling;
pub mod distribution;
mod document;
mod error;
pub mod experiment;
pub mod field;
mod fingerprint;
pub mod langevin;
pub mod likelihood;
pub mod metric;
pub mod registry;
mod rng;
pub mod safetensors;
mod scalar;
mod schedule;
#[expect(
    clippy::format_push_string,
    reason = "a script is written once in a while; its text reads better than calls that return a Result"
)]
pub mod script;
mod sequence;
pub mod solver;
pub mod sphere;
#[cfg(test)]
mod testing;
pub mod train;

pub use checkpoint::Checkpoint;
pub use config::Config;
pub use coupling::Coupling;
pub use distribution::DistributionSpec;
pub use document::{Document, SavedFlow};
pub use error::{Error, Result};
pub use experiment::Experiment;
pub use fingerprint::fingerprint;
pub use rng::Rng;
pub use scalar::Scalar;
pub use schedule::{Coefficients, Schedule};
pub use solver::Solver;
