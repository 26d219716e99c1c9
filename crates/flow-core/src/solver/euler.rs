//! Euler's method (Euler 1768): first order, one evaluation a step.

use super::{advance, fixed_step::Stages};
use crate::{Result, field::VelocityField};

pub(super) fn step<F: VelocityField + ?Sized>(
    field: &F,
    from: f64,
    to: f64,
    x: &[[F::Scalar; 2]],
    next: &mut [[F::Scalar; 2]],
    stages: &mut Stages<F::Scalar>,
) -> Result<()> {
    let [slope, ..] = &mut stages.slopes;
    field.velocity(from, x, slope)?;
    advance(x, to - from, slope, next);
    Ok(())
}
