//! What many tests begin with.

use crate::{
    Config, Result, Schedule,
    field::{Denoiser, Divergence, Score, VelocityField},
};

/// The default configuration with a network and a crowd that are quick to move.
pub(crate) fn small() -> Config {
    let mut config = Config::default();
    config.network.width = 16;
    config.sampling.particles = 300;
    config
}

/// The flow from N(0, I) to N(m, q^2 I), of which everything is known in closed form.
#[derive(Clone, Copy)]
pub(crate) struct Gaussian {
    pub schedule: Schedule,
    pub mean: [f64; 2],
    pub sd: f64,
}

impl Gaussian {
    /// One that is off centre and narrow.
    pub fn along(schedule: Schedule) -> Self {
        Self { schedule, mean: [1.0, -0.5], sd: 0.4 }
    }

    /// The mean of the marginal at time `t`.
    pub fn mean_at(&self, t: f64) -> [f64; 2] {
        self.mean.map(|mean| self.schedule.at(t).alpha * mean)
    }

    /// The standard deviation of the marginal at time `t`.
    pub fn sd_at(&self, t: f64) -> f64 {
        let c = self.schedule.at(t);
        (c.alpha * c.alpha * self.sd * self.sd + c.sigma * c.sigma).sqrt()
    }

    /// Where the flow brings `x` from time `from` to time `to`.
    pub fn flow(&self, from: f64, to: f64, x: [f64; 2]) -> [f64; 2] {
        let (begin, end, stretch) = (self.mean_at(from), self.mean_at(to), self.sd_at(to) / self.sd_at(from));
        std::array::from_fn(|d| end[d] + stretch * (x[d] - begin[d]))
    }

    fn rate(&self, t: f64) -> f64 {
        let c = self.schedule.at(t);
        (c.alpha * c.d_alpha * self.sd * self.sd + c.sigma_d_sigma) / self.sd_at(t).powi(2)
    }
}

impl VelocityField for Gaussian {
    type Scalar = f64;

    fn velocity(&self, t: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
        let (d_alpha, mean, rate) = (self.schedule.at(t).d_alpha, self.mean_at(t), self.rate(t));
        for (out, x) in out.iter_mut().zip(x) {
            *out = std::array::from_fn(|d| d_alpha * self.mean[d] + rate * (x[d] - mean[d]));
        }
        Ok(())
    }
}

impl Divergence for Gaussian {
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[f64; 2]],
        velocity: &mut [[f64; 2]],
        divergence: &mut [f64],
    ) -> Result<()> {
        divergence.fill(2.0 * self.rate(t));
        self.velocity(t, x, velocity)
    }
}

impl Score for Gaussian {
    fn score(&self, t: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
        let (mean, variance) = (self.mean_at(t), self.sd_at(t).powi(2));
        for (out, x) in out.iter_mut().zip(x) {
            *out = std::array::from_fn(|d| -(x[d] - mean[d]) / variance);
        }
        Ok(())
    }
}

impl Denoiser for Gaussian {
    type Scalar = f64;

    fn denoise(&self, t: f64, x: &[[f64; 2]], data: &mut [[f64; 2]], noise: &mut [[f64; 2]]) -> Result<()> {
        let (c, mean, variance) = (self.schedule.at(t), self.mean_at(t), self.sd_at(t).powi(2));
        for (i, x) in x.iter().enumerate() {
            let rest: [f64; 2] = std::array::from_fn(|d| x[d] - mean[d]);
            data[i] =
                std::array::from_fn(|d| self.mean[d] + c.alpha * self.sd * self.sd / variance * rest[d]);
            noise[i] = rest.map(|rest| c.sigma / variance * rest);
        }
        Ok(())
    }
}
