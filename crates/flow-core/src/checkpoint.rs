//! Checkpoints: an experiment as bytes, and back.
//!
//! A checkpoint holds everything that training changes, so that a resumed experiment continues bit
//! for bit as the uninterrupted one would have. Its bytes are
//!
//! 1. the eight bytes `flowlab` and 0,
//! 2. the format's version, a little-endian u32,
//! 3. the [`Checkpoint`] in the postcard wire format, its configuration as JSON,
//! 4. the FNV-1a hash of all bytes before it, a little-endian u64.

use serde::{Deserialize, Serialize};

use crate::{
    Config, Error, Result,
    fingerprint::fnv_1a,
    train::{LossHistory, TrainerState},
};

const MAGIC: &[u8; 8] = b"flowlab\0";
const VERSION: u32 = 2;
const HEADER_LENGTH: usize = 12;
const HASH_LENGTH: usize = 8;

/// More steps than any training takes: a larger number is damaged, and might not be counted on from.
const MOST_STEPS: u64 = 1 << 53;

/// What an [`Experiment`](crate::Experiment) needs to continue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// What the experiment was made from.
    #[serde(with = "config_as_json")]
    pub config: Config,
    /// Rounds of the configuration that have begun.
    pub rounds_begun: usize,
    /// Training steps taken before the last of them.
    pub steps_before: u64,
    /// Weights, optimizer, moving average, random streams, training pairs, step.
    pub trainer: TrainerState,
    /// The loss so far.
    pub losses: LossHistory,
}

impl Checkpoint {
    /// Training steps taken, over all rounds.
    pub fn training_step(&self) -> u64 {
        self.steps_before.saturating_add(self.trainer.step)
    }

    /// The bytes.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when a value cannot be written; never expected.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        let mut bytes =
            postcard::to_extend(self, bytes).map_err(|error| Error::Checkpoint(error.to_string()))?;
        bytes.extend(fnv_1a(bytes.iter().copied()).to_le_bytes());
        Ok(bytes)
    }

    /// The checkpoint in `bytes`.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when the bytes are of something else, of another version, damaged or
    /// incomplete.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |reason: &str| Err(Error::Checkpoint(reason.to_owned()));
        let Some(after_magic) = bytes.strip_prefix(MAGIC) else {
            return refuse("the bytes do not begin as a checkpoint does");
        };
        let Some((version, _)) = after_magic.split_first_chunk() else {
            return refuse("the bytes end before the version");
        };
        let version = u32::from_le_bytes(*version);
        if version != VERSION {
            return Err(Error::Checkpoint(format!("its version is {version}, this program reads {VERSION}")));
        }
        let Some((content, hash)) =
            bytes.split_last_chunk::<HASH_LENGTH>().filter(|(content, _)| content.len() > HEADER_LENGTH)
        else {
            return refuse("the bytes end before the content");
        };
        if fnv_1a(content.iter().copied()) != u64::from_le_bytes(*hash) {
            return refuse("the bytes are damaged or incomplete");
        }
        let (checkpoint, rest): (Self, _) = postcard::take_from_bytes(&content[HEADER_LENGTH..])
            .map_err(|error| Error::Checkpoint(error.to_string()))?;
        if !rest.is_empty() {
            return refuse("more follows after its end");
        }
        if checkpoint.steps_before > MOST_STEPS || checkpoint.trainer.step > MOST_STEPS {
            return refuse("no training takes as many steps as it says");
        }
        Ok(checkpoint)
    }
}

/// The configuration in the one form it has everywhere, which names its fields and leaves out defaults.
mod config_as_json {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

    use crate::Config;

    pub fn serialize<S: Serializer>(config: &Config, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::to_string(config).map_err(ser::Error::custom)?.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Config, D::Error> {
        Config::from_json(<&str>::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Coupling, Experiment, Solver,
        config::{Engine, Lesson, Round},
        fingerprint,
        testing::small,
        train::Moments,
    };

    fn experiment(engine: Engine) -> Experiment {
        let coupling = Coupling::MinibatchOt { batch_size: 32, reuse: 3, pool: 4, even: true };
        let mut config = Config { coupling, ..small() };
        config.training.engine = engine;
        Experiment::new(config).unwrap()
    }

    #[test]
    fn a_resumed_experiment_continues_bit_for_bit() {
        for engine in [Engine::Fused, Engine::Flex] {
            for before in [0, 7] {
                let mut original = experiment(engine);
                original.train(before).unwrap();
                let mut resumed = Experiment::resume(&original.checkpoint().unwrap()).unwrap();
                assert_eq!(resumed.training_step(), u64::from(before));
                original.train(9).unwrap();
                resumed.train(9).unwrap();
                let end = |e: &Experiment| fingerprint(e.sample_with(Solver::Euler, 3).unwrap().end());
                assert_eq!(end(&original), end(&resumed), "{engine:?} after {before}");
                assert_eq!(original.losses(), resumed.losses());
                assert_eq!(original.checkpoint().unwrap(), resumed.checkpoint().unwrap());
            }
        }
    }

    #[test]
    fn an_experiment_resumes_in_any_round() {
        let round = |after, lesson| Round { after, pairs: 64, sampler_steps: 4, lesson, ..Round::default() };
        let rounds = vec![round(3, Lesson::Paths), round(6, Lesson::Steps { steps: 2 })];
        let config = Config { rounds, ..small() };
        for before in [3, 5, 6, 8] {
            let mut original = Experiment::new(config.clone()).unwrap();
            original.train(before).unwrap();
            let mut resumed = Experiment::resume(&original.checkpoint().unwrap()).unwrap();
            original.train(4).unwrap();
            resumed.train(4).unwrap();
            assert_eq!(original.checkpoint().unwrap(), resumed.checkpoint().unwrap(), "after {before}");
        }
    }

    #[test]
    fn truncated_and_foreign_bytes_are_refused() {
        let mut original = experiment(Engine::Fused);
        original.train(2).unwrap();
        let bytes = original.checkpoint().unwrap();
        let message = |bytes: &[u8]| match Experiment::resume(bytes) {
            Err(Error::Checkpoint(message)) => message,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("{} bytes were accepted", bytes.len()),
        };
        for length in [0, 1, 8, 11, 12, 13, 20, bytes.len() / 2, bytes.len() - 1] {
            message(&bytes[..length]);
        }
        assert!(message(b"PK\x03\x04 something else entirely").contains("do not begin"));
        let mut newer = bytes.clone();
        newer[8] = 9;
        assert!(message(&newer).contains("version is 9"));
        for position in [12, 40, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[position] ^= 1;
            assert!(message(&damaged).contains("damaged"));
        }
    }

    #[test]
    fn parts_that_do_not_fit_together_are_refused() {
        let mut original = experiment(Engine::Fused);
        original.train(2).unwrap();
        let good = Checkpoint::from_bytes(&original.checkpoint().unwrap()).unwrap();
        let refused = |change: fn(&mut Checkpoint)| {
            let mut bad = good.clone();
            change(&mut bad);
            Experiment::resume(&bad.to_bytes().unwrap()).is_err()
        };
        assert!(!refused(|_| ()));
        assert!(refused(|c| c.config.network.width = 24));
        assert!(refused(|c| c.config.network.width = 7));
        assert!(refused(|c| c.trainer.weights[3] = f32::NAN));
        assert!(refused(|c| c.trainer.average.truncate(9)));
        assert!(refused(|c| c.trainer.moments = Moments::default()));
        assert!(refused(|c| c.trainer.step = 0));
        assert!(refused(|c| c.trainer.step = u64::MAX));
        assert!(refused(|c| c.steps_before = u64::MAX));
        assert!(refused(|c| c.rounds_begun = 1));
    }
}
