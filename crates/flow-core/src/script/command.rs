//! An experiment as lines for a shell, with the program `flow`.

use std::fmt::Write;

use serde::Serialize;

use crate::{
    Config, Coupling, DistributionSpec, Error, Result, Schedule, Solver,
    config::{Decay, FieldKind, Guidance, NetworkConfig, Objective, SamplingConfig, TrainingConfig},
    registry::Entry,
    solver::{Diffusion, Tolerances},
};

/// Lines for a shell that train `config` for `steps` steps and write its samples: bit for bit
/// those of the experiment. Their files begin with `name`: the model `NAME.flow`, the samples
/// `NAME.csv` and, where options do not say everything, the configuration `NAME.json`.
///
/// ```
/// let lines = flow_core::script::commands(&flow_core::Config::default(), 1500, "straight")?;
/// assert_eq!(lines, "flow train --steps 1500 --out straight.flow\n\
///     flow sample --model straight.flow --count 2000 --solver euler --steps 4 --format csv > straight.csv\n");
/// # Ok::<(), flow_core::Error>(())
/// ```
///
/// # Errors
/// As [`Config::validate`].
pub fn commands(config: &Config, steps: u64, name: &str) -> Result<String> {
    config.validate()?;
    let file = |ending: &str| quoted(&format!("{name}.{ending}"));
    let (json, model, samples) = (file("json"), file("flow"), file("csv"));
    // Text in a quoted here-document is taken as it is.
    let written = || Ok::<_, Error>(format!("cat > {json} <<'END'\n{}\nEND\n", to_json(config)?));
    let sampling = &config.sampling;
    let options = sample_options(sampling);
    let untrained = match sampling.field {
        FieldKind::Learned => None,
        FieldKind::Exact => Some(""),
        FieldKind::Paired => Some(" --field paired"),
    };
    if let Some(field) = untrained {
        // Nothing is trained for it. A model's file would do as well, but there is none.
        return Ok(format!(
            "{}flow sample --spec {json}{field}{options} --format csv > {samples}\n",
            written()?
        ));
    }
    let (file, said) = match train_options(config)? {
        Some(options) => (String::new(), options),
        None => (written()?, format!(" --config {json}")),
    };
    Ok(format!(
        "{file}flow train{said} --steps {} --out {model}\n\
         flow sample --model {model}{options} --format csv > {samples}\n",
        steps.max(1)
    ))
}

/// The options of `flow train` that say the same as `config`, if there are such.
fn train_options(config: &Config) -> Result<Option<String>> {
    let default = Config::default();
    let mut text = String::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(text, " --{name} {}", quoted(&value));
        }
    };
    add("target", distribution(&config.target, &default.target)?);
    add("source", distribution(&config.source, &default.source)?);
    add("schedule", named(Schedule::ENTRIES, config.schedule, default.schedule)?);
    add("coupling", named(Coupling::ENTRIES, config.coupling, default.coupling)?);
    add("seed", changed(config.seed, default.seed));
    let (network, plain) = (&config.network, &default.network);
    add("width", changed(network.width, plain.width));
    add("depth", changed(network.depth, plain.depth));
    let (training, plain) = (&config.training, &default.training);
    add("batch-size", changed(training.batch_size, plain.batch_size));
    add("learning-rate", changed(training.learning_rate, plain.learning_rate));
    let is_constant = training.decay == Decay::Constant;
    add("decay", is_constant.then(|| "constant".to_owned()));
    add("objective", named(Objective::ENTRIES, training.objective, plain.objective)?);
    add("class-dropout", training.class_dropout.map(|share| share.to_string()));
    if training.stable_targets {
        text.push_str(" --stable-targets");
    }
    // What the options above cannot say needs a file.
    let said = Config {
        seed: config.seed,
        target: config.target.clone(),
        source: config.source.clone(),
        schedule: config.schedule,
        coupling: config.coupling,
        network: NetworkConfig { width: network.width, depth: network.depth, ..default.network },
        training: TrainingConfig {
            batch_size: training.batch_size,
            learning_rate: training.learning_rate,
            decay: if is_constant { Decay::Constant } else { plain.decay },
            objective: training.objective,
            stable_targets: training.stable_targets,
            class_dropout: training.class_dropout,
            ..default.training
        },
        rounds: vec![],
        sampling: config.sampling.clone(),
    };
    Ok((said == *config && text.len() < LONGEST_OPTIONS).then_some(text))
}

/// Longer lines are no longer read by anybody.
const LONGEST_OPTIONS: usize = 500;

/// The options of `flow sample` that say the same as `sampling`.
fn sample_options(sampling: &SamplingConfig) -> String {
    let mut text = format!(" --count {}", sampling.particles);
    let _ = match (sampling.diffusion, sampling.solver) {
        (Some(Diffusion::Constant { g }), _) => {
            write!(text, " --solver sde --diffusion constant --sigma {g}")
        }
        (Some(Diffusion::SqrtSigma { g }), _) => {
            write!(text, " --solver sde --diffusion sqrt-sigma --sigma {g}")
        }
        (None, Solver::Dopri5(Tolerances { rtol, atol })) => {
            write!(text, " --solver dopri5 --rtol {rtol} --atol {atol}")
        }
        (None, solver) => {
            let is_same = |entry: &&Entry<Solver>| entry.value == solver;
            write!(
                text,
                " --solver {}",
                Solver::ENTRIES.iter().find(is_same).map_or("euler", |entry| entry.name)
            )
        }
    };
    if sampling.diffusion.is_some() || !sampling.solver.is_adaptive() {
        let _ = write!(text, " --steps {}", sampling.steps);
    }
    if let Some(Guidance { class, weight }) = sampling.guidance {
        let _ = write!(text, " --class {class} --guidance {weight}");
    }
    text
}

fn changed<T: Copy + PartialEq + ToString>(value: T, default: T) -> Option<String> {
    (value != default).then(|| value.to_string())
}

fn distribution(spec: &DistributionSpec, default: &DistributionSpec) -> Result<Option<String>> {
    match spec {
        _ if spec == default => Ok(None),
        DistributionSpec::Preset(name) => Ok(Some(name.clone())),
        _ => to_json(spec).map(Some),
    }
}

/// The name of a table's entry, or JSON for what has none.
fn named<T: Copy + PartialEq + Serialize>(
    entries: &[Entry<T>],
    value: T,
    default: T,
) -> Result<Option<String>> {
    if value == default {
        return Ok(None);
    }
    match entries.iter().find(|entry| entry.value == value) {
        Some(entry) => Ok(Some(entry.name.to_owned())),
        None => to_json(&value).map(Some),
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Framework(error.to_string()))
}

/// A word for a POSIX shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Round;

    fn lines(change: fn(&mut Config)) -> String {
        let mut config = Config::default();
        change(&mut config);
        commands(&config, 60, "curved").unwrap()
    }

    #[test]
    fn options_say_what_is_not_the_default() {
        let text = lines(|c| {
            c.target = DistributionSpec::preset("checkerboard");
            c.coupling = Coupling::MINIBATCH_OT;
            c.schedule = Schedule::Vp { beta_min: 0.5, beta_max: 9.0 };
            c.seed = 7;
            c.network.width = 32;
        });
        let first = text.lines().next().unwrap();
        assert_eq!(
            first,
            "flow train --target checkerboard --schedule '{\"type\":\"vp\",\"beta_min\":0.5,\"beta_max\":9.0}' \
             --coupling minibatch-ot --seed 7 --width 32 --steps 60 --out curved.flow"
        );
    }

    #[test]
    fn what_options_cannot_say_goes_into_a_file() {
        let change: [fn(&mut Config); 4] = [
            |c| c.network.harmonics = 4,
            |c| c.training.ema_decay = 0.9,
            |c| c.rounds = vec![Round::default()],
            |c| c.target = DistributionSpec::Points { points: vec![[0.25, 1.5]; 100] },
        ];
        for change in change {
            let text = lines(change);
            let json = text.split("END'\n").nth(1).and_then(|rest| rest.split("\nEND\n").next()).unwrap();
            let mut config = Config::default();
            change(&mut config);
            assert_eq!(Config::from_json(json).unwrap(), config);
            assert!(text.contains("flow train --config curved.json --steps 60"), "{text}");
        }
    }

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(quoted("five-modes"), "five-modes");
        assert_eq!(quoted("it's {1}"), r"'it'\''s {1}'");
    }
}
