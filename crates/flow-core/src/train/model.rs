//! The velocity network as a burn module.

use burn::{
    backend::{Flex, flex::FlexTensor},
    module::{Module, Param, ParamId},
    tensor::{Device, Tensor},
};
use flow_kernels::MlpShape;

use crate::{
    Result, Rng,
    train::tensor::{read, upload},
};

/// A multilayer perceptron with `SiLU` between its layers, whose weights are one flat parameter in
/// the layout of [`MlpShape`].
///
/// One parameter instead of two per layer keeps the autodiff graph, Adam and the moving average
/// at one node, one pass and one pass.
#[derive(Module, Debug)]
pub struct Model {
    theta: Param<Tensor<1>>,
    #[module(skip)]
    shape: MlpShape,
}

/// The parameter's identity, fixed so that a checkpoint's optimizer state finds it again.
const THETA: u64 = 1;

impl Model {
    /// Puts weights on a device.
    pub fn new(shape: MlpShape, weights: Vec<f32>, device: &Device) -> Self {
        let theta = upload(weights, [shape.parameter_count()], device);
        Self { theta: Param::initialized(ParamId::from(THETA), theta.require_grad()), shape }
    }

    /// The sizes of its layers.
    #[cfg(feature = "flex")]
    pub fn shape(&self) -> MlpShape {
        self.shape
    }

    /// The flat parameter.
    pub fn theta(&self) -> Tensor<1> {
        self.theta.val()
    }

    /// Calls `look` with the weights: as they lie in burn's memory, or a copy where burn cannot show them.
    ///
    /// # Errors
    /// As [`weights`](Self::weights).
    pub fn with_weights<R>(&self, look: impl FnOnce(&[f32]) -> R) -> Result<R> {
        let theta = self.theta.val().inner().try_into_primitive::<Flex>();
        match theta.as_ref().ok().and_then(FlexTensor::as_slice) {
            Some(weights) => Ok(look(weights)),
            None => Ok(look(&self.weights()?)),
        }
    }

    /// A copy of the weights.
    ///
    /// # Errors
    /// [`Error::Framework`](crate::Error::Framework) when burn cannot read its own tensor.
    pub fn weights(&self) -> Result<Vec<f32>> {
        read(self.theta.val())
    }
}

/// Random weights: uniform with variance 2 / fan in (He et al. 2015, arXiv 1502.01852), biases
/// uniform on ±1/sqrt(fan in). The last layer is ten times smaller, so that the first velocity is
/// nearly the Gaussian model's.
///
/// Smaller weights make the network slow to use its waves: with PyTorch's bound of 1/sqrt(fan in)
/// the checkerboard needs about 1.5 times as many steps.
pub fn initial_weights(shape: MlpShape, rng: &mut Rng) -> Vec<f32> {
    let mut weights = Vec::with_capacity(shape.parameter_count());
    for (index, layer) in shape.layers().enumerate() {
        let scale = if index == shape.depth { 0.1 } else { 1.0 } / (layer.inputs as f64).sqrt();
        let mut draw = |bound: f64| ((2.0 * rng.uniform() - 1.0) * bound) as f32;
        weights.extend(layer.weights.map(|_| draw(scale * 6.0_f64.sqrt())));
        weights.extend(layer.biases.map(|_| draw(scale)));
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_start_within_their_bounds() {
        let shape = MlpShape { inputs: 21, width: 16, depth: 2, outputs: 2 };
        let weights = initial_weights(shape, &mut Rng::stream(1, "weights"));
        assert_eq!(weights.len(), shape.parameter_count());
        for (index, layer) in shape.layers().enumerate() {
            let scale = if index == 2 { 0.1 } else { 1.0 } / (layer.inputs as f32).sqrt();
            let largest =
                |values: &[f32]| values.iter().fold(0.0_f32, |largest, w| largest.max(w.abs())) / scale;
            let (weight, bias) = (largest(&weights[layer.weights]), largest(&weights[layer.biases]));
            assert!(
                (2.2..=2.45).contains(&weight) && (0.5..=1.0).contains(&bias),
                "{index}: {weight}, {bias}"
            );
        }
    }
}
