//! The explicit midpoint method (Runge 1895): second order, two evaluations a step, none of them
//! at the end of the step, so that fields which are infinite at the last time can be used.

use super::{advance, fixed_step::Stages};
use crate::{Result, Scalar, field::VelocityField};

pub(super) fn step<S: Scalar>(
    field: &dyn VelocityField<Scalar = S>,
    from: f64,
    to: f64,
    x: &[[S; 2]],
    next: &mut [[S; 2]],
    stages: &mut Stages<S>,
) -> Result<()> {
    let Stages { slopes: [begin, middle, ..], position } = stages;
    field.velocity(from, x, begin)?;
    advance(x, 0.5 * (to - from), begin, position);
    field.velocity(0.5 * (from + to), position, middle)?;
    advance(x, to - from, middle, next);
    Ok(())
}
