//! A trained velocity network, packed for evaluating many points at one time.

use crate::features::{Conditioning, Features};
use crate::mlp::{BLOCK, Linear, MlpShape, Rows, TILE_BLOCKS, activate};
use crate::simd::F32x4;

/// Points evaluated together.
const TILE: usize = TILE_BLOCKS * BLOCK;
/// The network's inputs that are linear in the point, once those that do not vary are folded away.
const POSITION: usize = 2;

/// A velocity network ready for evaluation.
///
/// At one time the time itself, the label and the two linear forms of the position are known, so
/// each call folds them into the first layer, which then reads the position and the waves only. A
/// point gets the same bits whatever points are around it and however many they are.
#[derive(Debug, Clone)]
pub struct PackedVelocity {
    features: Features,
    /// The first layer as the parameters have it: weights row-major, then biases.
    first: Vec<f32>,
    hidden: Vec<Linear>,
    last: Linear,
    shape: MlpShape,
}

impl PackedVelocity {
    /// Packs a network that reads these features.
    ///
    /// # Panics
    /// If the shape's inputs are not the features, its outputs not two, its depth 0, or the
    /// parameters not those of the shape.
    pub fn new(features: Features, shape: MlpShape, parameters: &[f32]) -> Self {
        assert_eq!((shape.inputs, shape.outputs), (features.count(), 2), "{shape:?} of {features:?}");
        assert!(shape.depth > 0 && shape.width > 0, "{shape:?} has no hidden layer");
        let mut packed = Self {
            features,
            first: vec![0.0; (shape.inputs + 1) * shape.width],
            hidden: vec![Linear::zeros(shape.width, shape.width); shape.depth - 1],
            last: Linear::zeros(shape.width, 2),
            shape,
        };
        packed.load(parameters);
        packed
    }

    /// Replaces the parameters; allocates nothing.
    ///
    /// # Panics
    /// If the parameters are not those of the shape.
    pub fn load(&mut self, parameters: &[f32]) {
        assert_eq!(parameters.len(), self.shape.parameter_count(), "parameters of {:?}", self.shape);
        let (first, _) = parameters.split_at(self.first.len());
        self.first.copy_from_slice(first);
        let packed = self.hidden.iter_mut().chain([&mut self.last]);
        for (linear, layer) in packed.zip(self.shape.layers().skip(1)) {
            linear.load(&layer, parameters);
        }
    }

    /// Writes the velocity of each point.
    ///
    /// # Panics
    /// If `out` is not as long as `points`.
    #[inline(never)]
    pub fn velocity(&self, conditioning: &Conditioning, points: &[[f32; 2]], out: &mut [[f32; 2]]) {
        assert_eq!(points.len(), out.len(), "a velocity for every point");
        let first = self.fold(conditioning);
        let tile_blocks = TILE_BLOCKS.min(points.len().div_ceil(BLOCK));
        let (mut here, mut there) = (self.blocks(tile_blocks), self.blocks(tile_blocks));
        for (points, out) in points.chunks(TILE).zip(out.chunks_mut(TILE)) {
            let blocks = points.len().div_ceil(BLOCK);
            let mut stride = self.folded_inputs();
            for (points, block) in points.chunks(BLOCK).zip(here.chunks_exact_mut(stride)) {
                self.write_block(conditioning, points, block);
            }
            for linear in [&first].into_iter().chain(&self.hidden) {
                activate(linear, &here[..blocks * stride], stride, &mut there);
                stride = linear.padded_outputs();
                std::mem::swap(&mut here, &mut there);
            }
            let places = points.chunks(BLOCK).zip(out.chunks_mut(BLOCK));
            for (features, (points, out)) in here.chunks_exact(stride).zip(places) {
                let answers = answers(self.last.first_panel(features));
                for ((point, out), answer) in points.iter().zip(out).zip(answers) {
                    *out = conditioning.velocity(*point, answer);
                }
            }
        }
    }

    /// Writes the velocity of each point and its exact Jacobian: `jacobian[n][i][j]` is the
    /// derivative of component i of the n-th velocity with respect to coordinate j of its point.
    ///
    /// Both directional derivatives are carried through the network beside the values
    /// (forward-mode differentiation); the velocities are the bits of [`velocity`](Self::velocity).
    ///
    /// # Panics
    /// If `velocities` or `jacobians` is not as long as `points`.
    #[inline(never)]
    pub fn velocity_and_jacobian(
        &self,
        conditioning: &Conditioning,
        points: &[[f32; 2]],
        velocities: &mut [[f32; 2]],
        jacobians: &mut [[[f32; 2]; 2]],
    ) {
        assert_eq!(points.len(), velocities.len(), "a velocity for every point");
        assert_eq!(points.len(), jacobians.len(), "a Jacobian for every point");
        let first = self.fold(conditioning);
        let (mut here, mut there) = ([(); 3].map(|()| self.blocks(1)), [(); 3].map(|()| self.blocks(1)));
        let along_position = conditioning.gain * conditioning.inverse_scale;
        let out = velocities.chunks_mut(BLOCK).zip(jacobians.chunks_mut(BLOCK));
        for (points, (velocities, jacobians)) in points.chunks(BLOCK).zip(out) {
            self.write_dual_block(conditioning, points, &mut here);
            for linear in [&first].into_iter().chain(&self.hidden) {
                linear.activate_dual(
                    here.each_ref().map(Vec::as_slice),
                    there.each_mut().map(Vec::as_mut_slice),
                );
                std::mem::swap(&mut here, &mut there);
            }
            self.last.for_each_dual(here.each_ref().map(Vec::as_slice), |_, tiles| {
                let [values, along_x, along_y] = tiles.map(answers);
                for (n, point) in points.iter().enumerate() {
                    velocities[n] = conditioning.velocity(*point, values[n]);
                    let [[xx, yx], [xy, yy]] =
                        [along_x[n], along_y[n]].map(|d| d.map(|d| along_position * d));
                    jacobians[n] = [[conditioning.skip + xx, xy], [yx, conditioning.skip + yy]];
                }
            });
        }
    }

    /// Space for the features of `count` blocks in the widest layer.
    fn blocks(&self, count: usize) -> Vec<Rows> {
        let widest = self.folded_inputs().max(self.shape.width.next_multiple_of(4));
        vec![[F32x4::ZERO; 2]; count * widest]
    }

    /// Inputs of the first layer after folding.
    fn folded_inputs(&self) -> usize {
        POSITION + 4 * self.features.harmonics
    }

    /// The first layer at one time: what does not vary from point to point goes into its biases,
    /// and both linear forms of the position into one.
    fn fold(&self, conditioning: &Conditioning) -> Linear {
        let width = self.shape.width;
        let (weights, biases) = self.first.split_at(self.shape.inputs * width);
        let row = |input: usize| &weights[input * width..][..width];
        let waves = Features::LINEAR * width..(Features::LINEAR + 4 * self.features.harmonics) * width;
        let mut folded = vec![0.0; POSITION * width];
        for (axis, out) in folded.chunks_exact_mut(width).enumerate() {
            for ((out, scaled), denoised) in out.iter_mut().zip(row(axis)).zip(row(2 + axis)) {
                *out = scaled + conditioning.denoise * denoised;
            }
        }
        folded.extend_from_slice(&weights[waves]);
        let mut biases: Vec<f32> =
            biases.iter().zip(row(4)).map(|(bias, weight)| bias + conditioning.time * weight).collect();
        if let Some(label) = conditioning.label.filter(|&label| (label as usize) < self.features.labels) {
            let own = row(Features::LINEAR + 4 * self.features.harmonics + label as usize);
            biases.iter_mut().zip(own).for_each(|(bias, weight)| *bias += weight);
        }
        let mut first = Linear::zeros(self.folded_inputs(), width);
        first.pack(&folded, &biases);
        first
    }

    /// The folded features of up to eight points; those of missing points are those of the centre.
    fn write_block(&self, conditioning: &Conditioning, points: &[[f32; 2]], block: &mut [Rows]) {
        let center = conditioning.center;
        let at = |n: usize, axis: usize| points.get(n).map_or(center[axis], |point| point[axis]);
        for axis in 0..2 {
            let position = [[0, 1, 2, 3], [4, 5, 6, 7]].map(|rows| {
                let x = F32x4::from_array(rows.map(|n| at(n, axis)));
                (x - F32x4::splat(center[axis])) * F32x4::splat(conditioning.inverse_scale)
            });
            block[axis] = position;
            for (half, position) in position.into_iter().enumerate() {
                self.features.waves(F32x4::splat(conditioning.denoise) * position, |k, sin, cos| {
                    block[POSITION + 4 * k + axis][half] = sin;
                    block[POSITION + 4 * k + 2 + axis][half] = cos;
                });
            }
        }
    }

    /// The folded features of up to eight points, and their derivatives along both coordinates of
    /// the scaled position.
    fn write_dual_block(
        &self,
        conditioning: &Conditioning,
        points: &[[f32; 2]],
        [values, along_x, along_y]: &mut [Vec<Rows>; 3],
    ) {
        self.write_block(conditioning, points, values);
        for (axis, along) in [along_x, along_y].into_iter().enumerate() {
            along[..self.folded_inputs()].fill([F32x4::ZERO; 2]);
            along[axis] = [F32x4::splat(1.0); 2];
            for k in 0..self.features.harmonics {
                let frequency = (k + 1) as f32 * self.features.base_frequency * conditioning.denoise;
                let (sin, cos) = (POSITION + 4 * k + axis, POSITION + 4 * k + 2 + axis);
                along[sin] = values[cos].map(|cos| F32x4::splat(frequency) * cos);
                along[cos] = values[sin].map(|sin| F32x4::splat(-frequency) * sin);
            }
        }
    }
}

impl Conditioning {
    /// The velocity at `point`, given the network's answer there.
    fn velocity(&self, point: [f32; 2], answer: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|i| self.drift[i] + self.skip * (point[i] - self.center[i]) + self.gain * answer[i])
    }
}

/// The two answers for each of a block's points.
fn answers(tile: [Rows; 4]) -> [[f32; 2]; BLOCK] {
    let [x, y] = [tile[0], tile[1]].map(|rows| rows.map(F32x4::to_array));
    std::array::from_fn(|n| [x[n / 4][n % 4], y[n / 4][n % 4]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::TrainingPass;
    use crate::testing::{numbers, parameters};

    const FEATURES: Features = Features { harmonics: 3, base_frequency: 1.8, labels: 2 };

    fn conditioning(label: Option<u32>) -> Conditioning {
        Conditioning {
            center: [0.3, -0.4],
            inverse_scale: 0.6,
            denoise: 0.8,
            time: -0.2,
            drift: [0.1, 0.2],
            skip: -0.7,
            gain: 1.3,
            label,
        }
    }

    fn network(width: usize, depth: usize) -> (PackedVelocity, Vec<f32>) {
        let shape = MlpShape { inputs: FEATURES.count(), width, depth, outputs: 2 };
        let parameters = parameters(shape, 5);
        (PackedVelocity::new(FEATURES, shape, &parameters), parameters)
    }

    fn points(count: usize) -> Vec<[f32; 2]> {
        numbers(9, 2 * count).as_chunks().0.iter().map(|&[x, y]| [3.0 * x, 3.0 * y]).collect()
    }

    #[test]
    fn the_packed_network_is_the_trained_one() {
        for (width, depth) in [(8, 1), (12, 2), (64, 3)].into_iter().take(if cfg!(miri) { 1 } else { 3 }) {
            for label in [None, Some(1), Some(7)] {
                let (packed, parameters) = network(width, depth);
                let (points, c) = (points(13), conditioning(label));
                let mut rows = vec![0.0; points.len() * FEATURES.count()];
                FEATURES.write_rows(&vec![c; points.len()], &points, &mut rows);
                let mut answers = vec![0.0; points.len() * 2];
                TrainingPass::new(packed.shape, points.len()).forward(&parameters, &rows, &mut answers);
                let mut velocities = vec![[0.0; 2]; points.len()];
                packed.velocity(&c, &points, &mut velocities);
                for ((point, answer), got) in points.iter().zip(answers.as_chunks().0).zip(&velocities) {
                    let expected = c.velocity(*point, *answer);
                    for i in 0..2 {
                        assert!((got[i] - expected[i]).abs() < 1e-5, "{got:?} instead of {expected:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_point_gets_the_same_bits_in_any_company() {
        let (packed, _) = network(16, 2);
        let (points, c) = (points(if cfg!(miri) { 11 } else { 77 }), conditioning(None));
        let mut together = vec![[0.0; 2]; points.len()];
        packed.velocity(&c, &points, &mut together);
        for size in [1, 3, 8, 31, 40] {
            let mut apart = vec![[0.0; 2]; points.len()];
            for (points, out) in points.chunks(size).zip(apart.chunks_mut(size)) {
                packed.velocity(&c, points, out);
            }
            assert_eq!(together, apart, "in batches of {size}");
        }
    }

    #[test]
    fn the_jacobian_is_the_slope() {
        let (packed, _) = network(16, 2);
        let (points, c) = (points(11), conditioning(Some(0)));
        let mut plain = vec![[0.0; 2]; points.len()];
        packed.velocity(&c, &points, &mut plain);
        let (mut velocities, mut jacobians) = (plain.clone(), vec![[[0.0; 2]; 2]; points.len()]);
        velocities.fill([0.0; 2]);
        packed.velocity_and_jacobian(&c, &points, &mut velocities, &mut jacobians);
        assert_eq!(velocities, plain, "the same bits as the velocity alone");
        let step = 1e-2;
        for axis in 0..2 {
            let moved = |by: f32| {
                let mut moved = points.clone();
                for point in &mut moved {
                    point[axis] += by;
                }
                let mut out = vec![[0.0; 2]; points.len()];
                packed.velocity(&c, &moved, &mut out);
                out
            };
            for (n, (ahead, behind)) in moved(step).iter().zip(moved(-step)).enumerate() {
                for i in 0..2 {
                    let slope = (ahead[i] - behind[i]) / (2.0 * step);
                    let got = jacobians[n][i][axis];
                    assert!((got - slope).abs() < 2e-3, "d{i}/d{axis} is {got}, slope {slope}");
                }
            }
        }
    }

    #[test]
    fn nan_stays_where_it_is() {
        let (packed, _) = network(8, 2);
        let mut points = points(9);
        points[4] = [f32::NAN, 0.0];
        let mut out = vec![[0.0; 2]; 9];
        packed.velocity(&conditioning(None), &points, &mut out);
        for (n, velocity) in out.iter().enumerate() {
            assert_eq!(velocity[0].is_nan(), n == 4, "point {n}");
        }
    }
}
