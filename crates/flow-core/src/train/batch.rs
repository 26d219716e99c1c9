//! One batch of training: points on conditional paths, and what the network should say there.

use flow_kernels::Conditioning;

use crate::{
    Result, Schedule, config::Objective, coupling::Pairs, field::preconditioning::Preconditioning,
    train::goal::Goal,
};

/// What one training step needs of its batch of n pairs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The time of each pair.
    pub times: Vec<f64>,
    /// Where the pair is at that time.
    pub points: Vec<[f32; 2]>,
    /// The velocity to regress on.
    pub velocities: Vec<[f32; 2]>,
    /// The preconditioning at each pair's time.
    pub conditionings: Vec<Conditioning>,
}

impl Batch {
    /// Moves each pair to its time on its conditional path: `x = alpha x1 + sigma x0` with the
    /// velocity `alpha' x1 + sigma' x0`. The [`times`](Self::times) are the batch's own, which the
    /// path's clamp has let through.
    pub fn fill_with_paths(&mut self, preconditioning: &Preconditioning, pairs: &Pairs) {
        self.points.clear();
        self.velocities.clear();
        self.conditionings.clear();
        for (&t, (&x0, &x1)) in self.times.iter().zip(pairs.x0.iter().zip(&pairs.x1)) {
            let c = preconditioning.schedule().at(t);
            self.points.push(mix(c.alpha, x1, c.sigma, x0));
            self.velocities.push(mix(c.d_alpha, x1, c.d_sigma, x0));
            self.conditionings.push(preconditioning.given(t, c));
        }
    }

    /// Takes each pair as the two ends of one of `steps` equal steps in time, the one its label
    /// numbers: a point at the step's beginning, with the velocity that leads straight to its end.
    ///
    /// # Errors
    /// As [`Preconditioning::at`].
    pub fn fill_with_steps(
        &mut self,
        preconditioning: &Preconditioning,
        pairs: &Pairs,
        steps: usize,
    ) -> Result<()> {
        let rate = steps as f64;
        self.points.clone_from(&pairs.x0);
        self.velocities = pairs.x0.iter().zip(&pairs.x1).map(|(&x0, &x1)| mix(rate, x1, -rate, x0)).collect();
        self.times = pairs.labels.iter().map(|&index| index as f64 / rate).collect();
        self.conditionings = self.times.iter().map(|&t| preconditioning.at(t)).collect::<Result<_>>()?;
        Ok(())
    }

    /// What the network's outputs should be: `gain F` should equal the velocity without
    /// `drift + skip xc`, both in the units of the objective.
    pub fn goal(&self, schedule: Schedule, objective: Objective) -> Goal {
        let count = 2 * self.points.len();
        let (mut gains, mut remainders) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let rows = self.times.iter().zip(&self.points).zip(&self.velocities).zip(&self.conditionings);
        for (((&t, x), velocity), c) in rows {
            let unit = velocity_unit(schedule, t, objective);
            for axis in 0..2 {
                let known = c.drift[axis] + c.skip * (x[axis] - c.center[axis]);
                gains.push(unit * c.gain);
                remainders.push(unit * (velocity[axis] - known));
            }
        }
        Goal { gains, remainders }
    }
}

/// `data * x1 + noise * x0` in f32.
fn mix(data: f64, x1: [f32; 2], noise: f64, x0: [f32; 2]) -> [f32; 2] {
    let (data, noise) = (data as f32, noise as f32);
    [data * x1[0] + noise * x0[0], data * x1[1] + noise * x0[1]]
}

/// How large an error of the objective's quantity an error of 1 in the velocity is.
///
/// At a given point `alpha dE1 + sigma dE0 = 0` and `du = alpha' dE1 + sigma' dE0`.
fn velocity_unit(schedule: Schedule, t: f64, objective: Objective) -> f32 {
    if objective == Objective::Velocity {
        return 1.0;
    }
    let c = schedule.at(t);
    let determinant = c.d_alpha * c.sigma - c.alpha * c.d_sigma;
    match objective {
        Objective::Velocity => 1.0,
        Objective::Data => (c.sigma / determinant) as f32,
        Objective::Noise => (c.alpha / determinant) as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rng, distribution::DistributionSpec};

    /// A batch on the given schedule, its pairs, and a network output for each pair and axis.
    fn example(schedule: Schedule) -> (Batch, Pairs, Vec<f32>) {
        let [source, target] =
            ["gaussian", "five-modes"].map(|name| DistributionSpec::preset(name).build("spec").unwrap());
        let preconditioning = Preconditioning::new(schedule, &*source, &*target, false);
        let mut rng = Rng::stream(1, "test");
        let (x1, labels) = target.sample_labelled(&mut rng, 9);
        let pairs = Pairs { x0: source.sample(&mut rng, 9), x1, labels };
        let times = (1..=9).map(|i| f64::from(i) / 10.0).collect();
        let mut batch = Batch { times, ..Batch::default() };
        batch.fill_with_paths(&preconditioning, &pairs);
        (batch, pairs, (0..18).map(|_| rng.uniform() as f32 - 0.5).collect())
    }

    #[test]
    fn every_objective_measures_its_own_quantity() {
        for schedule in [Schedule::CondOt, Schedule::Cosine] {
            let (batch, pairs, outputs) = example(schedule);
            for objective in [Objective::Velocity, Objective::Data, Objective::Noise] {
                let Goal { gains, remainders } = batch.goal(schedule, objective);
                for row in 0..9 {
                    let at = schedule.at(batch.times[row]);
                    let (c, x) = (batch.conditionings[row], batch.points[row]);
                    for axis in 0..2 {
                        let index = 2 * row + axis;
                        let xc = x[axis] - c.center[axis];
                        let velocity = f64::from(c.drift[axis] + c.skip * xc + c.gain * outputs[index]);
                        let x = f64::from(x[axis]);
                        // Solve x = alpha E1 + sigma E0 and velocity = alpha' E1 + sigma' E0.
                        let determinant = at.d_alpha * at.sigma - at.alpha * at.d_sigma;
                        let data = (at.sigma * velocity - at.d_sigma * x) / determinant;
                        let noise = (at.d_alpha * x - at.alpha * velocity) / determinant;
                        let expected = match objective {
                            Objective::Velocity => velocity - f64::from(batch.velocities[row][axis]),
                            Objective::Data => data - f64::from(pairs.x1[row][axis]),
                            Objective::Noise => f64::from(pairs.x0[row][axis]) - noise,
                        };
                        let got = f64::from(gains[index] * outputs[index] - remainders[index]);
                        assert!((got - expected).abs() < 1e-5, "{objective:?}: {got}, {expected}");
                    }
                }
            }
        }
    }

    #[test]
    fn steps_begin_where_their_label_says() {
        let source = DistributionSpec::preset("gaussian").build("source").unwrap();
        let preconditioning = Preconditioning::new(Schedule::CondOt, &*source, &*source, true);
        let pairs =
            Pairs { x0: vec![[1.0, 2.0], [0.0, 0.0]], x1: vec![[2.0, 2.0], [0.5, -1.0]], labels: vec![3, 0] };
        let mut batch = Batch::default();
        batch.fill_with_steps(&preconditioning, &pairs, 4).unwrap();
        assert_eq!(batch.times, [0.75, 0.0]);
        assert_eq!(batch.points, pairs.x0);
        assert_eq!(batch.velocities, [[4.0, 0.0], [2.0, -4.0]]);
    }
}
