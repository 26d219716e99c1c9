//! What all solvers on the uniform grid share.

use crate::Scalar;

/// Working memory of a step, kept from one step to the next.
#[derive(Debug)]
pub(super) struct Stages<S> {
    /// Velocities at the stages.
    pub slopes: [Vec<[S; 2]>; 4],
    /// The position of the stage under way.
    pub position: Vec<[S; 2]>,
}

impl<S: Scalar> Stages<S> {
    pub(super) fn new(stages: usize, count: usize) -> Self {
        let points = |needed: bool| vec![[S::zero(); 2]; if needed { count } else { 0 }];
        Self { slopes: std::array::from_fn(|stage| points(stage < stages)), position: points(stages > 1) }
    }
}

/// The time of state `index` of `steps` equal steps over `span`; `t_i = i/steps` from 0 to 1.
pub(super) fn time_at((start, end): (f64, f64), index: usize, steps: usize) -> f64 {
    start + (end - start) * (index as f64 / steps as f64)
}
