//! Classifier-free guidance: more of what a condition adds.

use super::{Divergence, VelocityField};
use crate::{Error, Result, Scalar};

/// The field `u_w = u_uncond + w (u_cond - u_uncond)`.
///
/// w = 0 is the unconditional field, w = 1 the conditional one, and w > 1 exaggerates the
/// difference. Ho and Salimans 2022 (arXiv 2207.12598), in the convention of Zheng et al. 2023
/// (arXiv 2311.13443). For w other than 0 and 1 the samples follow no marginal of the model.
#[derive(Debug, Clone)]
pub struct Guided<C, U> {
    conditional: C,
    unconditional: U,
    weight: f64,
}

impl<C: VelocityField, U: VelocityField<Scalar = C::Scalar>> Guided<C, U> {
    /// Guides `unconditional` towards `conditional` with the guidance weight `weight`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the weight is not finite.
    pub fn new(conditional: C, unconditional: U, weight: f64) -> Result<Self> {
        if !weight.is_finite() {
            return Err(Error::invalid("guidance", weight, "finite"));
        }
        Ok(Self { conditional, unconditional, weight })
    }
}

impl<C: VelocityField, U: VelocityField<Scalar = C::Scalar>> VelocityField for Guided<C, U> {
    type Scalar = C::Scalar;

    fn velocity(&self, t: f64, x: &[[C::Scalar; 2]], out: &mut [[C::Scalar; 2]]) -> Result<()> {
        let mut conditional = out.to_vec();
        self.unconditional.velocity(t, x, out)?;
        self.conditional.velocity(t, x, &mut conditional)?;
        let weight = C::Scalar::from_f64(self.weight);
        for (out, conditional) in out.iter_mut().zip(conditional) {
            *out = std::array::from_fn(|d| out[d] + weight * (conditional[d] - out[d]));
        }
        Ok(())
    }
}

impl<C: Divergence, U: Divergence<Scalar = C::Scalar>> Divergence for Guided<C, U> {
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[C::Scalar; 2]],
        velocity: &mut [[C::Scalar; 2]],
        divergence: &mut [C::Scalar],
    ) -> Result<()> {
        let (mut v, mut div) = (velocity.to_vec(), divergence.to_vec());
        self.unconditional.velocity_and_divergence(t, x, velocity, divergence)?;
        self.conditional.velocity_and_divergence(t, x, &mut v, &mut div)?;
        let weight = C::Scalar::from_f64(self.weight);
        for (out, conditional) in velocity.iter_mut().zip(v) {
            *out = std::array::from_fn(|d| out[d] + weight * (conditional[d] - out[d]));
        }
        for (out, conditional) in divergence.iter_mut().zip(div) {
            *out = *out + weight * (conditional - *out);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The velocity `rate x`, whose divergence is `2 rate`.
    struct Linear(f64);

    impl VelocityField for Linear {
        type Scalar = f64;
        fn velocity(&self, _: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
            out.iter_mut().zip(x).for_each(|(out, x)| *out = x.map(|x| self.0 * x));
            Ok(())
        }
    }

    impl Divergence for Linear {
        fn velocity_and_divergence(
            &self,
            t: f64,
            x: &[[f64; 2]],
            velocity: &mut [[f64; 2]],
            divergence: &mut [f64],
        ) -> Result<()> {
            divergence.fill(2.0 * self.0);
            self.velocity(t, x, velocity)
        }
    }

    #[test]
    fn the_weight_extrapolates_from_unconditional_to_conditional() {
        for (weight, rate) in [(0.0, 1.0), (1.0, 3.0), (2.5, 6.0), (-1.0, -1.0)] {
            let field = Guided::new(Linear(3.0), Linear(1.0), weight).unwrap();
            let (mut velocity, mut divergence) = ([[0.0; 2]], [0.0]);
            field.velocity_and_divergence(0.5, &[[1.0, -2.0]], &mut velocity, &mut divergence).unwrap();
            assert_eq!((velocity[0], divergence[0]), ([rate, -2.0 * rate], 2.0 * rate));
            let mut alone = [[0.0; 2]];
            field.velocity(0.5, &[[1.0, -2.0]], &mut alone).unwrap();
            assert_eq!(alone, velocity);
        }
        assert!(Guided::new(Linear(1.0), Linear(1.0), f64::NAN).is_err());
    }
}
