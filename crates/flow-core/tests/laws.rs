//! Laws that tie the parts together: exact fields, solvers, samplers and likelihood.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use flow_core::{
    Coupling, DistributionSpec, Rng, Schedule, Solver,
    distribution::Distribution,
    field::{Conversion, Converted, Denoiser, Divergence, Score, Transformed, exact::ExactField},
    langevin::langevin,
    likelihood::log_likelihood,
    metric::energy_distance,
    solver::{Diffusion, Tolerances, ancestral, euler_maruyama, integrate_to_end},
};

const TIGHT: Tolerances = Tolerances { rtol: 1e-9, atol: 1e-9 };

fn distribution(name: &str) -> std::sync::Arc<dyn Distribution> {
    DistributionSpec::preset(name).build("test").unwrap()
}

fn exact(target: &str, schedule: Schedule) -> ExactField {
    ExactField::new(&*distribution(target), &*distribution("gaussian"), schedule).unwrap()
}

fn normals(count: usize) -> Vec<[f64; 2]> {
    let mut rng = Rng::stream(1, "starts");
    (0..count).map(|_| rng.normal_pair()).collect()
}

fn distance(x: [f64; 2], y: [f64; 2]) -> f64 {
    libm::hypot(x[0] - y[0], x[1] - y[1])
}

#[test]
fn density_and_velocity_obey_the_continuity_equation() {
    for target in ["five-modes", "checkerboard", "two-moons"] {
        for entry in Schedule::ENTRIES {
            let field = exact(target, entry.value);
            for (t, x) in [(0.2, [0.4, -0.9]), (0.5, [-0.3, 1.1]), (0.8, [1.2, 0.7])] {
                let h = 1e-5;
                let log_density = |t: f64| field.marginal(t).unwrap().at(x).unwrap().log_density;
                let change = (log_density(t + h) - log_density(t - h)) / (2.0 * h);
                let local = field.marginal(t).unwrap().at(x).unwrap();
                let carried = local.velocity[0] * local.score[0] + local.velocity[1] * local.score[1];
                let residual = change + carried + local.divergence;
                assert!(
                    residual.abs() < 1e-5 * (1.0 + change.abs()),
                    "{target} {} at {t}: residual {residual}, change {change}",
                    entry.name
                );
            }
        }
    }
}

#[test]
fn density_and_sde_obey_the_fokker_planck_equation() {
    // dp/dt = -div(p f) + g^2/2 laplacian(p) with f = u + g^2/2 score, all by central differences.
    let field = exact("five-modes", Schedule::CondOt);
    let (g, h) = (1.5, 1e-4);
    for (t, x) in [(0.3, [0.5, -0.4]), (0.6, [-0.2, 1.0]), (0.9, [1.6, 0.6])] {
        let density = |t: f64, x: [f64; 2]| libm::exp(field.marginal(t).unwrap().at(x).unwrap().log_density);
        let flux = |x: [f64; 2], d: usize| {
            let local = field.marginal(t).unwrap().at(x).unwrap();
            libm::exp(local.log_density) * (local.velocity[d] + 0.5 * g * g * local.score[d])
        };
        let shifted = |d: usize, by: f64| {
            let mut x = x;
            x[d] += by;
            x
        };
        let change = (density(t + h, x) - density(t - h, x)) / (2.0 * h);
        let outflow: f64 =
            (0..2).map(|d| (flux(shifted(d, h), d) - flux(shifted(d, -h), d)) / (2.0 * h)).sum();
        let here = density(t, x);
        let laplacian: f64 = (0..2)
            .map(|d| (density(t, shifted(d, h)) - 2.0 * here + density(t, shifted(d, -h))) / (h * h))
            .sum();
        let residual = change + outflow - 0.5 * g * g * laplacian;
        assert!(residual.abs() < 1e-4, "at {t}: residual {residual}");
    }
}

#[test]
fn the_flow_map_does_not_depend_on_the_schedule() {
    let starts = normals(40);
    for target in ["five-modes", "eight-gaussians"] {
        let ends = |schedule| {
            let field = exact(target, schedule);
            integrate_to_end(&field, Solver::Dopri5(TIGHT), (0.0, 1.0), 0, &starts).unwrap()
        };
        let (straight, curved) = (ends(Schedule::CondOt), ends(Schedule::Cosine));
        for (x, y) in straight.end().iter().zip(curved.end()) {
            assert!(distance(*x, *y) < 1e-6, "{target}: {x:?} {y:?}");
        }
    }
}

#[test]
fn a_field_moved_to_another_schedule_is_that_schedules_field() {
    let points = [[0.4, -0.9], [1.5, 1.0]];
    let moved = Transformed::new(exact("checkerboard", Schedule::CondOt), Schedule::CondOt, Schedule::Cosine);
    let other = exact("checkerboard", Schedule::Cosine);
    for t in [0.0, 0.1, 0.5, 0.9, 0.99] {
        let (mut a, mut b) = ([[0.0; 2]; 2], [[0.0; 2]; 2]);
        let (mut div_a, mut div_b) = ([0.0; 2], [0.0; 2]);
        moved.velocity_and_divergence(t, &points, &mut a, &mut div_a).unwrap();
        other.velocity_and_divergence(t, &points, &mut b, &mut div_b).unwrap();
        for i in 0..2 {
            assert!(distance(a[i], b[i]) < 1e-9 * (1.0 + b[i][0].abs()), "at {t}: {a:?} {b:?}");
            assert!((div_a[i] - div_b[i]).abs() < 1e-7 * (1.0 + div_b[i].abs()), "at {t}");
        }
    }
}

#[test]
fn conversions_agree_with_the_exact_field() {
    for entry in Schedule::ENTRIES {
        let field = exact("checkerboard", entry.value);
        let (source, target) = (distribution("gaussian"), distribution("checkerboard"));
        let conversion = Conversion::new(entry.value, &*source, &*target, Coupling::Independent);
        let converted = Converted::new(&field, conversion);
        let points = [[0.4, -0.9], [3.0, 0.2]];
        for t in [0.1, 0.5, 0.9] {
            let zero = [[0.0; 2]; 2];
            let (mut velocity, mut score, mut data, mut noise) = (zero, zero, zero, zero);
            converted.velocity_and_score(t, &points, &mut velocity, &mut score).unwrap();
            converted.denoise(t, &points, &mut data, &mut noise).unwrap();
            for (i, &x) in points.iter().enumerate() {
                let local = field.marginal(t).unwrap().at(x).unwrap();
                for (found, truth) in [
                    (velocity, local.velocity),
                    (score, local.score),
                    (data, local.data_mean),
                    (noise, local.noise_mean),
                ] {
                    let size = 1.0 + libm::hypot(truth[0], truth[1]);
                    assert!(
                        distance(found[i], truth) < 1e-8 * size,
                        "{} at {t}: {found:?} {truth:?}",
                        entry.name
                    );
                }
            }
        }
    }
}

#[test]
fn forward_then_backward_is_nowhere() {
    let starts = normals(20);
    for entry in Schedule::ENTRIES {
        let field = exact("two-moons", entry.value);
        let there = integrate_to_end(&field, Solver::Dopri5(TIGHT), (0.0, 1.0), 0, &starts).unwrap();
        let back = integrate_to_end(&field, Solver::Dopri5(TIGHT), (1.0, 0.0), 0, there.end()).unwrap();
        for (x, y) in back.end().iter().zip(&starts) {
            assert!(distance(*x, *y) < 1e-5, "{}: {x:?} {y:?}", entry.name);
        }
    }
}

#[test]
fn the_likelihood_of_an_exact_field_is_its_density() {
    for (target, time) in
        [("five-modes", 1.0), ("eight-gaussians", 1.0), ("two-clusters", 1.0), ("checkerboard", 0.98)]
    {
        let points: Vec<_> = distribution(target)
            .sample(&mut Rng::stream(5, "held-out"), 12)
            .into_iter()
            .map(|x| x.map(f64::from))
            .collect();
        for entry in Schedule::ENTRIES {
            let field = exact(target, entry.value);
            let start = field.marginal(0.0).unwrap();
            let source = |x| start.at(x).unwrap().log_density;
            let found =
                log_likelihood(&field, source, Tolerances { rtol: 1e-7, atol: 1e-7 }, time, &points).unwrap();
            let marginal = field.marginal(time).unwrap();
            for (found, &x) in found.iter().zip(&points) {
                let truth = marginal.at(x).unwrap().log_density;
                assert!((found - truth).abs() < 1e-4, "{target} {}: {found} {truth}", entry.name);
            }
        }
    }
}

/// Energy distance of samples to as many fresh ones of the target.
fn error(target: &str, samples: &[[f64; 2]]) -> f64 {
    let samples: Vec<_> = samples.iter().map(|x| x.map(|x| x as f32)).collect();
    let reference = distribution(target).sample(&mut Rng::stream(9, "reference"), samples.len());
    energy_distance(&samples, &reference).unwrap()
}

#[test]
fn every_sampler_reaches_the_target() {
    let starts = normals(1_500);
    let field = exact("five-modes", Schedule::CondOt);
    let mut rng = Rng::stream(1, "noise");
    let check = |name: &str, samples: &[[f64; 2]]| {
        let found = error("five-modes", samples);
        // Two fresh samples of this size are about 0.004 apart; a factor of two in the drift
        // (`u + g^2 score`) would show as 0.02 at g = 2.
        assert!(found < 0.012, "{name}: energy distance {found}");
    };
    for g in [0.0, 0.5, 1.0, 2.0] {
        for noise in [Diffusion::Constant { g }, Diffusion::SqrtSigma { g }] {
            let run =
                euler_maruyama(&field, noise, Schedule::CondOt, (0.0, 1.0), 250, &starts, &mut rng).unwrap();
            check(&format!("{noise:?}"), run.end());
        }
    }
    for eta in [0.0, 1.0] {
        let run = ancestral(&field, Schedule::CondOt, eta, (0.0, 1.0), 150, &starts, &mut rng).unwrap();
        check(&format!("ancestral, eta {eta}"), run.end());
    }
    // Langevin dynamics forgets where in a mode it began, not which mode it began in.
    let begin = distribution("five-modes").sample(&mut rng, 1_500).into_iter().map(|x| x.map(f64::from));
    let run = langevin(&field, 1.0, 1e-3, 200, &begin.collect::<Vec<_>>(), &mut rng).unwrap();
    check("langevin", run.end());
}

#[test]
fn one_euler_step_from_noise_ends_on_the_mean_of_the_data() {
    let field = exact("two-moons", Schedule::CondOt);
    let mean = distribution("two-moons").mean();
    let run = integrate_to_end(&field, Solver::Euler, (0.0, 1.0), 1, &normals(10)).unwrap();
    assert!(run.end().iter().all(|&x| distance(x, mean) < 1e-9));
}
