//! Solvers: from a velocity field and starting points to trajectories.

pub mod trajectories;
