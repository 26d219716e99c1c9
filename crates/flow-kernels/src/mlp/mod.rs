//! The multilayer perceptron: linear layers with `SiLU` between them.
//!
//! Rows of a batch lie along the lanes of the vectors, eight rows to a *block*. A row therefore
//! gets the same bits whatever rows are around it, and one layer's output is already in the form
//! the next layer reads.

mod inference;
mod kernel;
mod layer_pass;
mod shape;
mod training;

pub(crate) use inference::{Linear, TILE_BLOCKS, activate};
pub(crate) use kernel::Rows;
pub use shape::{Layer, MlpShape};
pub use training::TrainingPass;

/// Rows of a block.
pub(crate) const BLOCK: usize = 8;
