//! Which field a command works with: an exact one or a trained one.

use std::path::{Path, PathBuf};

use clap::{Args, builder::PossibleValuesParser};
use flow_core::{
    Config, DistributionSpec, Experiment,
    distribution::{PRESETS, Preset},
    field::{Conversion, Converted, Divergence, Guided, NetworkField, VelocityField, exact::ExactField},
};

use crate::{failure::Failure, input, numbers};

/// An exact field, by file or by name.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct SpecOptions {
    /// JSON file with "target", "source" and "schedule" (any configuration file will do)
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

/// Which class of a trained field.
#[derive(Debug, Clone, Args)]
pub struct ClassOptions {
    /// Mode of the target, counted from 0, of a model trained with --class-dropout
    #[arg(long, value_name = "K", requires = "model")]
    class: Option<usize>,
    /// Guidance weight: 0 leaves the class out, 1 is the class as it is, more exaggerates it
    #[arg(long, value_name = "W", default_value_t = 1.0, requires = "class", value_parser = numbers::finite, allow_negative_numbers = true)]
    guidance: f64,
}

/// A field with all it belongs to.
pub enum Field {
    /// The exact field of a configuration.
    Exact(Box<Config>, Box<ExactField>),
    /// A trained field, and the experiment that trained it.
    Trained(Box<Experiment>, Converted<Learned>),
}

/// What a network has learned, of everything or of one class.
pub enum Learned {
    /// The field of all classes together.
    Whole(Box<NetworkField>),
    /// The field of one class, exaggerated.
    Guided(Box<Guided<NetworkField, NetworkField>>),
}

impl VelocityField for Learned {
    type Scalar = f32;

    fn velocity(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> flow_core::Result<()> {
        match self {
            Self::Whole(field) => field.velocity(t, x, out),
            Self::Guided(field) => field.velocity(t, x, out),
        }
    }
}

impl Divergence for Learned {
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[f32; 2]],
        velocity: &mut [[f32; 2]],
        divergence: &mut [f32],
    ) -> flow_core::Result<()> {
        match self {
            Self::Whole(field) => field.velocity_and_divergence(t, x, velocity, divergence),
            Self::Guided(field) => field.velocity_and_divergence(t, x, velocity, divergence),
        }
    }
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
            (Some(path), _) => input::parse("spec", &input::text("--spec", path)?)?,
            (None, Some(name)) => Config { target: DistributionSpec::preset(name), ..Config::default() },
            (None, None) => Config::default(),
        };
        config.validate()?;
        Ok(config)
    }

    /// The exact field asked for.
    pub fn exact(&self) -> Result<(Config, ExactField), Failure> {
        let config = self.read()?;
        let (target, source) = (config.target.build("target")?, config.source.build("source")?);
        let field = ExactField::new(config.schedule, &*source, &*target)?;
        Ok((config, field))
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

    /// The field asked for.
    pub fn read(&self, class: &ClassOptions) -> Result<Field, Failure> {
        if let Some(path) = &self.model {
            let experiment = model("--model", path)?;
            let config = experiment.config();
            let (target, source) = (config.target.build("target")?, config.source.build("source")?);
            let conversion = Conversion::new(config.schedule, &*source, &*target, config.coupling);
            let learned = match class.class {
                Some(index) => Learned::Guided(Box::new(experiment.guided_field(index, class.guidance)?)),
                None => Learned::Whole(Box::new(experiment.field())),
            };
            let field = Converted::new(learned, conversion);
            return Ok(Field::Trained(Box::new(experiment), field));
        }
        let (config, field) = SpecOptions { spec: self.spec.clone(), preset: self.preset.clone() }.exact()?;
        Ok(Field::Exact(Box::new(config), Box::new(field)))
    }
}

impl Field {
    /// What the field belongs to.
    pub fn config(&self) -> &Config {
        match self {
            Self::Exact(config, _) => config,
            Self::Trained(experiment, _) => experiment.config(),
        }
    }
}

/// The experiment in the file `path`; `name` names the option or argument in errors.
pub fn model(name: &str, path: &Path) -> Result<Experiment, Failure> {
    let bytes = input::bytes(name, path)?;
    Experiment::resume(&bytes).map_err(|error| {
        Failure::input(name, path.display(), format!("a file that `flow train` wrote ({error})"))
    })
}
