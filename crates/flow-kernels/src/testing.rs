//! Numbers for tests, the same on every machine.

use crate::mlp::MlpShape;

/// `count` numbers on [-1, 1), the same for the same seed.
pub(crate) fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        // SplitMix64 (Steele, Lea and Flood 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits >> 40) as f32) * (1.0 / (1 << 23) as f32) - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// Parameters that keep activations near one, as a network's first weights do.
pub(crate) fn parameters(shape: MlpShape, seed: u64) -> Vec<f32> {
    let mut parameters = numbers(seed, shape.parameter_count());
    for layer in shape.layers() {
        let bound = 1.0 / (layer.inputs as f32).sqrt();
        parameters[layer.weights].iter_mut().for_each(|weight| *weight *= 1.7 * bound);
        parameters[layer.biases].iter_mut().for_each(|bias| *bias *= bound);
    }
    parameters
}
