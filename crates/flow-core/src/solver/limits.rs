//! What every solver checks before it begins, and after each step.

use crate::{Error, Result, Scalar, scalar::widened};

/// Most steps of a fixed-step solver.
pub const STEP_LIMIT: usize = 1_000_000;

/// Most bytes the positions of one set of trajectories may need: 1 GiB, which also fits in the
/// memory of a browser tab.
pub const MEMORY_LIMIT_BYTES: usize = 1 << 30;

pub(crate) fn check_span((from, to): (f64, f64)) -> Result<()> {
    for (name, t) in [("span.from", from), ("span.to", to)] {
        if !(0.0..=1.0).contains(&t) {
            return Err(Error::invalid(name, t, "a time from 0 to 1"));
        }
    }
    Ok(())
}

pub(crate) fn check_starts<S: Scalar>(starts: &[[S; 2]]) -> Result<()> {
    if starts.is_empty() {
        return Err(Error::invalid("starts", "empty", "at least one point"));
    }
    match starts.iter().position(|x| !is_finite(x)) {
        Some(index) => {
            let [x, y] = widened(starts[index]);
            Err(Error::invalid(format!("starts[{index}]"), format!("[{x}, {y}]"), "finite"))
        }
        None => Ok(()),
    }
}

/// Checks the number of steps of a run that keeps `states` states of `count` points of `S`.
pub(crate) fn check_steps<S>(steps: usize, states: usize, count: usize) -> Result<()> {
    if !(1..=STEP_LIMIT).contains(&steps) {
        return Err(Error::invalid("steps", steps, format!("from 1 to {STEP_LIMIT}")));
    }
    if !fits::<S>(states, count) {
        let accepted = format!(
            "fewer: every state of {count} particles would need more than the limit of \
             {MEMORY_LIMIT_BYTES} bytes (keep only the end, or take fewer particles)"
        );
        return Err(Error::invalid("steps", steps, accepted));
    }
    Ok(())
}

/// Whether `states` states of `count` points of `S` stay within [`MEMORY_LIMIT_BYTES`].
pub(crate) fn fits<S>(states: usize, count: usize) -> bool {
    let points = (states as u128) * (count as u128);
    points * size_of::<[S; 2]>() as u128 <= MEMORY_LIMIT_BYTES as u128
}

/// Fails when a position reached at time `t` is not finite.
pub(crate) fn check_finite<S: Scalar>(t: f64, x: &[[S; 2]]) -> Result<()> {
    if x.iter().all(is_finite) {
        return Ok(());
    }
    Err(diverged(t))
}

pub(crate) fn diverged(t: f64) -> Error {
    Error::Diverged { process: "integration".into(), place: format!("t = {t}") }
}

fn is_finite<S: Scalar>(x: &[S; 2]) -> bool {
    x[0].is_finite() && x[1].is_finite()
}
