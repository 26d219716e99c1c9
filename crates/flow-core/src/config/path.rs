//! What a network learns from.

use super::{Config, Lesson};
use crate::{Coupling, Error, Result, Schedule, distribution::Distribution, field::Conversion};

/// The conditional paths that a network learns from. Each round of an experiment has its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    /// Its alpha and sigma.
    pub schedule: Schedule,
    /// How the pairs at its ends are made; `None` when the network of the round before made them.
    pub coupling: Option<Coupling>,
    /// What is learned along it.
    pub lesson: Lesson,
}

impl Config {
    /// The paths of the network that is trained once the first `begun` rounds have begun: those of
    /// the configuration itself for 0, of the last such round otherwise.
    pub fn path(&self, begun: usize) -> Path {
        let first = Path { schedule: self.schedule, coupling: Some(self.coupling), lesson: Lesson::Paths };
        let round = begun.checked_sub(1).and_then(|last| self.rounds.get(last));
        round.map_or(first, |round| Path { schedule: round.schedule, coupling: None, lesson: round.lesson })
    }
}

impl Path {
    /// Whether noise and data are drawn independently of each other.
    pub(crate) fn is_independent(&self) -> bool {
        self.coupling == Some(Coupling::Independent)
    }

    /// The conversions of a velocity learned along it.
    pub fn conversion(&self, source: &dyn Distribution, target: &dyn Distribution) -> Conversion {
        let conversion = Conversion::new(self.schedule, source, target, self.coupling);
        match self.lesson {
            Lesson::Paths => conversion,
            Lesson::Steps { .. } => {
                conversion.without_path("a distilled network has learned whole Euler steps and no path")
            }
        }
    }

    /// How noise and data are drawn, for which `quantity` asks.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when a network made the pairs.
    pub(crate) fn drawn_coupling(&self, quantity: &str) -> Result<Coupling> {
        let reason = "a later round learns from the network’s own pairs";
        self.coupling.ok_or_else(|| Error::unavailable(quantity, reason))
    }

    /// Whether its marginals and their velocity are known in closed form, for which `quantity` asks.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the reason when they are not.
    pub fn check_exact(&self, quantity: &str) -> Result<()> {
        match self.drawn_coupling(quantity)? {
            Coupling::Independent => Ok(()),
            Coupling::MinibatchOt { .. } => {
                let reason = "noise and data are not paired independently, and it is known in closed form for independent pairs only";
                Err(Error::unavailable(quantity, reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Round, field::Quantity};

    #[test]
    fn every_round_has_a_path_of_its_own() {
        let schedule = Schedule::Cosine;
        let rounds = vec![
            Round { schedule: Schedule::CondOt, ..Round::default() },
            Round { schedule, lesson: Lesson::Steps { steps: 4 }, ..Round::default() },
        ];
        let config = Config { schedule, rounds, ..Config::default() };
        let [first, reflow, distilled] = [0, 1, 2].map(|begun| config.path(begun));
        assert_eq!((first.schedule, first.is_independent()), (schedule, true));
        assert_eq!((reflow.schedule, reflow.coupling), (Schedule::CondOt, None));
        assert_eq!((distilled.schedule, distilled.lesson), (schedule, Lesson::Steps { steps: 4 }));
        assert!(first.check_exact("it").is_ok());
        let refused = reflow.check_exact("the exact field").unwrap_err().to_string();
        assert!(refused.contains("own pairs"), "{refused}");

        let (source, target) =
            (config.source.build("source").unwrap(), config.target.build("target").unwrap());
        let knows = |path: Path, to| {
            path.conversion(&*source, &*target).apply(0.5, Quantity::Velocity, to, [0.0; 2], [0.0; 2]).is_ok()
        };
        let known = |path| [Quantity::Data, Quantity::Score].map(|to| knows(path, to));
        assert_eq!([first, reflow, distilled].map(known), [[true, true], [true, false], [false, false]]);
    }
}
