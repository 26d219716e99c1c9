//! What a panel shows: the field that moves the particles, and their way through it.

use super::Experiment;
use crate::{
    Config, Coupling, Error, Result, Rng,
    assignment::assign,
    config::{FieldKind, SamplingConfig},
    field::{Conversion, Converted, Divergence, PairedField, Score, VelocityField, exact::ExactField},
    solver::{Integration, StochasticIntegration, Trajectories},
};

/// The field that particles follow, whatever it is made of, in f32.
pub struct ShownField(Box<dyn Score<Scalar = f32>>);

impl VelocityField for ShownField {
    type Scalar = f32;

    fn velocity(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> Result<()> {
        self.0.velocity(t, x, out)
    }
}

impl Score for ShownField {
    fn score(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> Result<()> {
        self.0.score(t, x, out)
    }

    fn velocity_and_score(
        &self,
        t: f64,
        x: &[[f32; 2]],
        velocity: &mut [[f32; 2]],
        score: &mut [[f32; 2]],
    ) -> Result<()> {
        self.0.velocity_and_score(t, x, velocity, score)
    }
}

/// A sample under way: the particles of an experiment, moved piece by piece.
pub struct Sampling {
    field: ShownField,
    method: Method,
}

enum Method {
    Flow(Box<Integration<f32>>),
    Noisy(Box<StochasticIntegration<f32>>, Rng),
}

impl Sampling {
    /// Takes one step; the adaptive solver takes all of its own. Returns the share that is done.
    ///
    /// # Errors
    /// As [`integrate`](crate::solver::integrate).
    pub fn advance(&mut self) -> Result<f64> {
        match &mut self.method {
            Method::Flow(integration) => integration.advance(&self.field),
            Method::Noisy(integration, rng) => integration.advance(&self.field, rng),
        }
    }

    /// The trajectories, whole once [`advance`](Self::advance) has returned 1.
    pub fn into_trajectories(self) -> Trajectories<f32> {
        match self.method {
            Method::Flow(integration) => integration.into_trajectories(),
            Method::Noisy(integration, _) => integration.into_trajectories(),
        }
    }
}

impl Experiment {
    /// The field that the configuration's [sampling](crate::config::SamplingConfig) names, with
    /// the weights learned so far, for the first `count` particles; only the paired field depends
    /// on whom it moves.
    ///
    /// # Errors
    /// Never expected for a configuration that [validates](Config::validate).
    pub fn shown_field(&self, count: usize) -> Result<ShownField> {
        let Config { schedule, coupling, sampling, .. } = &self.config;
        Ok(ShownField(match (sampling.field, sampling.guidance) {
            (FieldKind::Learned, None) => {
                let conversion = Conversion::new(*schedule, &*self.source, &*self.target, *coupling);
                Box::new(Converted::new(self.shown_network(), conversion))
            }
            (FieldKind::Learned, Some(guidance)) => Box::new(WithoutScore {
                field: self.guided_field(guidance.class, guidance.weight)?,
                reason: "a guided flow follows no path of distributions",
            }),
            (FieldKind::Exact, _) => {
                Box::new(Rounded(ExactField::new(*schedule, &*self.source, &*self.target)?))
            }
            (FieldKind::Paired, _) => {
                let partners = self.partners()[..count].to_vec();
                Box::new(WithoutScore {
                    field: PairedField::new(*schedule, self.starts[..count].to_vec(), partners)?,
                    reason: "a particle that knows its target is alone on its path",
                })
            }
        }))
    }

    /// Begins to move the first `count` particles from t = 0 to t = 1 as the configuration's
    /// sampling says; 0 means all of them.
    ///
    /// # Errors
    /// As [`integrate`](crate::solver::integrate), before any work.
    pub fn start_sampling(&self, count: usize) -> Result<Sampling> {
        let SamplingConfig { solver, steps, diffusion, .. } = self.config.sampling;
        let count = if count == 0 { self.starts.len() } else { count.min(self.starts.len()) };
        let starts = &self.starts[..count];
        let method = match diffusion {
            None => Method::Flow(Box::new(Integration::new(solver, (0.0, 1.0), steps, starts)?)),
            Some(diffusion) => {
                let schedule = self.config.schedule;
                let integration = StochasticIntegration::new(diffusion, schedule, (0.0, 1.0), steps, starts)?;
                Method::Noisy(Box::new(integration), Rng::stream(self.config.seed, "diffusion"))
            }
        };
        Ok(Sampling { field: self.shown_field(count)?, method })
    }

    /// For each particle the data that its own pair ends in, drawn and paired as the coupling says.
    fn partners(&self) -> &[[f32; 2]] {
        self.partners.get_or_init(|| {
            let mut rng = Rng::stream(self.config.seed, "partners");
            let mut data = self.target.sample(&mut rng, self.starts.len());
            if let Coupling::MinibatchOt { batch_size, .. } = self.config.coupling {
                for (starts, data) in self.starts.chunks(batch_size).zip(data.chunks_mut(batch_size)) {
                    let partners = assign(starts, data);
                    let drawn = data.to_vec();
                    for (data, partner) in data.iter_mut().zip(partners) {
                        *data = drawn[partner];
                    }
                }
            }
            data
        })
    }
}

/// A field in f64 that answers in f32, rounding once.
pub(super) struct Rounded<F>(pub F);

impl<F: VelocityField<Scalar = f64>> VelocityField for Rounded<F> {
    type Scalar = f32;

    fn velocity(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> Result<()> {
        let mut exact = vec![[0.0; 2]; x.len()];
        self.0.velocity(t, &widened(x), &mut exact)?;
        round(&exact, out);
        Ok(())
    }
}

impl<F: Score<Scalar = f64>> Score for Rounded<F> {
    fn score(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> Result<()> {
        let mut exact = vec![[0.0; 2]; x.len()];
        self.0.score(t, &widened(x), &mut exact)?;
        round(&exact, out);
        Ok(())
    }

    fn velocity_and_score(
        &self,
        t: f64,
        x: &[[f32; 2]],
        velocity: &mut [[f32; 2]],
        score: &mut [[f32; 2]],
    ) -> Result<()> {
        let (mut v, mut s) = (vec![[0.0; 2]; x.len()], vec![[0.0; 2]; x.len()]);
        self.0.velocity_and_score(t, &widened(x), &mut v, &mut s)?;
        round(&v, velocity);
        round(&s, score);
        Ok(())
    }
}

impl<F: Divergence<Scalar = f64>> Divergence for Rounded<F> {
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[f32; 2]],
        velocity: &mut [[f32; 2]],
        divergence: &mut [f32],
    ) -> Result<()> {
        let (mut v, mut div) = (vec![[0.0; 2]; x.len()], vec![0.0; x.len()]);
        self.0.velocity_and_divergence(t, &widened(x), &mut v, &mut div)?;
        round(&v, velocity);
        for (out, exact) in divergence.iter_mut().zip(div) {
            *out = exact as f32;
        }
        Ok(())
    }
}

fn widened(points: &[[f32; 2]]) -> Vec<[f64; 2]> {
    points.iter().map(|point| point.map(f64::from)).collect()
}

fn round(exact: &[[f64; 2]], out: &mut [[f32; 2]]) {
    for (out, exact) in out.iter_mut().zip(exact) {
        *out = exact.map(|x| x as f32);
    }
}

/// A field that has no score, and why.
struct WithoutScore<F> {
    field: F,
    reason: &'static str,
}

impl<F: VelocityField<Scalar = f32>> VelocityField for WithoutScore<F> {
    type Scalar = f32;

    fn velocity(&self, t: f64, x: &[[f32; 2]], out: &mut [[f32; 2]]) -> Result<()> {
        self.field.velocity(t, x, out)
    }
}

impl<F: VelocityField<Scalar = f32>> Score for WithoutScore<F> {
    fn score(&self, _: f64, _: &[[f32; 2]], _: &mut [[f32; 2]]) -> Result<()> {
        Err(Error::unavailable("score", self.reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DistributionSpec, Schedule, Solver,
        config::{Guidance, NetworkConfig},
        distribution::PRESETS,
        fingerprint,
        solver::{Diffusion, integrate},
    };

    fn tiny() -> Config {
        let network = NetworkConfig { width: 8, depth: 1, harmonics: 1, ..NetworkConfig::default() };
        let sampling = SamplingConfig { particles: 40, ..SamplingConfig::default() };
        Config { network, sampling, ..Config::default() }
    }

    fn finish(mut sampling: Sampling) -> Trajectories<f32> {
        while sampling.advance().unwrap() < 1.0 {}
        sampling.into_trajectories()
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
                        let run = |config| -> Result<_> {
                            let mut sampling = Experiment::new(config)?.start_sampling(8)?;
                            while sampling.advance()? < 1.0 {}
                            Ok(sampling.into_trajectories())
                        };
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
            let whole =
                integrate(&experiment.field(), entry.value, (0.0, 1.0), 4, experiment.starts()).unwrap();
            assert_eq!(finish(experiment.start_sampling(0).unwrap()), whole, "{}", entry.name);
        }
    }

    #[test]
    fn a_first_sight_is_the_first_particles() {
        let experiment = Experiment::new(tiny()).unwrap();
        let (few, all) =
            (finish(experiment.start_sampling(7).unwrap()), finish(experiment.start_sampling(0).unwrap()));
        assert_eq!(few.end(), &all.end()[..7]);
    }

    #[test]
    fn paired_particles_arrive_at_their_own_data_and_near_pairs_are_nearer() {
        let length = |coupling| {
            let mut config = Config { coupling, ..tiny() };
            config.sampling.field = FieldKind::Paired;
            config.sampling.particles = 300;
            let experiment = Experiment::new(config).unwrap();
            let way = finish(experiment.start_sampling(0).unwrap());
            for (end, partner) in way.end().iter().zip(experiment.partners()) {
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
                let way = finish(experiment.start_sampling(0).unwrap());
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
                finish(experiment.start_sampling(4).unwrap());
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
            finish(experiment.start_sampling(0).unwrap());
            experiment.train(5).unwrap();
            experiment.set_sampling(tiny().sampling).unwrap();
            fingerprint(finish(experiment.start_sampling(0).unwrap()).end())
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
        finish(experiment.start_sampling(0).unwrap());
        assert!(experiment.shown_field(1).unwrap().score(0.5, &[[0.0; 2]], &mut [[0.0; 2]]).is_err());
    }
}
