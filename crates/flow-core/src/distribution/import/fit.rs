//! Bringing a cloud of points to the lab's plane: its place, its size and its number of points.

use super::hilbert;

/// Half the longer side of the box around a fitted cloud.
const HALF_SIDE: f64 = 4.0;

/// The grid by which points are put in order for thinning, and rounded for a code.
pub(super) const GRID: u32 = 1024;

/// The points, moved and scaled alike in both directions so that the box around them is centred on
/// the origin and its longer side goes from -4 to 4. Points that all coincide move to the origin.
pub fn fitted(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let Frame { corner, side, sides } = Frame::around(points);
    if side == 0.0 {
        return vec![[0.0, 0.0]; points.len()];
    }
    let along = |axis: usize, x: f64| HALF_SIDE * (2.0 * ((x - corner[axis]) / side) - sides[axis] / side);
    points.iter().map(|point| [along(0, point[0]), along(1, point[1])]).collect()
}

/// At most `count` of the points, taken at equal distances from the order along Hilbert's curve:
/// every region keeps its share. Fewer points than that are returned as they are.
pub fn thinned(points: &[[f64; 2]], count: usize) -> Vec<[f64; 2]> {
    if points.len() <= count {
        return points.to_vec();
    }
    let frame = Frame::around(points);
    let mut order: Vec<(u32, usize)> =
        points.iter().enumerate().map(|(i, &point)| (frame.index_of(point), i)).collect();
    order.sort_unstable();
    // The middle of each of `count` equal stretches.
    (0..count).map(|i| points[order[(2 * i + 1) * order.len() / (2 * count)].1]).collect()
}

/// The box around a cloud, made a square by its longer side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Left and bottom.
    pub corner: [f64; 2],
    /// The longer side, at least 0.
    pub side: f64,
    /// Width and height.
    sides: [f64; 2],
}

impl Frame {
    /// The box around these points; of no points, the origin.
    pub fn around(points: &[[f64; 2]]) -> Self {
        let extreme = |axis: usize, pick: fn(f64, f64) -> f64| {
            points.iter().map(|point| point[axis]).reduce(pick).unwrap_or(0.0)
        };
        let corner = [extreme(0, f64::min), extreme(1, f64::min)];
        let sides = [extreme(0, f64::max) - corner[0], extreme(1, f64::max) - corner[1]];
        Self { corner, side: f64::max(sides[0], sides[1]), sides }
    }

    /// The square with this left lower corner.
    pub fn square(corner: [f64; 2], side: f64) -> Self {
        Self { corner, side, sides: [side, side] }
    }

    /// The place along the curve of the grid point nearest to `point`.
    pub fn index_of(&self, point: [f64; 2]) -> u32 {
        if self.side <= 0.0 {
            return 0;
        }
        let last = f64::from(GRID - 1);
        // Rounding to f32 may have moved the frame past its outermost points, hence the clamp.
        let nearest = |axis: usize| {
            libm::round((point[axis] - self.corner[axis]) / self.side * last).clamp(0.0, last) as u32
        };
        hilbert::index_of(GRID, nearest(0), nearest(1))
    }

    /// The grid point at this place along the curve.
    pub fn point_at(&self, index: u32) -> [f64; 2] {
        let (x, y) = hilbert::cell_at(GRID, index);
        let at = |axis: usize, i: u32| self.corner[axis] + self.side * f64::from(i) / f64::from(GRID - 1);
        [at(0, x), at(1, y)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fitted_cloud_keeps_its_shape_and_fills_the_plane() {
        let points = fitted(&[[1000.0, 7.0], [1010.0, 12.0], [1020.0, 7.0]]);
        assert_eq!(points, [[-4.0, -1.0], [0.0, 1.0], [4.0, -1.0]]);
        assert_eq!(fitted(&[[5.0, 9.0], [5.0, 9.0]]), [[0.0, 0.0]; 2]);
        assert_eq!(fitted(&[]), [[0.0; 2]; 0]);
    }

    #[test]
    fn thinning_leaves_every_region_its_share() {
        // 3,000 points left, 1,000 right.
        let points: Vec<[f64; 2]> = (0..4000)
            .map(|i| {
                let t = f64::from(i);
                [libm::sin(t) + if i < 3000 { -3.0 } else { 3.0 }, libm::sin(1.7 * t)]
            })
            .collect();
        let fewer = thinned(&points, 200);
        assert_eq!(fewer.len(), 200);
        let left = fewer.iter().filter(|point| point[0] < 0.0).count();
        assert!((149..=151).contains(&left), "{left}");
        assert_eq!(thinned(&points[..5], 200), points[..5]);
    }
}
