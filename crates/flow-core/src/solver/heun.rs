//! Heun's method, the explicit trapezoid (Heun 1900): second order, two evaluations a step.

use super::{advance, fixed_step::Stages, is_available};
use crate::{Result, Scalar, field::VelocityField};

pub(super) fn step<S: Scalar>(
    field: &dyn VelocityField<Scalar = S>,
    from: f64,
    to: f64,
    x: &[[S; 2]],
    next: &mut [[S; 2]],
    stages: &mut Stages<S>,
) -> Result<()> {
    let Stages { slopes: [begin, end, ..], position } = stages;
    field.velocity(from, x, begin)?;
    advance(x, to - from, begin, position);
    if !is_available(field.velocity(to, position, end), to)? {
        next.copy_from_slice(position);
        return Ok(());
    }
    let half = S::from_f64(0.5 * (to - from));
    for (i, next) in next.iter_mut().enumerate() {
        *next = std::array::from_fn(|d| x[i][d] + half * (begin[i][d] + end[i][d]));
    }
    Ok(())
}
