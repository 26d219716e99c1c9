//! How straight trajectories are.

use crate::{Scalar, solver::Trajectories};

/// How far trajectories are from straight lines at constant speed; 0 for those.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Straightness {
    /// `S = integral over t of E|(x_end - x_start) - dx/dt|^2 dt` (Liu et al. 2023, arXiv
    /// 2209.03003, section 3.2), times the time span squared for spans other than 1.
    pub plain: f64,
    /// `S / E|x_end - x_start|^2`; 0 when nothing moves.
    pub normalised: f64,
}

/// The straightness of piecewise linear trajectories: exact for Euler's, and for other solvers the
/// limit of fine steps. One Euler step is straight whatever the field: to judge a *field*,
/// integrate it finely. 0 where no time passes. `None` without particles.
pub fn straightness<S: Scalar>(trajectories: &Trajectories<S>) -> Option<Straightness> {
    let count = trajectories.particle_count();
    let (start, end) = (trajectories.start(), trajectories.end());
    if count == 0 {
        return None;
    }
    let times = &trajectories.times;
    let span = times[times.len() - 1] - times[0];
    if span == 0.0 {
        return Some(Straightness { plain: 0.0, normalised: 0.0 });
    }
    let displacement: Vec<[f64; 2]> = start.iter().zip(end).map(|(a, b)| difference(*b, *a)).collect();
    let mut deviation = 0.0;
    for step in 1..times.len() {
        let share = (times[step] - times[step - 1]) / span;
        if share == 0.0 {
            continue;
        }
        let (before, after) = (trajectories.state(step - 1), trajectories.state(step));
        let squares: f64 = before
            .iter()
            .zip(after)
            .zip(&displacement)
            .map(|((a, b), whole)| {
                let part = difference(*b, *a);
                (whole[0] - part[0] / share).powi(2) + (whole[1] - part[1] / share).powi(2)
            })
            .sum();
        deviation += share * squares;
    }
    let squared_length: f64 = displacement.iter().map(|d| d[0] * d[0] + d[1] * d[1]).sum();
    Some(Straightness {
        plain: deviation / count as f64,
        normalised: if squared_length > 0.0 { deviation / squared_length } else { 0.0 },
    })
}

/// `a - b` in double precision.
pub(super) fn difference<S: Scalar>(a: [S; 2], b: [S; 2]) -> [f64; 2] {
    [a[0].to_f64() - b[0].to_f64(), a[1].to_f64() - b[1].to_f64()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_straight_only_at_constant_speed() {
        let line = |times: Vec<f64>| Trajectories {
            times,
            positions: vec![[0.0, 0.0], [1.0, 1.0], [4.0, 4.0]],
            evaluations: 2,
        };
        let even = straightness(&line(vec![0.0, 0.25, 1.0])).unwrap();
        assert_eq!((even.plain, even.normalised), (0.0, 0.0));
        // Speeds (2, 2) and (6, 6) against (4, 4): a squared deviation of 8 throughout, of 32.
        let uneven = straightness(&line(vec![0.0, 0.5, 1.0])).unwrap();
        assert_eq!((uneven.plain, uneven.normalised), (8.0, 0.25));
    }

    #[test]
    fn a_detour_counts_backwards_in_time_too() {
        let detour = Trajectories {
            times: vec![1.0, 0.5, 0.0],
            positions: vec![[0.0_f32, 0.0], [1.0, 1.0], [2.0, 0.0]],
            evaluations: 2,
        };
        // Velocities (2, 2) and (2, -2) against (2, 0).
        assert_eq!(straightness(&detour), Some(Straightness { plain: 4.0, normalised: 1.0 }));
    }

    #[test]
    fn nothing_to_measure() {
        let none = Trajectories::<f32> { times: vec![0.0, 1.0], positions: vec![], evaluations: 0 };
        assert_eq!(straightness(&none), None);
        let still = Trajectories { times: vec![0.0, 1.0], positions: vec![[1.0, 1.0]; 2], evaluations: 1 };
        assert_eq!(straightness(&still), Some(Straightness { plain: 0.0, normalised: 0.0 }));
        for times in [vec![0.5], vec![0.5, 0.5]] {
            let positions = vec![[1.0, 2.0]; times.len()];
            let start = Trajectories { times, positions, evaluations: 0 };
            assert_eq!(straightness(&start), Some(Straightness { plain: 0.0, normalised: 0.0 }));
        }
    }
}
