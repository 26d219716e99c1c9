use proptest::prelude::*;
use serde::Deserialize;

use super::ExactField;
use crate::distribution::{DistributionSpec, PRESETS};
use crate::field::{Score, VelocityField};
use crate::{Error, Rng, Schedule};

fn field(target: &DistributionSpec, source: &DistributionSpec, schedule: Schedule) -> ExactField {
    let (target, source) = (target.build("target").unwrap(), source.build("source").unwrap());
    ExactField::new(schedule, &*source, &*target).unwrap()
}

#[test]
fn velocity_and_score_together_are_what_they_are_alone() {
    for (target, source) in
        [("five-modes", "gaussian"), ("checkerboard", "gaussian"), ("checkerboard", "uniform")]
    {
        let field = field(&preset(target), &preset(source), Schedule::Cosine);
        let x = [[0.3, -0.4], [1.2, 0.7]];
        let [mut velocity, mut score, mut together, mut with] = [[[0.0; 2]; 2]; 4];
        field.velocity(0.4, &x, &mut velocity).unwrap();
        field.score(0.4, &x, &mut score).unwrap();
        field.velocity_and_score(0.4, &x, &mut together, &mut with).unwrap();
        assert_eq!((velocity, score), (together, with), "{target} from {source}");
    }
}

fn preset(name: &str) -> DistributionSpec {
    DistributionSpec::preset(name)
}

#[derive(Deserialize)]
struct Table {
    fields: Vec<Ends>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Ends {
    target: DistributionSpec,
    source: DistributionSpec,
}

#[derive(Deserialize)]
struct Row {
    field: usize,
    schedule: Schedule,
    t: f64,
    x: [f64; 2],
    expected: Option<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    velocity: [f64; 2],
    score: [f64; 2],
    log_density: f64,
    divergence: f64,
    data_mean: [f64; 2],
    noise_mean: [f64; 2],
}

/// Deviation over 1 + the size of the expected value.
fn deviation(found: &[f64], expected: &[f64]) -> f64 {
    let size = expected.iter().map(|v| v.abs()).fold(0.0, f64::max);
    found.iter().zip(expected).map(|(a, b)| (a - b).abs() / (1.0 + size)).fold(0.0, f64::max)
}

#[test]
fn agrees_with_120_digit_arithmetic() {
    let table: Table = serde_json::from_str(include_str!("../../../tests/data/exact_fields.json")).unwrap();
    for row in &table.rows {
        let ends = &table.fields[row.field];
        let field = field(&ends.target, &ends.source, row.schedule);
        let found = field.marginal(row.t).and_then(|marginal| marginal.at(row.x));
        let place = format!("field {}, {:?}, t = {}, x = {:?}", row.field, row.schedule, row.t, row.x);
        let Some(expected) = &row.expected else {
            assert!(matches!(found, Err(Error::Unavailable { .. })), "{place}: {found:?}");
            continue;
        };
        let found = found.unwrap_or_else(|error| panic!("{place}: {error}"));
        let deviations = [
            deviation(&found.velocity, &expected.velocity),
            deviation(&found.score, &expected.score),
            deviation(&[found.log_density], &[expected.log_density]),
            deviation(&[found.divergence], &[expected.divergence]),
            deviation(&found.data_mean, &expected.data_mean),
            deviation(&found.noise_mean, &expected.noise_mean),
        ];
        let is_close = [1e-9, 1e-9, 1e-9, 1e-6, 1e-9, 1e-9].iter().zip(deviations).all(|(bar, d)| d < *bar);
        assert!(is_close, "{place}: {deviations:?}\n{found:?}");
    }
}

/// Central differences of the field at a point: gradient of the log density, and divergence.
fn differences(field: &ExactField, t: f64, x: [f64; 2], h: f64) -> ([f64; 2], f64) {
    let marginal = field.marginal(t).unwrap();
    let mut gradient = [0.0; 2];
    let mut divergence = 0.0;
    for axis in [0, 1] {
        let shifted = |by: f64| {
            let mut place = x;
            place[axis] += by;
            marginal.at(place).unwrap()
        };
        let (after, before) = (shifted(h), shifted(-h));
        gradient[axis] = (after.log_density - before.log_density) / (2.0 * h);
        divergence += (after.velocity[axis] - before.velocity[axis]) / (2.0 * h);
    }
    (gradient, divergence)
}

#[test]
fn every_preset_has_a_field_whose_parts_agree() {
    for target in PRESETS.iter().filter(|entry| entry.value.is_target) {
        for schedule in Schedule::ENTRIES {
            let field = field(&preset(target.name), &preset("gaussian"), schedule.value);
            for (t, x) in [(0.2, [0.4, -0.8]), (0.6, [1.1, 0.3]), (0.9, [-0.5, 1.6])] {
                let local = field.marginal(t).unwrap().at(x).unwrap();
                let (gradient, divergence) = differences(&field, t, x, 1e-5);
                let place = format!("{}, {}, t = {t}", target.name, schedule.name);
                assert!(deviation(&local.score, &gradient) < 1e-6, "{place}: {local:?} {gradient:?}");
                assert!(
                    deviation(&[local.divergence], &[divergence]) < 1e-6,
                    "{place}: {local:?} {divergence}"
                );
                let weights = field.marginal(t).unwrap().target_weights(x).unwrap();
                assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{place}");
            }
        }
    }
}

#[test]
fn mass_is_conserved() {
    // The continuity equation, dp/dt + div(p u) = 0, divided by p.
    for (source, target) in [
        ("gaussian", "checkerboard"),
        ("ring", "five-modes"),
        ("eight-gaussians", "checkerboard"),
        ("uniform", "five-modes"),
        ("uniform", "checkerboard"),
    ] {
        let field = field(&preset(target), &preset(source), Schedule::Cosine);
        for (t, x) in [(0.3, [0.4, -0.8]), (0.7, [1.1, 0.3])] {
            let h = 1e-6;
            let log_density = |t: f64| field.marginal(t).unwrap().at(x).unwrap().log_density;
            let rate = (log_density(t + h) - log_density(t - h)) / (2.0 * h);
            let local = field.marginal(t).unwrap().at(x).unwrap();
            let along: f64 = [0, 1].iter().map(|&axis| local.velocity[axis] * local.score[axis]).sum();
            let residual = rate + local.divergence + along;
            assert!(residual.abs() < 1e-6 * (1.0 + rate.abs()), "{source} to {target}: {residual}");
        }
    }
}

#[test]
fn velocity_is_the_mean_of_the_conditional_velocities_and_its_variance_their_scatter() {
    for (target, source) in [
        ("five-modes", "gaussian"),
        ("checkerboard", "ring"),
        ("two-moons", "uniform"),
        ("checkerboard", "uniform"),
    ] {
        let (data, noise) =
            (preset(target).build("target").unwrap(), preset(source).build("source").unwrap());
        let field = ExactField::new(Schedule::CondOt, &*noise, &*data).unwrap();
        let mut rng = Rng::stream(1, "test");
        let count = 20_000;
        let (x1, x0) = (data.sample(&mut rng, count), noise.sample(&mut rng, count));
        let t = 0.6;
        let marginal = field.marginal(t).unwrap();
        let (mut bias, mut scatter, mut expected) = ([0.0; 2], 0.0, 0.0);
        for (x1, x0) in x1.iter().zip(&x0) {
            let (x1, x0) = (x1.map(f64::from), x0.map(f64::from));
            let x = [0, 1].map(|axis| t * x1[axis] + (1.0 - t) * x0[axis]);
            let local = marginal.at(x).unwrap();
            for axis in [0, 1] {
                let deviation = x1[axis] - x0[axis] - local.velocity[axis];
                // Weighted by the position, so that a wrong dependence on x shows too.
                bias[axis] += deviation * (1.0 + x[axis]) / count as f64;
                scatter += deviation * deviation / count as f64;
            }
            expected += local.velocity_variance / count as f64;
        }
        assert!(bias.iter().all(|bias| bias.abs() < 0.05), "{target}: {bias:?}");
        assert!((scatter / expected - 1.0).abs() < 0.05, "{target}: {scatter} {expected}");
    }
}

#[test]
fn components_without_weight_have_no_part_in_it() {
    let unit = [[1.0, 0.0], [0.0, 1.0]];
    let target = DistributionSpec::GaussianMixture {
        weights: vec![1.0, 3.0, 0.0],
        means: vec![[0.0, 0.0], [2.0, 0.0], [1.0, 0.5]],
        covs: vec![unit; 3],
    };
    let field = field(&target, &preset("gaussian"), Schedule::CondOt);
    let weights = field.marginal(0.5).unwrap().target_weights([1.0, 0.5]).unwrap();
    // Half way both centres, at 0 and 1, see x at 1 and 0 with variance 1/2.
    let first = 1.0 / (1.0 + 3.0 * libm::exp(1.0));
    assert!(deviation(&weights, &[first, 1.0 - first, 0.0]) < 1e-14, "{weights:?}");
}

#[test]
fn velocity_starts_towards_the_mean() {
    let field = field(&preset("two-moons"), &preset("gaussian"), Schedule::CondOt);
    let x = [[0.3, -0.7], [5.0, 5.0]];
    let mut velocity = [[0.0; 2]; 2];
    field.velocity(0.0, &x, &mut velocity).unwrap();
    for (x, velocity) in x.iter().zip(&velocity) {
        assert!(deviation(velocity, &[-x[0], -x[1]]) < 1e-7, "{velocity:?}");
    }
}

#[test]
fn what_is_not_there_says_why() {
    let points = DistributionSpec::Points { points: vec![[0.0, 1.0], [2.0, 0.0]] };
    let reason = |result: crate::Result<ExactField>, t: f64| {
        result.and_then(|field| field.marginal(t)?.at([0.5, 0.5])).unwrap_err().to_string()
    };
    let build = |target: &DistributionSpec, source: &DistributionSpec| {
        ExactField::new(
            Schedule::CondOt,
            &*source.build("source").unwrap(),
            &*target.build("target").unwrap(),
        )
    };
    assert!(reason(build(&points, &preset("gaussian")), 1.0).contains("made of points"));
    assert!(reason(build(&points, &points), 0.5).contains("made of points"));
    assert!(reason(build(&preset("checkerboard"), &preset("gaussian")), 1.0).contains("no path passes"));
    let tilted = DistributionSpec::GaussianMixture {
        weights: vec![1.0],
        means: vec![[0.0, 0.0]],
        covs: vec![[[1.0, 0.5], [0.5, 1.0]]],
    };
    assert!(reason(build(&preset("checkerboard"), &tilted), 0.5).contains("axes are level"));
    assert!(reason(build(&preset("checkerboard"), &preset("uniform")), 1.0).contains("no path passes"));
    assert!(reason(build(&points, &preset("gaussian")), 1.5).starts_with("t is 1.5, but must be"));
    assert!(reason(build(&points, &preset("gaussian")), f64::NAN).starts_with("t is NaN"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_finite_point_causes_a_panic(
        target in 0..PRESETS.len(),
        source in 0..PRESETS.len(),
        t in prop_oneof![0.0..=1.0, Just(0.0), Just(1.0), Just(1e-300), Just(1.0 - f64::EPSILON)],
        x in [prop::num::f64::NORMAL | prop::num::f64::ZERO, prop::num::f64::NORMAL | prop::num::f64::ZERO],
        schedule in 0..Schedule::ENTRIES.len(),
    ) {
        let build = |i: usize| PRESETS[i].value.distribution();
        let field = ExactField::new(Schedule::ENTRIES[schedule].value, &*build(source), &*build(target));
        // Curve to curve has tens of thousands of pairs: not in a test of many cases.
        if let Ok(field) = field
            && field.pair_count() < 2000
            && let Ok(local) = field.marginal(t).and_then(|marginal| marginal.at(x))
        {
            prop_assert!(local.velocity.iter().all(|v| v.is_finite()));
            prop_assert!(!local.log_density.is_nan());
        }
    }
}
