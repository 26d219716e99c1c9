//! The velocity field of a trained network.

use flow_kernels::{Conditioning, Features, MlpShape, PackedVelocity};

use crate::{
    Error, Result,
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
    class_count: usize,
    class: Option<u32>,
}

impl NetworkField {
    /// The field of `weights` (in the layout of [`MlpShape`]).
    pub(crate) fn new(
        preconditioning: Preconditioning,
        features: Features,
        shape: MlpShape,
        weights: &[f32],
    ) -> Self {
        let packed = PackedVelocity::new(features, shape, weights);
        Self { preconditioning, packed, class_count: features.labels, class: None }
    }

    /// The field of one class (a mode of the target, counted from 0), or with `None` of all.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the network knows no such class.
    pub fn with_class(self, class: Option<usize>) -> Result<Self> {
        if let Some(class) = class
            && class >= self.class_count
        {
            let accepted = match self.class_count {
                0 => "nothing: the network was trained without classes".to_owned(),
                count => format!("below {count}"),
            };
            return Err(Error::invalid("class", class, accepted));
        }
        Ok(Self { class: class.map(|class| class as u32), ..self })
    }

    fn conditioning(&self, t: f64) -> Result<Conditioning> {
        Ok(Conditioning { label: self.class, ..self.preconditioning.at(t)? })
    }
}

impl VelocityField for NetworkField {
    type Scalar = f32;

    fn velocity(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> Result<()> {
        self.packed.velocity(&self.conditioning(t)?, x, out);
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
        self.packed.velocity_and_jacobian(&self.conditioning(t)?, x, velocity, &mut jacobians);
        for (divergence, jacobian) in divergence.iter_mut().zip(jacobians) {
            *divergence = jacobian[0][0] + jacobian[1][1];
        }
        Ok(())
    }
}
