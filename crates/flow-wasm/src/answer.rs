//! Answers as JavaScript's own strings, which need no glue to be copied and freed.

use js_sys::JsString;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// A value as the text of its JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<JsString, JsError> {
    Ok(serde_json::to_string(value)?.into())
}
