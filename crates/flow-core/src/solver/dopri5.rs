//! The Runge-Kutta pair 5(4) of Dormand and Prince (1980), which chooses its own steps.
//!
//! Coefficients, continuous extension, first step and step-size control follow Hairer, Nørsett
//! and Wanner, *Solving Ordinary Differential Equations I* (1993), sections II.4 to II.6.
//!
//! The whole batch takes the same steps. The error of a step is the *largest* over the particles,
//! so that each of them meets the tolerance whoever its neighbours are; a neighbour can only make
//! the steps shorter. Positions are kept in f64 even when the field works in f32.

use super::{
    Keep, Tolerances, Trajectories,
    dormand_prince::{A, C, Step},
    is_available, limits,
    step_control::{StepControl, first_step, step_error},
};
use crate::{
    Error, Result, Scalar,
    field::VelocityField,
    scalar::{rounded, widened},
};

/// Moves `starts` along `field` and returns the states at `times`, by the method's own continuous
/// extension (fourth order) between the steps it takes.
///
/// The first time is where the particles start; the others follow in one direction, all in [0, 1].
///
/// # Errors
/// As [`integrate`](super::integrate); also when `times` are fewer than two or change direction.
pub fn integrate_at<F: VelocityField + ?Sized>(
    field: &F,
    tolerances: Tolerances,
    times: &[f64],
    starts: &[[F::Scalar; 2]],
) -> Result<Trajectories<F::Scalar>> {
    let (&[first, second, ..], Some(&last)) = (times, times.last()) else {
        return Err(Error::invalid("times", format!("{} of them", times.len()), "at least two"));
    };
    limits::check_span((first, last))?;
    let ahead = (second - first).signum();
    if let Some(&[one, next]) = times.array_windows().find(|[one, next]| (next - one) * ahead <= 0.0) {
        let accepted = if ahead > 0.0 { "increasing" } else { "decreasing" };
        return Err(Error::invalid("times", format!("{one} then {next}"), accepted));
    }
    limits::check_starts(starts)?;
    tolerances.validate("solver")?;
    limits::check_steps::<F::Scalar>(times.len() - 1, times.len(), starts.len())?;

    let mut positions = starts.to_vec();
    let mut wanted = times[1..].iter().copied().peekable();
    let mut state: Vec<_> = starts.iter().copied().map(widened).collect();
    let evaluations = solve(field_system(field), tolerances, (first, last), &mut state, |step| {
        while let Some(t) = wanted.next_if(|&t| step.reaches(t)) {
            positions.extend((0..step.end.len()).map(|i| rounded(step.at(t, i))));
        }
        Ok(())
    })?;
    Ok(Trajectories { times: times.to_vec(), positions, evaluations })
}

/// A run of the solver, and the states kept on the way.
#[derive(Debug)]
pub(super) struct AdaptiveRun<S> {
    solution: Solution<2>,
    keep: Keep,
    trajectories: Trajectories<S>,
}

impl<S: Scalar> AdaptiveRun<S> {
    /// Begins to move `starts` from time `span.0` to time `span.1`.
    ///
    /// # Errors
    /// What [`integrate`](super::integrate) refuses before any work.
    pub fn new(keep: Keep, tolerances: Tolerances, span: (f64, f64), starts: &[[S; 2]]) -> Result<Self> {
        limits::check_span(span)?;
        limits::check_starts(starts)?;
        tolerances.validate("solver")?;
        let solution = Solution::new(tolerances, span, starts.iter().copied().map(widened).collect());
        let trajectories = Trajectories { times: vec![span.0], positions: starts.to_vec(), evaluations: 0 };
        Ok(Self { solution, keep, trajectories })
    }

    /// Tries one step, and keeps its end if it is accepted. Returns the share of the time that is
    /// behind, 1 when there is nothing left.
    pub fn advance<F: VelocityField<Scalar = S> + ?Sized>(&mut self, field: &F) -> Result<f64> {
        let Self { solution, keep, trajectories: Trajectories { times, positions, evaluations } } = self;
        let (rtol, count) = (solution.tolerances.rtol, solution.state.len());
        solution.advance(&mut field_system(field), |step| {
            if *keep == Keep::BothEnds {
                times.truncate(1);
                positions.truncate(count);
            }
            if !limits::fits::<S>(times.len() + 1, count) {
                let accepted = "looser: so many steps of so many particles do not fit in memory";
                return Err(Error::invalid("solver.rtol", rtol, accepted));
            }
            times.push(step.to);
            positions.extend(step.end.iter().copied().map(rounded));
            Ok(())
        })?;
        *evaluations = solution.evaluations;
        Ok(solution.share())
    }

    pub fn into_trajectories(self) -> Trajectories<S> {
        self.trajectories
    }
}

/// Solves the system `evaluate(t, state, slopes)` from `span.0` to `span.1`, replacing `state`,
/// and shows every accepted step to `on_step`. Returns the number of evaluations.
pub(crate) fn solve<const D: usize>(
    mut evaluate: impl FnMut(f64, &[[f64; D]], &mut [[f64; D]]) -> Result<()>,
    tolerances: Tolerances,
    span: (f64, f64),
    state: &mut Vec<[f64; D]>,
    mut on_step: impl FnMut(&Step<D>) -> Result<()>,
) -> Result<usize> {
    let mut solution = Solution::new(tolerances, span, std::mem::take(state));
    while solution.remaining > 0.0 {
        solution.advance(&mut evaluate, &mut on_step)?;
    }
    *state = solution.state;
    Ok(solution.evaluations)
}

/// A solution under way, one attempted step at a time.
#[derive(Debug)]
struct Solution<const D: usize> {
    tolerances: Tolerances,
    span: (f64, f64),
    t: f64,
    /// The time that is left.
    remaining: f64,
    /// The length of the next step, once there is one.
    size: f64,
    control: StepControl,
    state: Vec<[f64; D]>,
    next: Vec<[f64; D]>,
    slopes: [Vec<[f64; D]>; 7],
    evaluations: usize,
}

impl<const D: usize> Solution<D> {
    fn new(tolerances: Tolerances, span: (f64, f64), state: Vec<[f64; D]>) -> Self {
        Self {
            tolerances,
            span,
            t: span.0,
            remaining: (span.1 - span.0).abs(),
            size: 0.0,
            control: StepControl::new(),
            next: state.clone(),
            slopes: std::array::from_fn(|_| vec![[0.0; D]; state.len()]),
            state,
            evaluations: 0,
        }
    }

    /// The share of the time that is behind, 1 only in the end.
    fn share(&self) -> f64 {
        let whole = (self.span.1 - self.span.0).abs();
        if self.remaining > 0.0 { (1.0 - self.remaining / whole).min(1.0 - f64::EPSILON) } else { 1.0 }
    }

    /// Tries one step, and shows it to `on_step` if it is accepted.
    fn advance(
        &mut self,
        evaluate: &mut impl FnMut(f64, &[[f64; D]], &mut [[f64; D]]) -> Result<()>,
        on_step: impl FnOnce(&Step<D>) -> Result<()>,
    ) -> Result<()> {
        let Self { tolerances, span, t, remaining, size, control, state, next, slopes, evaluations } = self;
        let (start, end) = *span;
        let direction = (end - start).signum();
        if *remaining <= 0.0 {
            return Ok(());
        }
        if *evaluations == 0 {
            evaluate(start, state, &mut slopes[0])?;
            *size = first_step(evaluate, *tolerances, *span, state, &slopes[0], next)?;
            *evaluations = 2;
        }
        if *evaluations > 6 * limits::STEP_LIMIT {
            return Err(too_hard(*t, "a million steps were not enough"));
        }
        // A last step that would leave a sliver takes it along.
        let last = *size * 1.000_001 >= *remaining || *remaining <= LAST_RESORT;
        let h = direction * if last { *remaining } else { *size };
        let to = if last { end } else { *t + h };
        if (to - *t) * direction <= 0.0 || *size < 4.0 * f64::EPSILON {
            return Err(too_hard(*t, "the step became too short to be taken"));
        }
        for stage in 1..7 {
            let (done, rest) = slopes.split_at_mut(stage);
            for (i, next) in next.iter_mut().enumerate() {
                let sum = |d: usize| (0..stage).map(|j| A[stage][j] * done[j][i][d]).sum::<f64>();
                *next = std::array::from_fn(|d| state[i][d] + h * sum(d));
            }
            // The sixth and seventh stages lie at the step's very end.
            let at = if stage >= 5 { to } else { *t + C[stage] * h };
            // Where a stage has no velocity the step is too long, as if its error were infinite.
            if !is_available(evaluate(at, next, &mut rest[0]), at)? {
                rest[0].fill([f64::NAN; D]);
            }
        }
        *evaluations += 6;
        if *remaining <= LAST_RESORT {
            // Only a velocity that does not exist at the end brings the solver here.
            let (first, rest) = slopes.split_at_mut(1);
            for slope in rest {
                slope.clone_from(&first[0]);
            }
            for (i, next) in next.iter_mut().enumerate() {
                *next = std::array::from_fn(|d| state[i][d] + h * first[0][i][d]);
            }
        }
        let error = step_error(*tolerances, h, state, next, slopes);
        if error.is_nan() && *size * 0.2 < 1e-12 {
            return Err(limits::diverged(*t));
        }
        if error <= 1.0 {
            on_step(&Step { from: *t, to, begin: state, end: next, slopes })?;
            std::mem::swap(state, next);
            // First same as last: the last slope of this step is the first of the next.
            slopes.swap(0, 6);
            *t = to;
            *remaining = (end - to).abs();
            *size = h.abs() * control.after_acceptance(error);
        } else {
            *size = h.abs() * control.after_rejection(error);
        }
        Ok(())
    }
}

/// This close to the end, where a whole step may never be possible, an Euler step is exact enough.
const LAST_RESORT: f64 = 1e-10;

fn too_hard(t: f64, why: &str) -> Error {
    Error::unavailable("a solution within the tolerance", format!("at t = {t} {why}; loosen rtol and atol"))
}

/// A velocity field as a system of two coordinates in f64.
fn field_system<F: VelocityField + ?Sized>(
    field: &F,
) -> impl FnMut(f64, &[[f64; 2]], &mut [[f64; 2]]) -> Result<()> {
    let mut x: Vec<[F::Scalar; 2]> = Vec::new();
    let mut velocity = Vec::new();
    move |t, state, slopes| {
        x.clear();
        x.extend(state.iter().copied().map(rounded::<F::Scalar>));
        velocity.resize(x.len(), [F::Scalar::from_f64(0.0); 2]);
        field.velocity(t, &x, &mut velocity)?;
        for (slope, velocity) in slopes.iter_mut().zip(&velocity) {
            *slope = widened(*velocity);
        }
        Ok(())
    }
}
