//! `flow train`: trains a velocity network and keeps it in a file.

use std::path::PathBuf;

use clap::{Args, builder::PossibleValuesParser};
use flow_core::{
    Config, Coupling, DistributionSpec, Experiment, Schedule,
    config::{Decay, Objective},
    registry::{self, Entry},
};
use serde::de::DeserializeOwned;

use crate::{
    failure::Failure,
    field, input, numbers,
    training::{check_model_place, train_and_keep},
};

/// Options of `flow train`.
#[derive(Debug, Args)]
#[command(after_help = "\
Names are those of `flow list`; JSON is the object that a configuration has there.
Ctrl-C keeps what has been learned: run the same command again with --resume.

Examples:
  flow train --target checkerboard --steps 4000 --out board.flow
  flow train --target five-modes --coupling minibatch-ot --steps 2000 --seed 7 --out five.flow
  flow train --config lab.json --steps 8000 --decay cosine --out lab.flow
  flow train --out board.flow --steps 8000 --resume")]
pub struct Options {
    /// File for the trained model
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
    /// Training steps in all
    #[arg(long, value_name = "N", default_value = "2000", value_parser = numbers::steps)]
    steps: usize,
    /// Go on from the model in --out, if there is one
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    experiment: ExperimentOptions,
}

/// What shapes an experiment; everything else keeps its default.
#[derive(Debug, Args)]
struct ExperimentOptions {
    /// Configuration file, which the other options change
    #[arg(long, value_name = "CONFIG.json")]
    config: Option<PathBuf>,
    /// The data
    #[arg(long, value_name = "NAME|JSON")]
    target: Option<String>,
    /// The noise
    #[arg(long, value_name = "NAME|JSON")]
    source: Option<String>,
    /// The conditional path
    #[arg(long, value_name = "NAME|JSON")]
    schedule: Option<String>,
    /// How noise and data are paired
    #[arg(long, value_name = "NAME|JSON")]
    coupling: Option<String>,
    /// Seed of every random stream
    #[arg(long, value_name = "N", value_parser = numbers::seed)]
    seed: Option<u64>,
    /// Units in each hidden layer
    #[arg(long, value_name = "N", value_parser = numbers::count)]
    width: Option<usize>,
    /// Hidden layers
    #[arg(long, value_name = "N", value_parser = numbers::count)]
    depth: Option<usize>,
    /// Pairs in a batch
    #[arg(long, value_name = "N", value_parser = numbers::count)]
    batch_size: Option<usize>,
    /// Peak learning rate of Adam [default: 0.03, or 0.014 with --decay cosine]
    #[arg(long, value_name = "R", value_parser = numbers::finite)]
    learning_rate: Option<f64>,
    /// How the learning rate falls. Cosine reaches zero at --steps and takes the recipe for a known
    /// end: batches of 512, 4 harmonics, rate 0.014
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Decay::ENTRIES.iter().map(|entry| entry.name)))]
    decay: Option<String>,
    /// What the loss compares
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Objective::ENTRIES.iter().map(|entry| entry.name)))]
    objective: Option<String>,
    /// Average the targets over the batch: less noise, more work
    #[arg(long)]
    stable_targets: bool,
    /// Tell the network the mode of each pair's data, except with this probability
    #[arg(long, value_name = "P", value_parser = numbers::finite)]
    class_dropout: Option<f64>,
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        check_model_place(&self.out)?;
        let mut experiment = if self.resume && self.out.exists() {
            self.resumed()?
        } else {
            Experiment::new(self.experiment.applied(None, self.steps)?)?
        };
        train_and_keep(&mut experiment, self.steps as u64, &self.out)
    }

    /// The experiment in the file, if it is what the other options say.
    fn resumed(&self) -> Result<Experiment, Failure> {
        let experiment = field::model("--out", &self.out)?;
        let config = experiment.config();
        if self.experiment.applied(Some(config), self.steps)? != *config {
            let accepted =
                "a model of the configuration asked for; leave its options out to resume it as it is";
            return Err(Failure::input("--out", self.out.display(), accepted));
        }
        Ok(experiment)
    }
}

impl ExperimentOptions {
    /// The configuration asked for: that of the file, of the model to resume, or the default, as the
    /// other options change it.
    fn applied(&self, resumed: Option<&Config>, steps: usize) -> Result<Config, Failure> {
        let mut config = match (&self.config, resumed) {
            (Some(path), _) => input::config("--config", path)?,
            (None, Some(config)) => config.clone(),
            (None, None) => Config::default(),
        };
        if self.decay.as_deref() == Some("cosine") {
            config = config.planned(steps as u64);
        }
        let distribution = |text: &str| Ok(DistributionSpec::preset(text));
        replace(&mut config.target, "--target", self.target.as_deref(), distribution)?;
        replace(&mut config.source, "--source", self.source.as_deref(), distribution)?;
        let schedule = |text: &str| named(Schedule::ENTRIES, "--schedule", text);
        replace(&mut config.schedule, "--schedule", self.schedule.as_deref(), schedule)?;
        let coupling = |text: &str| named(Coupling::ENTRIES, "--coupling", text);
        replace(&mut config.coupling, "--coupling", self.coupling.as_deref(), coupling)?;
        set(&mut config.seed, self.seed);
        set(&mut config.network.width, self.width);
        set(&mut config.network.depth, self.depth);
        set(&mut config.training.batch_size, self.batch_size);
        set(&mut config.training.learning_rate, self.learning_rate);
        match self.decay.as_deref() {
            Some("constant") => config.training.decay = Decay::Constant,
            Some("power") => config.training.decay = Decay::default(),
            _ => {}
        }
        set(
            &mut config.training.objective,
            self.objective
                .as_deref()
                .map(|name| named(Objective::ENTRIES, "--objective", name))
                .transpose()?,
        );
        config.training.stable_targets |= self.stable_targets;
        if self.class_dropout.is_some() {
            config.training.class_dropout = self.class_dropout;
        }
        config.validate()?;
        Ok(config)
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

const ACCEPTED_OBJECT: &str = "a name of `flow list`, or the JSON object that a configuration has here";

/// Puts what `text` says into `place`: a JSON object, or a name that `by_name` knows.
fn replace<T: DeserializeOwned>(
    place: &mut T,
    option: &str,
    text: Option<&str>,
    by_name: impl Fn(&str) -> Result<T, Failure>,
) -> Result<(), Failure> {
    let Some(text) = text else { return Ok(()) };
    let is_json = text.trim_start().starts_with('{');
    *place = if is_json { input::parse(option, ACCEPTED_OBJECT, text)? } else { by_name(text)? };
    Ok(())
}

fn named<T: Copy>(entries: &[Entry<T>], option: &str, name: &str) -> Result<T, Failure> {
    Ok(registry::find(entries, option, name)?.value)
}
