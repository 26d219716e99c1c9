//! Which field a command works with: an exact one or a trained one.

use std::path::{Path, PathBuf};

use clap::{Args, builder::PossibleValuesParser};
use flow_core::{
    Config, Coupling, DistributionSpec, Experiment,
    config::{FieldKind, Guidance, SamplingConfig},
    distribution::{PRESETS, Preset},
    experiment::ShownField,
    field::{Conversion, exact::ExactField},
    registry::{self, Entry},
};

use crate::{failure::Failure, input, numbers};

/// An exact field, by file or by name.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct SpecOptions {
    /// JSON file with "target", "source" and "schedule" (any configuration file of independent pairs
    /// will do)
    #[arg(long, value_name = "SPEC.json")]
    spec: Option<PathBuf>,
    /// Named target, from the standard normal source along CondOT paths
    #[arg(long, value_name = "NAME", value_parser = preset_names(|preset| preset.is_target))]
    preset: Option<String>,
}

/// An exact field, by file or by name, or a trained one.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct FieldOptions {
    /// JSON file with "target", "source" and "schedule", for the exact field
    #[arg(long, value_name = "SPEC.json")]
    spec: Option<PathBuf>,
    /// Named target, for its exact field from the standard normal source along CondOT paths
    #[arg(long, value_name = "NAME", value_parser = preset_names(|preset| preset.is_target))]
    preset: Option<String>,
    /// File that `flow train` wrote, for the trained field
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
}

/// Which of a flow's fields.
#[derive(Debug, Clone, Args)]
pub struct KindOptions {
    /// What moves the points: the network's velocity (learned, the default for --model), the
    /// velocity it would learn at best (exact, the default otherwise), or for each point the
    /// velocity towards data of its own, drawn and paired as the coupling says (paired)
    #[arg(long = "field", id = "kind", value_name = "NAME", value_parser = names(FieldKind::ENTRIES))]
    kind: Option<String>,
}

/// Which class of a trained field.
#[derive(Debug, Clone, Args)]
pub struct ClassOptions {
    /// Mode of the target, counted from 0, of a model trained with --class-dropout
    #[arg(long, value_name = "K", value_parser = numbers::class)]
    class: Option<usize>,
    /// Guidance weight: 0 leaves the class out, 1 is the class as it is, more exaggerates it
    #[arg(long, value_name = "W", default_value_t = 1.0, requires = "class", value_parser = numbers::finite)]
    guidance: f64,
}

/// A field with all it belongs to.
pub enum Field {
    /// The exact field of a configuration.
    Exact(Box<Config>, Box<ExactField>),
    /// The field that an experiment shows.
    Shown(Box<Experiment>),
}

/// The names of a table's entries.
pub fn names<T>(entries: &[Entry<T>]) -> PossibleValuesParser {
    entries.iter().map(|entry| entry.name).collect::<Vec<_>>().into()
}

/// The names of the distributions that pass `is_offered`.
pub fn preset_names(is_offered: fn(&Preset) -> bool) -> PossibleValuesParser {
    let offered = PRESETS.iter().filter(|entry| is_offered(&entry.value));
    offered.map(|entry| entry.name).collect::<Vec<_>>().into()
}

impl SpecOptions {
    /// The file of the specification, if it is one.
    pub fn path(&self) -> Option<&Path> {
        self.spec.as_deref()
    }

    /// The configuration asked for, checked.
    pub fn read(&self) -> Result<Config, Failure> {
        let config = match (&self.spec, &self.preset) {
            (Some(path), _) => input::config("--spec", path)?,
            (None, Some(name)) => Config { target: DistributionSpec::preset(name), ..Config::default() },
            (None, None) => Config::default(),
        };
        config.validate()?;
        Ok(config)
    }

    /// The exact field asked for.
    pub fn exact(&self) -> Result<(Config, ExactField), Failure> {
        let config = self.read()?;
        config.path(config.rounds.len()).check_exact("exact field")?;
        let (target, source) = (config.target.build("target")?, config.source.build("source")?);
        let field = ExactField::new(config.schedule, &*source, &*target)?;
        Ok((config, field))
    }
}

impl KindOptions {
    /// The kind asked for, if one was.
    pub fn kind(&self) -> Result<Option<FieldKind>, Failure> {
        let found = self.kind.as_ref().map(|name| registry::find(FieldKind::ENTRIES, "--field", name));
        Ok(found.transpose()?.map(|entry| entry.value))
    }
}

impl FieldOptions {
    /// The file of the specification or model, if it is one, and the option that names it.
    pub fn path(&self) -> (&'static str, Option<&Path>) {
        match &self.model {
            Some(model) => ("--model", Some(model)),
            None => ("--spec", self.spec.as_deref()),
        }
    }

    /// The field asked for: that of the model, otherwise the exact one.
    pub fn read(&self, class: &ClassOptions) -> Result<Field, Failure> {
        self.read_kind(None, class)
    }

    /// The field of this `kind`, or with `None` the usual one.
    pub fn read_kind(&self, kind: Option<FieldKind>, class: &ClassOptions) -> Result<Field, Failure> {
        let Some(path) = &self.model else {
            if let Some(index) = class.class {
                let accepted = "left out without a --model: no other field knows classes";
                return Err(Failure::input("--class", index, accepted));
            }
            return self.untrained(kind.unwrap_or(FieldKind::Exact));
        };
        let mut experiment = model("--model", path)?;
        let kind = kind.unwrap_or(FieldKind::Learned);
        let guidance = class.class.map(|index| Guidance { class: index, weight: class.guidance });
        show(&mut experiment, kind, guidance)?;
        if kind == FieldKind::Exact {
            let field = experiment.exact_field()?;
            return Ok(Field::Exact(Box::new(experiment.config().clone()), Box::new(field)));
        }
        Ok(Field::Shown(Box::new(experiment)))
    }

    fn untrained(&self, kind: FieldKind) -> Result<Field, Failure> {
        let spec = SpecOptions { spec: self.spec.clone(), preset: self.preset.clone() };
        match kind {
            FieldKind::Learned => {
                Err(Failure::input("--field", "learned", "exact or paired; only a --model has learned"))
            }
            FieldKind::Exact => {
                let (config, field) = spec.exact()?;
                Ok(Field::Exact(Box::new(config), Box::new(field)))
            }
            FieldKind::Paired => {
                let mut experiment = Experiment::new(spec.read()?)?;
                show(&mut experiment, kind, None)?;
                Ok(Field::Shown(Box::new(experiment)))
            }
        }
    }
}

impl Field {
    /// What the field belongs to.
    pub fn config(&self) -> &Config {
        match self {
            Self::Exact(config, _) => config,
            Self::Shown(experiment) => experiment.config(),
        }
    }

    /// What follows from its velocity.
    pub fn conversion(&self) -> Result<Conversion, Failure> {
        Ok(match self {
            Self::Exact(config, _) => {
                let (target, source) = (config.target.build("target")?, config.source.build("source")?);
                Conversion::new(config.schedule, &*source, &*target, Coupling::Independent)
            }
            Self::Shown(experiment) => experiment.conversion(),
        })
    }
}

/// The field of `experiment` for points that begin at `starts`; their data is drawn with `seed` if
/// each knows its own.
pub fn shown_field(
    experiment: &Experiment,
    starts: &[[f32; 2]],
    seed: u64,
) -> Result<Box<dyn ShownField>, Failure> {
    Ok(match experiment.config().sampling.field {
        FieldKind::Paired => experiment.paired_field(starts, seed)?,
        FieldKind::Learned | FieldKind::Exact => experiment.shown_field(None)?,
    })
}

/// Shows `field`, whatever the experiment showed when it was kept.
pub fn show(
    experiment: &mut Experiment,
    field: FieldKind,
    guidance: Option<Guidance>,
) -> Result<(), Failure> {
    let sampling = experiment.config().sampling.clone();
    Ok(experiment.set_sampling(SamplingConfig { field, guidance, diffusion: None, ..sampling })?)
}

/// The experiment in the file `path`; `name` names the option or argument in errors.
pub fn model(name: &str, path: &Path) -> Result<Experiment, Failure> {
    let bytes = input::bytes(name, path)?;
    Experiment::resume(&bytes).map_err(|error| {
        Failure::input(name, path.display(), format!("a file that `flow train` wrote ({error})"))
    })
}
