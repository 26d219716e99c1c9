//! Training that can be watched, interrupted and kept: what `train`, `reflow` and `distil` share.

use std::{
    fmt,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use flow_core::{Experiment, config::Round};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;

use crate::{failure::Failure, field, output};

/// Training steps between two looks at the clock and at Ctrl-C.
const STRIDE: u64 = 20;

/// How often the model is saved while training goes on.
const SAVE_EVERY: Duration = Duration::from_secs(30);

/// Trains up to the training step `until`, keeps the experiment in the file `out`, also when the
/// work is interrupted or fails, and reports it on standard output.
pub fn train_and_keep(experiment: &mut Experiment, until: u64, out: &Path) -> Result<(), Failure> {
    let (start, is_stopped) = (experiment.training_step(), stop_on_interrupt()?);
    let outcome = train(experiment, until, out, &is_stopped);
    // What was learned before a failure is worth keeping too.
    if outcome.is_ok() || experiment.training_step() > start {
        save(experiment, out)?;
    }
    outcome?;
    let step = experiment.training_step();
    output::json(&json!({
        "model": out.display().to_string(),
        "steps": step,
        "loss": experiment.losses().recent(),
        "loss_floor": experiment.loss_floor().ok().map(|known| known.floor.value),
        "field_error": experiment.field_error().ok().map(|known| known.value),
    }))?;
    if step < until {
        let out = out.display();
        return Err(Failure::Interrupted(format!(
            "interrupted at step {step} of {until}; the model is kept, \
             `flow train --resume --steps {until} --out {out}` goes on"
        )));
    }
    Ok(())
}

/// As [`train_and_keep`], the experiment in the file `model` through one more round after the other,
/// `steps` training steps each. All are in the configuration from the beginning, so that whoever is
/// interrupted can go on.
pub fn train_rounds(model: &Path, rounds: &[Round], steps: u64, out: &Path) -> Result<(), Failure> {
    check_model_place(out)?;
    let mut experiment = field::model("MODEL", model)?;
    if let (Some(_), Some(last)) = (experiment.next_round(), experiment.config().rounds.last()) {
        let (step, after, model) = (experiment.training_step(), last.after, model.display());
        let accepted = format!(
            "trained beyond step {after}, where its last round begins, before one more: \
             `flow train --resume --steps N --out {model}` with N above {after} goes on"
        );
        return Err(Failure::input("MODEL", format!("{model} at step {step}"), accepted));
    }
    let until = experiment.training_step() + rounds.len() as u64 * steps;
    experiment.add_rounds(rounds, steps)?;
    train_and_keep(&mut experiment, until, out)
}

fn train(
    experiment: &mut Experiment,
    until: u64,
    out: &Path,
    is_stopped: &AtomicBool,
) -> Result<(), Failure> {
    if let Some(end) = experiment.planned_end().filter(|&end| end < until) {
        // Who reads none of it loses nothing.
        let _ = writeln!(
            io::stderr(),
            "note: from step {end} on nothing more is learned, since the learning rate has fallen to zero as planned (training.decay.steps)"
        );
    }
    let bar = ProgressBar::new(until).with_position(experiment.training_step()).with_style(style());
    bar.reset_eta();
    let mut saved = Instant::now();
    while experiment.training_step() < until && !is_stopped.load(Ordering::Relaxed) {
        let share = experiment.prepare()?;
        if share < 1.0 {
            bar.set_message(format!("making pairs: {:.0} %", 100.0 * share));
            continue;
        }
        let step = experiment.training_step();
        let end = experiment.next_round().map_or(until, |round| round.after.min(until));
        experiment.train((end - step).min(STRIDE) as u32)?;
        bar.set_position(experiment.training_step());
        let floor = experiment.loss_floor().ok().map(|known| known.floor.value);
        bar.set_message(message(experiment.losses().recent(), floor));
        if saved.elapsed() > SAVE_EVERY {
            save(experiment, out)?;
            saved = Instant::now();
        }
    }
    bar.finish();
    Ok(())
}

/// One line, however narrow the terminal.
fn style() -> ProgressStyle {
    let speed = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // Nothing can be done about a terminal that takes no text.
        let _ = write!(out, "{:.0}/s", state.per_sec());
    };
    ProgressStyle::with_template("{bar:10} {pos}/{len} steps, {speed}, {eta} left, {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("speed", speed)
}

fn message(loss: Option<f64>, floor: Option<f64>) -> String {
    match (loss, floor) {
        (Some(loss), Some(floor)) => format!("loss {loss:.4} (floor + {:.4})", loss - floor),
        (Some(loss), None) => format!("loss {loss:.4}"),
        (None, _) => String::new(),
    }
}

/// A flag that Ctrl-C raises.
fn stop_on_interrupt() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = flag.clone();
    ctrlc::set_handler(move || raised.store(true, Ordering::Relaxed))
        .map_err(|error| Failure::Work(format!("Ctrl-C cannot be caught: {error}")))?;
    Ok(flag)
}

/// Finds out before the work, not after it, that the model has no place to go.
pub fn check_model_place(path: &Path) -> Result<(), Failure> {
    let is_stream = path == Path::new("-") || (path.exists() && !path.is_file() && !path.is_dir());
    if is_stream {
        let accepted = "a file of its own: the model is saved there again and again while it is trained";
        return Err(Failure::input("--out", path.display(), accepted));
    }
    output::check_place(path)?;
    output::try_to_write(&beside(path), path)
}

/// Where the model is written before it is moved to `path`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

/// Writes the model beside its place and then moves it there, so that no moment is without one.
fn save(experiment: &Experiment, path: &Path) -> Result<(), Failure> {
    let part = beside(path);
    let failed = |error| Failure::Work(format!("saving {} failed: {error}", path.display()));
    std::fs::write(&part, experiment.checkpoint()?).map_err(failed)?;
    std::fs::rename(&part, path).map_err(failed)
}
