//! The loss over the whole of training, in bounded memory.

use serde::{Deserialize, Serialize};

/// Points kept at most; when there would be more, neighbours are joined.
const CAPACITY: usize = 1024;

/// The mean loss of consecutive training steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LossPoint {
    /// The last training step of the bucket, counted from 1.
    pub step: u64,
    /// The mean of the bucket's losses.
    pub loss: f64,
}

/// At most 1,024 buckets of equally many training steps each, which widen as training goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LossHistory {
    /// Training steps in a bucket, a power of two.
    width: u64,
    points: Vec<LossPoint>,
    /// Sum and number of the losses of the bucket being filled.
    sum: f64,
    count: u64,
    /// The recent losses' weighted sum and the sum of their weights.
    recent: [f64; 2],
}

/// A loss's weight among the recent ones falls by this factor with every step after it.
const RECENT_DECAY: f64 = 0.98;

impl Default for LossHistory {
    fn default() -> Self {
        Self { width: 1, points: vec![], sum: 0.0, count: 0, recent: [0.0; 2] }
    }
}

impl LossHistory {
    /// Adds the loss of the training step numbered `step`; steps come in order, each once.
    pub(crate) fn push(&mut self, step: u64, loss: f64) {
        let [recent, weight] = self.recent.map(|sum| RECENT_DECAY * sum);
        self.recent = [recent + loss, weight + 1.0];
        self.sum += loss;
        self.count += 1;
        if self.count < self.width {
            return;
        }
        if self.points.len() == CAPACITY {
            self.points = self
                .points
                .as_chunks::<2>()
                .0
                .iter()
                .map(|[left, right]| LossPoint { step: right.step, loss: 0.5 * (left.loss + right.loss) })
                .collect();
            self.width *= 2;
            // The bucket just filled is now the first half of a wider one.
            return;
        }
        self.points.push(LossPoint { step, loss: self.sum / self.count as f64 });
        (self.sum, self.count) = (0.0, 0);
    }

    /// The mean of about the last fifty losses; `None` before the first.
    pub fn recent(&self) -> Option<f64> {
        let [recent, weight] = self.recent;
        (weight > 0.0).then(|| recent / weight)
    }

    /// The filled buckets in order.
    pub fn points(&self) -> &[LossPoint] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_the_mean_of_their_steps() {
        let mut history = LossHistory::default();
        for step in 1..=5000 {
            history.push(step, step as f64);
        }
        let points = history.points();
        assert_eq!(points.len(), 625, "5000 steps in buckets of 8");
        for (index, point) in points.iter().enumerate() {
            let last = 8 * (index as u64 + 1);
            assert_eq!((point.step, point.loss), (last, last as f64 - 3.5));
        }
    }

    #[test]
    fn the_recent_mean_follows_the_losses() {
        let mut history = LossHistory::default();
        assert_eq!(history.recent(), None);
        history.push(1, 4.0);
        assert_eq!(history.recent(), Some(4.0));
        (2..=500).for_each(|step| history.push(step, 1.0));
        assert!((history.recent().unwrap() - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_first_steps_are_kept_one_by_one() {
        let mut history = LossHistory::default();
        (1..=1024).for_each(|step| history.push(step, 1.0 / step as f64));
        assert_eq!(history.points()[9], LossPoint { step: 10, loss: 0.1 });
        assert_eq!(history.points().len(), 1024);
    }
}
