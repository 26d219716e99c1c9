//! One batch of training: points on conditional paths, and what the network should say there.

use flow_kernels::Conditioning;

use crate::{Result, coupling::Pairs, field::preconditioning::Preconditioning};

/// What one training step needs of its batch of n pairs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The time of each pair.
    pub times: Vec<f64>,
    /// The point `x_t = alpha x1 + sigma x0` of each pair.
    pub points: Vec<[f32; 2]>,
    /// The velocity to regress on, `alpha' x1 + sigma' x0` unless a [stable
    /// target](super::stable_target) takes its place.
    pub velocities: Vec<[f32; 2]>,
    /// The preconditioning at each pair's time.
    pub conditionings: Vec<Conditioning>,
}

impl Batch {
    /// Moves each pair to its time on its conditional path.
    ///
    /// # Errors
    /// As [`Preconditioning::at`].
    pub fn fill(&mut self, preconditioning: &Preconditioning, pairs: &Pairs, times: Vec<f64>) -> Result<()> {
        self.points.clear();
        self.velocities.clear();
        self.conditionings.clear();
        for ((&t, x0), x1) in times.iter().zip(&pairs.x0).zip(&pairs.x1) {
            let c = preconditioning.schedule().at(t);
            let mix = |data: f64, noise: f64| {
                let (data, noise) = (data as f32, noise as f32);
                [data * x1[0] + noise * x0[0], data * x1[1] + noise * x0[1]]
            };
            self.points.push(mix(c.alpha, c.sigma));
            self.velocities.push(mix(c.d_alpha, c.d_sigma));
            self.conditionings.push(preconditioning.at(t)?);
        }
        self.times = times;
        Ok(())
    }

    /// Gain of the network's output, for each pair and axis (n x 2), and the velocity that is left
    /// for it to explain (n x 2): `gain * F` should equal `velocity - drift - skip xc`.
    pub fn gains_and_remainders(&self) -> (Vec<f32>, Vec<f32>) {
        let rows = self.points.iter().zip(&self.velocities).zip(&self.conditionings);
        rows.flat_map(|((x, velocity), c)| {
            [0, 1].map(|axis| {
                let known = c.drift[axis] + c.skip * (x[axis] - c.center[axis]);
                (c.gain, velocity[axis] - known)
            })
        })
        .unzip()
    }
}
