//! Rounds: training again on what was learned before.

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Schedule, Solver, registry::Entry};

/// One more round of training, by a new network, on pairs that the last one makes.
///
/// - Reflow (Liu, Gong and Liu 2023, arXiv 2209.03003): [`Lesson::Paths`] on pairs of noise and
///   the sample it flows to. Two such rounds make a 3-rectified flow.
/// - Distillation: [`Lesson::Steps`] with one step is direct distillation; a chain of rounds, each
///   with half the steps of the one before, is progressive (Salimans and Ho 2022, arXiv 2202.00512).
/// - Teacher pairs: a first network with the VP schedule and the noise objective, then
///   [`Lesson::Paths`] on pairs sampled by [`Sampler::Ddim`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Round {
    /// The training step after which the round begins, not before the round in front of it.
    pub after: u64,
    /// Pairs to make, 64..=200,000.
    pub pairs: usize,
    /// How the network so far makes them.
    pub sampler: Sampler,
    /// Steps of the sampler, 1..=1,000.
    pub sampler_steps: usize,
    /// What is learned from them.
    pub lesson: Lesson,
    /// The schedule of the paths between the ends of a pair.
    pub schedule: Schedule,
    /// The training steps planned for it, 1..=1,000,000, along which a [cosine](super::Decay::Cosine) falls;
    /// none for as many as those of the first network's plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training_steps: Option<u64>,
}

impl Default for Round {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What a round learns from the pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lesson {
    /// The velocity along paths between the ends of each pair, as in the first round.
    Paths,
    /// Euler steps of size 1/`steps` that go where the sampler goes in several of its own.
    Steps {
        /// Steps from t = 0 to t = 1, 1..=64; the sampler's must be a multiple.
        steps: usize,
    },
}

/// How pairs are made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Sampler {
    /// By solving the ordinary differential equation of the velocity.
    Ode {
        /// The solver; one with fixed steps for [`Lesson::Steps`].
        solver: Solver,
    },
    /// By the deterministic sampler of diffusion models (Song, Meng and Ermon 2021,
    /// arXiv 2010.02502).
    Ddim,
}

/// The most numbered steps that a distillation keeps, over all its pairs.
const LARGEST_LESSON: usize = 1 << 22;

impl Round {
    /// One round of reflow.
    pub const DEFAULT: Self = Self {
        after: 1_500,
        pairs: 20_000,
        sampler: Sampler::Ode { solver: Solver::Midpoint },
        sampler_steps: 32,
        lesson: Lesson::Paths,
        schedule: Schedule::CondOt,
        training_steps: None,
    };

    /// Every kind of round by name, at the sizes that show its effect within seconds.
    pub const ENTRIES: &'static [Entry<Round>] = &[
        Entry {
            name: "reflow",
            label: "Reflow",
            summary: "A new network learns straight paths between noise and the sample it flows to.",
            value: Round::DEFAULT,
        },
        Entry {
            name: "distil",
            label: "Distil",
            summary: "A new network learns to go the whole way in one Euler step.",
            value: Round { lesson: Lesson::Steps { steps: 1 }, ..Round::DEFAULT },
        },
        Entry {
            name: "teacher",
            label: "Teacher pairs",
            summary: "A new network learns straight paths between noise and what a diffusion sampler (DDIM) makes of it.",
            value: Round { sampler: Sampler::Ddim, sampler_steps: 64, ..Round::DEFAULT },
        },
    ];

    pub(super) fn validate(&self, field: &str) -> Result<()> {
        let refuse = |name: &str, value: String, accepted: &str| {
            Err(Error::invalid(format!("{field}.{name}"), value, accepted))
        };
        if !(64..=200_000).contains(&self.pairs) {
            return refuse("pairs", self.pairs.to_string(), "from 64 to 200000");
        }
        if !(1..=1_000).contains(&self.sampler_steps) {
            return refuse("sampler_steps", self.sampler_steps.to_string(), "from 1 to 1000");
        }
        if let Some(steps) = self.training_steps
            && !(1..=1_000_000).contains(&steps)
        {
            return refuse("training_steps", steps.to_string(), "from 1 to 1000000");
        }
        self.schedule.validate(&format!("{field}.schedule"))?;
        if let Sampler::Ode { solver } = self.sampler {
            solver.validate(&format!("{field}.sampler.solver"))?;
        }
        let Lesson::Steps { steps } = self.lesson else { return Ok(()) };
        if !(1..=64).contains(&steps) || !self.sampler_steps.is_multiple_of(steps) {
            return refuse("lesson.steps", steps.to_string(), "from 1 to 64 and a divisor of sampler_steps");
        }
        if self.pairs * steps > LARGEST_LESSON {
            return refuse("pairs", self.pairs.to_string(), "fewer, for this many lesson.steps");
        }
        if matches!(self.sampler, Sampler::Ode { solver } if solver.is_adaptive()) {
            return refuse("sampler.solver", "adaptive".to_owned(), "one with fixed steps, for this lesson");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_survives_a_configuration_file() {
        let text = r#"{"after": 3000, "sampler": {"type": "ode", "solver": {"type": "heun"}}, "lesson": {"type": "steps", "steps": 4}}"#;
        let round: Round = serde_json::from_str(text).unwrap();
        round.validate("rounds[0]").unwrap();
        assert_eq!((round.after, round.pairs, round.lesson), (3000, 20_000, Lesson::Steps { steps: 4 }));
        let again = serde_json::from_str(&serde_json::to_string(&round).unwrap()).unwrap();
        assert_eq!(round, again);
    }

    #[test]
    fn values_out_of_range_are_named() {
        let steps = |steps| Lesson::Steps { steps };
        let adaptive = Sampler::Ode {
            solver: crate::registry::find(Solver::ENTRIES, "solver", "dopri5").unwrap().value,
        };
        for (round, start) in [
            (Round { pairs: 1, ..Round::default() }, "rounds[1].pairs is 1"),
            (Round { sampler_steps: 0, ..Round::default() }, "rounds[1].sampler_steps is 0"),
            (Round { training_steps: Some(0), ..Round::default() }, "rounds[1].training_steps is 0"),
            (Round { lesson: steps(5), ..Round::default() }, "rounds[1].lesson.steps is 5"),
            (Round { lesson: steps(32), pairs: 200_000, ..Round::default() }, "rounds[1].pairs is 200000"),
            (Round { lesson: steps(1), sampler: adaptive, ..Round::default() }, "rounds[1].sampler.solver"),
        ] {
            let message = round.validate("rounds[1]").unwrap_err().to_string();
            assert!(message.starts_with(start), "{message}");
        }
    }
}
