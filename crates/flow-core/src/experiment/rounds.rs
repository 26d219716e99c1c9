//! One round after the other: each network learns from what the one before it has learned.

use super::Experiment;
use crate::{
    Error, Result, Rng,
    config::Round,
    coupling::Pairs,
    train::{Trainer, lesson::Preparation},
};

impl Experiment {
    /// Adds a round to the configuration, to begin with the next training step.
    ///
    /// # Errors
    /// As [`add_rounds`](Self::add_rounds).
    pub fn add_round(&mut self, round: Round) -> Result<()> {
        self.add_rounds(&[round], 0)
    }

    /// Adds rounds to the configuration, the first to begin with the next training step, and each
    /// other one `steps` steps after the one in front of it. Where the learning rate has a planned
    /// end, that of each round comes after as many steps, unless the round says another number.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a value is out of range; [`Error::Unavailable`] when a round of the
    /// configuration has yet to begin, or a round cannot follow what is there. All is then as before.
    pub fn add_rounds(&mut self, rounds: &[Round], steps: u64) -> Result<()> {
        if let Some(next) = self.next_round() {
            let reason = format!("the one before it has yet to begin, after training step {}", next.after);
            return Err(Error::unavailable("one more round", reason));
        }
        let mut config = self.config.clone();
        let begins = (0..).map(|index: u64| self.training_step().saturating_add(index.saturating_mul(steps)));
        let planned = Some(steps).filter(|&steps| steps > 0 && config.training.decay.planned_end().is_some());
        config.rounds.extend(rounds.iter().zip(begins).map(|(&round, after)| Round {
            after,
            training_steps: round.training_steps.or(planned),
            ..round
        }));
        config.validate()?;
        self.config = config;
        Ok(())
    }

    /// The round that has not begun yet, if there is one.
    pub fn next_round(&self) -> Option<&Round> {
        self.config.rounds.get(self.rounds_begun)
    }

    /// The training step at which the first network stops learning, because its learning rate has
    /// fallen to zero as planned; `None` where steps beyond it are not to come. In those only the
    /// average settles.
    pub fn planned_end(&self) -> Option<u64> {
        let end = self.config.training.decay.planned_end().filter(|_| self.rounds_begun == 0)?;
        let begins = self.next_round().map_or(u64::MAX, |round| round.after);
        (begins > end.max(self.training_step())).then_some(end)
    }

    /// Does one piece of what the next training step has to wait for: the pairs of a round that is
    /// due. Returns the share that is done, 1 when training can go on. A checkpoint taken before
    /// that begins the preparation again, with the same outcome.
    ///
    /// # Errors
    /// As [`integrate`](crate::solver::integrate).
    pub fn prepare(&mut self) -> Result<f64> {
        let step = self.training_step();
        let Some(&round) = self.next_round().filter(|round| round.after <= step) else { return Ok(1.0) };
        let mut preparation = self.preparation.take().unwrap_or_else(|| self.preparation_of(round));
        let share = preparation.advance()?;
        if share < 1.0 {
            self.preparation = Some(preparation);
            return Ok(share);
        }
        let now = self.now();
        self.history.keep(now, self.trainer.field());
        let trainer = self.trainer_of_round(self.rounds_begun, preparation.into_pairs())?;
        self.steps_before = step;
        self.trainer = trainer;
        self.rounds_begun += 1;
        // Another round may be due at the same step.
        let is_due = self.next_round().is_some_and(|next| next.after <= step);
        Ok(if is_due { 0.0 } else { 1.0 })
    }

    fn preparation_of(&self, round: Round) -> Preparation {
        // The network so far belongs to the path of its own round.
        let conversion = self.config.path(self.rounds_begun).conversion(&*self.source, &*self.target);
        let rng = Rng::stream(self.round_seed(self.rounds_begun), "noise");
        Preparation::new(round, self.field(), conversion, self.source.clone(), rng)
    }

    pub(super) fn trainer_of_round(&self, index: usize, pairs: Pairs) -> Result<Trainer> {
        let (config, seed) = (&self.config, self.round_seed(index));
        Trainer::for_round(config, &config.rounds[index], seed, pairs, &*self.source, &*self.target)
    }

    /// Every round draws from streams of its own.
    fn round_seed(&self, index: usize) -> u64 {
        Rng::stream(self.config.seed, &format!("round {index}")).bits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Config, Solver,
        config::{Decay, Lesson},
        fingerprint,
        testing::small,
    };

    #[test]
    fn a_second_round_straightens_the_first() {
        let mut experiment = Experiment::new(small()).unwrap();
        experiment.train(400).unwrap();
        let bent = experiment.straightness().unwrap();
        let round = Round { pairs: 2000, sampler_steps: 16, ..Round::default() };
        experiment.add_round(round).unwrap();
        assert_eq!(experiment.config().rounds[0].after, 400);
        let refused = experiment.add_round(round).unwrap_err().to_string();
        assert!(refused.contains("yet to begin, after training step 400"), "one at a time: {refused}");
        experiment.train(400).unwrap();
        assert_eq!(experiment.training_step(), 800);
        assert_eq!(experiment.losses().points().len(), 800);
        let straight = experiment.straightness().unwrap();
        assert!(straight < 0.05 * bent, "{bent} {straight}");
        let hits = experiment.evaluate(&experiment.sample_with(Solver::Euler, 1).unwrap()).hits;
        assert!(hits > 0.6, "{hits}");

        // The same rounds in the configuration from the beginning give the same bits, prepared by pieces or not.
        let mut planned = Experiment::new(experiment.config().clone()).unwrap();
        planned.train(400).unwrap();
        let shares: Vec<_> = (0..4).map(|_| planned.prepare().unwrap()).collect();
        assert_eq!(shares, [0.256, 0.512, 0.768, 1.0]);
        assert_eq!(planned.training_step(), 400);
        planned.train(400).unwrap();
        let end = |e: &Experiment| fingerprint(e.sample_with(Solver::Euler, 2).unwrap().end());
        assert_eq!(end(&experiment), end(&planned));
    }

    #[test]
    fn planned_rounds_give_the_bits_of_rounds_added_one_by_one() {
        let round = Round { pairs: 64, sampler_steps: 2, ..Round::default() };
        let [mut planned, mut added] = [(); 2].map(|()| {
            let mut experiment = Experiment::new(small()).unwrap();
            experiment.train(5).unwrap();
            experiment
        });
        planned.add_rounds(&[round, round], 10).unwrap();
        let begins: Vec<_> = planned.config().rounds.iter().map(|round| round.after).collect();
        assert_eq!(begins, [5, 15]);
        for _ in 0..2 {
            added.add_round(round).unwrap();
            added.train(10).unwrap();
        }
        // Who stops on the way and resumes has the second round still to come.
        planned.train(7).unwrap();
        let mut planned = Experiment::resume(&planned.checkpoint().unwrap()).unwrap();
        planned.train(13).unwrap();
        assert_eq!(planned.config(), added.config());
        let end = |e: &Experiment| fingerprint(e.sample().unwrap().end());
        assert_eq!(end(&planned), end(&added));
        assert!(planned.add_rounds(&[Round { pairs: 1, ..round }], 1).is_err());
        assert_eq!(planned.config(), added.config());
    }

    fn planned(steps: u64) -> Config {
        let mut config = small();
        config.training.decay = Decay::Cosine { steps };
        config
    }

    #[test]
    fn a_round_learns_to_its_own_end() {
        let weights = |e: &Experiment| e.trainer.state().unwrap().weights;
        let round = Round { pairs: 64, sampler_steps: 2, ..Round::default() };
        let mut experiment = Experiment::new(planned(8)).unwrap();
        experiment.train(8).unwrap();
        experiment.add_rounds(&[round, round], 40).unwrap();
        assert!(experiment.config().rounds.iter().all(|round| round.training_steps == Some(40)));
        experiment.train(38).unwrap();
        let before = weights(&experiment);
        experiment.train(1).unwrap();
        assert_ne!(weights(&experiment), before, "long after the first network's end");
        // Whose length nobody knows never stops.
        experiment.train(41).unwrap();
        experiment.add_round(round).unwrap();
        assert_eq!(experiment.config().rounds[2].training_steps, None);
        experiment.train(20).unwrap();
        let before = weights(&experiment);
        experiment.train(1).unwrap();
        assert_ne!(weights(&experiment), before);
    }

    #[test]
    fn steps_past_a_planned_end_are_known_before() {
        let end_after = |steps, rounds: Vec<Round>| {
            let mut experiment = Experiment::new(Config { rounds, ..planned(8) }).unwrap();
            experiment.train(steps).unwrap();
            experiment.planned_end()
        };
        let round = |after| Round { after, pairs: 64, sampler_steps: 2, ..Round::default() };
        assert_eq!(end_after(0, vec![]), Some(8));
        assert_eq!(end_after(9, vec![]), Some(8));
        assert_eq!(end_after(0, vec![round(9)]), Some(8));
        assert_eq!(end_after(0, vec![round(8)]), None, "a round begins in time");
        assert_eq!(end_after(9, vec![round(9)]), None, "none of them are to come");
        assert_eq!(end_after(10, vec![round(9)]), None);
        assert_eq!(Experiment::new(small()).unwrap().planned_end(), None);
    }

    #[test]
    fn distillation_puts_the_whole_way_into_one_step() {
        let mut experiment = Experiment::new(small()).unwrap();
        experiment.train(400).unwrap();
        let hits = |e: &Experiment| e.evaluate(&e.sample_with(Solver::Euler, 1).unwrap()).hits;
        let before = hits(&experiment);
        let lesson = Lesson::Steps { steps: 1 };
        experiment.add_round(Round { pairs: 2000, sampler_steps: 16, lesson, ..Round::default() }).unwrap();
        experiment.train(400).unwrap();
        let after = hits(&experiment);
        assert!(before < 0.05 && after > 0.7, "{before} {after}");
    }
}
