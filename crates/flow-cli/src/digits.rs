//! Numbers on pictures made of pixels: plotters has no letters without a font.

use plotters::prelude::DrawingBackend;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind,
    text_anchor::{HPos, VPos},
};

/// A backend that draws the letters of numbers as thin strokes, and everything else as ever.
pub struct WithDigits<B>(pub B);

/// Pixels of a letter, and from one letter to the next.
const WIDTH: i32 = 5;
const HEIGHT: i32 = 8;
const ADVANCE: i32 = 7;

/// The strokes of a letter: its corners, column and row from the top left.
fn strokes(letter: char) -> &'static [&'static [(i32, i32)]] {
    match letter {
        '0' => &[&[(1, 0), (4, 0), (5, 2), (5, 6), (4, 8), (1, 8), (0, 6), (0, 2), (1, 0)]],
        '1' => &[&[(1, 2), (3, 0), (3, 8)]],
        '2' => &[&[(0, 2), (1, 0), (4, 0), (5, 1), (5, 3), (0, 8), (5, 8)]],
        '3' => &[&[(0, 0), (5, 0), (2, 3), (4, 3), (5, 5), (5, 6), (4, 8), (1, 8), (0, 7)]],
        '4' => &[&[(4, 8), (4, 0), (0, 6), (5, 6)]],
        '5' => &[&[(5, 0), (0, 0), (0, 3), (4, 3), (5, 5), (5, 6), (4, 8), (1, 8), (0, 7)]],
        '6' => &[&[(4, 0), (2, 0), (0, 3), (0, 6), (1, 8), (4, 8), (5, 6), (5, 5), (4, 3), (0, 4)]],
        '7' => &[&[(0, 0), (5, 0), (2, 8)]],
        '8' => &[
            &[(1, 0), (4, 0), (5, 1), (5, 3), (4, 4), (1, 4), (0, 3), (0, 1), (1, 0)],
            &[(1, 4), (0, 5), (0, 7), (1, 8), (4, 8), (5, 7), (5, 5), (4, 4)],
        ],
        '9' => &[&[(1, 8), (3, 8), (5, 5), (5, 2), (4, 0), (1, 0), (0, 2), (0, 3), (1, 5), (5, 4)]],
        '-' => &[&[(1, 4), (5, 4)]],
        '.' => &[&[(2, 7), (3, 7), (3, 8), (2, 8), (2, 7)]],
        _ => &[],
    }
}

impl<B: DrawingBackend> DrawingBackend for WithDigits<B> {
    type ErrorType = B::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        self.0.ensure_prepared()
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        self.0.present()
    }

    fn draw_pixel(
        &mut self,
        place: BackendCoord,
        color: BackendColor,
    ) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        self.0.draw_pixel(place, color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        self.0.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        self.0.draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        let width = text.chars().map(|_| ADVANCE).sum::<i32>() - (ADVANCE - WIDTH);
        let left = match style.anchor().h_pos {
            HPos::Left => x,
            HPos::Center => x - width / 2,
            HPos::Right => x - width,
        };
        let top = match style.anchor().v_pos {
            VPos::Top => y,
            VPos::Center => y - HEIGHT / 2,
            VPos::Bottom => y - HEIGHT,
        };
        for (letter, start) in text.chars().zip((left..).step_by(ADVANCE as usize)) {
            for stroke in strokes(letter) {
                let corners = stroke.iter().map(|(column, row)| (start + column, top + row));
                self.0.draw_path(corners, &style.color())?;
            }
        }
        Ok(())
    }
}
