//! One experiment in a worker.

use flow_core::{Config, Evaluation, Experiment, Solver, fingerprint, solver::Trajectories};
use js_sys::{Float32Array, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// One experiment: it trains when told to, and shows what it has learnt.
#[wasm_bindgen]
pub struct Lab {
    experiment: Experiment,
    /// The last sample's evaluation, for [`Lab::report`].
    report: Option<Report>,
}

/// What can be said about one sample.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    hits: f64,
    modes: usize,
    mode_count: usize,
    energy: f64,
    nfe: usize,
    hash: String,
}

/// A sample: every state of every particle, and which particles ended on the target.
#[wasm_bindgen(getter_with_clone)]
pub struct Sample {
    /// x and y of each particle, state after state, `steps + 1` states.
    pub positions: Float32Array,
    /// One byte a particle, 1 for a hit.
    pub hits: Uint8Array,
    /// Solver steps.
    pub steps: usize,
    /// Particles.
    pub particles: usize,
}

#[wasm_bindgen]
impl Lab {
    /// The experiment of a configuration, given as JSON, before its first training step.
    ///
    /// # Errors
    /// When the configuration is not one; the message names the field.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str) -> Result<Lab, JsError> {
        let experiment = Experiment::new(Config::from_json(config)?)?;
        Ok(Self { experiment, report: None })
    }

    /// Trains for `steps` steps.
    ///
    /// # Errors
    /// When training diverges.
    pub fn train(&mut self, steps: u32) -> Result<(), JsError> {
        Ok(self.experiment.train(steps)?)
    }

    /// Training steps taken so far.
    #[wasm_bindgen(getter)]
    pub fn training_step(&self) -> f64 {
        self.experiment.training_step() as f64
    }

    /// Moves every particle from noise to data by `steps` Euler steps with the current weights.
    ///
    /// # Errors
    /// When `steps` is out of range or a particle is lost to infinity.
    pub fn sample(&mut self, steps: usize) -> Result<Sample, JsError> {
        let trajectories = self.experiment.sample(Solver::Euler, steps)?;
        let evaluation = self.experiment.evaluate(&trajectories);
        let hits: Vec<u8> = evaluation.is_hit.iter().copied().map(u8::from).collect();
        let sample = Sample {
            positions: Float32Array::from(trajectories.positions.as_flattened()),
            hits: Uint8Array::from(hits.as_slice()),
            steps,
            particles: trajectories.particle_count(),
        };
        self.report = Some(Report::new(&evaluation, &trajectories));
        Ok(sample)
    }

    /// What can be said about the last sample, as JSON; `null` before the first.
    ///
    /// # Errors
    /// Never expected.
    pub fn report(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(&self.report)?)
    }

    /// The straightness of the field, whatever the number of steps: 0 for straight lines at
    /// constant speed. Costs as much as a sample of many steps, hence not part of the report.
    ///
    /// # Errors
    /// As [`Lab::sample`].
    pub fn straightness(&self) -> Result<f64, JsError> {
        Ok(self.experiment.straightness()?)
    }

    /// Shows `count` particles from now on; training is not touched.
    ///
    /// # Errors
    /// When `count` is out of range.
    pub fn set_particles(&mut self, count: usize) -> Result<(), JsError> {
        Ok(self.experiment.set_particles(count)?)
    }

    /// The energy distance to the data that `steps` Euler steps leave.
    ///
    /// # Errors
    /// As [`Lab::sample`].
    pub fn error_at(&self, steps: usize) -> Result<f64, JsError> {
        Ok(self.experiment.error_at(Solver::Euler, steps)?)
    }

    /// The recent mean loss; NaN before the first training step.
    pub fn loss(&self) -> f64 {
        self.experiment.losses().recent().unwrap_or(f64::NAN)
    }

    /// The loss that no network can go below. Takes a tenth of a second; ask once.
    ///
    /// # Errors
    /// Never expected.
    pub fn loss_floor(&self) -> Result<f64, JsError> {
        Ok(self.experiment.loss_floor()?.floor.value)
    }

    /// The mean loss over the training so far: step and loss in turn, at most a thousand pairs.
    pub fn loss_history(&self) -> Vec<f32> {
        self.experiment
            .losses()
            .points()
            .iter()
            .flat_map(|point| [point.step as f32, point.loss as f32])
            .collect()
    }
}

impl Report {
    fn new(evaluation: &Evaluation, trajectories: &Trajectories<f32>) -> Self {
        Self {
            hits: evaluation.hits,
            modes: evaluation.modes,
            mode_count: evaluation.mode_count,
            energy: evaluation.energy,
            nfe: trajectories.evaluations,
            hash: format!("{:016x}", fingerprint(trajectories.end())),
        }
    }
}
