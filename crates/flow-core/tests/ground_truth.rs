//! What is true of exact fields, measured: the statements that the page makes rest on these.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are tests")]
use flow_core::distribution::DistributionSpec;
use flow_core::field::exact::ExactField;
use flow_core::metric::{energy_distance, straightness};
use flow_core::solver::{integrate, integrate_to_end};
use flow_core::{Rng, Schedule, Solver};

const COUNT: usize = 2_000;

fn exact(target: &DistributionSpec, schedule: Schedule) -> ExactField {
    let target = target.build("target").unwrap();
    let source = DistributionSpec::StandardNormal.build("source").unwrap();
    ExactField::new(&*target, &*source, schedule).unwrap()
}

fn starts(seed: u64, count: usize) -> Vec<[f64; 2]> {
    let mut rng = Rng::stream(seed, "starts");
    (0..count).map(|_| rng.normal_pair()).collect()
}

/// Energy distance between the target and what Euler's method makes of the exact field.
fn energy(target: &DistributionSpec, schedule: Schedule, steps: usize) -> f64 {
    let field = exact(target, schedule);
    let ends = integrate_to_end(&field, Solver::Euler, (0.0, 1.0), steps, &starts(1, COUNT)).unwrap();
    let ends: Vec<_> = ends.end().iter().map(|x| x.map(|x| x as f32)).collect();
    let samples = target.build("target").unwrap().sample(&mut Rng::stream(1, "reference"), COUNT);
    energy_distance(&ends, &samples).unwrap()
}

#[test]
fn few_euler_steps_of_independent_pairs_favour_the_curved_path_on_centred_targets() {
    for (target, steps, straight, curved) in [
        ("five-modes", 1, 1.481, 0.256),
        ("five-modes", 2, 0.188, 0.037),
        ("five-modes", 4, 0.0180, 0.0077),
        ("two-clusters", 2, 0.173, 0.053),
        ("eight-gaussians", 2, 0.193, 0.026),
        ("checkerboard", 2, 0.626, 0.151),
        ("checkerboard", 4, 0.136, 0.024),
    ] {
        let spec = DistributionSpec::preset(target);
        let found = [Schedule::CondOt, Schedule::Cosine].map(|schedule| energy(&spec, schedule, steps));
        for (found, published) in found.iter().zip([straight, curved]) {
            // The noise of 2,000 samples is about 0.003, and more of it where much is wrong.
            let tolerance = 0.004 + 0.1 * published;
            assert!((found - published).abs() < tolerance, "{target}, {steps}: {found} for {published}");
        }
        assert!(found[1] < found[0], "{target}, {steps}");
    }
}

#[test]
fn a_displaced_target_favours_the_straight_path() {
    let means: Vec<[f64; 2]> = (0..5)
        .map(|k| {
            let (sin, cos) = libm::sincos(std::f64::consts::TAU * f64::from(k) / 5.0);
            [4.0 + 2.0 * cos, 2.0 * sin]
        })
        .collect();
    let shifted = DistributionSpec::GaussianMixture {
        weights: vec![1.0; 5],
        means,
        covs: vec![[[0.04, 0.0], [0.0, 0.04]]; 5],
    };
    let [straight, curved] =
        [Schedule::CondOt, Schedule::Cosine].map(|schedule| energy(&shifted, schedule, 4));
    assert!(straight < 0.03 && curved > 0.15, "{straight} {curved}");
}

#[test]
fn one_straight_euler_step_puts_every_particle_on_the_mean() {
    let target = DistributionSpec::preset("spiral");
    let field = exact(&target, Schedule::CondOt);
    let ends = integrate_to_end(&field, Solver::Euler, (0.0, 1.0), 1, &starts(1, 50)).unwrap();
    let mean = target.build("target").unwrap().mean();
    for end in ends.end() {
        assert!((end[0] - mean[0]).abs() < 1e-9 && (end[1] - mean[1]).abs() < 1e-9, "{end:?}");
    }
}

#[test]
fn the_flow_map_does_not_depend_on_the_schedule() {
    let target = DistributionSpec::preset("five-modes");
    let ends = [Schedule::CondOt, Schedule::Cosine].map(|schedule| {
        let field = exact(&target, schedule);
        integrate_to_end(&field, Solver::Rk4, (0.0, 1.0), 1_000, &starts(1, 20)).unwrap()
    });
    for (a, b) in ends[0].end().iter().zip(ends[1].end()) {
        assert!((a[0] - b[0]).abs() < 1e-6 && (a[1] - b[1]).abs() < 1e-6, "{a:?} {b:?}");
    }
}

#[test]
fn marginal_paths_of_straight_pairs_are_not_straight() {
    for (target, straight, curved) in [("five-modes", 1.52, 0.85), ("checkerboard", 0.57, 0.32)] {
        let found = [Schedule::CondOt, Schedule::Cosine].map(|schedule| {
            let field = exact(&DistributionSpec::preset(target), schedule);
            let fine = integrate(&field, Solver::Euler, (0.0, 1.0), 200, &starts(1, 500)).unwrap();
            straightness(&fine).unwrap().normalised
        });
        for (found, published) in found.iter().zip([straight, curved]) {
            assert!((found / published - 1.0).abs() < 0.1, "{target}: {found} for {published}");
        }
    }
}
