//! The reader's own data, for the page: from a table, an image, a drawing or modes to the code
//! that the page's state and its link hold, and from there to what a picture needs.

use flow_core::distribution::import::{
    Density, FARTHEST, HALF_SIDE, Ink, LARGEST_CLOUD, LARGEST_IMAGE, LARGEST_MODES, LONGEST_CODE, Mode,
    OwnData, Stroke, fitted, read_table, thinned,
};
use flow_core::{Result, Rng};
use js_sys::{Float32Array, JsString, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::answer::json;

/// What own data may be, as JSON.
#[wasm_bindgen]
pub fn own_limits() -> JsString {
    format!(
        r#"{{"points":{LARGEST_CLOUD},"modes":{LARGEST_MODES},"code":{LONGEST_CODE},"pixels":{LARGEST_IMAGE},"farthest":{FARTHEST},"halfSide":{HALF_SIDE}}}"#
    )
    .into()
}

/// The points of a table, fitted into the plane on request, as JSON `{code, read}`: more than fit
/// into a code are thinned.
///
/// # Errors
/// With the line that is not a point.
#[wasm_bindgen]
pub fn own_table(text: &str, fit: bool) -> Result<JsString, JsError> {
    let read = read_table("the table", text)?;
    let points = thinned(&read, LARGEST_CLOUD);
    let code = coded(if fit { fitted(&points) } else { points })?;
    // A code has no character that JSON would escape.
    Ok(format!(r#"{{"code":"{code}","read":{}}}"#, read.len()).into())
}

/// The code of `count` points that follow an image's ink, which is what is dark, or what is bright.
///
/// # Errors
/// When the image is blank or larger than it may be.
#[wasm_bindgen]
pub fn own_image(
    rgba: &Uint8Array,
    width: usize,
    height: usize,
    bright: bool,
    count: usize,
) -> Result<JsString, JsError> {
    let ink = if bright { Ink::Bright } else { Ink::Dark };
    Ok(coded(Density::of_image(&rgba.to_vec(), width, height, ink)?.fitted_points(count)?)?.into())
}

/// The code of `count` points along strokes, given as JSON `[{path: [[x, y]..], radius, erase}..]`.
///
/// # Errors
/// When nothing is drawn, or more than may be.
#[wasm_bindgen]
pub fn own_drawing(strokes: &str, count: usize) -> Result<JsString, JsError> {
    let strokes: Vec<Stroke> = serde_json::from_str(strokes)?;
    Ok(coded(Density::points_of_strokes(&strokes, count)?)?.into())
}

/// The code of a mixture of round Gaussians, given as JSON `[[x, y, sd, weight]..]`.
///
/// # Errors
/// When there are none or too many, or a number is outside its range.
#[wasm_bindgen]
pub fn own_mixture(modes: &str) -> Result<JsString, JsError> {
    let modes: Vec<[f64; 4]> = serde_json::from_str(modes)?;
    let modes = modes.into_iter().map(|[x, y, sd, weight]| Mode { center: [x, y], sd, weight }).collect();
    Ok(OwnData::modes(modes)?.code()?.into())
}

/// What is wrong with a code, if anything is.
#[wasm_bindgen]
pub fn own_fault(code: &str) -> Option<JsString> {
    OwnData::read(code).err().map(|error| error.to_string().into())
}

/// At most `count` points of a code's distribution, x and y in turn: its own where it has points.
///
/// # Errors
/// When it is no code.
#[wasm_bindgen]
pub fn own_points(code: &str, count: usize) -> Result<Float32Array, JsError> {
    let data = OwnData::read(code)?;
    let points = match &data {
        OwnData::Points(points) => {
            thinned(points, count).iter().map(|point| point.map(|x| x as f32)).collect()
        }
        OwnData::Modes(_) => data.spec().build("your data")?.sample(&mut Rng::stream(1, "thumbnail"), count),
    };
    Ok(points.as_flattened().into())
}

/// The modes of a code's mixture as JSON `[[x, y, sd, weight]..]`; none where it has points.
///
/// # Errors
/// When it is no code.
#[wasm_bindgen]
pub fn own_modes(code: &str) -> Result<JsString, JsError> {
    let modes: Vec<[f64; 4]> = match OwnData::read(code)? {
        OwnData::Points(_) => Vec::new(),
        OwnData::Modes(modes) => {
            modes.iter().map(|mode| [mode.center[0], mode.center[1], mode.sd, mode.weight]).collect()
        }
    };
    json(&modes)
}

fn coded(points: Vec<[f64; 2]>) -> Result<String> {
    OwnData::points(points)?.code()
}
