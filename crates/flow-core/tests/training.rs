//! What training reaches: the numbers that the documentation and the page promise.
//!
//! Each experiment is a configuration and nothing else. The bars are below what was measured, so
//! that another seed or a better coupling may move them a little, and above what a broken part
//! would give.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use flow_core::{
    Config, Coupling, DistributionSpec, Experiment, Schedule, Solver,
    config::{Lesson, Round},
    likelihood::log_likelihood,
    solver::Tolerances,
};

fn trained(config: Config, steps: u32) -> Experiment {
    let mut experiment = Experiment::new(config).unwrap();
    experiment.train(steps).unwrap();
    experiment
}

/// The share of 4,000 particles that end in the target's support.
fn hits(experiment: &Experiment, solver: Solver, steps: usize) -> f64 {
    experiment.evaluate(&experiment.sample_with(solver, steps).unwrap()).hits
}

fn config(target: &str) -> Config {
    let mut config = Config { target: DistributionSpec::preset(target), ..Config::default() };
    config.sampling.particles = 4_000;
    config
}

#[test]
fn both_panels_learn_the_checkerboard() {
    let straight = Config { coupling: Coupling::MINIBATCH_OT, ..config("checkerboard") };
    let hit = hits(&trained(straight, 4_000), Solver::Euler, 64);
    assert!(hit >= 0.92, "straight: {hit}");
    let curved = Config { schedule: Schedule::Cosine, ..config("checkerboard") };
    let hit = hits(&trained(curved, 4_000), Solver::Midpoint, 32);
    assert!(hit >= 0.93, "curved: {hit}");
}

#[test]
fn a_planned_end_draws_sharper_edges_and_stable_targets_the_sharpest() {
    for (stable_targets, least_hits, most_error) in [(false, 0.944, 0.0075), (true, 0.962, 0.003)] {
        let mut config = config("checkerboard").planned(4_000);
        config.training.stable_targets = stable_targets;
        config.sampling.particles = 10_000;
        let experiment = trained(config, 4_000);
        let (hit, error) = (hits(&experiment, Solver::Midpoint, 32), experiment.field_error().unwrap().value);
        assert!(hit >= least_hits && error <= most_error, "stable {stable_targets}: {hit} {error}");
    }
}

#[test]
fn each_round_takes_fewer_steps_to_the_same_place() {
    let round = Round { after: 1_500, ..Round::default() };
    let distil = Round { after: 3_000, lesson: Lesson::Steps { steps: 1 }, ..round };
    let mut experiment =
        Experiment::new(Config { rounds: vec![round, distil], ..config("five-modes") }).unwrap();
    let one_step = |experiment: &Experiment| experiment.error_at(Solver::Euler, 1).unwrap().energy;
    experiment.train(1_500).unwrap();
    let first = one_step(&experiment);
    experiment.train(1_500).unwrap();
    let reflowed = one_step(&experiment);
    experiment.train(1_500).unwrap();
    let distilled = one_step(&experiment);
    assert!(first > 1.0 && reflowed <= 0.008 && distilled <= 0.01, "{first} {reflowed} {distilled}");
}

#[test]
fn likelihoods_are_nearly_the_true_ones() {
    let experiment = trained(config("five-modes").planned(4_000), 4_000);
    let [source, target] =
        ["gaussian", "five-modes"].map(|name| DistributionSpec::preset(name).build("spec").unwrap());
    let held_out: Vec<[f64; 2]> = target
        .sample(&mut flow_core::Rng::stream(9, "held out"), 400)
        .iter()
        .map(|x| x.map(f64::from))
        .collect();
    let found =
        log_likelihood(&experiment.field(), |x| source.log_density(x), Tolerances::DEFAULT, 1.0, &held_out)
            .unwrap();
    let gap =
        held_out.iter().zip(&found).map(|(&x, found)| target.log_density(x) - found).sum::<f64>() / 400.0;
    assert!((0.0..=0.03).contains(&gap), "{gap} nat short of the truth");
}
