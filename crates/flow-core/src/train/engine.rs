//! Engines: which implementation computes the network, its gradient and the optimizer's step.

use burn::tensor::{Device, Tensor, TensorData};
use flow_kernels::MlpShape;

use crate::{
    Result,
    config::Engine,
    train::{
        adam::Adam,
        fused::{self, SharedPass},
        goal::{Goal, mean_square},
        model::{Model, read},
    },
};

/// What an [`Engine`] stands for, with the memory it works in.
#[derive(Debug)]
pub enum Network {
    /// burn's own operations on one of its backends.
    Stock(Device),
    /// The whole network as one operation on burn's flex backend.
    Fused(SharedPass),
}

impl Network {
    /// The implementation `engine` names, for batches of `batch_size` rows.
    pub fn new(engine: Engine, shape: MlpShape, batch_size: usize) -> Self {
        match engine {
            Engine::Fused => Self::Fused(SharedPass::new(shape, batch_size)),
            Engine::Flex => Self::Stock(Device::flex().autodiff()),
            Engine::Ndarray => Self::Stock(ndarray().autodiff()),
        }
    }

    /// Where its tensors live.
    pub fn device(&self) -> Device {
        match self {
            Self::Stock(device) => device.clone(),
            Self::Fused(_) => Device::flex().autodiff(),
        }
    }

    /// The network's output (batch x 2) for features (batch x inputs), recorded for a backward
    /// pass.
    pub fn forward(&self, model: &Model, features: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Stock(_) => model.forward(features),
            Self::Fused(pass) => fused::forward(features, model.theta(), pass),
        }
    }

    /// The loss of the network's outputs, recorded for a backward pass, and its value.
    ///
    /// # Errors
    /// [`Error::Framework`](crate::Error::Framework) when burn cannot read its own tensor.
    pub fn loss(&self, outputs: Tensor<2>, goal: Goal) -> Result<(Tensor<1>, f64)> {
        match self {
            Self::Stock(device) => {
                let upload = |values: Vec<f32>| {
                    let shape = [values.len() / 2, 2];
                    Tensor::<2>::from_data(TensorData::new(values, shape), device)
                };
                let residual = outputs * upload(goal.gains) - upload(goal.remainders);
                let value = mean_square(&read(residual.clone())?);
                Ok(((residual.clone() * residual).mean(), value))
            }
            Self::Fused(_) => Ok(fused::loss(outputs, goal)),
        }
    }

    /// The optimizer.
    pub fn optimizer(&self) -> Adam {
        match self {
            Self::Stock(_) => Adam::stock(),
            Self::Fused(_) => Adam::fused(),
        }
    }
}

#[cfg(feature = "ndarray")]
#[allow(deprecated, reason = "burn prefers flex; ndarray is here as an independent check")]
fn ndarray() -> Device {
    Device::ndarray()
}

#[cfg(not(feature = "ndarray"))]
fn ndarray() -> Device {
    // `Config::validate` has refused the engine; flex computes the same function.
    Device::flex()
}
