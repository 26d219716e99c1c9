//! Drawing particles: two translucent inks on a transparent sheet of pixels.
//!
//! Each pixel keeps the coverage of both inks, 0..=1. Marks of one ink accumulate as glazes do
//! (`a + b - a b`), so the picture does not depend on the order of the particles, and a crowd
//! darkens towards the pure colour without ever clipping.

/// The two inks of a [`Raster`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Particles that reach the target.
    Hit = 0,
    /// Particles that miss it.
    Miss = 1,
}

/// An sRGB colour.
pub type Rgb = [u8; 3];

/// A sheet of `width` x `height` pixels; the origin is the top left corner, y runs downwards.
#[derive(Debug, Clone)]
pub struct Raster {
    width: usize,
    height: usize,
    /// Coverage of both inks, pixel after pixel, row after row; where marks are tinted, the
    /// coverage by all of them and the sum of their layers.
    coverage: Vec<[f32; 2]>,
    /// The sum of layer times tint of tinted marks; empty until there is one.
    tints: Vec<[f32; 3]>,
}

impl Raster {
    /// An empty sheet. Either side may be 0.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, coverage: vec![[0.0; 2]; width * height], tints: Vec::new() }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Paints an anti-aliased disc. Positions and radius are in pixels; what lies outside the
    /// sheet, and a position that is not finite, leaves no mark. `opacity` is in 0..=1.
    pub fn disc(&mut self, ink: Ink, [x, y]: [f32; 2], radius: f32, opacity: f32) {
        let reach = radius + 0.5;
        let (columns, rows) = (clamp_span(x, reach, self.width), clamp_span(y, reach, self.height));
        for row in rows {
            let dy = row as f32 + 0.5 - y;
            let line = &mut self.coverage[row * self.width..][..self.width];
            for column in columns.clone() {
                let dx = column as f32 + 0.5 - x;
                let inside = reach - (dx * dx + dy * dy).sqrt();
                glaze(&mut line[column][ink as usize], inside.clamp(0.0, 1.0) * opacity);
            }
        }
    }

    /// Paints a line one pixel wide (measured along the axis it is nearer to being square to)
    /// whose opacity runs linearly from `opacity[0]` at `from` to `opacity[1]` at `to`.
    pub fn stroke(&mut self, ink: Ink, from: [f32; 2], to: [f32; 2], opacity: [f32; 2]) {
        let coverage = &mut self.coverage;
        let mark = |pixel: usize, layer: f32| glaze(&mut coverage[pixel][ink as usize], layer);
        walk((self.width, self.height), from, to, opacity, mark);
    }

    /// As [`disc`](Self::disc), in a colour of its own. A sheet holds either inks or tints until
    /// it is developed.
    pub fn tinted_disc(&mut self, tint: Rgb, [x, y]: [f32; 2], radius: f32, opacity: f32) {
        self.tints.resize(self.coverage.len(), [0.0; 3]);
        let tint = tint.map(f32::from);
        let reach = radius + 0.5;
        let (columns, rows) = (clamp_span(x, reach, self.width), clamp_span(y, reach, self.height));
        for row in rows {
            let dy = row as f32 + 0.5 - y;
            for column in columns.clone() {
                let dx = column as f32 + 0.5 - x;
                let layer = (reach - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0) * opacity;
                let pixel = row * self.width + column;
                dye(&mut self.coverage[pixel], &mut self.tints[pixel], tint, layer);
            }
        }
    }

    /// As [`stroke`](Self::stroke), in a colour of its own.
    pub fn tinted_stroke(&mut self, tint: Rgb, from: [f32; 2], to: [f32; 2], opacity: [f32; 2]) {
        self.tints.resize(self.coverage.len(), [0.0; 3]);
        let tint = tint.map(f32::from);
        let (coverage, tints) = (&mut self.coverage, &mut self.tints);
        let mark = |pixel: usize, layer: f32| dye(&mut coverage[pixel], &mut tints[pixel], tint, layer);
        walk((self.width, self.height), from, to, opacity, mark);
    }

    /// As [`develop`](Self::develop), for a sheet of tinted marks: where they overlap, the mean of
    /// their colours.
    ///
    /// # Panics
    /// As [`develop`](Self::develop).
    pub fn develop_tinted(&mut self, pixels: &mut [u8]) {
        assert_eq!(pixels.len(), 4 * self.coverage.len(), "four bytes a pixel");
        self.tints.resize(self.coverage.len(), [0.0; 3]);
        let cells = self.coverage.iter_mut().zip(&mut self.tints);
        for ((cell, tint), pixel) in cells.zip(pixels.as_chunks_mut::<4>().0) {
            let [alpha, weight] = *cell;
            if weight == 0.0 {
                *pixel = [0; 4];
                continue;
            }
            let [red, green, blue] = tint.map(|sum| (sum / weight + 0.5) as u8);
            *pixel = [red, green, blue, (alpha * 255.0 + 0.5) as u8];
            (*cell, *tint) = ([0.0; 2], [0.0; 3]);
        }
    }

    /// Writes the picture as RGBA, not premultiplied (a canvas's `ImageData`), and leaves the sheet
    /// empty for the next frame.
    ///
    /// # Panics
    /// When `pixels` does not hold exactly four bytes a pixel.
    pub fn develop(&mut self, colors: [Rgb; 2], pixels: &mut [u8]) {
        assert_eq!(pixels.len(), 4 * self.coverage.len(), "four bytes a pixel");
        let colors = colors.map(|color| color.map(f32::from));
        for (cell, pixel) in self.coverage.iter_mut().zip(pixels.as_chunks_mut::<4>().0) {
            let [hit, miss] = *cell;
            if hit == 0.0 && miss == 0.0 {
                *pixel = [0; 4];
                continue;
            }
            let alpha = hit + miss - hit * miss;
            let share = hit / (hit + miss);
            let mix = |i: usize| colors[0][i] * share + colors[1][i] * (1.0 - share) + 0.5;
            *pixel = [mix(0) as u8, mix(1) as u8, mix(2) as u8, (alpha * 255.0 + 0.5) as u8];
            *cell = [0.0; 2];
        }
    }
}

/// Calls `mark` with each pixel of a line and the layer of ink that falls there; see
/// [`Raster::stroke`].
#[inline]
fn walk(
    (width, height): (usize, usize),
    from: [f32; 2],
    to: [f32; 2],
    opacity: [f32; 2],
    mut mark: impl FnMut(usize, f32),
) {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    // Walk along the longer axis; each cell there spreads its ink over two cells across.
    let steep = dy.abs() > dx.abs();
    let (along, across) = if steep { (1, 0) } else { (0, 1) };
    let length = if steep { dy } else { dx };
    // Also turns away what is not finite.
    if !(length != 0.0 && length.abs() < 16.0 * (width + height) as f32) {
        return;
    }
    let (start, end, [opaque, fainter]) =
        if length > 0.0 { (from, to, opacity) } else { (to, from, [opacity[1], opacity[0]]) };
    let length = length.abs();
    let slope = (end[across] - start[across]) / length;
    let fade = (fainter - opaque) / length;
    let (cells, lines) = if steep { (height, width) } else { (width, height) };
    let (cell_stride, line_stride) = if steep { (width, 1) } else { (1, width) };

    let first = start[along].floor().max(0.0);
    let last = end[along].ceil().min(cells as f32);
    for cell in first as usize..last as usize {
        let (low, high) = (start[along].max(cell as f32), end[along].min(cell as f32 + 1.0));
        let middle = 0.5 * (low + high) - start[along];
        let amount = (opaque + fade * middle) * (high - low);
        let position = start[across] + slope * middle - 0.5;
        let line = position.floor();
        let share = position - line;
        for (line, part) in [(line, 1.0 - share), (line + 1.0, share)] {
            if line >= 0.0 && line < lines as f32 {
                mark(cell * cell_stride + line as usize * line_stride, amount * part);
            }
        }
    }
}

/// Adds a translucent layer of coverage.
#[inline]
fn glaze(coverage: &mut f32, layer: f32) {
    *coverage += layer * (1.0 - *coverage);
}

/// Adds a translucent layer in a colour of its own.
#[inline]
fn dye(coverage: &mut [f32; 2], sum: &mut [f32; 3], tint: [f32; 3], layer: f32) {
    glaze(&mut coverage[0], layer);
    coverage[1] += layer;
    for (sum, tint) in sum.iter_mut().zip(tint) {
        *sum += layer * tint;
    }
}

/// The pixels that a mark reaching `reach` to both sides of `center` can touch; none when
/// `center` is not finite.
fn clamp_span(center: f32, reach: f32, size: usize) -> std::ops::Range<usize> {
    let first = (center - reach).floor().clamp(0.0, size as f32);
    let last = (center + reach).ceil().clamp(0.0, size as f32);
    if center.is_finite() { first as usize..last as usize } else { 0..0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLUE: Rgb = [31, 111, 181];
    const ORANGE: Rgb = [200, 90, 10];

    fn develop(raster: &mut Raster) -> Vec<u8> {
        let mut pixels = vec![0; 4 * raster.width() * raster.height()];
        raster.develop([BLUE, ORANGE], &mut pixels);
        pixels
    }

    #[test]
    fn a_disc_covers_its_area() {
        let mut raster = Raster::new(40, 40);
        raster.disc(Ink::Hit, [20.3, 19.6], 6.0, 1.0);
        let area: f32 = raster.coverage.iter().map(|pixel| pixel[0]).sum();
        let expected = std::f32::consts::PI * 36.0;
        assert!((area - expected).abs() < 0.02 * expected, "{area} against {expected}");
        assert!(raster.coverage.iter().all(|pixel| pixel[1] == 0.0), "the other ink stays dry");
    }

    #[test]
    fn a_stroke_holds_a_pixel_of_ink_for_each_pixel_of_length() {
        let mut raster = Raster::new(60, 20);
        raster.stroke(Ink::Miss, [5.0, 10.0], [45.0, 10.0], [1.0, 0.0]);
        let ink: f32 = raster.coverage.iter().map(|pixel| pixel[1]).sum();
        assert!((ink - 20.0).abs() < 1.5, "{ink}");
    }

    #[test]
    fn strokes_are_the_same_in_both_directions_and_clipped_at_the_edges() {
        let paint = |from, to, opacity| {
            let mut raster = Raster::new(12, 9);
            raster.stroke(Ink::Hit, from, to, opacity);
            develop(&mut raster)
        };
        let (a, b) = ([-30.5, -2.0], [15.2, 14.7]);
        let forth = paint(a, b, [0.2, 0.9]);
        assert!(forth.iter().any(|&byte| byte > 0));
        assert!(forth.iter().zip(&paint(b, a, [0.9, 0.2])).all(|(a, b)| a.abs_diff(*b) <= 1));
        for outside in [[f32::NAN, 1.0], [1e30, 1.0], [-5.0, -9.0]] {
            let blank = paint([-4.0, -3.0], outside, [1.0, 1.0]).iter().all(|&byte| byte == 0);
            assert!(blank, "{outside:?}");
        }
    }

    #[test]
    fn the_order_of_marks_does_not_matter_and_the_sheet_empties() {
        let marks = [(Ink::Hit, [3.0, 3.0]), (Ink::Miss, [4.2, 3.1]), (Ink::Hit, [3.9, 4.4])];
        let paint = |order: [usize; 3]| {
            let mut raster = Raster::new(8, 8);
            for index in order {
                raster.disc(marks[index].0, marks[index].1, 1.7, 0.6);
            }
            let first = develop(&mut raster);
            assert!(develop(&mut raster).iter().all(|&byte| byte == 0), "empty after developing");
            first
        };
        let (forth, back) = (paint([0, 1, 2]), paint([2, 1, 0]));
        assert!(forth.iter().zip(&back).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    #[test]
    fn marks_outside_and_broken_positions_leave_no_trace() {
        let mut raster = Raster::new(8, 8);
        for position in [[-50.0, 3.0], [f32::NAN, 3.0], [f32::INFINITY, 3.0], [1e30, -1e30]] {
            raster.disc(Ink::Hit, position, 2.0, 1.0);
            raster.stroke(Ink::Hit, position, [f32::NAN, 1.0], [1.0, 1.0]);
        }
        raster.stroke(Ink::Hit, [1e30, 0.0], [-1e30, 0.0], [1.0, 1.0]);
        assert!(develop(&mut raster).iter().all(|&byte| byte == 0));
    }

    #[test]
    fn tints_mix_in_any_order_and_the_sheet_empties() {
        let paint = |first: Rgb, second: Rgb| {
            let mut raster = Raster::new(5, 5);
            for tint in [first, second] {
                raster.tinted_disc(tint, [2.5, 2.5], 2.0, 0.5);
                raster.tinted_stroke(tint, [0.0, 0.5], [5.0, 0.5], [0.4, 0.4]);
            }
            let mut pixels = vec![0; 100];
            raster.develop_tinted(&mut pixels);
            let mut after = vec![1; 100];
            raster.develop_tinted(&mut after);
            assert!(after.iter().all(|&byte| byte == 0), "empty after developing");
            pixels
        };
        let (forth, back) = (paint(BLUE, ORANGE), paint(ORANGE, BLUE));
        assert!(forth.iter().zip(&back).all(|(a, b)| a.abs_diff(*b) <= 1));
        let center = &forth[4 * 12..][..4];
        assert_eq!(center, [116, 101, 96, 191], "the mean colour, glazed twice");
        assert!(forth[3] > 0, "the stroke too");
    }

    #[test]
    fn translucent_marks_keep_their_colour() {
        let mut raster = Raster::new(3, 3);
        raster.disc(Ink::Miss, [1.5, 1.5], 0.5, 0.5);
        let pixels = develop(&mut raster);
        let center = &pixels[4 * 4..][..4];
        assert_eq!(center, [200, 90, 10, 128]);
    }
}
