//! The conditional velocity: each particle knows its own target.

use super::{Divergence, VelocityField};
use crate::{Error, Result, Scalar, Schedule};

/// The velocity of particles that each follow the conditional path of one pair (x0, x1):
/// `u_t(x | x0, x1) = alpha'(t) x1 + sigma'(t) x0`, whatever x is.
///
/// This is what a network is asked to imitate, not what it can learn: the marginal velocity is
/// the mean of these over the pairs that pass through a point. Lipman et al. 2023
/// (arXiv 2210.02747), section 3.
#[derive(Debug, Clone)]
pub struct PairedField<S> {
    schedule: Schedule,
    x0: Vec<[S; 2]>,
    x1: Vec<[S; 2]>,
}

impl<S: Scalar> PairedField<S> {
    /// The field of particles that go from `x0[i]` to `x1[i]` along `schedule`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the two differ in length.
    pub fn new(schedule: Schedule, x0: Vec<[S; 2]>, x1: Vec<[S; 2]>) -> Result<Self> {
        if x0.len() != x1.len() {
            return Err(Error::invalid("x1", format!("{} points", x1.len()), format!("{} points", x0.len())));
        }
        Ok(Self { schedule, x0, x1 })
    }
}

impl<S: Scalar> VelocityField for PairedField<S> {
    type Scalar = S;

    /// The velocity of particle i; `x` holds all particles, in the order of the pairs.
    fn velocity(&self, t: f64, x: &[[S; 2]], out: &mut [[S; 2]]) -> Result<()> {
        if x.len() != self.x0.len() {
            let accepted = format!("{} points, one for each pair", self.x0.len());
            return Err(Error::invalid("x", format!("{} points", x.len()), accepted));
        }
        let at = self.schedule.at(t);
        if !at.d_sigma.is_finite() {
            let reason = format!("sigma falls infinitely fast at t = {t}");
            return Err(Error::unavailable("conditional velocity", reason));
        }
        let (d_alpha, d_sigma) = (S::from_f64(at.d_alpha), S::from_f64(at.d_sigma));
        for ((out, x0), x1) in out.iter_mut().zip(&self.x0).zip(&self.x1) {
            *out = std::array::from_fn(|d| d_alpha * x1[d] + d_sigma * x0[d]);
        }
        Ok(())
    }
}

impl<S: Scalar> Divergence for PairedField<S> {
    /// Refused: every particle has a velocity of its own, and the places between them have none.
    fn velocity_and_divergence(&self, _: f64, _: &[[S; 2]], _: &mut [[S; 2]], _: &mut [S]) -> Result<()> {
        let reason = "every particle has a velocity of its own, the place has none";
        Err(Error::unavailable("the divergence", reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::{Solver, Tolerances, integrate};

    const X0: [[f64; 2]; 2] = [[0.3, -1.0], [2.0, 0.1]];
    const X1: [[f64; 2]; 2] = [[-2.0, 1.0], [0.5, 0.25]];

    #[test]
    fn one_straight_step_reaches_the_target() {
        let field = PairedField::new(Schedule::CondOt, X0.to_vec(), X1.to_vec()).unwrap();
        let run = integrate(&field, Solver::Euler, (0.0, 1.0), 1, &X0).unwrap();
        for (x, y) in run.end().iter().zip(X1) {
            assert!(libm::hypot(x[0] - y[0], x[1] - y[1]) < 1e-15);
        }
    }

    #[test]
    fn the_curved_path_passes_through_its_own_points() {
        let field = PairedField::new(Schedule::Cosine, X0.to_vec(), X1.to_vec()).unwrap();
        let tight = Solver::Dopri5(Tolerances { rtol: 1e-10, atol: 1e-10 });
        let run = integrate(&field, tight, (0.0, 1.0), 0, &X0).unwrap();
        for (index, &t) in run.times.iter().enumerate() {
            let at = Schedule::Cosine.at(t);
            for (i, x) in run.state(index).iter().enumerate() {
                let truth: [f64; 2] = std::array::from_fn(|d| at.alpha * X1[i][d] + at.sigma * X0[i][d]);
                assert!(libm::hypot(x[0] - truth[0], x[1] - truth[1]) < 1e-8);
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(PairedField::new(Schedule::CondOt, X0.to_vec(), X1[..1].to_vec()).is_err());
        let field = PairedField::new(Schedule::ENTRIES[2].value, X0.to_vec(), X1.to_vec()).unwrap();
        let mut out = [[0.0; 2]; 2];
        assert!(matches!(field.velocity(1.0, &X0, &mut out), Err(Error::Unavailable { .. })));
        assert!(matches!(field.velocity(0.5, &X0[..1], &mut out[..1]), Err(Error::Invalid { .. })));
    }
}
