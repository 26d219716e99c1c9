//! From a drawing to points.

use serde::Deserialize;

use super::Density;
use crate::{Error, Result};

/// The drawing's square reaches from minus this to this in x and in y.
pub const HALF_SIDE: f64 = 5.0;

/// Cells of the drawing to each side, 0.039 wide.
const CELLS: usize = 256;

const MOST_STROKES: usize = 2_000;
const MOST_PLACES: usize = 20_000;

/// One pull of the brush, or of the eraser.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stroke {
    /// Where the brush went, on the lab's plane; at least one place.
    pub path: Vec<[f64; 2]>,
    /// Half the width of the brush, 0.02 to 5.
    pub radius: f64,
    /// Takes ink away instead of leaving some.
    #[serde(default)]
    pub erase: bool,
}

impl Density {
    /// The ink that these strokes, one after the other, leave on a square from -5 to 5. Ink is
    /// there or not: going over a place twice changes nothing.
    fn of_strokes(strokes: &[Stroke]) -> Result<Self> {
        check(strokes)?;
        let mut values = vec![0.0; CELLS * CELLS];
        for stroke in strokes {
            let ink = if stroke.erase { 0.0 } else { 1.0 };
            let first = stroke.path[0];
            let ends = std::iter::once(&first).chain(&stroke.path);
            for (&from, &to) in ends.zip(&stroke.path) {
                put(&mut values, from, to, stroke.radius, ink);
            }
        }
        Ok(Self::of_square(CELLS, values))
    }

    /// `count` points of a drawing, on the lab's plane where they were drawn.
    ///
    /// # Errors
    /// [`Error::Invalid`] for no strokes, more than 2,000, more than 20,000 places in all, places
    /// that are not numbers from -1000 to 1000, a radius out of its range, and when nothing is left to see.
    pub fn points_of_strokes(strokes: &[Stroke], count: usize) -> Result<Vec<[f64; 2]>> {
        let points = Self::of_strokes(strokes)?.points(count)?;
        let cell = 2.0 * HALF_SIDE / CELLS as f64;
        Ok(points.into_iter().map(|point| point.map(|x| x * cell - HALF_SIDE)).collect())
    }
}

fn check(strokes: &[Stroke]) -> Result<()> {
    let places: usize = strokes.iter().map(|stroke| stroke.path.len()).sum();
    if strokes.is_empty() || strokes.iter().all(|stroke| stroke.erase) {
        return Err(Error::invalid("the drawing", "empty", "at least one stroke"));
    }
    if strokes.len() > MOST_STROKES || places > MOST_PLACES {
        return Err(Error::invalid(
            "the drawing",
            format!("{} strokes through {places} places", strokes.len()),
            format!("at most {MOST_STROKES} strokes through {MOST_PLACES} places"),
        ));
    }
    for (i, stroke) in strokes.iter().enumerate() {
        if !(0.02..=5.0).contains(&stroke.radius) {
            return Err(Error::invalid(
                format!("the radius of stroke {}", i + 1),
                stroke.radius,
                "from 0.02 to 5",
            ));
        }
        let is_place = |place: &[f64; 2]| place.iter().all(|x| (-1000.0..=1000.0).contains(x));
        if stroke.path.is_empty() || !stroke.path.iter().all(is_place) {
            return Err(Error::invalid(
                format!("stroke {}", i + 1),
                format!("{} places", stroke.path.len()),
                "at least one place, each of two numbers from -1000 to 1000",
            ));
        }
    }
    Ok(())
}

/// Sets every cell whose centre is within `radius` of the line `from`..`to`.
fn put(values: &mut [f64], from: [f64; 2], to: [f64; 2], radius: f64, ink: f64) {
    let cell = 2.0 * HALF_SIDE / CELLS as f64;
    let nearest_cell = |x: f64| libm::floor((x + HALF_SIDE) / cell).clamp(0.0, (CELLS - 1) as f64) as usize;
    let range = |axis: usize| {
        let (low, high) = (f64::min(from[axis], to[axis]), f64::max(from[axis], to[axis]));
        nearest_cell(low - radius)..=nearest_cell(high + radius)
    };
    let along = [to[0] - from[0], to[1] - from[1]];
    let length = along[0] * along[0] + along[1] * along[1];
    for row in range(1) {
        for column in range(0) {
            let [x, y] = [column, row].map(|i| (i as f64 + 0.5) * cell - HALF_SIDE);
            let [dx, dy] = [x - from[0], y - from[1]];
            let share =
                if length > 0.0 { ((dx * along[0] + dy * along[1]) / length).clamp(0.0, 1.0) } else { 0.0 };
            let (dx, dy) = (dx - share * along[0], dy - share * along[1]);
            if dx * dx + dy * dy <= radius * radius {
                // The rows of a picture go from the top.
                values[(CELLS - 1 - row) * CELLS + column] = ink;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(path: &[[f64; 2]], radius: f64, erase: bool) -> Stroke {
        Stroke { path: path.to_vec(), radius, erase }
    }

    #[test]
    fn points_lie_along_the_strokes_where_they_were_drawn() {
        let strokes = [stroke(&[[-3.0, 1.0], [3.0, 1.0]], 0.2, false), stroke(&[[0.0, -2.0]], 0.3, false)];
        let points = Density::points_of_strokes(&strokes, 500).unwrap();
        let line = points.iter().filter(|[x, y]| x.abs() < 3.25 && (y - 1.0).abs() < 0.25).count();
        let dot = points.iter().filter(|[x, y]| x.hypot(y + 2.0) < 0.36).count();
        assert_eq!(line + dot, 500);
        // In proportion to the areas: 2.4 + 0.126 against 0.283.
        assert!((40..=62).contains(&dot), "{dot}");
    }

    #[test]
    fn the_eraser_takes_away() {
        let line = stroke(&[[-3.0, 1.0], [3.0, 1.0]], 0.2, false);
        let half = stroke(&[[-4.0, 1.0], [0.0, 1.0]], 0.5, true);
        let points = Density::points_of_strokes(&[line.clone(), half], 200).unwrap();
        assert!(points.iter().all(|point| point[0] > 0.4));
        let all = stroke(&[[-4.0, 1.0], [4.0, 1.0]], 0.5, true);
        let message = Density::points_of_strokes(&[line, all.clone()], 200).unwrap_err().to_string();
        assert!(message.contains("blank"), "{message}");
        let message = Density::points_of_strokes(&[all], 200).unwrap_err().to_string();
        assert_eq!(message, "the drawing is empty, but must be at least one stroke");
    }

    #[test]
    fn drawings_beyond_the_limits_are_refused() {
        for strokes in [
            vec![stroke(&[], 0.2, false)],
            vec![stroke(&[[f64::NAN, 0.0]], 0.2, false)],
            vec![stroke(&[[0.0, 0.0]], 0.0, false)],
            vec![stroke(&[[0.0, 0.0]], 0.2, false); 2_001],
            vec![stroke(&vec![[0.0, 0.0]; 20_001], 0.2, false)],
        ] {
            assert!(Density::of_strokes(&strokes).is_err());
        }
        // Outside the square nothing is drawn, and nothing breaks.
        assert!(Density::points_of_strokes(&[stroke(&[[900.0, 0.0]], 0.2, false)], 5).is_err());
    }
}
