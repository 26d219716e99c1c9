//! What the network was at earlier training steps, so that its learning can be replayed.

use std::cmp::Ordering;

use serde::Serialize;

use super::Experiment;
use crate::{Error, Result, field::NetworkField};

/// Each kept step is at least this much later than the one before it, as a ratio.
const SPACING: f64 = 1.1;

/// Most entries: enough for 700,000 steps. Fewer for wide networks, whose weights would not fit in
/// the bytes; then, and after that, the entries move apart.
const LARGEST_COUNT: usize = 128;
const LARGEST_BYTES: usize = 8 << 20;

/// The networks of earlier steps, spaced evenly on a logarithmic scale. Which steps are kept
/// depends on nothing but the steps taken.
#[derive(Debug, Clone)]
pub(super) struct History {
    entries: Vec<(HistoryPoint, NetworkField)>,
    /// The next step to keep.
    next: u64,
    capacity: usize,
}

/// When a kept network was what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HistoryPoint {
    /// Rounds that had begun by then.
    pub generation: usize,
    /// Training steps taken by then, over all rounds.
    pub step: u64,
}

impl History {
    /// The empty history of networks with `parameters` weights.
    pub(super) fn new(parameters: usize) -> Self {
        let capacity = (LARGEST_BYTES / (size_of::<f32>() * parameters.max(1))).clamp(8, LARGEST_COUNT);
        Self { entries: vec![], next: 0, capacity }
    }

    /// Keeps the network at `moment` if it is due.
    pub(super) fn observe(&mut self, moment: HistoryPoint, network: impl FnOnce() -> NetworkField) {
        if moment.step >= self.next {
            self.keep(moment, network());
        }
    }

    /// Keeps the network at `moment`, once.
    pub(super) fn keep(&mut self, moment: HistoryPoint, network: NetworkField) {
        if self.entries.last().is_some_and(|(last, _)| *last == moment) {
            return;
        }
        self.entries.push((moment, network));
        self.next = (moment.step + 1).max((moment.step as f64 * SPACING).ceil() as u64);
        if self.entries.len() > self.capacity
            && let Some(index) = self.most_crowded()
        {
            self.entries.remove(index);
        }
    }

    /// The entry whose neighbours are nearest to each other on the logarithmic scale. The first and
    /// the newest are not asked, nor is the last of a round, as long as there are others.
    fn most_crowded(&self) -> Option<usize> {
        let step = |index: usize| (self.entries[index].0.step + 1) as f64;
        let crowd = |&index: &usize| {
            let ends_round = self.entries[index].0.generation != self.entries[index + 1].0.generation;
            (ends_round, step(index + 1) / step(index - 1))
        };
        let inner = 1..self.entries.len().saturating_sub(1);
        inner.min_by(|a, b| crowd(a).partial_cmp(&crowd(b)).unwrap_or(Ordering::Equal))
    }
}

impl Experiment {
    /// The moments that can be shown again, in order: log-spaced, and the last of each round. A
    /// resumed experiment remembers none from before: they would make a checkpoint twenty times as
    /// large. There are at most 128, and fewer of wide networks; then they move apart as training
    /// goes on, so that an index is good until the next training step.
    pub fn history(&self) -> Vec<HistoryPoint> {
        self.history.entries.iter().map(|(moment, _)| *moment).collect()
    }

    /// Shows the network of the moment numbered `index` in [`history`](Self::history) from now on,
    /// or with `None` that of now. Training goes on as it would.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no such moment.
    pub fn show_moment(&mut self, index: Option<usize>) -> Result<()> {
        self.shown = match index {
            None => None,
            Some(index) => {
                let accepted = format!("below {}", self.history.entries.len());
                let entry = self.history.entries.get(index);
                Some(entry.ok_or_else(|| Error::invalid("moment", index, accepted))?.clone())
            }
        };
        Ok(())
    }

    /// The network on show: that of the moment chosen by [`show_moment`](Self::show_moment).
    pub(super) fn shown_network(&self) -> NetworkField {
        self.shown.as_ref().map_or_else(|| self.field(), |(_, network)| network.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Round, fingerprint, testing::small};

    fn hash(experiment: &Experiment) -> u64 {
        let mut sampling = experiment.start_sampling(None).unwrap();
        while sampling.advance().unwrap() < 1.0 {}
        fingerprint(sampling.into_trajectories().end())
    }

    #[test]
    fn replaying_a_step_shows_what_was_shown_then() {
        let mut experiment = Experiment::new(small()).unwrap();
        let mut seen = vec![];
        for _ in 0..40 {
            seen.push((experiment.training_step(), hash(&experiment)));
            experiment.train(1).unwrap();
        }
        let now = hash(&experiment);
        for (index, moment) in experiment.history().into_iter().enumerate() {
            experiment.show_moment(Some(index)).unwrap();
            if let Some((_, hash_then)) = seen.iter().find(|(step, _)| *step == moment.step) {
                assert_eq!(hash(&experiment), *hash_then, "{moment:?}");
            }
        }
        experiment.show_moment(None).unwrap();
        assert_eq!(hash(&experiment), now);
        assert!(experiment.show_moment(Some(1000)).is_err());
    }

    #[test]
    fn few_moments_are_kept_and_the_last_of_each_round() {
        let mut experiment = Experiment::new(small()).unwrap();
        experiment.train(300).unwrap();
        experiment.add_round(Round { pairs: 64, sampler_steps: 2, ..Round::default() }).unwrap();
        experiment.train(200).unwrap();
        let history = experiment.history();
        assert!((40..60).contains(&history.len()), "{}", history.len());
        assert!(history.is_sorted_by_key(|moment| (moment.step, moment.generation)));
        assert!(history.contains(&HistoryPoint { generation: 0, step: 300 }));
        assert!(history.iter().any(|moment| moment.generation == 1));
    }

    #[test]
    fn the_history_stays_bounded_and_spread_out() {
        let network = Experiment::new(small()).unwrap().field();
        let mut history = History::new(LARGEST_BYTES / 4 / 20);
        for step in 0..20_000 {
            let generation = usize::from(step >= 5_000);
            if step == 5_000 {
                history.keep(HistoryPoint { generation: 0, step }, network.clone());
            }
            history.observe(HistoryPoint { generation, step }, || network.clone());
        }
        let steps: Vec<_> = history.entries.iter().map(|(moment, _)| moment.step).collect();
        assert_eq!((steps.len(), steps[0]), (20, 0));
        assert!(
            history.entries.iter().any(|(moment, _)| *moment == HistoryPoint { generation: 0, step: 5_000 })
        );
        for window in steps.windows(2) {
            assert!(window[1] <= 3 * window[0] + 3, "{steps:?}");
        }
        assert!(*steps.last().unwrap() > 18_000, "{steps:?}");
        assert_eq!(History::new(1).capacity, LARGEST_COUNT);
        assert_eq!(History::new(2_000_000).capacity, 8);
    }
}
