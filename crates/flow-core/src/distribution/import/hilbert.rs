//! Hilbert's curve: an order of the cells of a square grid in which neighbours stay neighbours.

/// The place along the curve of the cell (`x`, `y`) of a grid of `side` x `side` cells; `side` is
/// a power of two, and both coordinates lie below it. (Turning the quarter squares as in Hamilton
/// 2006, *Compact Hilbert Indices*, for two dimensions.)
pub(super) fn index_of(side: u32, mut x: u32, mut y: u32) -> u32 {
    let mut index = 0;
    let mut half = side / 2;
    while half > 0 {
        let (right, upper) = (u32::from(x & half > 0), u32::from(y & half > 0));
        index += half * half * ((3 * right) ^ upper);
        (x, y) = turned(side, x, y, right, upper);
        half /= 2;
    }
    index
}

/// The cell at the place `index` along the curve; the inverse of [`index_of`].
pub(super) fn cell_at(side: u32, index: u32) -> (u32, u32) {
    let (mut x, mut y, mut rest) = (0, 0, index);
    let mut half = 1;
    while half < side {
        let right = 1 & (rest / 2);
        let upper = 1 & (rest ^ right);
        (x, y) = turned(half, x, y, right, upper);
        x += half * right;
        y += half * upper;
        rest /= 4;
        half *= 2;
    }
    (x, y)
}

/// Turns the lower quarters so that the curve enters and leaves them where its neighbours are.
fn turned(side: u32, x: u32, y: u32, right: u32, upper: u32) -> (u32, u32) {
    match (upper, right) {
        (0, 0) => (y, x),
        (0, _) => ((side - 1).wrapping_sub(y), (side - 1).wrapping_sub(x)),
        _ => (x, y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_visits_every_cell_once_and_moves_to_a_neighbour_each_time() {
        for side in [1, 2, 8, 64] {
            let cells: Vec<_> = (0..side * side).map(|index| cell_at(side, index)).collect();
            for (index, &(x, y)) in cells.iter().enumerate() {
                assert!(x < side && y < side);
                assert_eq!(index_of(side, x, y) as usize, index);
            }
            for pair in cells.windows(2) {
                assert_eq!(pair[0].0.abs_diff(pair[1].0) + pair[0].1.abs_diff(pair[1].1), 1);
            }
        }
    }
}
