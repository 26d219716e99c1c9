//! Langevin dynamics: sampling with nothing but a score.
//!
//! `dX = score(X) ds + sqrt(2) dW` wanders for ever, and its places have the density whose score
//! it follows. It needs no path from noise to data, but crosses from mode to mode only by chance:
//! the slow way that flows and diffusions avoid. Unadjusted: the step's error is not corrected
//! (Roberts and Tweedie 1996), so the step must be small beside the narrowest mode's variance.

use crate::{
    Error, Result, Rng, Scalar,
    field::Score,
    solver::{Trajectories, limits},
};

/// Lets `starts` wander for `steps` steps of length `step_size` (in units of Langevin time, above
/// 0) under the score of `field` at the fixed time `t`, 1 being the data, and keeps every state.
///
/// The times of the states are Langevin times: 0, `step_size`, 2 `step_size` and so on.
///
/// # Errors
/// As [`integrate`](crate::solver::integrate); also when the step size is not above 0 or the
/// field has no score at `t`.
pub fn langevin<F: Score + ?Sized>(
    field: &F,
    t: f64,
    step_size: f64,
    steps: usize,
    starts: &[[F::Scalar; 2]],
    rng: &mut Rng,
) -> Result<Trajectories<F::Scalar>> {
    limits::check_span((t, t))?;
    limits::check_starts(starts)?;
    limits::check_steps::<F::Scalar>(steps, steps.saturating_add(1), starts.len())?;
    if !(step_size > 0.0 && step_size.is_finite()) {
        return Err(Error::invalid("step_size", step_size, "finite and above 0"));
    }

    let (pull, kick) = (F::Scalar::from_f64(step_size), (2.0 * step_size).sqrt());
    let mut trajectories = Trajectories { times: vec![0.0], positions: starts.to_vec(), evaluations: steps };
    let mut x = starts.to_vec();
    let mut score = x.clone();
    for index in 1..=steps {
        field.score(t, &x, &mut score)?;
        for (x, score) in x.iter_mut().zip(&score) {
            let noise = rng.normal_pair();
            *x = std::array::from_fn(|d| x[d] + pull * score[d] + F::Scalar::from_f64(kick * noise[d]));
        }
        let time = step_size * index as f64;
        limits::check_finite(time, &x)?;
        trajectories.push(time, &x);
    }
    Ok(trajectories)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::VelocityField;

    /// Only a score: that of N((1, -1), diag(0.25, 1)).
    struct Target;

    impl VelocityField for Target {
        type Scalar = f64;
        fn velocity(&self, _: f64, _: &[[f64; 2]], _: &mut [[f64; 2]]) -> Result<()> {
            unreachable!("Langevin dynamics asks for no velocity")
        }
    }

    impl Score for Target {
        fn score(&self, _: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
            out.iter_mut().zip(x).for_each(|(out, x)| *out = [(1.0 - x[0]) / 0.25, -1.0 - x[1]]);
            Ok(())
        }
    }

    #[test]
    fn particles_settle_into_the_density_whose_score_they_follow() {
        let mut rng = Rng::stream(1, "test");
        let step = 0.01;
        let run = langevin(&Target, 1.0, step, 500, &vec![[3.0, 3.0]; 5_000], &mut rng).unwrap();
        assert!((run.times[500] - 5.0).abs() < 1e-12);
        for (d, mean, variance) in [(0, 1.0, 0.25), (1, -1.0, 1.0)] {
            let values: Vec<f64> = run.end().iter().map(|x| x[d]).collect();
            let found = values.iter().sum::<f64>() / 5_000.0;
            let spread = values.iter().map(|x| (x - found).powi(2)).sum::<f64>() / 5_000.0;
            // The chain's own stationary variance, step error included.
            let expected = variance / (1.0 - 0.5 * step / variance);
            assert!((found - mean).abs() < 0.06, "axis {d}: mean {found}");
            assert!((spread / expected - 1.0).abs() < 0.08, "axis {d}: variance {spread}");
        }
    }

    #[test]
    fn a_step_that_is_no_step_is_refused() {
        for step_size in [0.0, -0.1, f64::INFINITY] {
            let error = langevin(&Target, 1.0, step_size, 5, &[[0.0; 2]], &mut Rng::stream(1, "test"));
            assert!(error.unwrap_err().to_string().starts_with("step_size is"));
        }
    }
}
