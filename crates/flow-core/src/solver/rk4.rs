//! The classical Runge-Kutta method (Kutta 1901): fourth order, four evaluations a step.

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
    let Stages { slopes: [k1, k2, k3, k4], position } = stages;
    let (h, middle) = (to - from, 0.5 * (from + to));
    field.velocity(from, x, k1)?;
    advance(x, 0.5 * h, k1, position);
    field.velocity(middle, position, k2)?;
    advance(x, 0.5 * h, k2, position);
    field.velocity(middle, position, k3)?;
    advance(x, h, k3, position);
    if !is_available(field.velocity(to, position, k4), to)? {
        advance(x, h, k2, next);
        return Ok(());
    }
    let (sixth, two) = (S::from_f64(h / 6.0), S::from_f64(2.0));
    for (i, next) in next.iter_mut().enumerate() {
        *next =
            std::array::from_fn(|d| x[i][d] + sixth * (k1[i][d] + two * (k2[i][d] + k3[i][d]) + k4[i][d]));
    }
    Ok(())
}
