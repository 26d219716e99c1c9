//! What the network was at earlier training steps, so that its learning can be replayed.

use serde::Serialize;

use super::Experiment;
use crate::{Error, Result, field::NetworkField};

/// Each kept step is at least this much later than the one before it, as a ratio: 1,000,000 steps
/// leave 150 entries, of about 50 kB each for the default network.
const SPACING: f64 = 1.1;

/// The networks of earlier steps, spaced evenly on a logarithmic scale. Which steps are kept
/// depends on nothing but the steps taken.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    entries: Vec<(Moment, NetworkField)>,
    /// The next step to keep.
    next: u64,
}

/// When a kept network was what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// Rounds that had begun by then.
    pub generation: usize,
    /// Training steps taken by then, over all rounds.
    pub step: u64,
}

impl History {
    /// Keeps the network at `moment` if it is due.
    pub(super) fn observe(&mut self, moment: Moment, network: impl FnOnce() -> NetworkField) {
        if moment.step >= self.next {
            self.keep(moment, network());
        }
    }

    /// Keeps the network at `moment`, once.
    pub(super) fn keep(&mut self, moment: Moment, network: NetworkField) {
        if self.entries.last().is_some_and(|(last, _)| *last == moment) {
            return;
        }
        self.entries.push((moment, network));
        self.next = (moment.step + 1).max((moment.step as f64 * SPACING).ceil() as u64);
    }
}

impl Experiment {
    /// The moments that can be shown again, in order: log-spaced, and the last of each round. A
    /// resumed experiment remembers none from before.
    pub fn history(&self) -> Vec<Moment> {
        self.history.entries.iter().map(|(moment, _)| *moment).collect()
    }

    /// Shows the network of the moment numbered `index` in [`history`](Self::history) from now on,
    /// or with `None` that of now. Training goes on as it would.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no such moment.
    pub fn show_moment(&mut self, index: Option<usize>) -> Result<()> {
        if let Some(index) = index
            && index >= self.history.entries.len()
        {
            let accepted = format!("below {}", self.history.entries.len());
            return Err(Error::invalid("moment", index, accepted));
        }
        self.moment = index;
        Ok(())
    }

    /// The network on show: that of the moment chosen by [`show_moment`](Self::show_moment).
    pub(super) fn shown_network(&self) -> NetworkField {
        let chosen = self.moment.and_then(|index| self.history.entries.get(index));
        chosen.map_or_else(|| self.field(), |(_, network)| network.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, config::Round, fingerprint};

    fn small() -> Config {
        let mut config = Config::default();
        config.network.width = 8;
        config.sampling.particles = 50;
        config
    }

    fn hash(experiment: &Experiment) -> u64 {
        let mut sampling = experiment.start_sampling(0).unwrap();
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
        assert!(history.contains(&Moment { generation: 0, step: 300 }));
        assert!(history.iter().any(|moment| moment.generation == 1));
    }
}
