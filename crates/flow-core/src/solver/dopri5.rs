//! The Runge-Kutta pair 5(4) of Dormand and Prince (1980), which chooses its own steps.
//!
//! Coefficients, continuous extension, first step and step-size control follow Hairer, Nørsett
//! and Wanner, *Solving Ordinary Differential Equations I* (1993), sections II.4 to II.6.
//!
//! The whole batch takes the same steps. The error of a step is the *largest* over the particles,
//! so that each of them meets the tolerance whoever its neighbours are; a neighbour can only make
//! the steps shorter. Positions are kept in f64 even when the field works in f32.

use serde::{Deserialize, Serialize};

use super::{Keep, Trajectories, is_available, limits};
use crate::{Error, Result, Scalar, field::VelocityField};

/// How exact the adaptive solver is: the estimated error of each step stays below
/// `atol + rtol |x|` in the root mean square over a particle's coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tolerances {
    /// Relative tolerance, from 1e-13 to 0.1.
    pub rtol: f64,
    /// Absolute tolerance, from 1e-13 to 0.1.
    pub atol: f64,
}

impl Tolerances {
    /// Both tolerances 1e-5.
    pub const DEFAULT: Self = Self { rtol: 1e-5, atol: 1e-5 };

    pub(crate) fn validate(self, field: &str) -> Result<()> {
        for (name, value) in [("rtol", self.rtol), ("atol", self.atol)] {
            if !(1e-13..=0.1).contains(&value) {
                return Err(Error::invalid(format!("{field}.{name}"), value, "from 1e-13 to 0.1"));
            }
        }
        Ok(())
    }
}

impl Default for Tolerances {
    fn default() -> Self {
        Self::DEFAULT
    }
}

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
    let mut state = widen(starts);
    let evaluations = solve(field_system(field), tolerances, (first, last), &mut state, |step| {
        while let Some(t) = wanted.next_if(|&t| step.reaches(t)) {
            positions.extend((0..step.end.len()).map(|i| narrow(step.at(t, i))));
        }
        Ok(())
    })?;
    Ok(Trajectories { times: times.to_vec(), positions, evaluations })
}

/// Tries one step of `solution`, the state of the last of `trajectories`, and adds it if it is
/// accepted. Returns the share of the time that is behind, 1 when there is nothing left.
pub(super) fn advance<F: VelocityField + ?Sized>(
    field: &F,
    solution: &mut Solution<2>,
    keep: Keep,
    trajectories: &mut Trajectories<F::Scalar>,
) -> Result<f64> {
    let (rtol, count) = (solution.tolerances.rtol, solution.state.len());
    let Trajectories { times, positions, .. } = trajectories;
    solution.advance(&mut field_system(field), |step| {
        if keep == Keep::BothEnds {
            times.truncate(1);
            positions.truncate(count);
        }
        if !limits::fits::<F::Scalar>(times.len() + 1, count) {
            let accepted = "looser: so many steps of so many particles do not fit in memory";
            return Err(Error::invalid("solver.rtol", rtol, accepted));
        }
        times.push(step.to);
        positions.extend(step.end.iter().copied().map(narrow));
        Ok(())
    })?;
    trajectories.evaluations = solution.evaluations;
    Ok(solution.share())
}

/// An accepted step of n particles with D coordinates each.
pub(crate) struct Step<'a, const D: usize> {
    from: f64,
    /// The time at the end of the step.
    pub to: f64,
    begin: &'a [[f64; D]],
    /// The state at the end of the step.
    pub end: &'a [[f64; D]],
    slopes: &'a [Vec<[f64; D]>; 7],
}

impl<const D: usize> Step<'_, D> {
    /// Whether time `t`, which lies ahead of the step's beginning, is within the step.
    fn reaches(&self, t: f64) -> bool {
        (t - self.to) * (self.to - self.from) <= 0.0
    }

    /// The state of particle `i` at time `t` within the step: Hairer et al., section II.6.
    fn at(&self, t: f64, i: usize) -> [f64; D] {
        let h = self.to - self.from;
        let theta = (t - self.from) / h;
        std::array::from_fn(|d| {
            let slope = |stage: usize| self.slopes[stage][i][d];
            let change = self.end[i][d] - self.begin[i][d];
            let bend = h * slope(0) - change;
            let twist = change - h * slope(6) - bend;
            let rest = h * (0..7).map(|stage| DENSE[stage] * slope(stage)).sum::<f64>();
            self.begin[i][d]
                + theta * (change + (1.0 - theta) * (bend + theta * (twist + (1.0 - theta) * rest)))
        })
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
pub(super) struct Solution<const D: usize> {
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

/// The proportional-integral controller of Gustafsson as tuned in Hairer's DOPRI5.
#[derive(Debug)]
struct StepControl {
    previous_error: f64,
    rejected: bool,
}

impl StepControl {
    const INTEGRAL: f64 = 0.04;
    const PROPORTIONAL: f64 = 0.2 - 0.75 * Self::INTEGRAL;
    const SAFETY: f64 = 0.9;

    fn new() -> Self {
        Self { previous_error: 1e-4, rejected: false }
    }

    fn after_acceptance(&mut self, error: f64) -> f64 {
        let shrink = libm::pow(error, Self::PROPORTIONAL) / libm::pow(self.previous_error, Self::INTEGRAL);
        let most = if self.rejected { 1.0 } else { 10.0 };
        self.previous_error = error.max(1e-4);
        self.rejected = false;
        (Self::SAFETY / shrink).clamp(0.2, most)
    }

    fn after_rejection(&mut self, error: f64) -> f64 {
        self.rejected = true;
        // An error that is no number shortens the step as much as the largest one.
        let shrink = libm::pow(error, Self::PROPORTIONAL) / Self::SAFETY;
        if shrink.is_finite() { (1.0 / shrink).clamp(0.2, 1.0) } else { 0.2 }
    }
}

/// The largest scaled error of a step over the particles; above 1 is too large, NaN is infinite.
fn step_error<const D: usize>(
    tolerances: Tolerances,
    h: f64,
    begin: &[[f64; D]],
    end: &[[f64; D]],
    slopes: &[Vec<[f64; D]>; 7],
) -> f64 {
    let error = |i: usize| {
        let estimate: [f64; D] =
            std::array::from_fn(|d| h * (0..7).map(|stage| ERROR[stage] * slopes[stage][i][d]).sum::<f64>());
        let size: [f64; D] = std::array::from_fn(|d| begin[i][d].abs().max(end[i][d].abs()));
        scaled_norm(tolerances, &estimate, &size)
    };
    largest((0..begin.len()).map(error))
}

/// Root mean square over the coordinates of `value` in units of the tolerance at `size`.
fn scaled_norm<const D: usize>(tolerances: Tolerances, value: &[f64; D], size: &[f64; D]) -> f64 {
    let square = |d: usize| {
        let scaled = value[d] / (tolerances.atol + tolerances.rtol * size[d].abs());
        scaled * scaled
    };
    ((0..D).map(square).sum::<f64>() / D as f64).sqrt()
}

/// The largest of `values`, or NaN if one of them is.
fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values
        .fold(0.0, |largest, value| if value <= largest { largest } else { value.max(largest + 0.0 * value) })
}

/// A first step for which an Euler step would be safe: Hairer et al., section II.4.
fn first_step<const D: usize>(
    evaluate: &mut impl FnMut(f64, &[[f64; D]], &mut [[f64; D]]) -> Result<()>,
    tolerances: Tolerances,
    (start, end): (f64, f64),
    state: &[[f64; D]],
    slope: &[[f64; D]],
    probe: &mut [[f64; D]],
) -> Result<f64> {
    let span = (end - start).abs();
    let norm = |values: &[[f64; D]]| {
        largest(values.iter().zip(state).map(|(value, size)| scaled_norm(tolerances, value, size)))
    };
    let (position, speed) = (norm(state), norm(slope));
    let guess = if position < 1e-5 || speed < 1e-5 { 1e-6 } else { 0.01 * position / speed }.min(span);
    let signed = guess * (end - start).signum();
    for (probe, (x, slope)) in probe.iter_mut().zip(state.iter().zip(slope)) {
        *probe = std::array::from_fn(|d| x[d] + signed * slope[d]);
    }
    let mut ahead = slope.to_vec();
    if !is_available(evaluate(start + signed, probe, &mut ahead), start + signed)? {
        return Ok(1e-3 * span);
    }
    for (ahead, slope) in ahead.iter_mut().zip(slope) {
        *ahead = std::array::from_fn(|d| (ahead[d] - slope[d]) / guess);
    }
    let steepest = speed.max(norm(&ahead));
    let second = if steepest <= 1e-15 { (guess * 1e-3).max(1e-6) } else { libm::pow(0.01 / steepest, 0.2) };
    let size = (100.0 * guess).min(second).min(span);
    // A field that is not finite here is found out by the first step, which then fails.
    Ok(if size > 0.0 { size } else { 1e-6 * span })
}

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
        x.extend(state.iter().copied().map(narrow::<F::Scalar>));
        velocity.resize(x.len(), [F::Scalar::from_f64(0.0); 2]);
        field.velocity(t, &x, &mut velocity)?;
        for (slope, velocity) in slopes.iter_mut().zip(&velocity) {
            *slope = velocity.map(Scalar::to_f64);
        }
        Ok(())
    }
}

/// The way of `starts`, before its first step.
pub(super) fn begin<S: Scalar>(tolerances: Tolerances, span: (f64, f64), starts: &[[S; 2]]) -> Solution<2> {
    Solution::new(tolerances, span, widen(starts))
}

fn widen<S: Scalar>(points: &[[S; 2]]) -> Vec<[f64; 2]> {
    points.iter().map(|x| x.map(Scalar::to_f64)).collect()
}

fn narrow<S: Scalar>(x: [f64; 2]) -> [S; 2] {
    x.map(S::from_f64)
}

/// Times of the stages.
const C: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];

/// Weights of the earlier slopes in each stage; the last row is the fifth-order result.
const A: [[f64; 6]; 7] = [
    [0.0; 6],
    [0.2, 0.0, 0.0, 0.0, 0.0, 0.0],
    [3.0 / 40.0, 9.0 / 40.0, 0.0, 0.0, 0.0, 0.0],
    [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0, 0.0, 0.0, 0.0],
    [19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0, 0.0, 0.0],
    [9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0, 0.0],
    [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];

/// Fifth-order weights less fourth-order weights.
const ERROR: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];

/// Weights of the continuous extension's last term.
const DENSE: [f64; 7] = [
    -12_715_105_075.0 / 11_282_082_432.0,
    0.0,
    87_487_479_700.0 / 32_700_410_799.0,
    -10_690_763_975.0 / 1_880_347_072.0,
    701_980_252_875.0 / 199_316_789_632.0,
    -1_453_857_185.0 / 822_651_844.0,
    69_997_945.0 / 29_380_423.0,
];
