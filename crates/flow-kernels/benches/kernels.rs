//! How fast the kernels are on this machine: `cargo bench -p flow-kernels`.
//!
//! Throughput is in floating-point operations of the matrix products, a multiplication and an
//! addition each; the rest of the work is not counted.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flow_kernels::{AdamStep, Conditioning, Features, MlpShape, PackedVelocity, TrainingPass};

const BATCH: usize = 256;
const POINTS: usize = 10_000;
const FEATURES: Features = Features { harmonics: 4, base_frequency: 1.8, labels: 0 };

fn shape(width: usize) -> MlpShape {
    MlpShape { inputs: FEATURES.count(), width, depth: 3, outputs: 2 }
}

/// `count` numbers on [-1, 1); any do.
fn numbers(count: usize) -> Vec<f32> {
    let bits = (1..=count as u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits.map(|bits| (bits >> 40) as f32 / (1 << 23) as f32 - 1.0).collect()
}

fn parameters(shape: MlpShape) -> Vec<f32> {
    let scale = 1.0 / (shape.width as f32).sqrt();
    numbers(shape.parameter_count()).iter().map(|x| scale * x).collect()
}

/// Weights of all layers, and of those whose inputs need a gradient.
fn weights(shape: MlpShape) -> (u64, u64) {
    let all: usize = shape.layers().map(|layer| layer.weights.len()).sum();
    let above: usize = shape.layers().skip(1).map(|layer| layer.weights.len()).sum();
    (all as u64, above as u64)
}

fn training_pass(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("training pass, batch 256");
    for width in [32, 64, 128] {
        let shape = shape(width);
        let (all, above) = weights(shape);
        group.throughput(Throughput::Elements(2 * BATCH as u64 * (2 * all + above)));
        let (parameters, inputs) = (parameters(shape), numbers(BATCH * shape.inputs));
        let (mut outputs, mut gradient) = (vec![0.0; 2 * BATCH], vec![0.0; parameters.len()]);
        let mut pass = TrainingPass::new(shape, BATCH);
        group.bench_function(BenchmarkId::from_parameter(format!("3x{width}")), |bencher| {
            bencher.iter(|| {
                pass.forward(black_box(&parameters), &inputs, &mut outputs);
                pass.backward(&outputs, &mut gradient);
            });
        });
    }
}

fn velocity(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("velocity of 10,000 points");
    for width in [64, 128] {
        let shape = shape(width);
        group.throughput(Throughput::Elements(2 * POINTS as u64 * weights(shape).0));
        let packed = PackedVelocity::new(FEATURES, shape, &parameters(shape));
        let conditioning =
            Conditioning { inverse_scale: 0.5, denoise: 0.8, gain: 1.0, ..Conditioning::default() };
        let points = numbers(2 * POINTS).as_chunks().0.to_vec();
        let mut velocities = vec![[0.0; 2]; POINTS];
        group.bench_function(BenchmarkId::from_parameter(format!("3x{width}")), |bencher| {
            bencher.iter(|| packed.velocity(black_box(&conditioning), &points, &mut velocities));
        });
    }
}

fn adam(criterion: &mut Criterion) {
    let count = shape(64).parameter_count();
    let (mut parameters, gradient) = (numbers(count), numbers(count));
    let (mut first, mut second) = (vec![0.0; count], vec![0.0; count]);
    let step = AdamStep::new(1000, 1e-6);
    criterion.bench_function("Adam step, 3x64", |bencher| {
        bencher.iter(|| step.apply(black_box(&mut parameters), &gradient, [&mut first, &mut second]));
    });
}

criterion_group!(kernels, training_pass, velocity, adam);
criterion_main!(kernels);
