//! What can be asked about the flow on show at one place and time, for the layers of a picture.
//!
//! Nothing here changes an experiment, and every answer that involves chance draws from a stream of its own.

mod density;
mod field;
mod passing;

pub use density::DensityKind;
pub use field::WorstError;
pub use passing::{PassingPair, PassingPairs, Provenance};

use crate::{Error, Result};

/// A square part of the plane, looked at through a grid of cells. The grid's values are those at
/// the middles of its cells, row after row from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The point in the middle.
    pub center: [f64; 2],
    /// Half the side of the square, above 0.
    pub half_side: f64,
    /// Cells along each side, 1..=256.
    pub side: usize,
}

impl Window {
    /// The middles of the cells.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a value out of range.
    pub fn points(&self) -> Result<Vec<[f64; 2]>> {
        if !(1..=256).contains(&self.side) {
            return Err(Error::invalid("side", self.side, "from 1 to 256"));
        }
        let is_square = self.center.iter().all(|x| x.is_finite()) && self.half_side.is_finite();
        if !(is_square && self.half_side > 0.0) {
            return Err(Error::invalid("view", format!("{self:?}"), "a square of finite size"));
        }
        let cell = 2.0 * self.half_side / self.side as f64;
        let at = |i: usize| (i as f64 + 0.5) * cell - self.half_side;
        let rows = 0..self.side;
        Ok(rows
            .flat_map(|row| (0..self.side).map(move |column| (row, column)))
            .map(|(row, column)| [self.center[0] + at(column), self.center[1] - at(row)])
            .collect())
    }
}

/// Checks a time.
fn checked(t: f64) -> Result<f64> {
    if (0.0..=1.0).contains(&t) { Ok(t) } else { Err(Error::invalid("t", t, "from 0 to 1")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_read_from_the_top() {
        let window = Window { center: [1.0, 2.0], half_side: 2.0, side: 2 };
        assert_eq!(window.points().unwrap(), [[0.0, 3.0], [2.0, 3.0], [0.0, 1.0], [2.0, 1.0]]);
        assert!(Window { side: 0, ..window }.points().is_err());
        assert!(Window { half_side: f64::NAN, ..window }.points().is_err());
    }
}
