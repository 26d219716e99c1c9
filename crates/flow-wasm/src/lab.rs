//! One experiment in a worker.

use flow_core::{
    Config, Experiment, Solver,
    config::Round,
    experiment::{Accuracy, Evaluation, Sampling},
    fingerprint, registry,
    solver::Trajectories,
};
use js_sys::{Float32Array, Float64Array, JsString, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::answer::json;

const NO_SAMPLE: &str = "there is no sample under way";

/// One experiment: it trains when told to, and shows what it has learnt.
#[wasm_bindgen]
pub struct Lab {
    pub(crate) experiment: Experiment,
    /// The sample under way.
    sampling: Option<Sampling>,
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
    energy_noise: f64,
    nfe: usize,
    hash: String,
}

/// A sample: every state of every particle, and which particles ended on the target.
#[wasm_bindgen(getter_with_clone)]
pub struct Sample {
    /// x and y of each particle, state after state.
    #[wasm_bindgen(readonly)]
    pub positions: Float32Array,
    /// The time of each state.
    #[wasm_bindgen(readonly)]
    pub times: Float32Array,
    /// One byte a particle, 1 for a hit.
    #[wasm_bindgen(readonly)]
    pub hits: Uint8Array,
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
        Ok(Self { experiment, sampling: None, report: None })
    }

    /// Continues from the bytes of [`Lab::checkpoint`].
    ///
    /// # Errors
    /// When they are not a checkpoint.
    pub fn resume(checkpoint: &Uint8Array) -> Result<Lab, JsError> {
        Ok(Self { experiment: Experiment::resume(&checkpoint.to_vec())?, sampling: None, report: None })
    }

    /// Everything needed to continue, as bytes.
    ///
    /// # Errors
    /// Never expected.
    #[wasm_bindgen(unchecked_return_type = "Uint8Array<ArrayBuffer>")]
    pub fn checkpoint(&self) -> Result<Uint8Array, JsError> {
        Ok(self.experiment.checkpoint()?.as_slice().into())
    }

    /// The averaged weights as the bytes of a safetensors file.
    ///
    /// # Errors
    /// Never expected.
    #[wasm_bindgen(unchecked_return_type = "Uint8Array<ArrayBuffer>")]
    pub fn safetensors(&self) -> Result<Uint8Array, JsError> {
        Ok(self.experiment.safetensors()?.as_slice().into())
    }

    /// The configuration as it is now, rounds that were added included, as JSON.
    ///
    /// # Errors
    /// Never expected.
    pub fn config_json(&self) -> Result<JsString, JsError> {
        json(self.experiment.config())
    }

    /// Trains for `steps` steps.
    ///
    /// # Errors
    /// When training diverges.
    pub fn train(&mut self, steps: u32) -> Result<(), JsError> {
        Ok(self.experiment.train(steps)?)
    }

    /// Does one piece of what the next training step has to wait for: the pairs of a round that is
    /// due. Returns the share that is done, 1 when training can go on.
    ///
    /// # Errors
    /// When a particle is lost to infinity.
    pub fn prepare(&mut self) -> Result<f64, JsError> {
        Ok(self.experiment.prepare()?)
    }

    /// Training steps taken so far.
    #[wasm_bindgen(getter)]
    pub fn training_step(&self) -> f64 {
        self.experiment.training_step() as f64
    }

    /// Samples like this from now on, given as JSON; training is not touched.
    ///
    /// # Errors
    /// When it cannot be, with the reason; all is then as before.
    pub fn set_sampling(&mut self, sampling: &str) -> Result<(), JsError> {
        Ok(self.experiment.set_sampling(serde_json::from_str(sampling)?)?)
    }

    /// Begins to move the first `count` particles from noise to data with the current weights; 0
    /// means all of them. A sample under way is dropped.
    ///
    /// # Errors
    /// When there are not so many particles, or there would be more states than fit in memory.
    pub fn start_sample(&mut self, count: usize) -> Result<(), JsError> {
        self.sampling = None;
        self.sampling = Some(self.experiment.start_sampling((count > 0).then_some(count))?);
        Ok(())
    }

    /// Takes one solver step with the sample under way. Returns the share that is done, 1 at the end.
    ///
    /// # Errors
    /// When a particle is lost to infinity, or there is no sample under way.
    pub fn advance_sample(&mut self) -> Result<f64, JsError> {
        let sampling = self.sampling.as_mut().ok_or_else(|| JsError::new(NO_SAMPLE))?;
        Ok(sampling.advance()?)
    }

    /// The sample under way, which [`Lab::report`] then is about.
    ///
    /// # Errors
    /// When there is none.
    pub fn take_sample(&mut self) -> Result<Sample, JsError> {
        let sampling = self.sampling.take().ok_or_else(|| JsError::new(NO_SAMPLE))?;
        let trajectories = sampling.into_trajectories();
        let evaluation = self.experiment.evaluate(&trajectories);
        let hits: Vec<u8> = evaluation.is_hit.iter().copied().map(u8::from).collect();
        let times: Vec<f32> = trajectories.times.iter().map(|&t| t as f32).collect();
        self.report = Some(Report::new(&evaluation, &trajectories));
        Ok(Sample {
            positions: Float32Array::from(trajectories.positions.as_flattened()),
            times: Float32Array::from(times.as_slice()),
            hits: Uint8Array::from(hits.as_slice()),
        })
    }

    /// What can be said about the last sample, as JSON; `null` before the first.
    ///
    /// # Errors
    /// Never expected.
    pub fn report(&self) -> Result<JsString, JsError> {
        json(&self.report)
    }

    /// The straightness of the field, whatever the number of steps: 0 for straight lines at
    /// constant speed. Costs as much as a sample of many steps, hence not part of the report.
    ///
    /// # Errors
    /// As [`Lab::advance_sample`].
    pub fn straightness(&self) -> Result<f64, JsError> {
        Ok(self.experiment.straightness()?)
    }

    /// What `steps` steps of a solver, given as JSON, come to: the energy distance to the data that
    /// they leave, the share of hits, and the evaluations they take. (Without noise.)
    ///
    /// # Errors
    /// When there is no such solver; as [`Lab::advance_sample`].
    pub fn error_at(&self, solver: &str, steps: usize) -> Result<Float64Array, JsError> {
        let solver: Solver = serde_json::from_str(solver)?;
        let Accuracy { energy, hits, evaluations } = self.experiment.error_at(solver, steps)?;
        Ok([energy, hits, evaluations as f64].as_slice().into())
    }

    /// Adds a round by its name, to begin with the next training step.
    ///
    /// # Errors
    /// When there is no such round, or it cannot follow what has been trained.
    pub fn add_round(&mut self, name: &str) -> Result<(), JsError> {
        let round = registry::find(Round::ENTRIES, "round", name)?.value;
        Ok(self.experiment.add_round(round)?)
    }

    /// The training step at which the next round of the configuration begins; infinite when all
    /// have begun.
    #[wasm_bindgen(getter)]
    pub fn round_due(&self) -> f64 {
        self.experiment.next_round().map_or(f64::INFINITY, |round| round.after as f64)
    }

    /// The name of the round that begins next: that of the entry it was made from, or of the one
    /// most like it.
    pub fn round_name(&self) -> JsString {
        let Some(next) = self.experiment.next_round() else { return JsString::from("") };
        let is_like = |entry: &&registry::Entry<Round>| {
            let Round { lesson, sampler, .. } = entry.value;
            (lesson, sampler) == (next.lesson, next.sampler)
        };
        Round::ENTRIES.iter().find(is_like).map_or("reflow", |entry| entry.name).into()
    }

    /// The moments of training that can be shown again, as JSON.
    ///
    /// # Errors
    /// Never expected.
    pub fn history(&self) -> Result<JsString, JsError> {
        json(&self.experiment.history())
    }

    /// Shows the network of the moment numbered `index`, or with a negative index that of now.
    ///
    /// # Errors
    /// When there is no such moment.
    pub fn show_step(&mut self, index: i32) -> Result<(), JsError> {
        Ok(self.experiment.show_moment(usize::try_from(index).ok())?)
    }

    /// The recent mean loss; NaN before the first training step.
    pub fn loss(&self) -> f64 {
        self.experiment.losses().recent().unwrap_or(f64::NAN)
    }

    /// The loss that no network can go below. Takes a tenth of a second; ask once.
    ///
    /// # Errors
    /// Where it is not known: in later rounds, and with another objective, stable targets or classes.
    pub fn loss_floor(&self) -> Result<f64, JsError> {
        Ok(self.experiment.loss_floor()?.floor.value)
    }

    /// The mean loss over the training so far: step and loss in turn, at most a thousand pairs.
    pub fn loss_history(&self) -> Float32Array {
        let points = self.experiment.losses().points();
        let pairs: Vec<_> = points.iter().map(|point| [point.step as f32, point.loss as f32]).collect();
        pairs.as_flattened().into()
    }
}

impl Report {
    fn new(evaluation: &Evaluation, trajectories: &Trajectories<f32>) -> Self {
        Self {
            hits: evaluation.hits,
            modes: evaluation.modes,
            mode_count: evaluation.mode_count,
            energy: evaluation.energy,
            energy_noise: evaluation.energy_noise,
            nfe: trajectories.evaluations,
            hash: format!("{:016x}", fingerprint(trajectories.end())),
        }
    }
}
