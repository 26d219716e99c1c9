//! One layer's share of a training pass, and what it keeps from the way up for the way down.

use super::inference::Linear;
use super::kernel::{PANEL, Rows, correlate, multiply, pack_rows, total};
use super::shape::Layer;
use crate::math::silu4;
use crate::simd::F32x4;
use crate::wide::wide;

/// Features whose errors are kept together.
const PAIR: usize = 2;
/// Numbers in about half of the first-level cache.
const CACHED: usize = 4096;

/// What a layer keeps from the forward pass for the backward pass.
#[derive(Debug, Clone)]
pub(super) struct LayerPass {
    layer: Layer,
    pub(super) linear: Linear,
    /// Its weights transposed, as panels of four inputs. Empty for the first layer, whose inputs
    /// need no gradient.
    transposed: Vec<[f32; PANEL]>,
    /// Its input by panels of four features, then by four rows.
    pub(super) inputs: Vec<[F32x4; PANEL]>,
    /// By pairs of its outputs, then by four rows: after the forward pass the activation's
    /// derivative, after the backward pass the loss's derivative before the activation.
    errors: Vec<[F32x4; PAIR]>,
}

wide! {
    /// [`LayerPass::activate`].
    pub(super) fn activate(pass: &mut LayerPass, first_block: usize, blocks: &[Rows], out: &mut [Rows],
        kept: &mut [[F32x4; PANEL]]) = LayerPass::activate;
    /// [`LayerPass::receive`].
    pub(super) fn receive(pass: &mut LayerPass, first_block: usize, above: &LayerPass, errors: &[Rows], stride: usize,
        out: &mut [Rows]) = LayerPass::receive;
    /// [`LayerPass::write_gradient`].
    pub(super) fn write_gradient(pass: &LayerPass, gradient: &mut [f32]) = LayerPass::write_gradient;
}

impl LayerPass {
    pub(super) fn new(index: usize, layer: Layer, blocks: usize) -> Self {
        let fours = 2 * blocks;
        let input_panels = layer.inputs.div_ceil(PANEL);
        // Hidden layers produce whole panels of errors.
        let pairs = layer.outputs.div_ceil(PANEL) * (PANEL / PAIR);
        Self {
            linear: Linear::zeros(layer.inputs, layer.outputs),
            transposed: if index == 0 { vec![] } else { vec![[0.0; PANEL]; input_panels * layer.outputs] },
            inputs: vec![[F32x4::ZERO; PANEL]; input_panels * fours],
            errors: vec![[F32x4::ZERO; PAIR]; pairs * fours],
            layer,
        }
    }

    /// Vectors of four rows in the batch.
    fn fours(&self) -> usize {
        self.inputs.len() / self.layer.inputs.div_ceil(PANEL)
    }

    /// Packs the layer's weights for both directions.
    pub(super) fn load(&mut self, parameters: &[f32]) {
        self.linear.load(&self.layer, parameters);
        if !self.transposed.is_empty() {
            pack_rows(&parameters[self.layer.weights.clone()], self.layer.outputs, &mut self.transposed);
        }
    }

    /// Keeps the layer's inputs for these blocks.
    pub(super) fn keep_inputs(&mut self, first_block: usize, blocks: &[Rows]) {
        let fours = self.fours();
        let stride = self.layer.inputs.next_multiple_of(PANEL);
        for (block, features) in blocks.chunks_exact(stride).enumerate() {
            for (panel, tile) in features.as_chunks::<PANEL>().0.iter().enumerate() {
                store_inputs(&mut self.inputs, panel * fours + 2 * (first_block + block), tile);
            }
        }
    }

    /// Keeps the errors of the layer's outputs for this block.
    pub(super) fn keep_errors(&mut self, block: usize, errors: &[Rows]) {
        let fours = self.fours();
        for (pair, errors) in errors.chunks(PAIR).enumerate() {
            let right = errors.get(1).copied().unwrap_or([F32x4::ZERO; 2]);
            for half in 0..2 {
                self.errors[pair * fours + 2 * block + half] = [errors[0][half], right[half]];
            }
        }
    }

    /// The layer's activations of these blocks, written for the next layer to read and to keep,
    /// with the activation's derivatives kept here.
    #[inline(always)]
    fn activate(
        &mut self,
        first_block: usize,
        blocks: &[Rows],
        out: &mut [Rows],
        kept: &mut [[F32x4; PANEL]],
    ) {
        let fours = self.fours();
        let stride = self.layer.inputs.next_multiple_of(PANEL);
        let out_stride = self.linear.padded_outputs();
        let slopes = &mut self.errors;
        for (panel, (weights, &biases)) in self.linear.panels().enumerate() {
            for (block, features) in blocks.chunks_exact(stride).enumerate() {
                let tile = multiply(biases, weights, &features[..self.layer.inputs]);
                let four = 2 * (first_block + block);
                let out = &mut out[block * out_stride + panel * PANEL..][..PANEL];
                let kept = &mut kept[panel * fours + four..][..2];
                let (left, right) = slopes[panel * 2 * fours + four..][..fours + 2].split_at_mut(fours);
                for (i, z) in tile.into_iter().enumerate() {
                    let slopes = if i < PAIR { &mut left[..2] } else { &mut right[..2] };
                    for half in 0..2 {
                        let (value, slope) = silu4(z[half]);
                        out[i][half] = value;
                        kept[half][i] = value;
                        slopes[half][i % PAIR] = slope;
                    }
                }
            }
        }
    }

    /// The errors of this layer's outputs from those of the layer `above`, whose inputs they are:
    /// written for the next layer down to read, and kept here in place of the slopes.
    #[inline(always)]
    fn receive(
        &mut self,
        first_block: usize,
        above: &Self,
        errors: &[Rows],
        stride: usize,
        out: &mut [Rows],
    ) {
        let fours = self.fours();
        let out_stride = self.linear.padded_outputs();
        let outputs = above.layer.outputs;
        for (panel, weights) in above.transposed.chunks_exact(outputs).enumerate() {
            for (block, errors) in errors.chunks_exact(stride).enumerate() {
                let tile = multiply([0.0; PANEL], weights, &errors[..outputs]);
                let four = 2 * (first_block + block);
                let out = &mut out[block * out_stride + panel * PANEL..][..PANEL];
                for (pair, tile) in tile.as_chunks::<PAIR>().0.iter().enumerate() {
                    let at = (panel * 2 + pair) * fours + four;
                    let kept = &mut self.errors[at..at + 2];
                    for half in 0..2 {
                        let [left, right] = kept[half];
                        kept[half] = [left * tile[0][half], right * tile[1][half]];
                    }
                    out[pair * PAIR] = [kept[0][0], kept[1][0]];
                    out[pair * PAIR + 1] = [kept[0][1], kept[1][1]];
                }
            }
        }
    }

    /// Writes the gradient of the layer's weights and biases to its place among all parameters.
    #[inline(always)]
    fn write_gradient(&self, gradient: &mut [f32]) {
        let Layer { outputs, ref weights, ref biases, .. } = self.layer;
        let fours = self.fours();
        for (pair, errors) in self.errors.chunks_exact(fours).take(outputs.div_ceil(PAIR)).enumerate() {
            let out = &mut gradient[biases.clone()][pair * PAIR..];
            for (out, total) in out.iter_mut().zip(total(errors)) {
                *out = total;
            }
        }
        let weights = &mut gradient[weights.clone()];
        // As many pairs as stay in the cache while all panels of inputs pass by.
        let group = (CACHED / (PAIR * 4 * fours)).max(1);
        let pairs = outputs.div_ceil(PAIR);
        for first in (0..pairs).step_by(group) {
            for (panel, features) in self.inputs.chunks_exact(fours).enumerate() {
                for pair in first..pairs.min(first + group) {
                    let tile = correlate(features, &self.errors[pair * fours..][..fours]);
                    let rows = weights.chunks_exact_mut(outputs).skip(panel * PANEL);
                    for (row, tile) in rows.zip(tile) {
                        for (out, value) in row[pair * PAIR..].iter_mut().zip(tile) {
                            *out = value;
                        }
                    }
                }
            }
        }
    }
}

/// Keeps one block's four features as two vectors of four rows each.
#[inline(always)]
fn store_inputs(kept: &mut [[F32x4; PANEL]], at: usize, tile: &[Rows; PANEL]) {
    let kept = &mut kept[at..at + 2];
    for half in 0..2 {
        kept[half] = tile.map(|feature| feature[half]);
    }
}
