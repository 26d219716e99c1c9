//! One linear layer packed for evaluation.

use super::kernel::{PANEL, Rows, multiply, pack_columns};
use super::shape::Layer;
use crate::math::silu4;
use crate::wide::wide;

/// Blocks evaluated together, so that a panel of weights is read once for all of them while the
/// blocks' features stay in the first-level cache.
pub(crate) const TILE_BLOCKS: usize = 4;

wide! {
    /// [`Linear::activate`].
    pub(crate) fn activate(linear: &Linear, blocks: &[Rows], stride: usize, out: &mut [Rows]) = Linear::activate;
}

/// A linear layer whose weights lie in the order they are read.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    inputs: usize,
    weights: Vec<[f32; PANEL]>,
    biases: Vec<[f32; PANEL]>,
}

impl Linear {
    /// A layer of this size, all zero.
    pub(crate) fn zeros(inputs: usize, outputs: usize) -> Self {
        let panels = outputs.div_ceil(PANEL);
        Self { inputs, weights: vec![[0.0; PANEL]; panels * inputs], biases: vec![[0.0; PANEL]; panels] }
    }

    /// Reads row-major `weights` (inputs x outputs) and `biases`.
    pub(crate) fn pack(&mut self, weights: &[f32], biases: &[f32]) {
        pack_columns(weights, self.inputs, biases.len(), &mut self.weights);
        self.biases.as_flattened_mut()[..biases.len()].copy_from_slice(biases);
    }

    /// Reads the layer's weights and biases from all of the network's parameters.
    pub(crate) fn load(&mut self, layer: &Layer, parameters: &[f32]) {
        self.pack(&parameters[layer.weights.clone()], &parameters[layer.biases.clone()]);
    }

    /// Numbers in a row of the input.
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Numbers in a row of the output, rounded up to whole panels; those beyond the layer's are
    /// zero before the activation and after it.
    pub(crate) fn padded_outputs(&self) -> usize {
        self.biases.len() * PANEL
    }

    /// The weights and biases of each panel of outputs.
    #[inline(always)]
    pub(crate) fn panels(&self) -> impl Iterator<Item = (&[[f32; PANEL]], &[f32; PANEL])> {
        self.weights.chunks_exact(self.inputs).zip(&self.biases)
    }

    /// The first panel of outputs for one block.
    pub(crate) fn first_panel(&self, block: &[Rows]) -> [Rows; PANEL] {
        multiply(self.biases[0], &self.weights[..self.inputs], &block[..self.inputs])
    }

    /// The layer's activations of these blocks, `stride` features of one after another.
    #[inline(always)]
    fn activate(&self, blocks: &[Rows], stride: usize, out: &mut [Rows]) {
        let out_stride = self.padded_outputs();
        for (panel, (weights, &biases)) in self.panels().enumerate() {
            for (features, out) in blocks.chunks_exact(stride).zip(out.chunks_exact_mut(out_stride)) {
                let tile = multiply(biases, weights, &features[..self.inputs]);
                for (out, z) in out[panel * PANEL..][..PANEL].iter_mut().zip(tile) {
                    *out = [silu4(z[0]).0, silu4(z[1]).0];
                }
            }
        }
    }

    /// Calls `take` with the index of each panel, its outputs for the block of values and their
    /// derivatives along two directions, given those of the layer's inputs.
    pub(crate) fn for_each_dual(
        &self,
        [values, along_x, along_y]: [&[Rows]; 3],
        mut take: impl FnMut(usize, [[Rows; PANEL]; 3]),
    ) {
        for (panel, (weights, &biases)) in self.panels().enumerate() {
            let tile = |start, features: &[Rows]| multiply(start, weights, &features[..self.inputs]);
            let zero = [0.0; PANEL];
            take(panel, [tile(biases, values), tile(zero, along_x), tile(zero, along_y)]);
        }
    }

    /// The layer's activations of one block and their derivatives along two directions.
    pub(crate) fn activate_dual(&self, duals: [&[Rows]; 3], out: [&mut [Rows]; 3]) {
        let [values, along_x, along_y] = out;
        self.for_each_dual(duals, |panel, [z, dx, dy]| {
            for i in 0..PANEL {
                let at = panel * PANEL + i;
                for half in 0..2 {
                    let (value, slope) = silu4(z[i][half]);
                    values[at][half] = value;
                    along_x[at][half] = slope * dx[i][half];
                    along_y[at][half] = slope * dy[i][half];
                }
            }
        });
    }
}
