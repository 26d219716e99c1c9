//! The velocity field of a trained network.

use flow_kernels::{Features, MlpShape, PackedVelocity};

use crate::{
    Result,
    field::{Divergence, VelocityField, preconditioning::Preconditioning},
};

/// A snapshot of a trained network as a velocity field.
///
/// The features, the network and the conversion of its output to a velocity run fused, in f32, and
/// give the same bits on every machine.
#[derive(Debug, Clone)]
pub struct NetworkField {
    preconditioning: Preconditioning,
    packed: PackedVelocity,
}

impl NetworkField {
    /// The field of `weights` (in the layout of [`MlpShape`]).
    pub fn new(
        preconditioning: Preconditioning,
        features: Features,
        shape: MlpShape,
        weights: &[f32],
    ) -> Self {
        Self { preconditioning, packed: PackedVelocity::new(features, shape, weights) }
    }
}

impl VelocityField for NetworkField {
    type Scalar = f32;

    fn velocity(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> Result<()> {
        self.packed.velocity(&self.preconditioning.at(t)?, x, out);
        Ok(())
    }
}

impl Divergence for NetworkField {
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[f32; 2]],
        velocity: &mut [[f32; 2]],
        divergence: &mut [f32],
    ) -> Result<()> {
        let mut jacobians = vec![[[0.0; 2]; 2]; x.len()];
        self.packed.velocity_and_jacobian(&self.preconditioning.at(t)?, x, velocity, &mut jacobians);
        for (divergence, jacobian) in divergence.iter_mut().zip(jacobians) {
            *divergence = jacobian[0][0] + jacobian[1][1];
        }
        Ok(())
    }
}
