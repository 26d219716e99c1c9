//! What was measured, what follows from it, and what it is compared with.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::RELAXED;

/// Sizes of the measured networks and batches, for counting their arithmetic.
const INPUTS: usize = 37;
const BATCH: usize = 256;

/// What a measurement is of. An absent part does not apply, or is the usual one.
#[derive(Deserialize, Clone, PartialEq, Default)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub what: String,
    pub width: Option<usize>,
    pub batch: Option<usize>,
    pub engine: Option<String>,
    pub coupling: Option<String>,
    pub dataset: Option<String>,
    pub particles: Option<usize>,
    pub steps: Option<usize>,
}

/// A number and where it was measured.
#[derive(Deserialize, Clone)]
pub struct Measurement {
    #[serde(skip)]
    pub place: &'static str,
    pub task: Task,
    pub value: f64,
}

/// One row of the table.
#[derive(Serialize)]
pub struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    ratio: Option<f64>,
    baseline: Option<String>,
}

impl Task {
    fn new(what: &str) -> Self {
        Self { what: what.to_owned(), ..Self::default() }
    }

    fn is_training(&self, engine: &str, coupling: &str) -> bool {
        self.what == "training" && self.engine() == engine && self.coupling.as_deref() == Some(coupling)
    }

    fn engine(&self) -> &str {
        self.engine.as_deref().unwrap_or_default()
    }
}

impl Measurement {
    fn name(&self) -> String {
        let Task { what, width, batch, engine, coupling, dataset, particles, steps } = &self.task;
        let mut words = vec![format!("{}: {what}", self.place)];
        words.extend(width.map(|width| format!("3x{width}")));
        words.extend(batch.map(|batch| format!("batch {batch}")));
        words.extend([engine, coupling, dataset].into_iter().flatten().cloned());
        words.extend(particles.map(|particles| format!("{particles} particles")));
        words.extend(steps.map(|steps| format!("{steps} steps")));
        words.join(", ")
    }

    fn unit(&self) -> &'static str {
        match self.task.what.as_str() {
            "training" | "notebook recipe" => "steps/s",
            "velocity" => "points/s",
            "matrix arithmetic" | "simd128 peak" => "GFLOP/s",
            "steps to quality" => "steps",
            what if what.starts_with("time to quality") => "s",
            what if what.starts_with("growth") => "power",
            what if what.starts_with("wasm bytes") || what.starts_with("page bytes") => "bytes",
            what if what.starts_with("training w") => "steps/s",
            _ => "ms",
        }
    }

    /// What this is best compared with: our engine with burn's own, OT with independent pairs, wasm with native
    /// code, and ours with other people's.
    fn baselines<'a>(&self, all: &'a [Self]) -> Vec<&'a Self> {
        let is_here = |other: &Self| other.place == self.place;
        let alike = |other: &Self| (&other.task.what, other.task.width) == (&self.task.what, self.task.width);
        let is_usual = |task: &Task| task.batch.is_none() && task.dataset.is_none();
        let is_peer = |other: &Self| ["pytorch", "tfjs"].contains(&other.place);
        if is_peer(self) || (self.task.what == "training" && !is_usual(&self.task)) {
            return vec![];
        }
        let by = |chosen: &dyn Fn(&Self) -> bool| -> Vec<&'a Self> {
            all.iter().filter(|other| chosen(other)).collect()
        };
        let stock = |engine: &'static str| {
            move |other: &Self| {
                is_here(other) && alike(other) && other.task.is_training(engine, "independent")
            }
        };
        let task = &self.task;
        let is_unfused_self =
            |other: &Self| self.place == RELAXED && other.place == "chromium" && other.task == self.task;
        match task.what.as_str() {
            "training" if task.is_training("fused", "independent") => {
                let own = stock("flex");
                by(&|other| {
                    is_unfused_self(other)
                        || is_usual(&other.task) && (own(other) || (is_peer(other) && alike(other)))
                })
            }
            "training" if task.engine() == "fused" => {
                let independent = stock("fused");
                by(&|other| is_usual(&other.task) && independent(other))
            }
            "training" if task.engine() == "flex" => by(&stock("ndarray")),
            "matrix arithmetic" => by(&|other| is_here(other) && other.task.what == "simd128 peak"),
            "velocity" => by(&|other| {
                let is_native = self.place != "native" && other.place == "native";
                is_unfused_self(other) || alike(other) && (is_peer(other) || is_native)
            }),
            "time to quality" => by(&|other| other.task.what == "time to quality of the notebook recipe"),
            "training while drawing" => {
                by(&|other| is_here(other) && other.task.what == "training without drawing")
            }
            _ => vec![],
        }
    }
}

/// What follows from the measurements.
pub fn derived(measured: &[Measurement]) -> Vec<Measurement> {
    let mut derived = Vec::new();
    let find = |what: &'static str| measured.iter().filter(move |measurement| measurement.task.what == what);
    for training in find("training").filter(|training| training.task.batch.is_none()) {
        if let (Some(width), None) = (training.task.width, &training.task.dataset) {
            let task = Task { what: "matrix arithmetic".into(), ..training.task.clone() };
            derived.push(Measurement {
                task,
                value: 1e-9 * operations(width, BATCH) * training.value,
                ..*training
            });
        }
    }
    for steps in find("steps to quality") {
        for training in find("training").filter(|training| training.task.dataset == steps.task.dataset) {
            let task = Task { what: "time to quality".into(), ..training.task.clone() };
            derived.push(Measurement { task, value: steps.value / training.value, ..*training });
        }
    }
    for recipe in find("notebook recipe") {
        let task = Task::new("time to quality of the notebook recipe");
        derived.push(Measurement { task, value: 1e5 / recipe.value, ..*recipe });
    }
    derived.extend(growth(measured));
    derived
}

/// How time grows with each size: the slope of its logarithm over the size's, between the smallest and the largest.
fn growth(measured: &[Measurement]) -> Vec<Measurement> {
    type Size = fn(&Task) -> Option<usize>;
    let sizes: [(&str, &str, Size); 4] = [
        ("training", "growth of a training step's time with width", |task| task.width),
        ("training", "growth of a training step's time with batch", |task| task.batch),
        ("sampling", "growth of sampling time with particles", |task| task.particles),
        ("sampling", "growth of sampling time with steps", |task| task.steps),
    ];
    let mut rows = Vec::new();
    for place in ["native", "node", "chromium"] {
        for (what, name, size) in sizes {
            // A series is what differs from its first member in this size only.
            let here = measured.iter().filter(|m| m.place == place && m.task.what == what);
            let times: Vec<(f64, f64, &Task)> = here
                .filter(|m| {
                    what == "sampling"
                        || (m.task.is_training("fused", "independent") && m.task.dataset.is_none())
                })
                .filter(|m| name.ends_with("batch") || m.task.batch.is_none())
                .filter_map(|m| {
                    let time = if what == "training" { 1.0 / m.value } else { m.value };
                    Some((size(&m.task)? as f64, time, &m.task))
                })
                .collect();
            let longest = times.iter().map(|(.., task)| (task.particles, task.steps)).max();
            let times = times.iter().filter(|(.., task)| {
                let (particles, steps) = longest.unwrap_or_default();
                (name.ends_with("particles") || task.particles == particles)
                    && (name.ends_with("steps") || task.steps == steps)
            });
            let by_size = |a: &&(f64, f64, &Task), b: &&(f64, f64, &Task)| a.0.total_cmp(&b.0);
            let (first, last) = (times.clone().min_by(by_size), times.max_by(by_size));
            if let (Some((from, before, _)), Some((to, after, _))) = (first, last)
                && from < to
            {
                let value = (after / before).log2() / (to / from).log2();
                rows.push(Measurement { place, task: Task::new(name), value });
            }
        }
    }
    rows
}

/// Multiplications and additions in the matrix products of one training step of three hidden layers: forward,
/// the weights' gradients, and the inputs' of every layer but the first.
fn operations(width: usize, batch: usize) -> f64 {
    let first = INPUTS * width;
    let rest = 2 * width * width + 2 * width;
    (2 * batch * (2 * first + 3 * rest)) as f64
}

impl Row {
    /// A row for each thing to compare with, or one without.
    pub fn of(measurement: &Measurement, all: &[Measurement]) -> Vec<Self> {
        let row = |baseline: Option<&Measurement>| Self {
            name: measurement.name(),
            value: measurement.value,
            unit: measurement.unit(),
            ratio: baseline.map(|baseline| measurement.value / baseline.value),
            baseline: baseline.map(Measurement::name),
        };
        let baselines = measurement.baselines(all);
        if baselines.is_empty() {
            vec![row(None)]
        } else {
            baselines.into_iter().map(|b| row(Some(b))).collect()
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = |number: f64| if number < 0.05 { 5 } else { 2 };
        let ratio = self.ratio.map(|ratio| format!("{ratio:.*}", digits(ratio))).unwrap_or_default();
        let digits = if self.value < 100.0 { 2 } else { 0 };
        write!(formatter, "{ratio:>7}  {:<60} {:>14.digits$} {}", self.name, self.value, self.unit)?;
        if let Some(baseline) = &self.baseline {
            write!(formatter, "   against {baseline}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(place: &'static str, task: &str, value: f64) -> Measurement {
        Measurement { place, task: serde_json::from_str(task).unwrap(), value }
    }

    fn ratios(of: usize, all: &[Measurement]) -> Vec<(f64, String)> {
        let rows = Row::of(&all[of], all);
        rows.into_iter().filter_map(|row| Some((row.ratio?, row.baseline?))).collect()
    }

    #[test]
    fn our_engine_is_compared_with_burns_own_in_the_same_place_and_with_others() {
        let training = |place, engine: &str, value| {
            let task =
                format!(r#"{{"what":"training","width":64,"engine":"{engine}","coupling":"independent"}}"#);
            measured(place, &task, value)
        };
        let all = [
            training("node", "flex", 100.0),
            training("native", "flex", 300.0),
            training("node", "fused", 500.0),
            measured("pytorch", r#"{"what":"training","width":64,"engine":"eager Adam"}"#, 250.0),
            measured("pytorch", r#"{"what":"training","width":32,"engine":"eager Adam"}"#, 999.0),
        ];
        let expected = [
            (5.0, "node: training, 3x64, flex, independent".to_owned()),
            (2.0, "pytorch: training, 3x64, eager Adam".to_owned()),
        ];
        assert_eq!(ratios(2, &all), expected);
        assert!(
            Row::of(&all[2], &all)[0]
                .to_string()
                .starts_with("   5.00  node: training, 3x64, fused, independent")
        );
    }

    #[test]
    fn wasm_is_compared_with_native_code() {
        let all = [
            measured("native", r#"{"what":"velocity","width":64}"#, 200.0),
            measured("chromium", r#"{"what":"velocity","width":64}"#, 100.0),
            measured("chromium", r#"{"what":"frame","particles":5000}"#, 2.5),
        ];
        assert_eq!(ratios(1, &all), [(0.5, "native: velocity, 3x64".to_owned())]);
        assert_eq!(ratios(2, &all), []);
    }

    #[test]
    fn time_to_quality_follows_from_steps_and_their_rate() {
        let training = r#"{"what":"training","width":64,"engine":"fused","coupling":"independent","dataset":"checkerboard"}"#;
        let mut all = vec![
            measured("native", r#"{"what":"steps to quality","dataset":"checkerboard"}"#, 2000.0),
            measured("node", training, 1000.0),
            measured("pytorch", r#"{"what":"notebook recipe"}"#, 100.0),
        ];
        all.extend(derived(&all));
        let at = all.iter().position(|m| m.task.what == "time to quality").unwrap();
        assert!((all[at].value - 2.0).abs() < 1e-9);
        assert_eq!(ratios(at, &all), [(0.002, "pytorch: time to quality of the notebook recipe".to_owned())]);
    }

    #[test]
    fn growth_is_a_power() {
        let sampling = |particles: usize, steps: usize, value| {
            let task = format!(r#"{{"what":"sampling","particles":{particles},"steps":{steps}}}"#);
            measured("node", &task, value)
        };
        let all = [sampling(1000, 8, 1.0), sampling(10_000, 8, 10.0), sampling(10_000, 2, 5.0)];
        let rows = growth(&all);
        let values: Vec<_> = rows.iter().map(|row| (row.task.what.as_str(), row.value)).collect();
        let expected =
            [("growth of sampling time with particles", 1.0), ("growth of sampling time with steps", 0.5)];
        assert_eq!(values, expected);
    }

    #[test]
    fn arithmetic_is_counted() {
        assert_eq!(operations(64, 256) as u64, 2 * 256 * (2 * 37 * 64 + 3 * (64 * 64 * 2 + 64 * 2)));
    }
}
