//! Stable targets: a regression target with less noise in it.
//!
//! At a point of a path, the pair that led there is one of many that might have. With a standard
//! normal source and an independent coupling their weights are known, so the expected conditional
//! velocity can be estimated over the data points of the batch instead of being read off the one
//! pair (Xu et al. 2023, arXiv 2302.00670). The own pair always takes part, which makes the
//! estimate consistent: it tends to the marginal velocity as the batch grows.

use flow_kernels::DataPoints;

use crate::Schedule;

/// Replaces the conditional velocities of a batch by their self-normalised averages over the data
/// points `x1` of the whole batch. `times`, `points` and `velocities` are those of the same pairs.
pub fn stabilise(
    schedule: Schedule,
    times: &[f64],
    points: &[[f32; 2]],
    x1: &[[f32; 2]],
    velocities: &mut [[f32; 2]],
) {
    let data = DataPoints::new(x1);
    for (row, velocity) in velocities.iter_mut().enumerate() {
        let c = schedule.at(times[row]);
        // Below this width the own pair is the only one that counts, and the formula 0/0.
        if c.sigma < 1e-6 {
            continue;
        }
        let exponent = (0.5 / (c.sigma * c.sigma)) as f32;
        let shift = data.mean_displacement(points[row], x1[row], c.alpha as f32, exponent);
        // Moving the data point by `shift` moves the noise that reaches x by -alpha/sigma of it.
        let factor = (c.d_alpha - c.d_sigma * c.alpha / c.sigma) as f32;
        for axis in 0..2 {
            velocity[axis] += factor * shift[axis];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    #[test]
    fn targets_are_the_weighted_mean_of_conditional_velocities() {
        let mut rng = Rng::stream(1, "test");
        let mut draw = || rng.normal_pair().map(|x| x as f32);
        let (x0, x1): (Vec<_>, Vec<_>) = (0..8).map(|_| (draw(), draw())).unzip();
        for schedule in [Schedule::CondOt, Schedule::Cosine] {
            let times = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0];
            let c: Vec<_> = times.iter().map(|&t| schedule.at(t)).collect();
            let mix = |i: usize, data: f64, noise: f64| {
                [0, 1].map(|axis| (data * f64::from(x1[i][axis]) + noise * f64::from(x0[i][axis])) as f32)
            };
            let points: Vec<_> = (0..8).map(|i| mix(i, c[i].alpha, c[i].sigma)).collect();
            let mut velocities: Vec<_> = (0..8).map(|i| mix(i, c[i].d_alpha, c[i].d_sigma)).collect();
            stabilise(schedule, &times, &points, &x1, &mut velocities);
            for i in 0..7 {
                let x = points[i].map(f64::from);
                let (mut total, mut mean) = (0.0, [0.0; 2]);
                for y in &x1 {
                    let noise = [0, 1].map(|a| (x[a] - c[i].alpha * f64::from(y[a])) / c[i].sigma);
                    let weight = libm::exp(-0.5 * (noise[0] * noise[0] + noise[1] * noise[1]));
                    total += weight;
                    for a in 0..2 {
                        mean[a] += weight * (c[i].d_alpha * f64::from(y[a]) + c[i].d_sigma * noise[a]);
                    }
                }
                for a in 0..2 {
                    let (got, expected) = (f64::from(velocities[i][a]), mean[a] / total);
                    assert!((got - expected).abs() < 2e-4, "{schedule:?} {}: {got}, {expected}", times[i]);
                }
            }
            let own = mix(7, c[7].d_alpha, c[7].d_sigma);
            assert_eq!(
                velocities[7].map(f32::to_bits),
                own.map(f32::to_bits),
                "at t = 1 one pair is certain"
            );
        }
    }
}
