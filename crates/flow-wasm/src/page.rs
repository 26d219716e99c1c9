//! Free functions the page's main thread calls.

use flow_core::Config;
use js_sys::{Float32Array, JsString};
use plotters::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::answer::json;
use crate::chart::{Chart, PageCanvas};
use crate::registry::{self, Registry};

/// Every choice a reader can make by name, as JSON.
///
/// # Errors
/// Never expected.
#[wasm_bindgen]
pub fn registry() -> Result<JsString, JsError> {
    json(&Registry::read())
}

/// Why a configuration, given as JSON, cannot be; nothing when it can.
#[wasm_bindgen]
pub fn check_config(config: &str) -> Option<JsString> {
    Config::from_json(config).and_then(|config| config.validate()).err().map(|error| error.to_string().into())
}

/// A configuration, given as JSON, with everything it leaves out at its default.
///
/// # Errors
/// When it cannot be read.
#[wasm_bindgen]
pub fn complete_config(config: &str) -> Result<JsString, JsError> {
    json(&Config::from_json(config)?)
}

/// The support of a target and the part of the plane that holds it, as JSON.
///
/// # Errors
/// When there is no such target.
#[wasm_bindgen]
pub fn outline(target: &str) -> Result<JsString, JsError> {
    json(&registry::scene(target)?)
}

/// `count` points drawn by a target's sampler, x and y in turn.
///
/// # Errors
/// When there is no such target.
#[wasm_bindgen]
pub fn target_points(target: &str, count: usize) -> Result<Float32Array, JsError> {
    Ok(registry::target_points(target, count)?.as_flattened().into())
}

/// Draws a chart, given as JSON (see `Chart`), over the whole of a canvas, and returns its
/// plotting area in device pixels as JSON.
///
/// # Errors
/// When the description is not a chart or the canvas cannot be drawn on.
#[wasm_bindgen]
pub fn draw_chart(canvas: HtmlCanvasElement, chart: &str) -> Result<JsString, JsError> {
    let chart: Chart = serde_json::from_str(chart)?;
    let backend =
        PageCanvas::new(canvas).ok_or_else(|| JsError::new("the chart's canvas has no 2D context"))?;
    let area = chart.draw(&backend.into_drawing_area()).map_err(|error| JsError::new(&error.to_string()))?;
    json(&area)
}

/// One number that depends on every bit the kernels produce, in hexadecimal: the same on every
/// machine, or pictures are not.
#[wasm_bindgen]
pub fn kernel_fingerprint() -> JsString {
    format!("{:016x}", flow_kernels::fingerprint()).into()
}
