use super::*;
use crate::{
    Config, Coupling, DistributionSpec, Schedule,
    config::{FieldKind, Guidance, Lesson, NetworkConfig, Round},
    distribution::PRESETS,
    fingerprint,
};

fn tiny() -> Config {
    let network = NetworkConfig { width: 8, depth: 1, harmonics: 1, ..NetworkConfig::default() };
    let sampling = SamplingConfig { particles: 40, ..SamplingConfig::default() };
    Config { network, sampling, ..Config::default() }
}

/// All that can be chosen for a panel: each works, or is refused with a reason.
#[test]
fn every_combination_of_choices_works_or_says_why_not() {
    let (mut shown, mut refused) = (0, 0);
    let presets = || PRESETS.iter().enumerate();
    for (i, target) in presets().filter(|(_, preset)| preset.value.is_target) {
        for (_, source) in presets().filter(|(_, preset)| preset.value.is_source) {
            // Every pair of ends meets every other choice, but not every pair of those.
            for (j, (schedule, coupling)) in Schedule::ENTRIES
                .iter()
                .flat_map(|schedule| Coupling::ENTRIES.iter().map(move |coupling| (schedule, coupling)))
                .enumerate()
            {
                for (k, field) in FieldKind::ENTRIES.iter().enumerate() {
                    let mut config = tiny();
                    config.target = DistributionSpec::preset(target.name);
                    config.source = DistributionSpec::preset(source.name);
                    (config.schedule, config.coupling) = (schedule.value, coupling.value);
                    config.sampling.field = field.value;
                    config.sampling.solver = Solver::ENTRIES[(i + j + k) % Solver::ENTRIES.len()].value;
                    let is_noisy = (i + j) % 2 == 0 && config.sampling.solver == Solver::Euler;
                    config.sampling.diffusion = is_noisy.then_some(Diffusion::SqrtSigma { g: 0.5 });
                    // Even a sound field may end where no path passes, when the steps are long.
                    let run = |config| Experiment::new(config)?.start_sampling(Some(8))?.finish();
                    match run(config) {
                        Ok(trajectories) => {
                            assert!(trajectories.end().iter().flatten().all(|x| x.is_finite()));
                            shown += 1;
                        }
                        Err(Error::Unavailable { reason, .. }) => {
                            assert!(reason.split(' ').count() > 3, "{reason}");
                            refused += 1;
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        }
    }
    assert!(shown > 400 && refused > 100, "{shown} shown, {refused} refused");
}

#[test]
fn pieces_give_the_bits_of_the_whole() {
    let mut experiment = Experiment::new(tiny()).unwrap();
    for entry in Solver::ENTRIES {
        let sampling = SamplingConfig { solver: entry.value, particles: 40, ..SamplingConfig::default() };
        experiment.set_sampling(sampling).unwrap();
        let whole = integrate(&experiment.field(), entry.value, (0.0, 1.0), 4, experiment.starts()).unwrap();
        assert_eq!(experiment.sample().unwrap(), whole, "{}", entry.name);
    }
}

#[test]
fn a_first_sight_is_the_first_particles() {
    let experiment = Experiment::new(tiny()).unwrap();
    let (few, all) =
        (experiment.start_sampling(Some(7)).unwrap().finish().unwrap(), experiment.sample().unwrap());
    assert_eq!(few.end(), &all.end()[..7]);
    for field in FieldKind::ENTRIES {
        let mut config = tiny();
        config.sampling.field = field.value;
        let experiment = Experiment::new(config).unwrap();
        for count in [0, 41] {
            let refused = experiment.start_sampling(Some(count)).err().unwrap();
            assert_eq!(refused, Error::invalid("count", count, "from 1 to 40"), "{}", field.name);
            assert_eq!(experiment.shown_field(Some(count)).err().unwrap(), refused);
        }
    }
}

#[test]
fn a_sample_is_as_configured_and_another_solver_follows_the_same_field() {
    let mut config = tiny();
    config.sampling =
        SamplingConfig { field: FieldKind::Exact, solver: Solver::Heun, steps: 5, ..config.sampling };
    let experiment = Experiment::new(config).unwrap();
    let sample = experiment.sample().unwrap();
    assert_eq!(sample.evaluations, 10);
    let exact =
        integrate(&experiment.shown_field(None).unwrap(), Solver::Heun, (0.0, 1.0), 5, experiment.starts());
    assert_eq!(sample, exact.unwrap());
    assert_eq!(sample, experiment.sample_with(Solver::Heun, 5).unwrap());
}

/// Every way to move, through every kind of network that does not sit on the configuration's path.
#[test]
fn after_a_round_every_method_works_or_says_why_not() {
    let trained = |schedule, round: Option<Round>| {
        let mut config = Config { schedule, ..tiny() };
        if round.is_none() {
            config.training.class_dropout = Some(0.1);
            config.sampling.guidance = Some(Guidance { class: 1, weight: 2.0 });
        }
        config.rounds.extend(round);
        let mut experiment = Experiment::new(config).unwrap();
        experiment.train(8).unwrap();
        experiment
    };
    let round = |lesson| Some(Round { after: 4, pairs: 64, sampler_steps: 4, lesson, ..Round::default() });
    let diffusion = Diffusion::SqrtSigma { g: 1.0 };
    let methods = || {
        let others = [Method::Noisy(diffusion), Method::Ddim, Method::Ddpm];
        Solver::ENTRIES.iter().map(|solver| Method::Flow(solver.value)).chain(others)
    };
    for schedule in Schedule::ENTRIES {
        for (name, round, refused) in [
            ("reflow", round(Lesson::Paths), 2),
            ("distil", round(Lesson::Steps { steps: 2 }), 3),
            // Guidance was made for DDIM and DDPM; it has no score.
            ("guided", None, 1),
        ] {
            let experiment = trained(schedule.value, round);
            let run = |method, span| {
                let course = Course { method, span, steps: 6, keep: Keep::BothEnds };
                let field = experiment.shown_field(None)?;
                let rng = Rng::stream(1, "test");
                Sampling::new(field, &experiment.conversion(), course, experiment.starts(), rng)?.finish()
            };
            let mut reasons = 0;
            for method in methods() {
                match run(method, (0.0, 1.0)) {
                    Ok(way) => {
                        assert!(way.end().iter().flatten().all(|x| x.is_finite()), "{name} {method:?}");
                    }
                    Err(Error::Unavailable { .. }) => reasons += 1,
                    Err(error) => panic!("{name} {method:?}: {error}"),
                }
            }
            assert_eq!(reasons, refused, "{name} after {}", schedule.name);
        }
    }
}

#[test]
fn a_rectified_flow_is_sampled_on_its_own_path() {
    let round = Round { after: 4, pairs: 64, sampler_steps: 4, ..Round::default() };
    let config = Config { schedule: Schedule::ENTRIES[2].value, rounds: vec![round], ..tiny() };
    let mut experiment = Experiment::new(config).unwrap();
    experiment.train(8).unwrap();
    // DDIM on a straight path is Euler's method.
    let course = Course { method: Method::Ddim, span: (0.0, 1.0), steps: 5, keep: Keep::EveryState };
    let (field, starts) = (experiment.shown_field(None).unwrap(), experiment.starts());
    let rng = Rng::stream(1, "test");
    let ddim = Sampling::new(field, &experiment.conversion(), course, starts, rng).unwrap().finish().unwrap();
    let euler = experiment.sample_with(Solver::Euler, 5).unwrap();
    for (a, b) in ddim.end().iter().zip(euler.end()) {
        assert!((a[0] - b[0]).abs() + (a[1] - b[1]).abs() < 1e-4, "{a:?} {b:?}");
    }
    // The teacher's own path is that of the configuration, also when it is only looked at again.
    assert_eq!(experiment.path().schedule, Schedule::CondOt);
    experiment.show_moment(Some(0)).unwrap();
    assert_eq!(experiment.path(), experiment.config().path(0));
    assert!(experiment.field_error().is_ok(), "of the first network the exact field is known");
}

#[test]
fn paired_particles_arrive_at_their_own_data_and_near_pairs_are_nearer() {
    let length = |coupling| {
        let mut config = Config { coupling, ..tiny() };
        config.sampling.field = FieldKind::Paired;
        config.sampling.particles = 300;
        let experiment = Experiment::new(config).unwrap();
        let way = experiment.sample().unwrap();
        for (end, partner) in way.end().iter().zip(experiment.partners().unwrap()) {
            assert!((end[0] - partner[0]).abs() + (end[1] - partner[1]).abs() < 1e-5);
        }
        let square = |(a, b): (&[f32; 2], &[f32; 2])| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
        way.start().iter().zip(way.end()).map(square).sum::<f32>() / 300.0
    };
    let (independent, near) = (length(Coupling::Independent), length(Coupling::MINIBATCH_OT));
    assert!(near < 0.3 * independent, "{near} {independent}");
}

#[test]
fn points_of_ones_own_are_data_and_noise_like_any_other() {
    let mut rng = Rng::stream(1, "test");
    let cloud = |count: usize, center: f64, rng: &mut Rng| {
        let point = |[x, y]: [f64; 2]| [center + 0.3 * x, 0.3 * y];
        DistributionSpec::Points { points: (0..count).map(|_| point(rng.normal_pair())).collect() }
    };
    let (many, few) = (cloud(4096, 2.0, &mut rng), cloud(300, -2.0, &mut rng));
    for coupling in Coupling::ENTRIES {
        for source in [DistributionSpec::preset("gaussian"), few.clone()] {
            let mut config = Config { coupling: coupling.value, target: many.clone(), source, ..tiny() };
            config.sampling = SamplingConfig { particles: 300, steps: 8, ..config.sampling };
            let mut experiment = Experiment::new(config).unwrap();
            experiment.train(300).unwrap();
            let way = experiment.sample().unwrap();
            let evaluation = experiment.evaluate(&way);
            assert!(evaluation.hits > 0.5 && evaluation.energy < 0.1, "{evaluation:?}");
            assert!(experiment.loss_floor().unwrap().floor.value > 0.0);
            // Only of independent pairs with noise that has a density is there an exact field.
            let sampling = SamplingConfig { field: FieldKind::Exact, ..tiny().sampling };
            let exact = experiment.set_sampling(sampling);
            let is_known = coupling.value == Coupling::Independent
                && experiment.config().source == DistributionSpec::preset("gaussian");
            assert_eq!(exact.is_ok(), is_known, "{exact:?}");
            assert!(matches!(exact, Ok(()) | Err(Error::Unavailable { .. })));
            experiment.start_sampling(Some(4)).unwrap().finish().unwrap();
        }
    }
}

#[test]
fn what_is_shown_never_touches_training() {
    let sampled = |change: fn(&mut SamplingConfig)| {
        let mut experiment = Experiment::new(tiny()).unwrap();
        let mut sampling = experiment.config().sampling.clone();
        change(&mut sampling);
        experiment.set_sampling(sampling).unwrap();
        experiment.sample().unwrap();
        experiment.train(5).unwrap();
        experiment.set_sampling(tiny().sampling).unwrap();
        fingerprint(experiment.sample().unwrap().end())
    };
    let plain = sampled(|_| ());
    assert_eq!(plain, sampled(|sampling| sampling.field = FieldKind::Exact));
    assert_eq!(plain, sampled(|sampling| sampling.particles = 60));
    assert_eq!(plain, sampled(|sampling| sampling.diffusion = Some(Diffusion::SqrtSigma { g: 1.0 })));
}

#[test]
fn guidance_needs_a_network_that_knows_classes() {
    let guided = Some(Guidance { class: 1, weight: 2.0 });
    let mut config = tiny();
    config.sampling.guidance = guided;
    assert!(config.validate().unwrap_err().to_string().contains("not told any classes"));
    config.training.class_dropout = Some(0.1);
    let experiment = Experiment::new(config).unwrap();
    experiment.sample().unwrap();
    assert!(experiment.shown_field(Some(1)).unwrap().check_score().is_err());
}
