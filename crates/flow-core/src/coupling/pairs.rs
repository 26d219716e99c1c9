//! Pairs of noise and data.

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Rng};

/// Pairs of noise and data with the mode of each datum: three lists of one length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pairs {
    /// Noise, at t = 0.
    pub x0: Vec<[f32; 2]>,
    /// Data, at t = 1.
    pub x1: Vec<[f32; 2]>,
    /// The mode of `x1`, for class conditioning.
    pub labels: Vec<usize>,
}

impl Pairs {
    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.x0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.x0.is_empty()
    }

    /// # Errors
    /// [`Error::Invalid`] when the lists differ in length or a coordinate is not finite.
    pub(super) fn check(&self) -> Result<()> {
        let count = self.len();
        if self.x1.len() != count || self.labels.len() != count {
            let lengths = format!("{count}, {} and {} long", self.x1.len(), self.labels.len());
            return Err(Error::invalid("pairs", lengths, "lists x0, x1 and labels of one length"));
        }
        let not_finite = |p: &&[f32; 2]| !p.iter().all(|x| x.is_finite());
        if let Some(point) = self.x0.iter().chain(&self.x1).find(not_finite) {
            return Err(Error::invalid("pairs", format!("with the point {point:?}"), "finite"));
        }
        Ok(())
    }

    /// `count` pairs drawn with replacement.
    pub(super) fn draw(&self, rng: &mut Rng, count: usize) -> Self {
        let rows: Vec<usize> = (0..count).map(|_| rng.below(self.len())).collect();
        Self {
            x0: rows.iter().map(|&row| self.x0[row]).collect(),
            x1: rows.iter().map(|&row| self.x1[row]).collect(),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
        }
    }

    /// Writes `other` over the pairs from `start` on, growing as needed.
    pub(super) fn overwrite(&mut self, start: usize, other: &Self) {
        let end = start + other.len();
        self.x0.resize(self.x0.len().max(end), [0.0; 2]);
        self.x1.resize(self.x1.len().max(end), [0.0; 2]);
        self.labels.resize(self.labels.len().max(end), 0);
        self.x0[start..end].copy_from_slice(&other.x0);
        self.x1[start..end].copy_from_slice(&other.x1);
        self.labels[start..end].copy_from_slice(&other.labels);
    }
}
