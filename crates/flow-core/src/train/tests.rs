//! Tests of the trainer as a whole.

use super::*;
use crate::{
    Schedule, Solver,
    config::{Decay, Engine},
    distribution::DistributionSpec,
    field::{Guided, exact::ExactField},
    metric::{coverage, energy_distance},
    solver::integrate_to_end,
    train::tensor::read,
};

const TRANSPORT: Coupling = Coupling::ENTRIES[1].value;

fn trainer(config: &Config) -> Trainer {
    let [source, target] = [&config.source, &config.target].map(|spec| spec.build("spec").unwrap());
    Trainer::new(config, source, target).unwrap()
}

fn with_engine(engine: Engine) -> Config {
    Config { training: TrainingConfig { engine, ..TrainingConfig::default() }, ..Config::default() }
}

/// The share of Euler's end points in the target's support.
fn hits(trainer: &Trainer, config: &Config, steps: usize) -> f64 {
    let [source, target] = [&config.source, &config.target].map(|spec| spec.build("spec").unwrap());
    let starts = source.sample(&mut Rng::stream(config.seed, "particles"), 4000);
    let ends = integrate_to_end(&trainer.field(), Solver::Euler, (0.0, 1.0), steps, &starts).unwrap();
    coverage(&*target, ends.end()).hits
}

#[test]
fn engines_agree_on_the_same_experiment() {
    // In one step Adam forgets the gradient's size, so look at the weights after several.
    let run = |engine| {
        let mut trainer = trainer(&with_engine(engine));
        let losses: Vec<f64> = (0..20).map(|_| trainer.step().unwrap()).collect();
        (losses, trainer.model.weights().unwrap())
    };
    let (losses, weights) = run(Engine::Fused);
    for engine in [Engine::Flex, Engine::Ndarray] {
        let (other_losses, other_weights) = run(engine);
        for (step, (a, b)) in losses.iter().zip(&other_losses).enumerate() {
            assert!((a - b).abs() < 1e-4 * a, "{engine:?} step {step}: {a}, {b}");
        }
        let difference = weights.iter().zip(&other_weights).map(|(a, b)| (a - b).abs());
        let mean = difference.sum::<f32>() / weights.len() as f32;
        assert!(mean < 1e-4, "{engine:?}: mean difference {mean}");
    }
}

#[test]
fn engines_agree_on_the_gradient() {
    let gradient = |engine| {
        let mut trainer = trainer(&with_engine(engine));
        trainer.next_batch().unwrap();
        let gradients = trainer.loss().unwrap().0.backward();
        read(trainer.model.theta().grad(&gradients).unwrap()).unwrap()
    };
    let fused = gradient(Engine::Fused);
    let scale = fused.iter().fold(0.0_f32, |largest, g| largest.max(g.abs()));
    for engine in [Engine::Flex, Engine::Ndarray] {
        for (index, (a, b)) in fused.iter().zip(gradient(engine)).enumerate() {
            assert!((a - b).abs() < 1e-5 * scale, "{engine:?} parameter {index}: {a}, {b}");
        }
    }
}

#[test]
fn the_bits_never_change() {
    let mut config = with_engine(Engine::Fused);
    config.coupling = Coupling::MinibatchOt { batch_size: 64, reuse: 4, pool: 8, even: false };
    config.schedule = Schedule::Cosine;
    let mut trainer = trainer(&config);
    let loss = (0..20).fold(0.0, |_, _| trainer.step().unwrap());
    let hash = trainer.average.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, weight| {
        (hash ^ u64::from(weight.to_bits())).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!(
        (loss.to_bits(), hash),
        (4_600_251_274_194_203_865, 5_222_186_260_778_199_913),
        "every machine gives these bits"
    );
}

#[test]
fn straight_needs_few_steps_and_curved_many() {
    let straight = Config { coupling: TRANSPORT, ..Config::default() };
    let curved = Config { schedule: Schedule::Cosine, ..Config::default() };
    let [straight_hits, curved_hits] = [straight, curved].map(|config| {
        let mut trainer = trainer(&config);
        for _ in 0..1500 {
            trainer.step().unwrap();
        }
        [1, 2, 32].map(|steps| hits(&trainer, &config, steps))
    });
    let [one, two, many] = straight_hits;
    assert!(one >= 0.81 && two >= 0.89 && many >= 0.94, "straight {straight_hits:?}");
    let [one, two, many] = curved_hits;
    assert!(one <= 0.19 && two <= 0.54 && many >= 0.94, "curved {curved_hits:?}");
}

#[test]
fn stable_targets_take_the_noise_out_of_the_loss() {
    let mut config = Config::default();
    config.training.stable_targets = true;
    let mut trainer = trainer(&config);
    let late = (0..300).map(|_| trainer.step().unwrap()).skip(200).sum::<f64>() / 100.0;
    // The floor of the plain loss is 1.81.
    assert!(late < 0.5, "{late}");
}

#[test]
fn a_loss_that_is_not_finite_stops_training() {
    let mut trainer = trainer(&Config::default());
    trainer.step().unwrap();
    let before = trainer.average.clone();
    let broken = vec![f32::NAN; trainer.shape.parameter_count()];
    trainer.model = Model::new(trainer.shape, broken, &trainer.device);
    let message = trainer.step().unwrap_err().to_string();
    assert_eq!(message, "training diverged at step 2: a value is no longer finite");
    assert_eq!((trainer.step_count(), trainer.average), (1, before));
}

#[test]
fn every_schedule_trains_to_its_end() {
    // VP's velocity is infinite at t = 1, where no batch and no solver may fall.
    for entry in Schedule::ENTRIES {
        let mut config = Config { schedule: entry.value, ..Config::default() };
        config.network = NetworkConfig { width: 16, depth: 1, ..config.network };
        config.training.decay = Decay::Cosine { steps: 100 };
        let mut trainer = trainer(&config);
        for _ in 0..100 {
            trainer.step().unwrap();
        }
        assert!(hits(&trainer, &config, 16) > 0.2, "{}", entry.name);
    }
}

#[test]
fn sources_of_any_size_and_place_are_preconditioned_away() {
    let config = Config {
        source: DistributionSpec::GaussianMixture {
            weights: vec![1.0],
            means: vec![[30.0, -7.0]],
            covs: vec![[[25.0, 0.0], [0.0, 25.0]]],
        },
        target: DistributionSpec::GaussianMixture {
            weights: vec![1.0],
            means: vec![[-300.0, 2.0]],
            covs: vec![[[0.01, 0.0], [0.0, 0.01]]],
        },
        ..Config::default()
    };
    for coupling in [Coupling::Independent, TRANSPORT] {
        let config = Config { coupling, ..config.clone() };
        let trainer = trainer(&config);
        let hits = hits(&trainer, &config, 64);
        assert!(hits > 0.9, "{coupling:?}: an untrained network is already right: {hits}");
    }
}

#[test]
fn every_objective_learns_the_same_field() {
    for objective in [Objective::Noise, Objective::Data] {
        let mut config = Config { schedule: Schedule::Cosine, ..Config::default() };
        config.training.objective = objective;
        let mut trainer = trainer(&config);
        for _ in 0..500 {
            trainer.step().unwrap();
        }
        let hits = hits(&trainer, &config, 32);
        assert!(hits > 0.8, "{objective:?}: {hits}");
    }
}

#[test]
fn guidance_follows_the_exact_guided_field() {
    let mut config = Config::default();
    config.training.class_dropout = Some(0.2);
    let mut trainer = trainer(&config);
    for _ in 0..1200 {
        trainer.step().unwrap();
    }
    let [source, target] = [&config.source, &config.target].map(|spec| spec.build("spec").unwrap());
    // The top mode alone, which is class 0, and all five together.
    let top = DistributionSpec::GaussianMixture {
        weights: vec![1.0],
        means: vec![[0.0, 2.0]],
        covs: vec![[[0.04, 0.0], [0.0, 0.04]]],
    };
    let exact = |target: &dyn Distribution| ExactField::new(target, &*source, config.schedule).unwrap();
    let exact = Guided::new(exact(&*top.build("spec").unwrap()), exact(&*target), 2.5).unwrap();
    let learned = Guided::new(trainer.field().with_class(Some(0)).unwrap(), trainer.field(), 2.5).unwrap();

    let starts = source.sample(&mut Rng::stream(1, "particles"), 1000);
    let precise: Vec<[f64; 2]> = starts.iter().map(|x| x.map(f64::from)).collect();
    let expected = integrate_to_end(&exact, Solver::Midpoint, (0.0, 1.0), 32, &precise).unwrap();
    let got = integrate_to_end(&learned, Solver::Midpoint, (0.0, 1.0), 32, &starts).unwrap();
    let expected: Vec<[f32; 2]> = expected.end().iter().map(|x| x.map(|x| x as f32)).collect();
    let distance = energy_distance(got.end(), &expected).unwrap();
    let unguided =
        energy_distance(got.end(), &top.build("spec").unwrap().sample(&mut Rng::stream(2, "x"), 1000))
            .unwrap();
    assert!(distance < 0.02 && unguided > 3.0 * distance, "{distance} {unguided}");
}

#[test]
fn a_class_leads_to_its_own_mode() {
    for coupling in [Coupling::Independent, TRANSPORT] {
        let mut config = Config { coupling, ..Config::default() };
        config.training.class_dropout = Some(0.2);
        let mut trainer = trainer(&config);
        assert_eq!(trainer.class_count(), 5);
        for _ in 0..400 {
            trainer.step().unwrap();
        }
        let target = config.target.build("target").unwrap();
        let starts = config.source.build("source").unwrap().sample(&mut Rng::stream(1, "particles"), 500);
        let ends = |class| {
            let field = trainer.field().with_class(class).unwrap();
            integrate_to_end(&field, Solver::Euler, (0.0, 1.0), 16, &starts).unwrap()
        };
        for class in 0..5 {
            let ends = ends(Some(class));
            let own = ends.end().iter().filter(|x| target.mode_at(x.map(f64::from)) == Some(class)).count();
            assert!(own > 430, "{coupling:?} class {class}: {own} of 500");
        }
        assert_eq!(coverage(&*target, ends(None).end()).modes, 5, "no class is every class");
        assert!(trainer.field().with_class(Some(5)).is_err());
    }
}
