//! Euler's method (Euler 1768): first order, one evaluation a step.

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
    let [slope, ..] = &mut stages.slopes;
    field.velocity(from, x, slope)?;
    advance(x, to - from, slope, next);
    Ok(())
}
