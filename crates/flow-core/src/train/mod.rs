//! Training: from a configuration to a velocity field, one step at a time.

mod batch;
mod engine;
mod fused;
mod learning_rate;
pub mod lesson;
pub mod loss_history;
mod model;
pub mod stable_target;
mod trainer;

pub use loss_history::{LossHistory, LossPoint};
pub use trainer::{Trainer, TrainerState};
