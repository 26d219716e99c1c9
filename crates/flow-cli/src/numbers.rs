//! Numbers on the command line, with errors that say what is accepted.

use std::{ops::RangeInclusive, str::FromStr};

/// A whole number within `range`.
fn whole<T: FromStr + PartialOrd + std::fmt::Display>(
    text: &str,
    range: RangeInclusive<T>,
) -> Result<T, String> {
    match text.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!("must be a whole number from {} to {}", range.start(), range.end())),
    }
}

/// A number of solver or training steps.
pub fn steps(text: &str) -> Result<usize, String> {
    whole(text, 1..=flow_core::solver::STEP_LIMIT)
}

/// A number of particles or samples.
pub fn count(text: &str) -> Result<usize, String> {
    whole(text, 1..=10_000_000)
}

/// A number of reflow rounds.
pub fn rounds(text: &str) -> Result<usize, String> {
    whole(text, 1..=10)
}

/// A number of steps that distillation can reach by halving.
pub fn student_steps(text: &str) -> Result<usize, String> {
    whole(text, 1..=64)
        .ok()
        .filter(|steps: &usize| steps.is_power_of_two())
        .ok_or_else(|| "must be a power of two from 1 to 64".into())
}

/// The side of a picture.
pub fn pixels(text: &str) -> Result<u32, String> {
    whole(text, 64..=8192)
}

/// A mode of the target.
pub fn class(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "must be a whole number, the first mode being 0".into())
}

/// The seed of all random streams.
pub fn seed(text: &str) -> Result<u64, String> {
    whole(text, 0..=u64::MAX)
}

/// A time of the path.
pub fn time(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err("must be a number from 0 (noise) to 1 (data)".into()),
    }
}

/// Any finite number.
pub fn finite(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| "must be a finite number".into())
}
