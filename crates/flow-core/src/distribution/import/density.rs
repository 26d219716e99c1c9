//! From a picture to points: where it has more ink, more points.

use super::{LARGEST_CLOUD, check_count, fitted, hilbert};
use crate::{Error, Result, sequence};

/// The most pixels an image may have to either side.
pub const LARGEST_IMAGE: usize = 1_024;

/// Ink below this share of the strongest counts as none: no scanned paper is perfectly white.
const FAINTEST: f64 = 1.0 / 16.0;

/// A picture whose strongest ink is weaker than this, where full ink is 1, shows nothing.
const BLANK: f64 = 0.02;

/// Which pixels carry density. Transparent ones never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// The darker, the denser.
    Dark,
    /// The brighter, the denser.
    Bright,
}

/// Ink on a grid of pixels, rows from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    width: usize,
    height: usize,
    /// At least 0, full ink is 1.
    values: Vec<f64>,
}

impl Density {
    /// The ink of an image of `width` x `height` pixels, four bytes each: red, green, blue, alpha.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a side is 0 or longer than [`LARGEST_IMAGE`], or the number of
    /// bytes is not four for each pixel.
    pub fn of_image(rgba: &[u8], width: usize, height: usize, ink: Ink) -> Result<Self> {
        let sides = 1..=LARGEST_IMAGE;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(Error::invalid(
                "the image",
                format!("{width} x {height} pixels"),
                format!("from 1 to {LARGEST_IMAGE} pixels wide and high"),
            ));
        }
        if rgba.len() != 4 * width * height {
            return Err(Error::invalid("the image", format!("{} bytes", rgba.len()), "four bytes a pixel"));
        }
        let values = rgba
            .as_chunks::<4>()
            .0
            .iter()
            .map(|&[red, green, blue, alpha]| {
                // Luma of Rec. 709.
                let bright =
                    (0.2126 * f64::from(red) + 0.7152 * f64::from(green) + 0.0722 * f64::from(blue)) / 255.0;
                let ink = match ink {
                    Ink::Dark => 1.0 - bright,
                    Ink::Bright => bright,
                };
                ink * f64::from(alpha) / 255.0
            })
            .collect();
        Ok(Self { width, height, values })
    }

    /// The ink of a square grid, `side` x `side` values of 0 to 1, rows from the top.
    pub(super) fn of_square(side: usize, values: Vec<f64>) -> Self {
        Self { width: side, height: side, values }
    }

    /// `count` points in pixels, y upwards from the lower edge, spread in proportion to the ink as
    /// evenly as can be: they divide the ink along Hilbert's curve into equal shares. The same
    /// picture always gives the same points.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no ink, or `count` is 0 or above [`LARGEST_CLOUD`].
    pub fn points(&self, count: usize) -> Result<Vec<[f64; 2]>> {
        check_count("points", count, LARGEST_CLOUD)?;
        let strongest = self.values.iter().copied().fold(0.0, f64::max);
        if strongest < BLANK {
            return Err(Error::invalid("the picture", "blank", "one with something on it"));
        }
        let at_least = FAINTEST * strongest;
        let ink_at = |x: u32, y: u32| {
            let (x, y) = (x as usize, y as usize);
            let ink = if x < self.width && y < self.height { self.values[y * self.width + x] } else { 0.0 };
            if ink >= at_least { ink } else { 0.0 }
        };
        let total: f64 = self.values.iter().filter(|&&ink| ink >= at_least).sum();
        let side = self.width.max(self.height).next_power_of_two() as u32;
        let (mut points, mut passed) = (Vec::with_capacity(count), 0.0);
        for index in 0..side * side {
            let (x, y) = hilbert::cell_at(side, index);
            let ink = ink_at(x, y);
            if ink == 0.0 {
                continue;
            }
            passed += ink;
            while points.len() < count && (points.len() as f64 + 0.5) / count as f64 * total < passed {
                // So that neighbours lie at different places of their pixels.
                let [across, down] = sequence::place(sequence::R2, [0.5; 2], points.len());
                points.push([f64::from(x) + across, self.height as f64 - f64::from(y) - down]);
            }
        }
        // The sum along the curve may end a rounding below the sum row by row.
        while let (Some(&last), true) = (points.last(), points.len() < count) {
            points.push(last);
        }
        Ok(points)
    }

    /// As [`points`](Self::points), moved and scaled into the lab's plane.
    ///
    /// # Errors
    /// As [`points`](Self::points).
    pub fn fitted_points(&self, count: usize) -> Result<Vec<[f64; 2]>> {
        Ok(fitted(&self.points(count)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of these gray values, rows from the top.
    fn image(rows: &[&[u8]]) -> (Vec<u8>, usize, usize) {
        let rgba = rows.iter().flat_map(|row| row.iter().flat_map(|&gray| [gray, gray, gray, 255])).collect();
        (rgba, rows[0].len(), rows.len())
    }

    #[test]
    fn points_follow_the_ink() {
        // Upper left black, lower right half as dark.
        let (rgba, width, height) = image(&[&[0, 255, 255], &[255, 255, 255], &[255, 255, 128]]);
        let points = Density::of_image(&rgba, width, height, Ink::Dark).unwrap().points(300).unwrap();
        let black = points.iter().filter(|point| point[0] < 1.0 && point[1] > 2.0).count();
        let gray = points.iter().filter(|point| point[0] > 2.0 && point[1] < 1.0).count();
        assert_eq!((black + gray, points.len()), (300, 300));
        assert!((199..=201).contains(&black), "{black}");
        // What is bright becomes dense on request.
        let points = Density::of_image(&rgba, width, height, Ink::Bright).unwrap().points(300).unwrap();
        assert!(points.iter().all(|point| !(point[0] < 1.0 && point[1] > 2.0)));
    }

    #[test]
    fn an_even_picture_gives_even_points() {
        let density = Density::of_square(64, vec![1.0; 64 * 64]);
        let points = density.points(1024).unwrap();
        // Each of 64 blocks of 8 x 8 pixels holds its 16 points.
        for (column, row) in (0..64).map(|block| (f64::from(block % 8) * 8.0, f64::from(block / 8) * 8.0)) {
            let held = points
                .iter()
                .filter(|[x, y]| (column..column + 8.0).contains(x) && (row..row + 8.0).contains(y))
                .count();
            assert!((15..=17).contains(&held), "{held}");
        }
    }

    #[test]
    fn what_shows_nothing_is_refused() {
        let say = |result: Result<Vec<[f64; 2]>>| result.unwrap_err().to_string();
        let (white, width, height) = image(&[&[255, 254], &[255, 255]]);
        let blank = Density::of_image(&white, width, height, Ink::Dark).unwrap();
        assert_eq!(say(blank.points(10)), "the picture is blank, but must be one with something on it");
        let clear = Density::of_image(&[0, 0, 0, 0], 1, 1, Ink::Dark).unwrap();
        assert!(say(clear.points(10)).contains("blank"));
        let dot = Density::of_image(&[0, 0, 0, 255], 1, 1, Ink::Dark).unwrap();
        assert!(say(dot.points(0)).contains("from 1 to 2048"));
        assert_eq!(dot.points(7).unwrap().len(), 7);
        for (bytes, width, height) in [(3, 1, 1), (0, 0, 4), (4, 2000, 1)] {
            assert!(Density::of_image(&vec![0; bytes], width, height, Ink::Dark).is_err());
        }
    }
}
