//! One number that depends on every bit the kernels produce.

use crate::adam::{AdamStep, average};
use crate::features::{Conditioning, Features};
use crate::mlp::{MlpShape, TrainingPass};
use crate::velocity::PackedVelocity;

/// Trains a tiny network for ten steps, samples it, and hashes everything on the way.
///
/// The answer is [`FINGERPRINT`] on every machine, or its pictures are not those of the others.
pub fn fingerprint() -> u64 {
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    let features = Features { harmonics: 2, base_frequency: 1.8, labels: 1 };
    let shape = MlpShape { inputs: features.count(), width: 16, depth: 2, outputs: 2 };
    let batch = 21;
    let count = shape.parameter_count();
    let numbers = numbers(count + 2 * batch);
    let mut parameters: Vec<f32> = numbers[..count].iter().map(|x| 0.5 * x).collect();
    let mut averages = parameters.clone();
    let (mut first, mut second) = (vec![0.0; count], vec![0.0; count]);
    let points: Vec<[f32; 2]> = numbers[count..].as_chunks().0.to_vec();
    let conditionings: Vec<Conditioning> =
        (0..batch).map(|i| conditioning(i as f32 / batch as f32)).collect();
    let mut rows = vec![0.0; batch * shape.inputs];
    features.write_rows(&conditionings, &points, &mut rows);
    let mut pass = TrainingPass::new(shape, batch);
    let (mut outputs, mut gradient) = (vec![0.0; 2 * batch], vec![0.0; count]);
    for n in 1..=10 {
        pass.forward(&parameters, &rows, &mut outputs);
        pass.backward(&outputs, &mut gradient);
        AdamStep::new(n, 8e-3).apply(&mut parameters, &gradient, [&mut first, &mut second]);
        average(&mut averages, &parameters, 0.9);
        hash.add(&outputs);
        hash.add(&gradient);
    }
    hash.add(&averages);

    let packed = PackedVelocity::new(features, shape, &averages);
    let (mut velocities, mut jacobians) = (vec![[0.0; 2]; batch], vec![[[0.0; 2]; 2]; batch]);
    packed.velocity_and_jacobian(&conditioning(0.3), &points, &mut velocities, &mut jacobians);
    hash.add(velocities.as_flattened());
    hash.add(jacobians.as_flattened().as_flattened());
    hash.0
}

fn conditioning(t: f32) -> Conditioning {
    Conditioning {
        center: [0.25 * t, -0.5 * t],
        inverse_scale: 0.75,
        denoise: 1.0 - 0.5 * t,
        time: 2.0 * t - 1.0,
        drift: [0.25, -0.5],
        skip: t - 1.0,
        gain: 1.5,
        label: (t > 0.5).then_some(0),
    }
}

/// Numbers on [-2, 2) in no particular order.
fn numbers(count: usize) -> Vec<f32> {
    let bits = (1..=count as u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits.map(|bits| (bits >> 40) as f32 / (1 << 22) as f32 - 2.0).collect()
}

/// FNV-1a over the bits of numbers.
struct Hash(u64);

impl Hash {
    fn add(&mut self, numbers: &[f32]) {
        for byte in numbers.iter().flat_map(|x| x.to_bits().to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// What [`fingerprint`] answers.
pub const FINGERPRINT: u64 = 0xa4c7_4a4d_504f_24ca;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes")]
    fn the_bits_never_change() {
        assert_eq!(fingerprint(), FINGERPRINT, "{:#018x}", fingerprint());
    }
}
