//! The energy and the length of trajectories.

use super::straightness::difference;
use crate::{Error, Result, Scalar, solver::Trajectories};

/// The kinetic energy `E integral |dx/dt|^2 dt` that piecewise linear trajectories spend, over the
/// time they took; `None` without particles.
pub fn path_energy<S: Scalar>(trajectories: &Trajectories<S>) -> Option<f64> {
    let count = trajectories.particle_count();
    let mut energy = 0.0;
    for step in 1..trajectories.times.len() {
        let time = (trajectories.times[step] - trajectories.times[step - 1]).abs();
        if time > 0.0 {
            energy += lengths(trajectories, step - 1, step).map(|length| length * length).sum::<f64>() / time;
        }
    }
    (count > 0).then(|| energy / count as f64)
}

/// The normalised path energy (Tong et al. 2024, arXiv 2302.00482, section 5): `|energy - W2^2| / W2^2`
/// with W2 the distance between source and target. 0 for optimal transport, which spends exactly `W2^2`.
///
/// # Errors
/// [`Error::Invalid`] when `w2` is not above 0.
pub fn normalised_path_energy(energy: f64, w2: f64) -> Result<f64> {
    if !(w2 > 0.0 && w2.is_finite()) {
        return Err(Error::invalid("w2", w2, "a finite number above 0"));
    }
    Ok((energy - w2 * w2).abs() / (w2 * w2))
}

/// The mean length of the trajectories over the mean distance between their ends: 1 for straight
/// lines, at any speed. `None` when nothing moves.
pub fn length_ratio<S: Scalar>(trajectories: &Trajectories<S>) -> Option<f64> {
    let last = trajectories.times.len() - 1;
    let walked: f64 = (1..=last).map(|step| lengths(trajectories, step - 1, step).sum::<f64>()).sum();
    let direct: f64 = lengths(trajectories, 0, last).sum();
    (direct > 0.0).then(|| walked / direct)
}

/// For each particle, the distance between its places at two states.
fn lengths<S: Scalar>(
    trajectories: &Trajectories<S>,
    before: usize,
    after: usize,
) -> impl Iterator<Item = f64> {
    trajectories.state(before).iter().zip(trajectories.state(after)).map(|(a, b)| {
        let [dx, dy] = difference(*b, *a);
        libm::hypot(dx, dy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner() -> Trajectories<f64> {
        // (3, 0) in half the time, then (0, 4) in the other half.
        let positions = vec![[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]];
        Trajectories { times: vec![0.0, 0.5, 1.0], positions, evaluations: 2 }
    }

    #[test]
    fn energy_and_length_by_hand() {
        let energy = path_energy(&corner()).unwrap();
        assert!((energy - 50.0).abs() < 1e-12);
        assert!((normalised_path_energy(energy, 5.0).unwrap() - 1.0).abs() < 1e-15);
        assert!(normalised_path_energy(energy, 0.0).is_err());
        assert_eq!(length_ratio(&corner()), Some(1.4));
    }

    #[test]
    fn nothing_to_measure() {
        let none = Trajectories::<f32> { times: vec![0.0, 1.0], positions: vec![], evaluations: 0 };
        assert_eq!((path_energy(&none), length_ratio(&none)), (None, None));
    }
}
