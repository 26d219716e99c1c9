//! What must hold of every distribution: the named ones, and any that a reader writes down.

use proptest::prelude::*;

use super::{Distribution, DistributionSpec, Family, Outline, PRESETS};
use crate::Rng;
use crate::metric::energy_distance;

fn bits(seed: u64, spec: &dyn Distribution, count: usize) -> Vec<[f32; 2]> {
    spec.sample(&mut Rng::stream(seed, "test"), count)
}

/// The integral of the density over the bounds and a margin, by the midpoint rule.
fn mass(distribution: &dyn Distribution) -> f64 {
    let [left, right, bottom, top] = distribution.bounds();
    // Half a cell of the grid never coincides with the edges of a preset's rectangles.
    let (cells, margin) = (300, 0.357_913);
    let (width, height) = (right - left + 2.0 * margin, top - bottom + 2.0 * margin);
    let sum: f64 = (0..cells * cells)
        .map(|cell| {
            let x = left - margin + width * (f64::from(cell % cells) + 0.5) / f64::from(cells);
            let y = bottom - margin + height * (f64::from(cell / cells) + 0.5) / f64::from(cells);
            libm::exp(distribution.log_density([x, y]))
        })
        .sum();
    sum * width * height / f64::from(cells * cells)
}

#[test]
fn names_are_unique_and_survive_a_round_trip() {
    for (i, entry) in PRESETS.iter().enumerate() {
        assert!(PRESETS[..i].iter().all(|other| other.name != entry.name && other.label != entry.label));
        let spec = DistributionSpec::preset(entry.name);
        let text = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<DistributionSpec>(&text).unwrap(), spec);
        assert!(entry.value.is_source || entry.value.is_target, "{} is offered nowhere", entry.name);
    }
}

#[test]
fn densities_integrate_to_one() {
    for entry in &PRESETS {
        let distribution = entry.value.distribution();
        let weights = distribution.mode_weights();
        assert_eq!(weights.len(), distribution.mode_count());
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{}", entry.name);
        let tolerance = match distribution.family() {
            // What lies beyond three standard deviations and the margin.
            Family::GaussianMixture(_) => 0.002,
            // The grid cuts the cells at their edges.
            _ => 0.01,
        };
        let mass = mass(&*distribution);
        assert!((mass - 1.0).abs() < tolerance, "{}: {mass}", entry.name);
    }
}

#[test]
fn samples_follow_the_density() {
    for entry in &PRESETS {
        let distribution = entry.value.distribution();
        let count = 20_000;
        let (samples, modes) = distribution.sample_labelled(&mut Rng::stream(1, "test"), count);
        let n = count as f64;

        let (mean, sd) = (distribution.mean(), distribution.standard_deviation());
        let moments = [0, 1].map(|axis| samples.iter().map(|p| f64::from(p[axis])).sum::<f64>() / n);
        let variance = samples
            .iter()
            .map(|p| (f64::from(p[0]) - mean[0]).powi(2) + (f64::from(p[1]) - mean[1]).powi(2))
            .sum::<f64>()
            / (2.0 * n);
        for axis in [0, 1] {
            assert!((moments[axis] - mean[axis]).abs() < 0.04 * sd, "{}: mean {moments:?}", entry.name);
        }
        assert!((libm::sqrt(variance) / sd - 1.0).abs() < 0.03, "{}: variance {variance}", entry.name);

        let mut counts = vec![0.0; distribution.mode_count()];
        for mode in modes {
            counts[mode] += 1.0 / n;
        }
        for (count, weight) in counts.iter().zip(distribution.mode_weights()) {
            assert!((count - weight).abs() < 0.015, "{}: {counts:?}", entry.name);
        }

        // Rejection sampling from the density alone, against the sampler.
        let accepted = rejection_sample(&*distribution, 2000);
        let distance = energy_distance(&accepted, &samples[..6000]).unwrap();
        // Three times the mean distance of two exact samples, about which single ones vary.
        let floor = 6.0 * sd * (1.0 / accepted.len() as f64 + 1.0 / 6000.0);
        assert!(distance < floor, "{}: energy distance {distance} above {floor}", entry.name);
    }
}

/// Points drawn from the density by rejection from a uniform box, without the sampler.
fn rejection_sample(distribution: &dyn Distribution, count: usize) -> Vec<[f32; 2]> {
    let [left, right, bottom, top] = distribution.bounds();
    let reach = 0.1 * (right - left);
    let mut rng = Rng::stream(2, "test");
    let candidates: Vec<([f64; 2], f64)> = (0..80_000)
        .map(|_| {
            let x = left - reach + (right - left + 2.0 * reach) * rng.uniform();
            let y = bottom - reach + (top - bottom + 2.0 * reach) * rng.uniform();
            ([x, y], libm::exp(distribution.log_density([x, y])))
        })
        .collect();
    let peak = candidates.iter().map(|(_, density)| *density).fold(0.0, f64::max);
    candidates
        .into_iter()
        .filter(|(_, density)| rng.uniform() * peak < *density)
        .map(|(point, _)| point.map(|x| x as f32))
        .take(count)
        .collect()
}

#[test]
fn even_draws_have_the_same_distribution_with_less_noise() {
    for entry in &PRESETS {
        let distribution = entry.value.distribution();
        let mut rng = Rng::stream(5, "test");
        let independent = distribution.sample(&mut rng, 2_000);
        let (mut even, mut floor, mut batches) = (0.0, 0.0, Vec::new());
        for batch in 0..8 {
            let (points, _) = distribution.sample_evenly(&mut rng, 256);
            even += energy_distance(&points, &independent).unwrap() / 8.0;
            floor += energy_distance(&independent[batch * 250..][..250], &independent).unwrap() / 8.0;
            batches.extend(points);
        }
        assert!(even < 0.6 * floor, "{}: {even} of {floor}", entry.name);
        let whole = energy_distance(&batches, &independent).unwrap();
        let sd = distribution.standard_deviation();
        assert!(whole < 6.0 * sd / 2_000.0, "{}: {whole}", entry.name);
    }
}

#[test]
fn hits_are_where_samples_are() {
    for entry in &PRESETS {
        let distribution = entry.value.distribution();
        let (samples, modes) = distribution.sample_labelled(&mut Rng::stream(3, "test"), 10_000);
        let found: Vec<_> = samples.iter().map(|p| distribution.mode_at(p.map(f64::from))).collect();
        let hits = found.iter().flatten().count() as f64 / 10_000.0;
        // A Gaussian keeps exp(-9/2) = 1.1 % beyond three deviations; a curve less, as its
        // components overlap.
        assert!(hits > 0.985, "{}: {hits}", entry.name);
        let own = found.iter().zip(&modes).filter(|(found, mode)| **found == Some(**mode)).count();
        assert!(own as f64 / 10_000.0 > 0.95, "{}: {own} of 10000 hit their own mode", entry.name);
        let [left, right, bottom, top] = distribution.bounds();
        let outside =
            [[left - 0.01, bottom], [right + 0.01, top], [left, bottom - 0.01], [right, top + 0.01]];
        assert!(outside.iter().all(|&x| distribution.mode_at(x).is_none()), "{}", entry.name);
    }
}

#[test]
fn outlines_wind_around_the_hits_alone() {
    for entry in &PRESETS {
        let distribution = entry.value.distribution();
        let [left, right, bottom, top] = distribution.bounds();
        let cells = 120;
        let place = |cell: i32, low: f64, high: f64| {
            low - 0.3 + (high - low + 0.6) * (f64::from(cell) + 0.5) / f64::from(cells)
        };
        let mut compared = [0, 0];
        for cell in 0..cells * cells {
            let x = [place(cell % cells, left, right), place(cell / cells, bottom, top)];
            // Half a standard deviation of the coarsest curve: polygons follow its border no closer.
            let Some(is_hit) = clearly(&*distribution, x, 0.1) else { continue };
            assert_eq!(winding(&distribution.outline(), x) > 0, is_hit, "{} at {x:?}", entry.name);
            compared[usize::from(is_hit)] += 1;
        }
        assert!(compared.iter().all(|&count| count > 500), "{}: {compared:?}", entry.name);
    }
}

/// Whether `x` and all places about it at the distance `reach` are hits, if they agree.
fn clearly(distribution: &dyn Distribution, x: [f64; 2], reach: f64) -> Option<bool> {
    let is_hit = distribution.mode_at(x).is_some();
    (0..16)
        .map(|i| libm::sincos(std::f64::consts::TAU * f64::from(i) / 16.0))
        .all(|(sin, cos)| distribution.mode_at([x[0] + reach * cos, x[1] + reach * sin]).is_some() == is_hit)
        .then_some(is_hit)
}

/// How often the outline runs counterclockwise around `x`.
fn winding(outline: &[Outline], x: [f64; 2]) -> i32 {
    outline
        .iter()
        .map(|curve| match curve {
            Outline::Circle { center, radius } => {
                i32::from(libm::hypot(x[0] - center[0], x[1] - center[1]) <= *radius)
            }
            Outline::Polygon(corners) => corners
                .iter()
                .zip(corners.iter().cycle().skip(1))
                .map(|(a, b)| {
                    let side = (b[0] - a[0]) * (x[1] - a[1]) - (x[0] - a[0]) * (b[1] - a[1]);
                    i32::from(a[1] <= x[1] && b[1] > x[1] && side > 0.0)
                        - i32::from(a[1] > x[1] && b[1] <= x[1] && side < 0.0)
                })
                .sum(),
        })
        .sum()
}

#[test]
fn what_has_no_weight_is_neither_drawn_nor_hit() {
    for text in [
        r#"{"type":"gaussian_mixture","weights":[0,1],"means":[[9,9],[0,0]],"covs":[[[1,0],[0,1]],[[1,0],[0,1]]]}"#,
        r#"{"type":"uniform_rectangles","weights":[1,0],"rects":[[0,1,0,1],[8,10,8,10]]}"#,
    ] {
        let spec: DistributionSpec = serde_json::from_str(text).unwrap();
        let distribution = spec.build("target").unwrap();
        assert_eq!((distribution.mode_at([9.0, 9.0]), distribution.outline().len()), (None, 1));
        let samples =
            [bits(1, &*distribution, 500), distribution.sample_evenly(&mut Rng::stream(1, "test"), 500).0];
        assert!(samples.concat().iter().all(|p| p[0] < 6.0));
    }
}

fn spec() -> impl Strategy<Value = DistributionSpec> {
    let weights = || prop::collection::vec(0.01_f64..10.0, 1..5);
    let point = || [-5.0_f64..5.0, -5.0_f64..5.0];
    let gaussians = weights().prop_flat_map(move |weights| {
        let n = weights.len();
        let covariance = (0.01_f64..4.0, 0.01_f64..4.0, -0.95_f64..0.95).prop_map(|(a, d, correlation)| {
            let b = correlation * libm::sqrt(a * d);
            [[a, b], [b, d]]
        });
        (Just(weights), prop::collection::vec(point(), n), prop::collection::vec(covariance, n))
            .prop_map(|(weights, means, covs)| DistributionSpec::GaussianMixture { weights, means, covs })
    });
    let rectangles = weights().prop_flat_map(move |weights| {
        let n = weights.len();
        let rectangle = (point(), [0.1_f64..4.0, 0.1_f64..4.0])
            .prop_map(|(low, size)| [low[0], low[0] + size[0], low[1], low[1] + size[1]]);
        (Just(weights), prop::collection::vec(rectangle, n))
            .prop_map(|(weights, rects)| DistributionSpec::UniformRectangles { weights, rects })
    });
    let points = prop::collection::vec(point(), 1..20).prop_map(|points| DistributionSpec::Points { points });
    prop_oneof![gaussians, rectangles, points]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_description_builds_samples_and_recognises_itself(spec in spec(), seed in any::<u64>()) {
        let text = serde_json::to_string(&spec).unwrap();
        prop_assert_eq!(&serde_json::from_str::<DistributionSpec>(&text).unwrap(), &spec);
        let distribution = spec.build("target").unwrap();
        prop_assert!((distribution.mode_weights().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let samples = bits(seed, &*distribution, 500);
        let hits = samples.iter().filter(|p| distribution.mode_at(p.map(f64::from)).is_some()).count();
        // Rectangles may lose a point on an edge to the rounding to f32.
        prop_assert!(hits >= 475, "{} of 500", hits);
        let outline = distribution.outline();
        for x in samples.iter().map(|p| p.map(f64::from)) {
            if let Some(is_hit) = clearly(&*distribution, x, 0.05) {
                prop_assert_eq!(winding(&outline, x) > 0, is_hit, "at {:?}", x);
            }
        }
        let (mean, sd) = (distribution.mean(), distribution.standard_deviation());
        for axis in [0, 1] {
            let sample_mean = samples.iter().map(|p| f64::from(p[axis])).sum::<f64>() / 500.0;
            // Five and a half standard errors; one axis may hold all of the variance.
            prop_assert!((sample_mean - mean[axis]).abs() <= 0.35 * sd + 1e-6);
        }
    }

    #[test]
    fn no_finite_point_causes_a_panic(
        spec in spec(),
        x in [prop::num::f64::NORMAL | prop::num::f64::ZERO, prop::num::f64::NORMAL | prop::num::f64::ZERO],
    ) {
        let distribution = spec.build("target").unwrap();
        prop_assert!(!distribution.log_density(x).is_nan());
        prop_assert!(distribution.mode_at(x).is_none_or(|mode| mode < distribution.mode_count()));
    }

    #[test]
    fn any_numbers_either_build_or_are_named(
        weights in prop::collection::vec(prop::num::f64::ANY, 0..3),
        means in prop::collection::vec([prop::num::f64::ANY, prop::num::f64::ANY], 0..3),
        rects in prop::collection::vec([prop::num::f64::ANY, prop::num::f64::ANY, prop::num::f64::ANY, prop::num::f64::ANY], 0..3),
    ) {
        let covs = rects.iter().map(|&[a, b, c, d]| [[a, b], [c, d]]).collect();
        for spec in [
            DistributionSpec::GaussianMixture { weights: weights.clone(), means: means.clone(), covs },
            DistributionSpec::UniformRectangles { weights, rects },
            DistributionSpec::Points { points: means },
        ] {
            if let Err(error) = spec.build("target") {
                prop_assert!(error.to_string().starts_with("target."), "{}", error);
            }
        }
    }
}
