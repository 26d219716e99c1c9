//! Exact fields beside trained ones.

use super::{Denoiser, Divergence, Score, VelocityField};
use crate::{
    Result,
    scalar::{rounded, widened},
};

/// A field in f64 that is asked and answers in f32, rounding once.
#[derive(Debug, Clone)]
pub struct Rounded<F>(pub F);

impl<F: VelocityField<Scalar = f64>> VelocityField for Rounded<F> {
    type Scalar = f32;

    fn velocity(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> Result<()> {
        let mut exact = room(x);
        self.0.velocity(t, &wide(x), &mut exact)?;
        round(&exact, out);
        Ok(())
    }
}

impl<F: Score<Scalar = f64>> Score for Rounded<F> {
    fn check_score(&self) -> Result<()> {
        self.0.check_score()
    }

    fn score(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> Result<()> {
        let mut exact = room(x);
        self.0.score(t, &wide(x), &mut exact)?;
        round(&exact, out);
        Ok(())
    }

    fn velocity_and_score(
        &self,
        t: f64,
        x: &[[f32; 2]],
        velocity: &mut [[f32; 2]],
        score: &mut [[f32; 2]],
    ) -> Result<()> {
        let (mut v, mut s) = (room(x), room(x));
        self.0.velocity_and_score(t, &wide(x), &mut v, &mut s)?;
        round(&v, velocity);
        round(&s, score);
        Ok(())
    }
}

impl<F: Divergence<Scalar = f64>> Divergence for Rounded<F> {
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[f32; 2]],
        velocity: &mut [[f32; 2]],
        divergence: &mut [f32],
    ) -> Result<()> {
        let (mut v, mut div) = (room(x), vec![0.0; x.len()]);
        self.0.velocity_and_divergence(t, &wide(x), &mut v, &mut div)?;
        round(&v, velocity);
        for (out, exact) in divergence.iter_mut().zip(div) {
            *out = exact as f32;
        }
        Ok(())
    }
}

impl<F: Denoiser<Scalar = f64>> Denoiser for Rounded<F> {
    type Scalar = f32;

    fn denoise(&self, t: f64, x: &[[f32; 2]], data: &mut [[f32; 2]], noise: &mut [[f32; 2]]) -> Result<()> {
        let (mut d, mut n) = (room(x), room(x));
        self.0.denoise(t, &wide(x), &mut d, &mut n)?;
        round(&d, data);
        round(&n, noise);
        Ok(())
    }
}

fn room(points: &[[f32; 2]]) -> Vec<[f64; 2]> {
    vec![[0.0; 2]; points.len()]
}

fn wide(points: &[[f32; 2]]) -> Vec<[f64; 2]> {
    points.iter().copied().map(widened).collect()
}

fn round(exact: &[[f64; 2]], out: &mut [[f32; 2]]) {
    for (out, exact) in out.iter_mut().zip(exact) {
        *out = rounded(*exact);
    }
}
