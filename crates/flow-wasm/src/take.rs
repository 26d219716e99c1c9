//! What a reader takes along: an experiment as a script, as commands and as a file.

use flow_core::{Checkpoint, Config, Document, SavedFlow, script};
use js_sys::{JsString, Uint8Array};
use wasm_bindgen::prelude::*;

/// A PyTorch script of a configuration, given as JSON, trained for `steps` steps.
///
/// # Errors
/// When the configuration is not one.
#[wasm_bindgen]
pub fn pytorch_script(config: &str, steps: f64) -> Result<JsString, JsError> {
    Ok(script::pytorch(&Config::from_json(config)?, steps as u64)?.into())
}

/// The commands of the program `flow` that do the same, with files called `name`.
///
/// # Errors
/// When the configuration is not one.
#[wasm_bindgen]
pub fn command_lines(config: &str, steps: f64, name: &str) -> Result<JsString, JsError> {
    Ok(script::commands(&Config::from_json(config)?, steps as u64, name)?.into())
}

/// A saved page: its address, and what its flows have learned.
#[wasm_bindgen]
pub struct SavedPage {
    document: Document,
    /// What each flow's checkpoint continues, and from which training step.
    continued: Vec<(Config, u64)>,
}

#[wasm_bindgen]
impl SavedPage {
    /// A page with this address (what follows the `#`) and no flows yet.
    #[wasm_bindgen(constructor)]
    pub fn new(address: String) -> Self {
        Self { document: Document { address, flows: vec![] }, continued: vec![] }
    }

    /// Adds a flow's checkpoint.
    pub fn add(&mut self, name: String, checkpoint: &Uint8Array) {
        self.document.flows.push(SavedFlow { name, checkpoint: checkpoint.to_vec() });
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// Never expected.
    pub fn to_bytes(&self) -> Result<Uint8Array, JsError> {
        Ok(self.document.to_bytes()?.as_slice().into())
    }

    /// The page in the bytes of a file.
    ///
    /// # Errors
    /// With the reason, when they are not those of a saved page.
    pub fn read(bytes: &Uint8Array) -> Result<SavedPage, JsError> {
        let document = Document::from_bytes(&bytes.to_vec())?;
        let mut continued = vec![];
        for flow in &document.flows {
            let checkpoint = Checkpoint::from_bytes(&flow.checkpoint)?;
            checkpoint.config.validate()?;
            let step = checkpoint.training_step();
            continued.push((checkpoint.config, step));
        }
        Ok(Self { document, continued })
    }

    /// The part of the page's address after `#`.
    #[wasm_bindgen(getter)]
    pub fn address(&self) -> JsString {
        self.document.address.as_str().into()
    }

    /// A flow's checkpoint, if it is one on the way from step 0 to `until` of the training that
    /// `config` describes; how the flow is sampled makes no difference.
    ///
    /// # Errors
    /// When the configuration is not one.
    pub fn checkpoint(&self, name: &str, config: &str, until: f64) -> Result<Option<Uint8Array>, JsError> {
        let config = Config::from_json(config)?;
        let flows = self.document.flows.iter().zip(&self.continued);
        let fitting = flows.filter(|(flow, (continued, step))| {
            let resampled = Config { sampling: config.sampling.clone(), ..continued.clone() };
            flow.name == name && resampled == config && *step as f64 <= until
        });
        Ok(fitting.map(|(flow, _)| flow.checkpoint.as_slice().into()).next())
    }
}
