//! Adam, with its moments where a checkpoint can read them.

use std::sync::{Arc, Mutex, PoisonError};

#[cfg(feature = "flex")]
use burn::optim::{Adam as StockAdam, AdamConfig};
use burn::{
    optim::{AdamState, AdaptiveMomentumState, DynState, LearningRate, ModuleOptimizer, Optimizer},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    train::{
        fused,
        tensor::{read, upload},
    },
};

/// Adam (Kingma and Ba 2015, arXiv 1412.6980) with betas 0.9 and 0.999 and epsilon 1e-8, for a
/// model with one flat parameter.
///
/// burn keeps the state of an optimizer to itself and hands it out as a record in a file format of
/// its own, which would be a tenth of the page's wasm. So this optimizer's state as burn sees it is
/// empty, and the moments are here.
#[derive(Clone)]
pub struct Adam {
    rule: Rule,
    /// The state before the next step; none before the first.
    state: Arc<Mutex<Option<DynState>>>,
}

#[derive(Clone)]
enum Rule {
    #[cfg(feature = "flex")]
    Stock(StockAdam),
    Fused,
}

/// The moving averages of the gradient and of its square; both empty before the first step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Adam {
    /// burn's own Adam.
    #[cfg(feature = "flex")]
    pub fn stock() -> Self {
        Self::new(Rule::Stock(AdamConfig::new().with_epsilon(1e-8).build()))
    }

    /// Adam as one operation.
    pub fn fused() -> Self {
        Self::new(Rule::Fused)
    }

    fn new(rule: Rule) -> Self {
        Self { rule, state: Arc::default() }
    }

    /// burn's optimizer of a module, which takes its steps with this Adam.
    pub fn module_optimizer(&self) -> ModuleOptimizer {
        self.clone().into()
    }

    /// The moments after the last step.
    ///
    /// # Errors
    /// [`Error::Framework`] when burn cannot read its own tensor.
    pub fn moments(&self) -> Result<Moments> {
        let Some(state) = self.state().clone() else { return Ok(Moments::default()) };
        let AdaptiveMomentumState { moment_1, moment_2, .. } = state.downcast::<AdamState<1>>().momentum;
        Ok(Moments { first: read(moment_1)?, second: read(moment_2)? })
    }

    /// Continues after step `step` of `count` parameters on `device`.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] when there are not `count` finite moments of each kind, or, before the
    /// first step, any.
    pub fn restore(&self, moments: Moments, step: u64, count: usize, device: &Device) -> Result<()> {
        let count = if step == 0 { 0 } else { count };
        for values in [&moments.first, &moments.second] {
            if values.len() != count || !values.iter().all(|value| value.is_finite()) {
                return Err(Error::Checkpoint(format!(
                    "the optimizer needs {count} finite moments of each kind after step {step}"
                )));
            }
        }
        let device = device.clone().inner();
        *self.state() = (step > 0).then(|| {
            let [first, second] =
                [moments.first, moments.second].map(|values| upload(values, [count], &device));
            let momentum = AdaptiveMomentumState::new(step as usize, first, second);
            DynState::create(AdamState::new(momentum), 1)
        });
        Ok(())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Option<DynState>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Adam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.rule {
            #[cfg(feature = "flex")]
            Rule::Stock(_) => "Adam::stock",
            Rule::Fused => "Adam::fused",
        })
    }
}

impl Optimizer for Adam {
    type State<const D: usize> = ();

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameters: Tensor<D>,
        gradient: Tensor<D>,
        _: Option<()>,
    ) -> (Tensor<D>, Option<()>) {
        let mut kept = self.state();
        let before = kept.take().map(DynState::downcast::<AdamState<D>>);
        let (parameters, after) = match &self.rule {
            #[cfg(feature = "flex")]
            Rule::Stock(adam) => adam.step(rate, parameters, gradient, before),
            Rule::Fused => fused::adam_step(rate, parameters, gradient, before),
        };
        *kept = after.map(|state| DynState::create(state, D));
        (parameters, Some(()))
    }

    fn to_device<const D: usize>((): (), _: &Device) {}
}
