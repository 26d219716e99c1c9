//! What a solver returns.

use crate::scalar::Scalar;

/// The states of n particles at every accepted time of a solver, and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectories<S> {
    /// The times of the states, in the order they were reached; at least one.
    pub times: Vec<f64>,
    /// Positions, state after state: `times.len()` x n points.
    pub positions: Vec<[S; 2]>,
    /// Velocity evaluations per particle (NFE).
    pub evaluations: usize,
}

impl<S: Scalar> Trajectories<S> {
    /// How many particles there are.
    pub fn particle_count(&self) -> usize {
        self.positions.len() / self.times.len()
    }

    /// The positions at the state numbered `index` (0..`times.len()`).
    pub fn state(&self, index: usize) -> &[[S; 2]] {
        let count = self.particle_count();
        &self.positions[index * count..(index + 1) * count]
    }

    /// Where the particles began.
    pub fn start(&self) -> &[[S; 2]] {
        self.state(0)
    }

    /// Where the particles ended.
    pub fn end(&self) -> &[[S; 2]] {
        self.state(self.times.len() - 1)
    }

    /// Adds the state `x`, reached at time `t`.
    pub(crate) fn push(&mut self, t: f64, x: &[[S; 2]]) {
        self.times.push(t);
        self.positions.extend_from_slice(x);
    }
}
