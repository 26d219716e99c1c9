//! Questions about the flow on show, for the layers of its picture.
//!
//! Points are x and y in turn; a view is `{"x":0,"y":0,"halfSide":4}`, the square that the picture shows.

use std::collections::BTreeMap;

use flow_core::{Error, experiment::Window};
use js_sys::{Float32Array, JsString};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::{answer::json, lab::Lab};

/// The square of the plane that a picture shows.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct View {
    x: f64,
    y: f64,
    half_side: f64,
}

fn window(view: &str, side: usize) -> Result<Window, JsError> {
    let View { x, y, half_side } = serde_json::from_str(view)?;
    Ok(Window { center: [x, y], half_side, side })
}

fn array(points: &[[f32; 2]]) -> Float32Array {
    Float32Array::from(points.as_flattened())
}

#[wasm_bindgen]
impl Lab {
    /// The velocity of the field on show at each of `places` at time `t`.
    ///
    /// # Errors
    /// Where there is none, with the reason.
    pub fn velocity_at(&self, places: &Float32Array, t: f64) -> Result<Float32Array, JsError> {
        Ok(array(&self.experiment.velocity_at(places.to_vec().as_chunks::<2>().0, t)?))
    }

    /// What the flow makes of a grid over the source: state after state, `lines` horizontal and
    /// as many vertical lines of `points_per_line` points.
    ///
    /// # Errors
    /// When a number is out of range.
    pub fn warped_grid(
        &self,
        lines: usize,
        points_per_line: usize,
        steps: usize,
    ) -> Result<Float32Array, JsError> {
        Ok(array(&self.experiment.warped_grid(lines, points_per_line, steps)?.positions))
    }

    /// The whole way from (`x`, `y`) by each of several numbers of Euler steps, given as a JSON list,
    /// as JSON: `{"1": [[x, y], ...], ...}`.
    ///
    /// # Errors
    /// When a number of steps is out of range.
    pub fn trajectories_from(&self, x: f32, y: f32, steps: &str) -> Result<JsString, JsError> {
        let steps: Vec<usize> = serde_json::from_str(steps)?;
        let way = |&steps: &usize| Ok((steps, self.experiment.trajectory_from([x, y], steps)?));
        let ways: BTreeMap<_, _> = steps.iter().map(way).collect::<Result<_, Error>>()?;
        json(&ways)
    }

    /// About `count` of the pairs whose paths pass (`x`, `y`) at time `t`, with the mean of all, as JSON.
    ///
    /// # Errors
    /// When no path passes.
    pub fn pairs_through(&self, x: f64, y: f64, t: f64, count: usize) -> Result<JsString, JsError> {
        json(&self.experiment.pairs_through([x, y], t, count)?)
    }

    /// The density at time `t`, `"true"` or `"learned"`, on a grid of `side` x `side` cells of a view,
    /// rows from the top.
    ///
    /// # Errors
    /// Where it is not known, with the reason.
    pub fn density(&self, kind: &str, t: f64, side: usize, view: &str) -> Result<Float32Array, JsError> {
        let density = self.experiment.density(kind.parse()?, t, window(view, side)?)?;
        Ok(Float32Array::from(density.as_slice()))
    }

    /// How far the learned field is from the exact one, on a grid as in [`Lab::density`]; NaN where
    /// hardly any particle comes.
    ///
    /// # Errors
    /// Where the exact field is not known, with the reason.
    pub fn error_map(&self, t: f64, side: usize, view: &str) -> Result<Float32Array, JsError> {
        let errors = self.experiment.error_map(t, window(view, side)?)?;
        Ok(Float32Array::from(errors.as_slice()))
    }

    /// The time and place of the largest error, as JSON: `{"t", "x", "y", "error"}`.
    ///
    /// # Errors
    /// As [`Lab::error_map`].
    pub fn worst_error(&self) -> Result<JsString, JsError> {
        json(&self.experiment.worst_error()?)
    }

    /// The mean squared error per axis of the learned field, as `flow evaluate` gives it.
    ///
    /// # Errors
    /// As [`Lab::error_map`].
    pub fn field_error(&self) -> Result<f64, JsError> {
        Ok(self.experiment.field_error()?.value)
    }

    /// The mean log-likelihood of data that training has not seen, in words; or why there is none.
    ///
    /// # Errors
    /// When the way back from the data cannot be followed.
    pub fn held_out_log_likelihood(&self) -> Result<JsString, JsError> {
        match self.experiment.held_out_log_likelihood() {
            Ok((mean, count)) => {
                let (sign, size) = (if mean < 0.0 { "\u{2212}" } else { "" }, mean.abs());
                Ok(format!(
                    "{count} points of data kept from training have a mean log-likelihood of {sign}{size:.2} nats"
                )
                .into())
            }
            // The density is there to be shown without it.
            Err(Error::Unavailable { reason, .. }) => Ok(reason.into()),
            Err(error) => Err(error.into()),
        }
    }
}
