//! Training: from a configuration to a velocity field, one step at a time.
//!
//! The framework is [burn](https://burn.dev): the network is its `Module`, the gradient comes from
//! its autodiff, and Adam is its `Optimizer`. Three things make training quick.
//!
//! - The network is asked only for what two moments of the data do not already say
//!   ([`preconditioning`](crate::field::preconditioning)), and reads waves over the position.
//! - It is a single operation with one flat parameter, computed by `flow-kernels` and registered
//!   with burn as a backend extension ([`Engine::Fused`](crate::config::Engine)).
//! - The learning rate starts high and falls without an end
//!   ([`Decay::Power`](crate::config::Decay)), while samples are drawn from a moving average of the
//!   weights. So training can be watched, and left running, without a plan.
//!
//! [`Trainer`] takes the steps; an [`Experiment`](crate::Experiment) also records the loss and moves
//! particles.

mod adam;
mod batch;
mod engine;
mod fused;
mod goal;
pub(crate) mod learning_rate;
pub(crate) mod lesson;
mod loss_history;
mod model;
mod stable_target;
#[cfg(feature = "flex")]
mod stock;
mod tensor;
mod trainer;

pub use adam::Moments;
pub use loss_history::{LossHistory, LossPoint};
pub(crate) use trainer::first_pairing;
pub use trainer::{Trainer, TrainerState};
