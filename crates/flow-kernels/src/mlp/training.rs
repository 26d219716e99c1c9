//! One training pass: the network's outputs for a batch, then the gradient of its parameters.

use super::inference::TILE_BLOCKS;
use super::kernel::{PANEL, Rows, multiply};
use super::layer_pass::{LayerPass, activate, receive, write_gradient};
use super::{BLOCK, MlpShape};
use crate::simd::F32x4;

/// A network's forward and backward pass over batches of one size.
///
/// Everything is allocated by [`new`](Self::new) and used again by every pass. Rows beyond the
/// batch, up to a multiple of eight, and units beyond a layer's, up to a multiple of four, are
/// computed from zeros and count for nothing.
///
/// ```
/// use flow_kernels::{AdamStep, MlpShape, TrainingPass};
///
/// // Learn y = x^2 on [-1, 1].
/// let shape = MlpShape { inputs: 1, width: 16, depth: 1, outputs: 1 };
/// let x: Vec<f32> = (0..64).map(|i| i as f32 / 32.0 - 1.0).collect();
/// let count = shape.parameter_count();
/// let mut parameters: Vec<f32> = (0..count).map(|i| (i * 7 % 11) as f32 / 5.0 - 1.0).collect();
/// let (mut first, mut second) = (vec![0.0; count], vec![0.0; count]);
/// let (mut outputs, mut gradient) = (vec![0.0; 64], vec![0.0; count]);
/// let mut pass = TrainingPass::new(shape, 64);
/// let mut loss = 0.0;
/// for step in 1..=500 {
///     pass.forward(&parameters, &x, &mut outputs);
///     let errors: Vec<f32> = outputs.iter().zip(&x).map(|(y, x)| y - x * x).collect();
///     loss = errors.iter().map(|e| e * e).sum::<f32>() / 64.0;
///     let slopes: Vec<f32> = errors.iter().map(|e| 2.0 * e / 64.0).collect();
///     pass.backward(&slopes, &mut gradient);
///     AdamStep::new(step, 0.01).apply(&mut parameters, &gradient, [&mut first, &mut second]);
/// }
/// assert!(loss < 1e-3);
/// ```
#[derive(Debug, Clone)]
pub struct TrainingPass {
    shape: MlpShape,
    batch: usize,
    layers: Vec<LayerPass>,
    /// Features of one tile of blocks: those of a layer's input and of its output.
    here: Vec<Rows>,
    there: Vec<Rows>,
    /// The gradient with respect to the outputs, by blocks.
    output_errors: Vec<Rows>,
    /// Whether the slopes of a forward pass are waiting for their backward pass.
    ready: bool,
}

impl TrainingPass {
    /// A pass for this network over batches of `batch` rows.
    ///
    /// # Panics
    /// If `batch` or one of the shape's sizes (but for the depth) is 0.
    pub fn new(shape: MlpShape, batch: usize) -> Self {
        let MlpShape { inputs, width, outputs, .. } = shape;
        assert!(inputs * width * outputs * batch > 0, "no size of {shape:?} x {batch} may be 0");
        let blocks = batch.div_ceil(BLOCK);
        let layers = shape.layers().enumerate().map(|(index, layer)| LayerPass::new(index, layer, blocks));
        let widest = inputs.max(width).max(outputs).next_multiple_of(PANEL);
        Self {
            shape,
            batch,
            layers: layers.collect(),
            here: vec![[F32x4::ZERO; 2]; TILE_BLOCKS * widest],
            there: vec![[F32x4::ZERO; 2]; TILE_BLOCKS * widest],
            output_errors: vec![[F32x4::ZERO; 2]; blocks * outputs],
            ready: false,
        }
    }

    /// The network's shape.
    pub fn shape(&self) -> MlpShape {
        self.shape
    }

    /// Rows in a batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Writes the network's `outputs` (batch x outputs, row-major) for these `parameters` and
    /// `inputs` (batch x inputs, row-major), and keeps what [`backward`](Self::backward) needs.
    ///
    /// # Panics
    /// If a slice has another length than the shape and the batch say.
    #[inline(never)]
    pub fn forward(&mut self, parameters: &[f32], inputs: &[f32], outputs: &mut [f32]) {
        let MlpShape { inputs: input_count, outputs: output_count, .. } = self.shape;
        assert_eq!(parameters.len(), self.shape.parameter_count(), "parameters of {:?}", self.shape);
        assert_eq!(inputs.len(), self.batch * input_count, "inputs of {} rows", self.batch);
        assert_eq!(outputs.len(), self.batch * output_count, "outputs of {} rows", self.batch);
        for pass in &mut self.layers {
            pass.load(parameters);
        }
        let tile_rows = TILE_BLOCKS * BLOCK;
        let tiles = inputs.chunks(tile_rows * input_count).zip(outputs.chunks_mut(tile_rows * output_count));
        for (tile, (inputs, outputs)) in tiles.enumerate() {
            self.forward_tile(tile * TILE_BLOCKS, inputs, outputs);
        }
        self.ready = true;
    }

    /// The forward pass of the blocks from `first_block` on.
    fn forward_tile(&mut self, first_block: usize, inputs: &[f32], outputs: &mut [f32]) {
        let blocks = (inputs.len() / self.shape.inputs).div_ceil(BLOCK);
        let mut stride = self.shape.inputs.next_multiple_of(PANEL);
        read_rows(inputs, self.shape.inputs, stride, &mut self.here[..blocks * stride]);
        self.layers[0].keep_inputs(first_block, &self.here[..blocks * stride]);
        for index in 0..self.shape.depth {
            let (before, after) = self.layers.split_at_mut(index + 1);
            let (pass, next) = (&mut before[index], &mut after[0]);
            let out_stride = pass.linear.padded_outputs();
            activate(
                pass,
                first_block,
                &self.here[..blocks * stride],
                &mut self.there[..blocks * out_stride],
                &mut next.inputs,
            );
            std::mem::swap(&mut self.here, &mut self.there);
            stride = out_stride;
        }
        let output_count = self.shape.outputs;
        let last = &self.layers[self.shape.depth].linear;
        let rows = outputs.chunks_mut(BLOCK * output_count);
        for (features, rows) in self.here[..blocks * stride].chunks_exact(stride).zip(rows) {
            for (panel, (weights, &biases)) in last.panels().enumerate() {
                let tile = multiply(biases, weights, &features[..last.inputs()]);
                for (output, values) in (panel * PANEL..output_count).zip(tile) {
                    for (row, value) in rows.chunks_exact_mut(output_count).zip(lanes(values)) {
                        row[output] = value;
                    }
                }
            }
        }
    }

    /// Writes the gradient of a loss with respect to the parameters of the last
    /// [`forward`](Self::forward) pass, given its gradient with respect to that pass's outputs
    /// (batch x outputs, row-major).
    ///
    /// A forward pass feeds one backward pass: this one uses up what was kept.
    ///
    /// # Panics
    /// If a slice has another length than the shape and the batch say, or no forward pass came
    /// since the last backward pass.
    #[inline(never)]
    pub fn backward(&mut self, output_gradient: &[f32], gradient: &mut [f32]) {
        let outputs = self.shape.outputs;
        assert_eq!(output_gradient.len(), self.batch * outputs, "output gradients of {} rows", self.batch);
        assert_eq!(gradient.len(), self.shape.parameter_count(), "gradient of {:?}", self.shape);
        assert!(std::mem::take(&mut self.ready), "a backward pass follows a forward pass");

        read_rows(output_gradient, outputs, outputs, &mut self.output_errors);
        let last = &mut self.layers[self.shape.depth];
        for (block, errors) in self.output_errors.chunks_exact(outputs).enumerate() {
            last.keep_errors(block, errors);
        }
        let tile = TILE_BLOCKS * outputs;
        for index in 0..self.output_errors.len().div_ceil(tile) {
            self.backward_tile(index * TILE_BLOCKS);
        }
        for pass in &self.layers {
            write_gradient(pass, gradient);
        }
    }

    /// The errors of all hidden layers for the blocks from `first_block` on.
    fn backward_tile(&mut self, first_block: usize) {
        let outputs = self.shape.outputs;
        let errors = &self.output_errors[first_block * outputs..];
        let errors = &errors[..errors.len().min(TILE_BLOCKS * outputs)];
        let blocks = errors.len() / outputs;
        self.here[..errors.len()].copy_from_slice(errors);
        let mut stride = outputs;
        for index in (1..=self.shape.depth).rev() {
            let (before, pass) = self.layers.split_at_mut(index);
            let (below, pass) = (&mut before[index - 1], &pass[0]);
            let out_stride = below.linear.padded_outputs();
            receive(
                below,
                first_block,
                pass,
                &self.here[..blocks * stride],
                stride,
                &mut self.there[..blocks * out_stride],
            );
            std::mem::swap(&mut self.here, &mut self.there);
            stride = out_stride;
        }
    }
}

/// Reads row-major rows of `count` numbers into blocks of `stride` features; missing rows are 0.
fn read_rows(rows: &[f32], count: usize, stride: usize, blocks: &mut [Rows]) {
    for (rows, block) in rows.chunks(BLOCK * count).zip(blocks.chunks_exact_mut(stride)) {
        let row = |n: usize| rows.get(n * count..(n + 1) * count);
        let (features, padding) = block.split_at_mut(count);
        if let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f), Some(g), Some(h)] =
            [0, 1, 2, 3, 4, 5, 6, 7].map(row)
        {
            for (i, out) in features.iter_mut().enumerate() {
                *out = [[a[i], b[i], c[i], d[i]], [e[i], f[i], g[i], h[i]]].map(F32x4::from_array);
            }
        } else {
            for (i, out) in features.iter_mut().enumerate() {
                let at = |n: usize| row(n).map_or(0.0, |row| row[i]);
                *out = [[0, 1, 2, 3], [4, 5, 6, 7]].map(|rows| F32x4::from_array(rows.map(at)));
            }
        }
        padding.fill([F32x4::ZERO; 2]);
    }
}

/// One feature of a block's eight rows.
#[inline(always)]
fn lanes([low, high]: Rows) -> [f32; BLOCK] {
    let ([a, b, c, d], [e, f, g, h]) = (low.to_array(), high.to_array());
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{numbers, parameters};

    /// Outputs and gradient of the sum of `weights` x outputs in double precision, by the book.
    fn reference(
        shape: MlpShape,
        parameters: &[f32],
        inputs: &[f32],
        weights: &[f32],
    ) -> (Vec<f64>, Vec<f64>) {
        let mut gradient = vec![0.0; parameters.len()];
        let mut outputs = vec![];
        for (input, weights) in inputs.chunks(shape.inputs).zip(weights.chunks(shape.outputs)) {
            let mut activations = vec![input.iter().map(|&x| f64::from(x)).collect::<Vec<_>>()];
            let mut slopes = vec![];
            for (index, layer) in shape.layers().enumerate() {
                let input = &activations[index];
                let z = (0..layer.outputs).map(|j| {
                    let weight =
                        |i: usize| f64::from(parameters[layer.weights.start + i * layer.outputs + j]);
                    f64::from(parameters[layer.biases.start + j])
                        + (0..layer.inputs).map(|i| input[i] * weight(i)).sum::<f64>()
                });
                let hidden = index < shape.depth;
                let sigmoid = |z: f64| 1.0 / (1.0 + libm::exp(-z));
                let (value, slope): (Vec<_>, Vec<_>) = z
                    .map(|z| {
                        let s = sigmoid(z);
                        if hidden { (z * s, s + z * s * (1.0 - s)) } else { (z, 1.0) }
                    })
                    .unzip();
                activations.push(value);
                slopes.push(slope);
            }
            outputs.extend(activations.pop().unwrap_or_default());
            let mut above: Vec<f64> = weights.iter().map(|&x| f64::from(x)).collect();
            for (index, layer) in shape.layers().enumerate().collect::<Vec<_>>().into_iter().rev() {
                let errors: Vec<f64> = above.iter().zip(&slopes[index]).map(|(a, s)| a * s).collect();
                above = vec![0.0; layer.inputs];
                for (j, error) in errors.iter().enumerate() {
                    gradient[layer.biases.start + j] += error;
                    for (i, input) in activations[index].iter().enumerate() {
                        let at = layer.weights.start + i * layer.outputs + j;
                        gradient[at] += input * error;
                        above[i] += f64::from(parameters[at]) * error;
                    }
                }
            }
        }
        (outputs, gradient)
    }

    fn run(shape: MlpShape, batch: usize, seed: u64) -> (Vec<f32>, Vec<f32>, Vec<f64>, Vec<f64>) {
        let parameters = parameters(shape, seed);
        let inputs = numbers(seed + 1, batch * shape.inputs);
        let weights = numbers(seed + 2, batch * shape.outputs);
        let (expected, expected_gradient) = reference(shape, &parameters, &inputs, &weights);
        let mut outputs = vec![f32::NAN; expected.len()];
        let mut gradient = vec![f32::NAN; parameters.len()];
        let mut pass = TrainingPass::new(shape, batch);
        // The second time, everything left behind by the first must not matter.
        for seed in [seed + 3, seed + 1] {
            pass.forward(&parameters, &numbers(seed, batch * shape.inputs), &mut outputs);
            pass.backward(&weights, &mut gradient);
        }
        (outputs, gradient, expected, expected_gradient)
    }

    fn check(shape: MlpShape, batch: usize, seed: u64) {
        let (outputs, gradient, expected, expected_gradient) = run(shape, batch, seed);
        for (what, got, expected) in
            [("outputs", outputs, expected), ("gradient", gradient, expected_gradient)]
        {
            let scale = expected.iter().fold(1e-3_f64, |scale, x| scale.max(x.abs()));
            for (at, (got, expected)) in got.iter().zip(&expected).enumerate() {
                let error = (f64::from(*got) - expected).abs() / scale;
                assert!(error < 2e-6, "{what}[{at}] of {shape:?} x {batch}: {got} instead of {expected}");
            }
        }
    }

    #[test]
    fn the_shapes_in_use_match_the_reference() {
        let shape = |width| MlpShape { inputs: 21, width, depth: 3, outputs: 2 };
        if cfg!(miri) {
            return check(MlpShape { inputs: 5, width: 8, depth: 2, outputs: 2 }, 9, 1);
        }
        check(shape(32), 256, 1);
        check(shape(64), 256, 2);
        check(shape(128), 300, 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 96 }) })]
        #[test]
        fn any_shape_and_batch_match_the_reference(
            inputs in 1_usize..25, width in 1_usize..34, depth in 0_usize..4, outputs in 1_usize..7,
            batch in 1_usize..80, seed in 0_u64..1000,
        ) {
            check(MlpShape { inputs, width, depth, outputs }, batch, seed);
        }
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        let shape = MlpShape { inputs: 3, width: if cfg!(miri) { 4 } else { 8 }, depth: 2, outputs: 2 };
        let (batch, parameters) = (5, parameters(shape, 4));
        let (inputs, weights) = (numbers(5, batch * 3), numbers(6, batch * 2));
        let mut pass = TrainingPass::new(shape, batch);
        let mut outputs = vec![0.0; batch * 2];
        let mut gradient = vec![0.0; parameters.len()];
        pass.forward(&parameters, &inputs, &mut outputs);
        pass.backward(&weights, &mut gradient);
        let mut loss = |at: usize, by: f32| {
            let mut parameters = parameters.clone();
            parameters[at] += by;
            pass.forward(&parameters, &inputs, &mut outputs);
            outputs.iter().zip(&weights).map(|(o, w)| f64::from(*o) * f64::from(*w)).sum::<f64>()
        };
        for (at, &got) in gradient.iter().enumerate() {
            let slope = (loss(at, 1e-2) - loss(at, -1e-2)) / 2e-2;
            assert!((f64::from(got) - slope).abs() < 1e-3, "parameter {at}: {got}, slope {slope}");
        }
    }

    #[test]
    fn a_row_gets_the_same_outputs_in_any_batch() {
        let shape = MlpShape { inputs: 6, width: 16, depth: 2, outputs: 3 };
        let rows = if cfg!(miri) { 10 } else { 70 };
        let (parameters, inputs) = (parameters(shape, 1), numbers(2, rows * 6));
        let forward = |rows: &[f32]| {
            let mut outputs = vec![0.0; rows.len() / 6 * 3];
            TrainingPass::new(shape, rows.len() / 6).forward(&parameters, rows, &mut outputs);
            outputs
        };
        let together = forward(&inputs);
        for size in [1, 9, 33] {
            let apart: Vec<f32> = inputs.chunks(size * 6).flat_map(forward).collect();
            assert_eq!(together, apart, "in batches of {size}");
        }
    }

    #[test]
    #[should_panic(expected = "a backward pass follows a forward pass")]
    fn one_forward_pass_feeds_one_backward_pass() {
        let shape = MlpShape { inputs: 1, width: 4, depth: 1, outputs: 1 };
        let mut pass = TrainingPass::new(shape, 1);
        let mut gradient = vec![0.0; shape.parameter_count()];
        pass.forward(&gradient.clone(), &[1.0], &mut [0.0]);
        pass.backward(&[1.0], &mut gradient);
        pass.backward(&[1.0], &mut gradient);
    }
}
