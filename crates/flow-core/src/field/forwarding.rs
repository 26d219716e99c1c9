//! A field behind a pointer is the same field.

use super::{Denoiser, Divergence, Score, VelocityField};
use crate::Result;

macro_rules! forward {
    ($pointer:ty) => {
        impl<F: VelocityField + ?Sized> VelocityField for $pointer {
            type Scalar = F::Scalar;

            fn velocity(&self, t: f64, x: &[[F::Scalar; 2]], out: &mut [[F::Scalar; 2]]) -> Result<()> {
                (**self).velocity(t, x, out)
            }
        }

        impl<F: Divergence + ?Sized> Divergence for $pointer {
            fn velocity_and_divergence(
                &self,
                t: f64,
                x: &[[F::Scalar; 2]],
                velocity: &mut [[F::Scalar; 2]],
                divergence: &mut [F::Scalar],
            ) -> Result<()> {
                (**self).velocity_and_divergence(t, x, velocity, divergence)
            }
        }

        impl<F: Score + ?Sized> Score for $pointer {
            fn check_score(&self) -> Result<()> {
                (**self).check_score()
            }

            fn score(&self, t: f64, x: &[[F::Scalar; 2]], out: &mut [[F::Scalar; 2]]) -> Result<()> {
                (**self).score(t, x, out)
            }

            fn velocity_and_score(
                &self,
                t: f64,
                x: &[[F::Scalar; 2]],
                velocity: &mut [[F::Scalar; 2]],
                score: &mut [[F::Scalar; 2]],
            ) -> Result<()> {
                (**self).velocity_and_score(t, x, velocity, score)
            }
        }

        impl<F: Denoiser + ?Sized> Denoiser for $pointer {
            type Scalar = F::Scalar;

            fn denoise(
                &self,
                t: f64,
                x: &[[F::Scalar; 2]],
                data: &mut [[F::Scalar; 2]],
                noise: &mut [[F::Scalar; 2]],
            ) -> Result<()> {
                (**self).denoise(t, x, data, noise)
            }
        }
    };
}

forward!(&F);
forward!(Box<F>);
