//! The fused engine: `flow-kernels` inside burn.
//!
//! burn still owns the module, records the graph, runs the backward pass and calls the optimizer.
//! But the network is one operation with two parents (its input and its flat parameter) and a
//! backward pass of its own, and Adam is one pass over one slice, so that what is left of the
//! framework's cost per training step is a handful of small tensors. Both go in by burn's
//! backend-extension mechanism.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use burn::{
    backend::{
        Autodiff, Backend, Dispatch, Flex,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        backend_extension,
        flex::FlexTensor,
        tensor::FloatTensor,
    },
    optim::{AdamState, AdaptiveMomentumState, LearningRate},
    tensor::{Tensor, TensorData},
};
use flow_kernels::{AdamStep, MlpShape, TrainingPass};

use crate::train::goal::{Goal, Measured};

/// The memory of a training pass, shared by the forward operation and its backward one.
#[derive(Clone)]
pub struct SharedPass(Arc<Mutex<TrainingPass>>);

impl SharedPass {
    /// Memory for batches of `batch_size` rows.
    pub fn new(shape: MlpShape, batch_size: usize) -> Self {
        Self(Arc::new(Mutex::new(TrainingPass::new(shape, batch_size))))
    }

    fn lock(&self) -> MutexGuard<'_, TrainingPass> {
        // Each use begins with a forward pass, which overwrites whatever an interrupted one left.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SharedPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedPass({:?})", self.lock().shape())
    }
}

/// The network as one operation. Its gradient flows to `theta` only: nothing below the features
/// is trained.
#[backend_extension(Flex, Autodiff)]
pub trait FusedNetwork: Backend {
    /// The outputs (batch x outputs) for `features` (batch x inputs) and the flat `theta`.
    fn fused_network(
        features: FloatTensor<Self>,
        theta: FloatTensor<Self>,
        pass: SharedPass,
    ) -> FloatTensor<Self>;
}

/// The backward half of [`FusedNetwork`], which only backends below autodiff have.
pub trait FusedGradient: FusedNetwork {
    /// The gradient of `theta` for the gradient of the outputs of the pass's last forward call.
    fn fused_gradient(output_gradient: FloatTensor<Self>, pass: &SharedPass) -> FloatTensor<Self>;
}

/// The loss as one operation.
#[backend_extension(Flex, Autodiff)]
pub trait FusedLoss: Backend {
    /// The loss of the `outputs`, a single number.
    fn fused_loss(outputs: FloatTensor<Self>, goal: Arc<Measured>) -> FloatTensor<Self>;
}

/// The backward half of [`FusedLoss`].
pub trait FusedLossGradient: FusedLoss {
    /// The gradient of the measured outputs for the gradient of their loss.
    fn fused_loss_gradient(loss_gradient: FloatTensor<Self>, goal: &Measured) -> FloatTensor<Self>;
}

/// Adam as one operation.
#[backend_extension(Flex)]
pub trait FusedAdam: Backend {
    /// The parameters and both moments after one step.
    fn fused_adam(
        parameters: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moment_1: FloatTensor<Self>,
        moment_2: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// The numbers of a contiguous f32 tensor.
fn values(tensor: &FlexTensor) -> &[f32] {
    #[expect(clippy::expect_used, reason = "every tensor here was just made contiguous and is f32")]
    tensor.as_slice::<f32>().expect("a contiguous f32 tensor")
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

impl FusedNetwork for Flex {
    fn fused_network(features: FlexTensor, theta: FlexTensor, pass: SharedPass) -> FlexTensor {
        let (features, theta) = (features.to_contiguous(), theta.to_contiguous());
        let mut pass = pass.lock();
        let shape = [pass.batch(), pass.shape().outputs];
        let mut outputs = vec![0.0; shape[0] * shape[1]];
        pass.forward(values(&theta), values(&features), &mut outputs);
        tensor(outputs, shape)
    }
}

impl FusedGradient for Flex {
    fn fused_gradient(output_gradient: FlexTensor, pass: &SharedPass) -> FlexTensor {
        let mut pass = pass.lock();
        let count = pass.shape().parameter_count();
        let mut gradient = vec![0.0; count];
        pass.backward(values(&output_gradient.to_contiguous()), &mut gradient);
        tensor(gradient, [count])
    }
}

impl FusedLoss for Flex {
    fn fused_loss(outputs: FlexTensor, goal: Arc<Measured>) -> FlexTensor {
        let loss = goal.loss(values(&outputs.to_contiguous()));
        tensor(vec![loss as f32], [1])
    }
}

impl FusedLossGradient for Flex {
    fn fused_loss_gradient(loss_gradient: FlexTensor, goal: &Measured) -> FlexTensor {
        let gradient = goal.output_gradient(values(&loss_gradient.to_contiguous())[0]);
        let rows = gradient.len() / 2;
        tensor(gradient, [rows, 2])
    }
}

impl FusedAdam for Flex {
    fn fused_adam(
        parameters: FlexTensor,
        gradient: FlexTensor,
        moment_1: FlexTensor,
        moment_2: FlexTensor,
        step: AdamStep,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let [mut parameters, mut moment_1, mut moment_2] =
            [parameters, moment_1, moment_2].map(|tensor| tensor.to_contiguous());
        let gradient = gradient.to_contiguous();
        let moments = [moment_1.storage_mut(), moment_2.storage_mut()];
        step.apply(parameters.storage_mut(), values(&gradient), moments);
        (parameters, moment_1, moment_2)
    }
}

#[derive(Debug)]
struct NetworkBackward;

impl<B: FusedGradient> Backward<B, 2> for NetworkBackward {
    type State = SharedPass;

    fn backward(self, ops: Ops<SharedPass, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [_, theta] = ops.parents;
        let output_gradient = gradients.consume::<B>(&ops.node);
        if let Some(theta) = theta {
            gradients.register::<B>(theta.id, B::fused_gradient(output_gradient, &ops.state));
        }
    }
}

impl<B: FusedGradient, C: CheckpointStrategy> FusedNetwork for Autodiff<B, C> {
    fn fused_network(
        features: FloatTensor<Self>,
        theta: FloatTensor<Self>,
        pass: SharedPass,
    ) -> FloatTensor<Self> {
        let ((features, features_node), (theta, theta_node)) = (features.into_parts(), theta.into_parts());
        let output = B::fused_network(features, theta, pass.clone());
        match NetworkBackward.prepare::<C>([features_node, theta_node]).compute_bound().stateful() {
            OpsKind::Tracked(node) => node.finish(pass, output),
            OpsKind::UnTracked(node) => node.finish(output),
        }
    }
}

#[derive(Debug)]
struct LossBackward;

impl<B: FusedLossGradient> Backward<B, 1> for LossBackward {
    type State = Arc<Measured>;

    fn backward(self, ops: Ops<Arc<Measured>, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [outputs] = ops.parents;
        let loss_gradient = gradients.consume::<B>(&ops.node);
        if let Some(outputs) = outputs {
            gradients.register::<B>(outputs.id, B::fused_loss_gradient(loss_gradient, &ops.state));
        }
    }
}

impl<B: FusedLossGradient, C: CheckpointStrategy> FusedLoss for Autodiff<B, C> {
    fn fused_loss(outputs: FloatTensor<Self>, goal: Arc<Measured>) -> FloatTensor<Self> {
        let (outputs, node) = outputs.into_parts();
        let loss = B::fused_loss(outputs, goal.clone());
        match LossBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(node) => node.finish(goal, loss),
            OpsKind::UnTracked(node) => node.finish(loss),
        }
    }
}

/// The loss of the `outputs`, recorded for a backward pass, and in double precision.
pub fn loss(outputs: Tensor<2>, goal: Goal) -> (Tensor<1>, f64) {
    let goal = Arc::new(goal.into_measured());
    let loss = Tensor::from_dispatch(Dispatch::fused_loss(outputs.into_dispatch(), goal.clone()));
    (loss, goal.last_loss())
}

/// The network's outputs for `features`, recorded for a backward pass, which must come before the
/// next call with the same `pass`.
pub fn forward(features: Tensor<2>, theta: Tensor<1>, pass: &SharedPass) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::fused_network(
        features.into_dispatch(),
        theta.into_dispatch(),
        pass.clone(),
    ))
}

/// One step of Adam: the parameters and the state after it.
pub fn adam_step<const D: usize>(
    rate: LearningRate,
    parameters: Tensor<D>,
    gradient: Tensor<D>,
    before: Option<AdamState<D>>,
) -> (Tensor<D>, Option<AdamState<D>>) {
    let before = before.map_or_else(
        || AdaptiveMomentumState::new(0, gradient.zeros_like(), gradient.zeros_like()),
        |state| state.momentum,
    );
    let time = before.time + 1;
    let (parameters, moment_1, moment_2) = Dispatch::fused_adam(
        parameters.into_dispatch(),
        gradient.into_dispatch(),
        before.moment_1.into_dispatch(),
        before.moment_2.into_dispatch(),
        AdamStep::new(time as u64, rate),
    );
    let [moment_1, moment_2] = [moment_1, moment_2].map(Tensor::from_dispatch);
    let after = AdaptiveMomentumState::new(time, moment_1, moment_2);
    (Tensor::from_dispatch(parameters), Some(AdamState::new(after)))
}
