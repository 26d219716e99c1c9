//! The reader's own data: from a table of points, an image, a drawing or a list of modes to a
//! distribution, and from there to a short code that fits into a link and back.
//!
//! Everything here is a pure function of its input, with stated limits. Whatever is refused is
//! refused with a message that says what would have been accepted; nothing panics.

mod code;
mod density;
mod fit;
mod hilbert;
mod strokes;
mod table;

pub use code::LONGEST_CODE;
pub use density::{Density, Ink, LARGEST_IMAGE};
pub use fit::{fitted, thinned};
pub use strokes::{HALF_SIDE, Stroke};
pub use table::read_table;

use super::DistributionSpec;
use crate::{Error, Result};

/// The most points that own data may have; a code always holds as many.
pub const LARGEST_CLOUD: usize = 2_048;

/// The most modes that own data may have.
pub const LARGEST_MODES: usize = 64;

/// Coordinates of own data lie between plus and minus this.
pub const FARTHEST: f64 = 50.0;

/// One round Gaussian of a mixture that the reader put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// Mean, each coordinate within [`FARTHEST`] of 0.
    pub center: [f64; 2],
    /// Standard deviation, 0.01 to 10.
    pub sd: f64,
    /// Weight against the other modes, 0.01 to 100.
    pub weight: f64,
}

/// A distribution that the reader made.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnData {
    /// 1 to [`LARGEST_CLOUD`] points of equal weight.
    Points(Vec<[f64; 2]>),
    /// 1 to [`LARGEST_MODES`] round Gaussians.
    Modes(Vec<Mode>),
}

impl OwnData {
    /// Own data of these points.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are none or more than [`LARGEST_CLOUD`], or one of them lies
    /// farther out than [`FARTHEST`].
    pub fn points(points: Vec<[f64; 2]>) -> Result<Self> {
        check_count("points", points.len(), LARGEST_CLOUD)?;
        for (i, point) in points.iter().enumerate() {
            check_place(&format!("point {}", i + 1), *point)?;
        }
        Ok(Self::Points(points))
    }

    /// Own data of these modes.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are none or more than [`LARGEST_MODES`], or a number of one
    /// of them is outside its range.
    pub fn modes(modes: Vec<Mode>) -> Result<Self> {
        check_count("modes", modes.len(), LARGEST_MODES)?;
        for (i, mode) in modes.iter().enumerate() {
            let name = format!("mode {}", i + 1);
            check_place(&name, mode.center)?;
            if !(0.01..=10.0).contains(&mode.sd) {
                return Err(Error::invalid(format!("the size of {name}"), mode.sd, "from 0.01 to 10"));
            }
            if !(0.01..=100.0).contains(&mode.weight) {
                return Err(Error::invalid(format!("the weight of {name}"), mode.weight, "from 0.01 to 100"));
            }
        }
        Ok(Self::Modes(modes))
    }

    /// How it enters a configuration.
    pub fn spec(&self) -> DistributionSpec {
        match self {
            Self::Points(points) => DistributionSpec::Points { points: points.clone() },
            Self::Modes(modes) => DistributionSpec::GaussianMixture {
                weights: modes.iter().map(|mode| mode.weight).collect(),
                means: modes.iter().map(|mode| mode.center).collect(),
                covs: modes.iter().map(|mode| [[mode.sd * mode.sd, 0.0], [0.0, mode.sd * mode.sd]]).collect(),
            },
        }
    }

    /// The code that stands for it in a link: letters, digits, `-`, `_`, `.` and `*`, so that a
    /// link need not escape anything; at most [`LONGEST_CODE`] characters. Points are rounded to
    /// a 1,023rd of the longer side of the box around them, modes to three decimals.
    ///
    /// # Errors
    /// As [`OwnData::points`] and [`OwnData::modes`], for data made without them.
    pub fn code(&self) -> Result<String> {
        match self.clone() {
            Self::Points(points) => Self::points(points)?,
            Self::Modes(modes) => Self::modes(modes)?,
        };
        Ok(match self {
            Self::Points(points) => code::write_points(points),
            Self::Modes(modes) => code::write_modes(modes),
        })
    }

    /// The data that `code` stands for: for the same code the same bits on every machine.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is not a whole, unchanged code.
    pub fn read(code: &str) -> Result<Self> {
        code::read(code)
    }
}

fn check_count(name: &str, count: usize, largest: usize) -> Result<()> {
    if (1..=largest).contains(&count) {
        return Ok(());
    }
    Err(Error::invalid(format!("the number of {name}"), count, format!("from 1 to {largest}")))
}

fn check_place(name: &str, [x, y]: [f64; 2]) -> Result<()> {
    let is_inside = |v: f64| (-FARTHEST..=FARTHEST).contains(&v);
    if is_inside(x) && is_inside(y) {
        return Ok(());
    }
    Err(Error::invalid(
        name,
        format!("({x}, {y})"),
        format!("within {FARTHEST} of 0 in x and in y, or be fitted into the plane"),
    ))
}

#[cfg(test)]
mod properties;
