//! One linear layer packed for evaluation.

use super::kernel::{PANEL, Rows, multiply, pack_columns};
use super::shape::Layer;
use crate::math::silu4;

/// Blocks evaluated together, so that a panel of weights is read once for all of them while the
/// blocks' features stay in the first-level cache.
pub(crate) const TILE_BLOCKS: usize = 4;

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

    /// Numbers in a row of the output, rounded up to whole panels; those beyond the layer's are
    /// zero before the activation and after it.
    pub(crate) fn padded_outputs(&self) -> usize {
        self.biases.len() * PANEL
    }

    /// Calls `take` with the index of a panel, that of a block and the panel's four outputs for
    /// the block, for all of them. `blocks` holds `stride` features of one block after another.
    #[inline(always)]
    pub(crate) fn for_each_tile(
        &self,
        blocks: &[Rows],
        stride: usize,
        mut take: impl FnMut(usize, usize, [Rows; PANEL]),
    ) {
        let panels = self.weights.chunks_exact(self.inputs).zip(&self.biases);
        for (panel, (weights, &biases)) in panels.enumerate() {
            for (block, features) in blocks.chunks_exact(stride).enumerate() {
                take(panel, block, multiply(biases, weights, &features[..self.inputs]));
            }
        }
    }

    /// The layer's activations of these blocks.
    pub(crate) fn activate(&self, blocks: &[Rows], stride: usize, out: &mut [Rows]) {
        let out_stride = self.padded_outputs();
        self.for_each_tile(blocks, stride, |panel, block, tile| {
            let out = &mut out[block * out_stride + panel * PANEL..][..PANEL];
            for (out, z) in out.iter_mut().zip(tile) {
                *out = z.map(|z| silu4(z).0);
            }
        });
    }

    /// Calls `take` with the index of each panel, its outputs for the block of values and their
    /// derivatives along two directions, given those of the layer's inputs.
    pub(crate) fn for_each_dual(
        &self,
        [values, along_x, along_y]: [&[Rows]; 3],
        mut take: impl FnMut(usize, [[Rows; PANEL]; 3]),
    ) {
        let panels = self.weights.chunks_exact(self.inputs).zip(&self.biases);
        for (panel, (weights, &biases)) in panels.enumerate() {
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
