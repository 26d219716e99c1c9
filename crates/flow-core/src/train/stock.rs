//! The stock engines: burn's own operations on one of its backends.

use burn::tensor::{Device, Tensor, activation};

use crate::{
    Result,
    config::Engine,
    train::{
        goal::{Goal, mean_square},
        model::Model,
        tensor::{read, upload},
    },
};

/// Where the tensors of `engine` live.
pub fn device(engine: Engine) -> Device {
    match engine {
        #[cfg(feature = "ndarray")]
        #[allow(deprecated, reason = "burn prefers flex; ndarray is here as an independent check")]
        Engine::Ndarray => Device::ndarray().autodiff(),
        _ => Device::flex().autodiff(),
    }
}

/// The network's output (rows x outputs) for `features` (rows x inputs).
pub fn forward(model: &Model, features: Tensor<2>) -> Tensor<2> {
    let theta = model.theta();
    let shape = model.shape();
    let mut activations = features;
    for (index, layer) in shape.layers().enumerate() {
        let weights = theta.clone().slice(layer.weights).reshape([layer.inputs, layer.outputs]);
        let biases = theta.clone().slice(layer.biases).reshape([1, layer.outputs]);
        activations = activations.matmul(weights) + biases;
        if index < shape.depth {
            activations = activations.clone() * activation::sigmoid(activations);
        }
    }
    activations
}

/// The loss of the network's `outputs`, recorded for a backward pass, and its value.
///
/// # Errors
/// [`Error::Framework`](crate::Error::Framework) when burn cannot read its own tensor.
pub fn loss(outputs: Tensor<2>, goal: Goal, device: &Device) -> Result<(Tensor<1>, f64)> {
    let rows = goal.gains.len() / 2;
    let [gains, remainders] = [goal.gains, goal.remainders].map(|values| upload(values, [rows, 2], device));
    let residual = outputs * gains - remainders;
    let value = mean_square(&read(residual.clone())?);
    Ok(((residual.clone() * residual).mean(), value))
}
