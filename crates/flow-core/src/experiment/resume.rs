//! An experiment as bytes, and back.

use super::Experiment;
use crate::{Checkpoint, Error, Result, coupling::Pairs};

impl Experiment {
    /// Everything needed to continue, as bytes.
    ///
    /// # Errors
    /// As [`Checkpoint::to_bytes`].
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        Checkpoint {
            config: self.config.clone(),
            rounds_begun: self.rounds_begun,
            steps_before: self.steps_before,
            trainer: self.trainer.state()?,
            losses: self.losses.clone(),
        }
        .to_bytes()
    }

    /// Continues from the bytes of [`checkpoint`](Self::checkpoint), bit for bit as if there had
    /// been no interruption.
    ///
    /// # Errors
    /// As [`Checkpoint::from_bytes`] and [`new`](Self::new), and
    /// [`Error::Checkpoint`] when its parts do not fit together.
    pub fn resume(bytes: &[u8]) -> Result<Self> {
        let Checkpoint { config, rounds_begun, steps_before, trainer, losses } =
            Checkpoint::from_bytes(bytes)?;
        let mut experiment = Self::new(config)?;
        if rounds_begun > experiment.config.rounds.len() {
            return Err(Error::Checkpoint("more rounds have begun than there are".to_owned()));
        }
        if rounds_begun > 0 {
            // Any pair will do: the state brings the round's own.
            let any = Pairs { x0: vec![[0.0; 2]], x1: vec![[0.0; 2]], labels: vec![0] };
            experiment.trainer = experiment.trainer_of_round(rounds_begun - 1, any)?;
        }
        experiment.trainer.restore(trainer)?;
        (experiment.rounds_begun, experiment.steps_before) = (rounds_begun, steps_before);
        experiment.losses = losses;
        Ok(experiment)
    }

    /// The averaged weights for other programs, as the bytes of a
    /// [safetensors](crate::safetensors) file.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when the configuration cannot be written; never expected.
    pub fn safetensors(&self) -> Result<Vec<u8>> {
        self.trainer.safetensors(&self.config)
    }
}
