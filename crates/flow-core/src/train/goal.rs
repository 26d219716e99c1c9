//! What a batch asks of the network, and how far off the answer is.

use std::sync::OnceLock;

/// What `gain F` should equal, for each output F of a batch (n x 2): the loss is the mean square of
/// the residuals `gain F - remainder`.
#[derive(Debug, Clone, Default)]
pub struct Goal {
    /// The factors of the outputs.
    pub gains: Vec<f32>,
    /// What they leave to explain.
    pub remainders: Vec<f32>,
}

/// A goal and, once there are outputs, their residuals.
#[derive(Debug)]
pub struct Measured {
    goal: Goal,
    residuals: OnceLock<Vec<f32>>,
}

impl Goal {
    /// To be measured by.
    pub fn into_measured(self) -> Measured {
        Measured { goal: self, residuals: OnceLock::new() }
    }

    fn residuals(&self, outputs: &[f32]) -> Vec<f32> {
        let rows = outputs.iter().zip(&self.gains).zip(&self.remainders);
        let mut residuals = Vec::with_capacity(outputs.len());
        for ((output, gain), remainder) in rows {
            residuals.push(output * gain - remainder);
        }
        residuals
    }
}

impl Measured {
    /// The loss of these outputs, which are the first or the same as before.
    pub fn loss(&self, outputs: &[f32]) -> f64 {
        mean_square(self.residuals.get_or_init(|| self.goal.residuals(outputs)))
    }

    /// The loss of the outputs measured before; not a number when there were none.
    pub fn last_loss(&self) -> f64 {
        self.residuals.get().map_or(f64::NAN, |residuals| mean_square(residuals))
    }

    /// The gradient of the measured outputs for the gradient of their loss.
    ///
    /// In the order of burn's own operations, so that every engine has the same rounding: the mean,
    /// the product of the residual with itself, the gain.
    pub fn output_gradient(&self, loss_gradient: f32) -> Vec<f32> {
        let residuals = self.residuals.get().map_or(&[][..], Vec::as_slice);
        let share = (1.0 / residuals.len() as f64) as f32 * loss_gradient;
        let mut gradient = Vec::with_capacity(residuals.len());
        for (residual, gain) in residuals.iter().zip(&self.goal.gains) {
            gradient.push((share * residual + share * residual) * gain);
        }
        gradient
    }
}

/// The mean of the squares, summed in order and in f64 so that it is the same on every machine.
pub fn mean_square(values: &[f32]) -> f64 {
    values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>() / values.len() as f64
}
