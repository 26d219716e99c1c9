//! Engines: which implementation computes the network, its gradient and the optimizer's step.

use burn::tensor::{Device, Tensor};
use flow_kernels::MlpShape;

#[cfg(feature = "flex")]
use crate::train::stock;
use crate::{
    Result,
    config::Engine,
    train::{
        adam::Adam,
        fused::{self, SharedPass},
        goal::Goal,
        model::Model,
    },
};

/// What an [`Engine`] stands for, with the memory it works in.
#[derive(Debug)]
pub enum Network {
    /// burn's own operations on one of its backends.
    #[cfg(feature = "flex")]
    Stock(Device),
    /// The whole network as one operation on burn's flex backend.
    Fused(SharedPass),
}

impl Network {
    /// The implementation `engine` names, for batches of `batch_size` rows.
    /// [`Config::validate`](crate::Config::validate) has refused engines this build leaves out.
    pub fn new(engine: Engine, shape: MlpShape, batch_size: usize) -> Self {
        match engine {
            #[cfg(feature = "flex")]
            Engine::Flex | Engine::Ndarray => Self::Stock(stock::device(engine)),
            _ => Self::Fused(SharedPass::new(shape, batch_size)),
        }
    }

    /// Where its tensors live.
    pub fn device(&self) -> Device {
        match self {
            #[cfg(feature = "flex")]
            Self::Stock(device) => device.clone(),
            Self::Fused(_) => Device::flex().autodiff(),
        }
    }

    /// The network's output (batch x 2) for features (batch x inputs), recorded for a backward
    /// pass.
    pub fn forward(&self, model: &Model, features: Tensor<2>) -> Tensor<2> {
        match self {
            #[cfg(feature = "flex")]
            Self::Stock(_) => stock::forward(model, features),
            Self::Fused(pass) => fused::forward(features, model.theta(), pass),
        }
    }

    /// The loss of the network's outputs, recorded for a backward pass, and its value.
    ///
    /// # Errors
    /// [`Error::Framework`](crate::Error::Framework) when burn cannot read its own tensor.
    #[cfg_attr(not(feature = "flex"), expect(clippy::unnecessary_wraps, reason = "stock engines can fail"))]
    pub fn loss(&self, outputs: Tensor<2>, goal: Goal) -> Result<(Tensor<1>, f64)> {
        match self {
            #[cfg(feature = "flex")]
            Self::Stock(device) => stock::loss(outputs, goal, device),
            Self::Fused(_) => Ok(fused::loss(outputs, goal)),
        }
    }

    /// The optimizer.
    pub fn optimizer(&self) -> Adam {
        match self {
            #[cfg(feature = "flex")]
            Self::Stock(_) => Adam::stock(),
            Self::Fused(_) => Adam::fused(),
        }
    }
}
